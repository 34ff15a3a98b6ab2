"""OPT021."""

from __future__ import annotations

from ...model.layers import first_package_download, runs_project_code
from ...syntax.tree import Arg, Env, Label, Run
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import CallPrefix
from ..text import format_line_numbers
from .build_identity import uses_variable, varies_per_build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Instruction, KeyValuePair


@rule("OPT021", level=WARNING, since="0.1", onbuild=False, formerly=("changing-argument",))
def cache_busting_argument(stage: Stage, build: Build) -> Iterator[Finding]:
    """An ARG that changes with every build is declared before expensive steps that do not need it.

    ## Why
    Every RUN after an ARG depends on its value, so a new commit, date or build number reruns all of them, for example
    the installation of packages. An ENV that copies the value has the same effect. A LABEL does not invalidate the
    cache.

    ## What to do
    Move the ARG, and the LABEL or ENV that uses it, after the installs.
    """
    for index, instruction in enumerate(stage.instructions):
        for pair in instruction.pairs if isinstance(instruction, Arg) else ():
            if varies_per_build(build, stage, pair):
                found = _wasted(build, stage.instructions[index + 1 :], pair.key.text)
                if found:
                    yield _finding(build, pair, *found)


def _finding(build: Build, pair: KeyValuePair, call: PackageCall, users: Sequence[Instruction]) -> Finding:
    head, name = CallPrefix(call), pair.key.text
    line = build.dockerfile.source.line(head.start)
    also = f", together with its uses on {format_line_numbers([user.start_line for user in users])}" if users else ""
    return Finding(
        f"every new value of `{name}` reruns `{head.text}` on line {line}, which does not use it, and all later steps; "
        f"declare it after that step{also}",
        pair.key,
        related=[(head, f"reruns with every new value of `{name}`")],
    )


def _wasted(build: Build, later: Sequence[Instruction], name: str) -> tuple[PackageCall, list[Instruction]] | None:
    """The first install before any step that may use the variable, and the LABELs and ENVs that use it before that."""
    names: set[str] = {name}
    users: list[Instruction] = []
    for instruction in later:
        if uses_variable(instruction, names):
            if not isinstance(instruction, (Label, Env)):
                return None
            users.append(instruction)
            if isinstance(instruction, Env):
                names |= {pair.key.text for pair in instruction.pairs}
        elif isinstance(instruction, Run):
            if runs_project_code(build, instruction):
                return None
            call = first_package_download(build, instruction)
            if call is not None:
                return call, users
    return None


EXAMPLES = (
    Bad("ARG «GIT_COMMIT»\nRUN apt-get update && apt-get install -y curl\nLABEL commit=$GIT_COMMIT"),
    Good("RUN apt-get update && apt-get install -y curl\nARG GIT_COMMIT\nLABEL commit=$GIT_COMMIT"),
    Bad("ARG «BUILD_DATE»\nENV BUILT=$BUILD_DATE\nRUN pip install -r requirements.txt", message="its uses on line 3"),
    Bad("ARG «VERSION»\nRUN go mod download\nCOPY . .\nRUN go build -ldflags -X=main.v=$VERSION", message="go mod"),
    Bad("ARG «VCS_REF»=unknown\nLABEL ref=$VCS_REF\nRUN apt-get install -y curl", message="its uses on line 3"),
    Good("ARG GIT_COMMIT\nRUN make VERSION=$GIT_COMMIT", why="the step uses it"),
    Good("ARG GIT_COMMIT\nRUN ./configure\nRUN apt-get install -y curl", why="the script may use it"),
    Good("ARG NODE_VERSION=22\nRUN apt-get install -y nodejs=$NODE_VERSION", why="a pinned version"),
    Good("ARG LIB_COMMIT=4f0e1c2\nRUN apt-get install -y git", why="a pinned commit of a dependency"),
    Good(
        "ARG VERSION\nRUN apt-get install -y curl\nRUN curl -O https://example.com/$VERSION",
        why="the version of a download",
    ),
    Good("ARG TOOL_SHA\nRUN apt-get install -y git", why="the checksum of a download"),
    Good("ARG GIT_COMMIT\nLABEL commit=$GIT_COMMIT\nCMD a", why="no expensive step after it"),
)
