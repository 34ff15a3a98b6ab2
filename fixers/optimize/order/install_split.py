"""Split the downloads off an install or build that needs the source.

The command itself stays unchanged after the copy and uses what the earlier RUN downloaded, so nothing is lost where a
package manager does more than downloading.
"""

from __future__ import annotations

import re

from ....syntax.tree import CopyOrAdd, Run
from ..base.blocks import run_instruction
from ..base.copies import read_context_file
from ..base.rewrite import RewriteRejected
from ..base.run_steps import split_run
from ..manifests.build_manifests import composer_manifests, dotnet_manifests, go_manifests, maven_manifests
from ..manifests.python_lock import is_pure_python, read_python_project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import PackageCall
    from ..base.run_steps import RunCommand

NO_PROJECT_OPTION = {"poetry": "--no-root", "uv": "--no-install-project"}
"""The option that excludes the project itself."""
_CENTRAL_PLUGINS = ("org.apache.maven.plugins", "org.springframework.boot", "org.codehaus.mojo")
"""Groups whose plugins are in Maven Central, so that `dependency:go-offline` can fetch them all."""
_GO_MODULES = 13
"""Before Go 1.13 it depends on the directory whether go.mod is used. Source: its release notes."""
_NET_OTHER = ("-r", "--runtime", "--self-contained", "--sc", "--os", "--arch", "-a", "--no-restore", "-p", "--property")


def find_splittable_run(build: Build, stage: Stage, broad: CopyOrAdd) -> Run | None:
    """The first RUN whose downloads can be split off, if it follows a copy of the whole source; else None."""
    for step in stage.instructions:
        if not isinstance(step, Run):
            continue
        if any(_splittable(call) for call in build.package_calls(step)):
            return step if step.start > broad.start else None
    return None


def _splittable(call: PackageCall) -> bool:
    """Whether the downloads of a call can be a separate command."""
    name = call.manager.name
    if name in NO_PROJECT_OPTION:
        return call.verb == "restore" and call.path != "pip sync"
    if name == "composer":
        return call.verb == "restore"
    if name == "mvn":
        return call.verb in ("build", "restore")
    if name == "go":
        return call.path in ("build", "install", "mod download", "get")
    return name == "dotnet" and call.path in ("restore", "build", "publish")


def split_off_fetch(build: Build, stage: Stage, context: Context, run: Run) -> tuple[list[str], str, str]:
    """The manifests, the RUN that downloads, and the RUN that stays after the source ("" for the present one).

    Raises RewriteRejected when the download cannot be a separate command.
    """
    found = split_run(build, run)
    at = next(
        (number for number, piece in enumerate(found) if piece.call is not None and _splittable(piece.call)), None
    )
    if at is None:
        raise RewriteRejected("this RUN installs no dependencies from a manifest; list them in one", run)
    for piece in found[:at]:
        if piece.call is None or piece.call.verb not in ("config", "install") or piece.call.requirements:
            raise RewriteRejected(f"`{piece.text[:60]}` may read the source; move it to its own RUN", run)
    files, line = _fetching(build, stage, context, run, found[at])
    before = [piece.text for piece in found[:at]]
    rest = run_instruction([piece.text for piece in found[at:]]) if before else ""
    return files, run_instruction([*before, line]), rest


def _fetching(build: Build, stage: Stage, context: Context, run: Run, piece: RunCommand) -> tuple[list[str], str]:
    """The manifests, and the command that downloads for the command `piece`. Raises RewriteRejected."""
    call = piece.call
    assert call is not None
    name = call.manager.name
    if name in NO_PROJECT_OPTION:
        return _python_download(build, stage, context, run, piece.text, call)
    if name == "composer":
        flags = [flag for flag in ("--no-scripts", "--no-autoloader") if not call.has(flag)]
        return composer_manifests(build, stage, context, run, call), " ".join([piece.text, *flags])
    if name == "go":
        _require_go_modules(stage, run, piece.text, call)
        return go_manifests(build, stage, context, run), "go mod download"
    if name == "mvn":
        return _maven_download(build, stage, context, run, piece.text, call)
    if call.has(*_NET_OTHER) or any(word.value.startswith(("-p:", "/p:")) for word in call.command.args):
        raise RewriteRejected(
            f"`{piece.text[:60]}` restores for specific platforms or properties; restore in a RUN of its own", run
        )
    projects = [word.text for word in call.operands]
    return dotnet_manifests(build, stage, context, run, call), " ".join(["dotnet restore", *projects])


def _python_download(
    build: Build, stage: Stage, context: Context, run: Run, text: str, call: PackageCall
) -> tuple[list[str], str]:
    project = read_python_project(build, stage, context, run, call, workspaces=True)
    if not project.project_reason:
        raise RewriteRejected("the install does not need the source", run)
    if not project.members and not is_pure_python(project, context):
        raise RewriteRejected(
            "installing the project may write files into its source directory; install its dependencies before that",
            run,
        )
    option = "--no-install-workspace" if project.members else NO_PROJECT_OPTION[call.manager.name]
    return project.files, f"{text} {option}"


def _require_go_modules(stage: Stage, run: Run, text: str, call: PackageCall) -> None:
    if call.path != "build" or call.has("-C", "-mod", "-modfile"):
        raise RewriteRejected(f"cannot determine which files `{text[:60]}` reads; copy them before this RUN", run)
    ref = stage.base_ref
    number = re.match(r"1\.(\d+)", (ref.tag if ref else "") or "")
    if ref is None or ref.name != "golang" or (number is not None and int(number[1]) < _GO_MODULES):
        raise RewriteRejected("cannot determine whether this Go version uses modules; name the version in the tag", run)


def _maven_download(
    build: Build, stage: Stage, context: Context, run: Run, text: str, call: PackageCall
) -> tuple[list[str], str]:
    if call.verb != "build" or call.has("-o", "--offline", "-gs", "--global-settings", "-t", "--toolchains"):
        raise RewriteRejected(f"cannot determine what `{text[:60]}` downloads; download in a RUN of its own", run)
    profiles = [f"-P{each}" for each in call.values("-P", "--activate-profiles")]
    profiles += [word.text for word in call.command.args if re.match("-P.", word.value)]
    manifests = maven_manifests(build, stage, context, run, call)
    pom = next(name for name in manifests if name.endswith("pom.xml"))
    goal = "go-offline" if _plugins_are_central(read_context_file(context, pom) or "") else "resolve"
    return manifests, " ".join([call.command.words[0].text, "-B", *profiles, f"dependency:{goal}"])


def _plugins_are_central(pom: str) -> bool:
    """Whether all plugins of a pom.xml are in Maven Central; others, which no phase may run, may not be found."""
    plugins = re.findall(r"<plugin>(.*?)</plugin>", re.sub(r"<!--.*?-->", "", pom, flags=re.DOTALL), re.DOTALL)
    groups = [
        re.search(r"<groupId>\s*([^<\s]+)", re.sub(r"<dependenc.*", "", each, flags=re.DOTALL)) for each in plugins
    ]
    return all(group is None or group[1] in _CENTRAL_PLUGINS for group in groups)
