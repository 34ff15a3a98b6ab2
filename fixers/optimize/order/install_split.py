"""Installs and builds that need the source only in part: what they fetch comes first, and they follow the source.

The command stays behind the copy as it was, and finds there what an earlier RUN fetched. So nothing is lost where a
manager does more than fetching.
"""

from __future__ import annotations

import re

from ....syntax.tree import Arg, Env, Run, Shell, Transfer, User, Workdir
from ..base.blocks import run_line
from ..base.rewrite import Refused
from ..base.run_steps import pieces
from ..manifests.build_manifests import composer_files, go_files, maven_files, net_files
from ..manifests.python_lock import compiles_nothing, read_project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....model.build import Build, Stage
    from ....model.context import Context
    from ....model.packages.calls import Call
    from ..base.run_steps import Piece

WITHOUT_PROJECT = {"poetry": "--no-root", "uv": "--no-install-project"}
"""The flag that leaves the project itself out."""
_MAVEN = "# what Maven can fetch without the source; the build fetches the rest"
_GO_MODULES = 13
"""Before Go 1.13 it goes by the folder whether go.mod counts. Source: its release notes."""
_STATE = (Arg, Env, Run, Shell, User, Workdir)
_NET_OTHER = ("-r", "--runtime", "--self-contained", "--sc", "--os", "--arch", "-a", "--no-restore", "-p", "--property")


def waiting_build(build: Build, stage: Stage, broad: Transfer) -> Run | None:
    """The first RUN behind a copy of the whole source that fetches in part; None when one has fetched before."""
    for step in stage.instructions:
        if not isinstance(step, Run):
            continue
        if any(_kind(call) for call in build.calls(step)):
            return step if step.start > broad.start else None
    return None


def _kind(call: Call) -> str:
    name = call.manager.name
    if name in WITHOUT_PROJECT and call.verb == "restore" and call.path != "pip sync":
        return name
    if name == "composer" and call.verb == "restore":
        return name
    if name == "go" and call.path in ("build", "install", "mod download", "get"):
        return name
    if name == "mvn" and call.verb in ("build", "restore"):
        return name
    return name if name == "dotnet" and call.path in ("restore", "build", "publish") else ""


def fetched_first(build: Build, stage: Stage, context: Context, copy: Transfer, run: Run) -> tuple[list[str], str, str]:
    """The manifests, the RUN that fetches what they name, and the RUN that stays behind the source ("" as it is).

    Raises Refused when the part that only fetches is not known.
    """
    between = [step for step in stage.instructions if copy.start < step.start < run.start]
    changing = next((step for step in between if isinstance(step, _STATE)), None)
    if changing is not None:
        raise Refused(f"{changing.name} stands between the copy and the install", changing)
    found = pieces(build, run)
    at = next((number for number, piece in enumerate(found) if piece.call is not None and _kind(piece.call)), None)
    if at is None:
        raise Refused("the RUN installs nothing that a manifest names", run)
    for piece in found[:at]:
        if piece.call is None or piece.call.verb not in ("config", "install") or piece.call.requirements:
            raise Refused(f"`{piece.text[:60]}` may read the source", run)
    files, line = _fetching(build, stage, context, run, found[at])
    before = [piece.text for piece in found[:at]]
    rest = run_line([piece.text for piece in found[at:]]) if before else ""
    if line.endswith("|| true"):
        if before:
            raise Refused(f"`{before[0][:60]}` stands in one RUN with the build", run)
        return files, f"{_MAVEN}\nRUN {line}", rest
    return files, run_line([*before, line]), rest


def _fetching(build: Build, stage: Stage, context: Context, run: Run, piece: Piece) -> tuple[list[str], str]:
    call = piece.call
    assert call is not None
    name = call.manager.name
    if name in WITHOUT_PROJECT:
        project = read_project(build, stage, context, run, call)
        if not project.itself:
            raise Refused("the install needs no source", run)
        if not compiles_nothing(project, context):
            raise Refused("the install of the project may write among its source", run)
        return project.files, f"{piece.text} {WITHOUT_PROJECT[name]}"
    if name == "composer":
        flags = [flag for flag in ("--no-scripts", "--no-autoloader") if not call.has(flag)]
        return composer_files(build, stage, context, run, call), " ".join([piece.text, *flags])
    if name == "go":
        if call.path != "build" or call.has("-C", "-mod", "-modfile"):
            raise Refused(f"what `{piece.text[:60]}` reads is not followed", run)
        number = re.match(r"1\.(\d+)", (stage.ref.tag if stage.ref else "") or "")
        if stage.ref is None or stage.ref.name != "golang" or (number is not None and int(number[1]) < _GO_MODULES):
            raise Refused("whether this Go builds by modules is not known", run)
        return go_files(build, stage, context, run), "go mod download"
    if name == "mvn":
        if call.verb != "build" or call.has("-o", "--offline", "-gs", "--global-settings", "-t", "--toolchains"):
            raise Refused(f"what `{piece.text[:60]}` fetches is not known", run)
        profiles = [f"-P{each}" for each in call.values("-P", "--activate-profiles")]
        profiles += [word.text for word in call.command.args if re.match("-P.", word.value)]
        words = [call.command.words[0].text, "-B", *profiles, "dependency:go-offline"]
        return maven_files(build, stage, context, run, call), " ".join([*words, "|| true"])
    if call.has(*_NET_OTHER) or any(word.value.startswith(("-p:", "/p:")) for word in call.command.args):
        raise Refused(f"`{piece.text[:60]}` restores for a platform of its own", run)
    project_file = [word.text for word in call.operands]
    return net_files(build, stage, context, run, call), " ".join(["dotnet restore", *project_file])
