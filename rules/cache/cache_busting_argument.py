"""OPT021."""

from __future__ import annotations

from ...model.layers import first_package_download, runs_project_code
from ...syntax.tree import Arg, Env, Label, Run
from ..base import WARNING, Bad, Finding, Good, rule
from ..packages.common import CallPrefix
from ..text import format_line_numbers
from .arguments import uses_variable, varies_per_build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.build import Build, Stage
    from ...model.packages.calls import PackageCall
    from ...syntax.tree import Instruction, KeyValuePair


@rule("OPT021", level=WARNING, since="0.1", onbuild=False, formerly=("changing-argument",))
def cache_busting_argument(stage: Stage, build: Build) -> Iterator[Finding]:
    """A build argument that changes with the build stands before expensive steps that do not need it.

    ## Why
    Every RUN behind an `ARG` sees it as a variable, so a new value (a commit, a date, a build number) runs all of them
    again: the packages are installed anew in every build. An `ENV` that takes the value over does the same. A LABEL
    alone does not; it changes only the image's configuration.

    ## What to do
    Declare the argument, and the LABEL or ENV that takes it over, behind the installs.
    """
    for index, instruction in enumerate(stage.instructions):
        for pair in instruction.pairs if isinstance(instruction, Arg) else ():
            if varies_per_build(build, stage, pair):
                found = _wasted(build, stage.instructions[index + 1 :], pair.key.text)
                if found:
                    yield _finding(build, pair, *found)


def _finding(build: Build, pair: KeyValuePair, call: PackageCall, takers: Sequence[Instruction]) -> Finding:
    head, name = CallPrefix(call), pair.key.text
    line = build.dockerfile.source.line(head.start)
    also = f", with what uses it on {format_line_numbers([taker.start_line for taker in takers])}" if takers else ""
    return Finding(
        f"every new `{name}` runs `{head.text}` on line {line} again, which does not use it, and all steps behind it; "
        f"declare it after that step{also}",
        pair.key,
        related=[(head, f"runs again with every new `{name}`")],
    )


def _wasted(build: Build, behind: Sequence[Instruction], name: str) -> tuple[PackageCall, list[Instruction]] | None:
    """The first install before any step that may use the variable, and the LABELs and ENVs that take it over."""
    names: set[str] = {name}
    takers: list[Instruction] = []
    for instruction in behind:
        if uses_variable(instruction, names):
            if not isinstance(instruction, (Label, Env)):
                return None
            takers.append(instruction)
            if isinstance(instruction, Env):
                names |= {pair.key.text for pair in instruction.pairs}
        elif isinstance(instruction, Run):
            if runs_project_code(build, instruction):
                return None
            call = first_package_download(build, instruction)
            if call is not None:
                return call, takers
    return None


EXAMPLES = (
    Bad("ARG «GIT_COMMIT»\nRUN apt-get update && apt-get install -y curl\nLABEL commit=$GIT_COMMIT"),
    Bad("ARG «BUILD_DATE»\nENV BUILT=$BUILD_DATE\nRUN pip install -r requirements.txt", message="uses it on line 3"),
    Bad("ARG «VERSION»\nRUN go mod download\nCOPY . .\nRUN go build -ldflags -X=main.v=$VERSION", message="go mod"),
    Bad("ARG «VCS_REF»=unknown\nLABEL ref=$VCS_REF\nRUN apt-get install -y curl", message="uses it on line 3"),
    Good("RUN apt-get update && apt-get install -y curl\nARG GIT_COMMIT\nLABEL commit=$GIT_COMMIT"),
    Good("ARG GIT_COMMIT\nRUN make VERSION=$GIT_COMMIT", why="the step needs it"),
    Good("ARG GIT_COMMIT\nRUN ./configure\nRUN apt-get install -y curl", why="the script may read it"),
    Good("ARG NODE_VERSION=22\nRUN apt-get install -y nodejs=$NODE_VERSION", why="changes when a person changes it"),
    Good("ARG LIB_COMMIT=4f0e1c2\nRUN apt-get install -y git", why="a pinned commit of something that is fetched"),
    Good("ARG VERSION\nRUN apt-get install -y curl\nRUN curl -O https://example.com/$VERSION", why="it is fetched"),
    Good("ARG TOOL_SHA\nRUN apt-get install -y git", why="the checksum of something that is fetched"),
    Good("ARG GIT_COMMIT\nLABEL commit=$GIT_COMMIT\nCMD a", why="nothing expensive behind it"),
)
