"""OPT021."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import heapify, heappop, heappush

from ...model.layers import first_package_download, runs_project_code
from ...syntax.tree import Arg, Env, Label, Run
from ..base import SHIPPED, WARNING, Bad, Finding, Good, rule
from ..packages.package_findings import CallPrefix
from ..text import format_line_numbers
from .build_identity import uses_of_variable, varies_per_build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ...model.build import Build, Stage
    from ...syntax.command import Word
    from ...syntax.tree import Instruction, KeyValuePair


@rule("OPT021", level=WARNING, since="0.1", onbuild=False, formerly=("changing-argument",), scope=SHIPPED)
def cache_busting_argument(stage: Stage, build: Build) -> Iterator[Finding]:
    """An ARG that changes with every build is declared before expensive steps that do not need it.

    ## Why
    Every RUN after an ARG depends on its value, so a new commit, date or build number reruns all of them, for example
    the installation of packages or a download. An ENV that copies the value has the same effect, also in all stages
    based on this one. A LABEL does not invalidate the cache.

    ## What to do
    Move the ARG, and the LABEL or ENV that uses it, after the installs.
    """
    for index, instruction in enumerate(stage.instructions):
        for pair in instruction.pairs if isinstance(instruction, Arg) else ():
            if not varies_per_build(build, stage, pair):
                continue
            walk = _Walk(build, [pair.key.text])
            walk.read(stage, index + 1)
            if walk.call is None and not walk.stopped and walk.reaches_children:
                walk = _in_children(build, stage, walk)
            if walk.call is not None:
                yield _finding(build, pair, walk.call, walk.users, stage)


def _finding(
    build: Build, pair: KeyValuePair, head: CallPrefix | Word, users: Sequence[Instruction], stage: Stage
) -> Finding:
    name = pair.key.text
    line = build.dockerfile.source.line(head.start)
    also = f", together with its uses on {format_line_numbers([user.start_line for user in users])}" if users else ""
    inherited = head.start > stage.end
    place = "in a stage that is based on this one, or after that step" if inherited else "after that step"
    return Finding(
        f"every new value of `{name}` reruns `{head.text}` on line {line}, which does not use it, and all later steps; "
        f"declare it {place}{also}",
        pair.key,
        related=[(head, f"reruns with every new value of `{name}`")],
    )


class _Walk:
    """Reads the instructions after an ARG up to the first install, or the first step that may use its value.

    `names`: the variables with its value; `users`: the LABELs and ENVs that use it; `call`: the install or the
    download, if one was found; `stopped`: a step may use the value; `reaches_children`: an ENV hands it to the stages
    based on this one.
    """

    def __init__(self, build: Build, names: Collection[str], users: Sequence[Instruction] = ()) -> None:
        self.build = build
        self.names = set(names)
        self.users: list[Instruction] = list(users)
        self.call: CallPrefix | Word | None = None
        self.stopped = False

    @property
    def reaches_children(self) -> bool:
        return any(isinstance(user, Env) for user in self.users)

    def read(self, stage: Stage, start: int) -> None:
        """Read the instructions of the stage from index `start`."""
        steps, ends = stage.instructions, self.build.cached(("ends of walks", stage.index), lambda: self._ends(stage))
        number = bisect_left(ends, start)
        end = ends[number] if number < len(ends) else len(steps)
        todo = [index for name in self.names for index in _between(uses_of_variable(stage, name), start, end)]
        heapify(todo)
        last = -1
        while todo:
            index = heappop(todo)
            if index == last:
                continue
            last, step = index, steps[index]
            if not isinstance(step, (Label, Env)):
                self.stopped = True
                return
            self.users.append(step)
            for name in {pair.key.text for pair in step.pairs} - self.names if isinstance(step, Env) else ():
                self.names.add(name)
                for use in _between(uses_of_variable(stage, name), index + 1, end):
                    heappush(todo, use)
        last_step = steps[end] if end < len(steps) else None
        if isinstance(last_step, Run):
            self.stopped = runs_project_code(self.build, last_step)
            self.call = None if self.stopped else _first_download(self.build, last_step)

    def _ends(self, stage: Stage) -> list[int]:
        """The indexes of the RUNs at which a walk ends, whatever the names are."""
        return [
            index
            for index, step in enumerate(stage.instructions)
            if isinstance(step, Run)
            and (runs_project_code(self.build, step) or _first_download(self.build, step) is not None)
        ]


def _between(uses: Sequence[int], start: int, end: int) -> Sequence[int]:
    """The rising indexes from `start` up to and including `end`."""
    return uses[bisect_left(uses, start) : bisect_right(uses, end)]


def _first_download(build: Build, run: Run) -> CallPrefix | Word | None:
    """The first install in a RUN, else the program of its first command that downloads a file."""
    call = first_package_download(build, run)
    if call is not None:
        return CallPrefix(call)
    return next((c.words[0] for c in build.commands(run) if c.name in ("curl", "wget") and c.operands()), None)


def _in_children(build: Build, stage: Stage, walk: _Walk) -> _Walk:
    """The walk continued in the first stage based on `stage` whose install comes before any use; else `walk`."""
    needed = build.needed_stages()
    for child in build.cached("child stages", build.child_stages).get(stage.index, ()):
        if child.index in needed:
            inner = _Walk(build, walk.names, walk.users)
            inner.read(child, 0)
            if inner.call is not None:
                return inner
    return walk


EXAMPLES = (
    Bad("ARG «GIT_COMMIT»\nRUN apt-get update && apt-get install -y curl\nLABEL commit=$GIT_COMMIT"),
    Good("RUN apt-get update && apt-get install -y curl\nARG GIT_COMMIT\nLABEL commit=$GIT_COMMIT"),
    Bad("ARG «BUILD_DATE»\nENV BUILT=$BUILD_DATE\nRUN pip install -r requirements.txt", message="its uses on line 3"),
    Bad("ARG «VERSION»\nRUN go mod download\nCOPY . .\nRUN go build -ldflags -X=main.v=$VERSION", message="go mod"),
    Bad("ARG «VCS_REF»=unknown\nLABEL ref=$VCS_REF\nRUN apt-get install -y curl", message="its uses on line 3"),
    Bad(
        "FROM ruby:3.3-slim AS base\nARG «BUILD_COMMIT_SHA»\nENV SHA=$BUILD_COMMIT_SHA\nFROM base AS build\n"
        "RUN apt-get update && apt-get install -y gcc\nRUN bundle install\nFROM base\nCOPY --from=build /gems /gems",
        why="an ENV of a base stage",
        message="in a stage that is based on this one",
    ),
    Bad(
        "ARG «COMMIT_SHA»\nRUN curl -fsSLo /a.jar https://example.com/a.jar\nLABEL commit=$COMMIT_SHA",
        message="reruns `curl` on line 3",
    ),
    Good("ARG COMMIT_SHA\nRUN curl -fsSLo /a.jar https://example.com/$COMMIT_SHA/a.jar", why="the download uses it"),
    Good(
        "FROM ruby:3.3-slim AS base\nARG BUILD_COMMIT_SHA\nFROM base AS build\nRUN bundle install\nFROM base",
        why="an ARG ends with its stage",
    ),
    Good(
        "FROM debian AS base\nARG GIT_COMMIT\nENV SHA=$GIT_COMMIT\nFROM base AS build\nRUN make SHA=$SHA\n"
        "RUN apt-get install -y a",
        why="the stage needs it",
    ),
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
