"""Installs and builds that need the source only in part: what they fetch comes first, and they follow the source.

The command stays behind the copy as it was, and finds there what an earlier RUN fetched. So nothing is lost where a
manager does more than fetching.
"""

from __future__ import annotations

import re

from ....syntax.tree import Arg, CopyOrAdd, Env, Run, Shell, User, Workdir
from ..base.blocks import run_instruction
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
"""The flag that leaves the project itself out."""
_MAVEN = "# what Maven can fetch without the source; the build fetches the rest"
_GO_MODULES = 13
"""Before Go 1.13 it goes by the folder whether go.mod counts. Source: its release notes."""
_STATE = (Arg, Env, Run, Shell, User, Workdir)
_NET_OTHER = ("-r", "--runtime", "--self-contained", "--sc", "--os", "--arch", "-a", "--no-restore", "-p", "--property")


def find_splittable_run(build: Build, stage: Stage, broad: CopyOrAdd) -> Run | None:
    """The first RUN behind a copy of the whole source that fetches in part; None when one has fetched before."""
    for step in stage.instructions:
        if not isinstance(step, Run):
            continue
        if any(_kind(call) for call in build.package_calls(step)):
            return step if step.start > broad.start else None
    return None


def _kind(call: PackageCall) -> str:
    name = call.manager.name
    if name in NO_PROJECT_OPTION and call.verb == "restore" and call.path != "pip sync":
        return name
    if name == "composer" and call.verb == "restore":
        return name
    if name == "go" and call.path in ("build", "install", "mod download", "get"):
        return name
    if name == "mvn" and call.verb in ("build", "restore"):
        return name
    return name if name == "dotnet" and call.path in ("restore", "build", "publish") else ""


def split_off_fetch(
    build: Build, stage: Stage, context: Context, copy: CopyOrAdd, run: Run
) -> tuple[list[str], str, str]:
    """The manifests, the RUN that fetches what they name, and the RUN that stays behind the source ("" as it is).

    Raises Refused when the part that only fetches is not known.
    """
    between = [step for step in stage.instructions if copy.start < step.start < run.start]
    changing = next((step for step in between if isinstance(step, _STATE)), None)
    if changing is not None:
        raise RewriteRejected(f"{changing.name} stands between the copy and the install", changing)
    found = split_run(build, run)
    at = next((number for number, piece in enumerate(found) if piece.call is not None and _kind(piece.call)), None)
    if at is None:
        raise RewriteRejected("the RUN installs nothing that a manifest names", run)
    for piece in found[:at]:
        if piece.call is None or piece.call.verb not in ("config", "install") or piece.call.requirements:
            raise RewriteRejected(f"`{piece.text[:60]}` may read the source", run)
    files, line = _fetching(build, stage, context, run, found[at])
    before = [piece.text for piece in found[:at]]
    rest = run_instruction([piece.text for piece in found[at:]]) if before else ""
    if line.endswith("|| true"):
        if before:
            raise RewriteRejected(f"`{before[0][:60]}` stands in one RUN with the build", run)
        return files, f"{_MAVEN}\nRUN {line}", rest
    return files, run_instruction([*before, line]), rest


def _fetching(build: Build, stage: Stage, context: Context, run: Run, piece: RunCommand) -> tuple[list[str], str]:
    call = piece.call
    assert call is not None
    name = call.manager.name
    if name in NO_PROJECT_OPTION:
        project = read_python_project(build, stage, context, run, call)
        if not project.project_reason:
            raise RewriteRejected("the install needs no source", run)
        if not is_pure_python(project, context):
            raise RewriteRejected("the install of the project may write among its source", run)
        return project.files, f"{piece.text} {NO_PROJECT_OPTION[name]}"
    if name == "composer":
        flags = [flag for flag in ("--no-scripts", "--no-autoloader") if not call.has(flag)]
        return composer_manifests(build, stage, context, run, call), " ".join([piece.text, *flags])
    if name == "go":
        if call.path != "build" or call.has("-C", "-mod", "-modfile"):
            raise RewriteRejected(f"what `{piece.text[:60]}` reads is not followed", run)
        number = re.match(r"1\.(\d+)", (stage.base_ref.tag if stage.base_ref else "") or "")
        if (
            stage.base_ref is None
            or stage.base_ref.name != "golang"
            or (number is not None and int(number[1]) < _GO_MODULES)
        ):
            raise RewriteRejected("whether this Go builds by modules is not known", run)
        return go_manifests(build, stage, context, run), "go mod download"
    if name == "mvn":
        if call.verb != "build" or call.has("-o", "--offline", "-gs", "--global-settings", "-t", "--toolchains"):
            raise RewriteRejected(f"what `{piece.text[:60]}` fetches is not known", run)
        profiles = [f"-P{each}" for each in call.values("-P", "--activate-profiles")]
        profiles += [word.text for word in call.command.args if re.match("-P.", word.value)]
        words = [call.command.words[0].text, "-B", *profiles, "dependency:go-offline"]
        return maven_manifests(build, stage, context, run, call), " ".join([*words, "|| true"])
    if call.has(*_NET_OTHER) or any(word.value.startswith(("-p:", "/p:")) for word in call.command.args):
        raise RewriteRejected(f"`{piece.text[:60]}` restores for a platform of its own", run)
    project_file = [word.text for word in call.operands]
    return dotnet_manifests(build, stage, context, run, call), " ".join(["dotnet restore", *project_file])
