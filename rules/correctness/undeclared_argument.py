"""COR002."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Fix
from ...fixers.edits.instructions import insert_instruction_before
from ...model.inherited_variables import base_defines, is_usual_variable
from ...model.state import PLATFORM_ARGS
from ...syntax.expand import variable_references
from ...syntax.tree import Arg
from ..base import MEDIUM, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...model.build import Build, Stage
    from ...syntax.command import Command, Word
    from ...syntax.tree import Run


_PLATFORM_NAMES = tuple(name for name in PLATFORM_ARGS if name.endswith(("PLATFORM", "OS", "ARCH", "VARIANT")))


@rule(
    "COR002",
    level=WARNING,
    since="0.1",
    onbuild=False,
    fix=UNSAFE,
    prefilter=("arg ", "targetarch", "targetos", "targetplatform", "targetvariant", "buildplatform", "buildos"),
)
def undeclared_argument(run: Run, build: Build) -> Iterator[Finding]:
    """A RUN uses a build argument that its stage does not declare, or only declares later.

    ## Why
    An ARG before the first FROM is visible only to FROM instructions, and so are TARGETARCH and the other platform
    arguments of BuildKit. In a stage the variable is silently empty until the stage declares it too, also if
    `--build-arg` gives it a value. With
    `GOARCH=$TARGETARCH go build`, the program is then built for the platform of the builder.

    ## What to do
    Add `ARG NAME` to the stage, before the RUN. It inherits the value. Move an ARG that is below the RUN before it.

    ## Exceptions
    - Variables that the base image sets, such as `GOLANG_VERSION` of `golang`.

    ## Fix safety
    Unsafe: the variable was empty before, and the command may rely on that.
    """
    state = build.state(run)
    script = build.script(run)
    stage = build.stage_of(run)
    later = _later_arguments(build, stage, run) if stage is not None else {}
    for name in dict.fromkeys((*build.global_args, *_PLATFORM_NAMES, *later)):
        if name not in script.text and not run.json:
            continue
        if name in state.vars or name in state.unknown or _assigned(run, name):
            continue
        unless = ""
        if name not in _PLATFORM_NAMES or name in build.global_args:
            defined = base_defines(stage, name) if stage is not None else None
            if defined or (defined is None and is_usual_variable(name)):
                continue
            unless = ", unless the base image sets it" if defined is None else ""
        for word in (word for command in script.commands for word in _words(command) if name in word.text):
            found = [
                (start, end) for used, start, end in variable_references(word.text.replace("'", " ")) if used == name
            ]
            if found and word.dynamic:
                start, end = found[0]
                span = word.script.span(word.start_index + start, word.start_index + end)
                why, remedy = _why(build, name, later)
                message = f"`{name}` is empty here{unless}: {why}; {remedy}"
                yield Finding(message, span, fix=_fix(build, run, name, later), confidence=MEDIUM if unless else "")
                break


def _why(build: Build, name: str, later: Mapping[str, Arg]) -> tuple[str, str]:
    """Why the variable is empty, and the remedy."""
    if name in later:
        return f"it is not declared until line {later[name].start_line}", "move that ARG before this RUN"
    if name in build.global_args:
        return "the ARG before FROM is not visible in this stage", f"add `ARG {name}`"
    return "BuildKit sets it only for stages that declare it", f"add `ARG {name}`"


def _fix(build: Build, run: Run, name: str, later: Mapping[str, Arg]) -> Fix | None:
    if name in later:
        return None
    edits = insert_instruction_before(build.dockerfile, run, f"ARG {name}")
    return Fix(f"Add `ARG {name}`", UNSAFE, *edits)


def _later_arguments(build: Build, stage: Stage, run: Run) -> dict[str, Arg]:
    """The arguments that the stage declares only after the RUN, if the RUN names them."""
    declared = build.cached(("arguments", stage.index), lambda: _arguments(stage))
    if not declared:
        return {}
    names = {name for name, _, _ in variable_references(build.script(run).text.replace("'", " "))}
    index = build.index_of(run)
    return {name: declared[name] for name in names & declared.keys() if build.index_of(declared[name]) > index}


def _arguments(stage: Stage) -> dict[str, Arg]:
    """The first ARG of each name in the stage."""
    found: dict[str, Arg] = {}
    for step in stage.instructions:
        if isinstance(step, Arg):
            for pair in step.pairs:
                found.setdefault(pair.key.text, step)
    return found


def _words(command: Command) -> Iterator[Word]:
    """The words of a command and the values of the variables that it sets."""
    yield from (value for _, value in command.assignments)
    yield from command.words


def _assigned(run: Run, name: str) -> bool:
    """Whether the script sets the variable, or handles an empty value."""
    ways = (f"{name}=", f"for {name} ", f"read {name}", f"read -r {name}", f"{{{name}:", f"{{{name}-", f"{{{name}+")
    texts = [run.logical.text, *(heredoc.body for heredoc in run.heredocs)]
    return any(way in text for way in ways for text in texts)


EXAMPLES = (
    Bad(
        "ARG VERSION=1\nFROM debian:12-slim\nRUN curl -O https://example.com/«$VERSION».tgz",
        message="`VERSION` is empty",
        fixed="ARG VERSION=1\nFROM debian:12-slim\nARG VERSION\nRUN curl -O https://example.com/$VERSION.tgz",
    ),
    Good("ARG VERSION=1\nFROM debian:12-slim\nARG VERSION\nRUN curl -O https://example.com/$VERSION.tgz"),
    Good("ARG VERSION=1\nFROM debian:12-slim\nRUN VERSION=2; echo $VERSION"),
    Good(
        "ARG GOLANG_VERSION=1.23\nFROM golang:$GOLANG_VERSION\nRUN echo $GOLANG_VERSION",
        why="the base image sets it, too",
    ),
    Good("ARG PG_MAJOR=16\nFROM example.org/pg:$PG_MAJOR\nRUN apt-get install -y x-$PG_MAJOR", why="probably the same"),
    Bad(
        "ARG VERSION=1\nFROM example.org/a:$VERSION\nRUN curl -O https://example.com/«$VERSION».tgz",
        message="empty here, unless the base image sets it",
    ),
    Good("ARG VERSION=1\nFROM debian:$VERSION\nRUN echo a"),
    Bad(
        "RUN GOARCH=amd64 make «$TARGETARCH»",
        message="`TARGETARCH` is empty here: BuildKit sets it only for stages that declare it",
        fixed="ARG TARGETARCH\nRUN GOARCH=amd64 make $TARGETARCH",
    ),
    Bad("RUN GOOS=linux GOARCH=«$TARGETARCH» go build"),
    Good("ARG TARGETARCH\nRUN make $TARGETARCH"),
    Good("ENV TARGETARCH=amd64\nRUN make $TARGETARCH"),
    Good("ARG VERSION=1\nFROM debian:12-slim\nRUN echo ${VERSION:-none}", why="handles an empty value"),
    Bad(
        'FROM node:22-slim\nRUN if [ "«$MODE»" = dev ]; then npm i -g nodemon@3; fi\nARG MODE\nENV MODE=$MODE',
        message="`MODE` is empty here: it is not declared until line 3; move that ARG before this RUN",
    ),
    Bad("ARG V\nFROM debian:12-slim\nRUN echo «$V»\nARG V=1\nRUN echo $V", message="not declared until line 4"),
    Good('FROM debian:12-slim\nRUN export MODE=a && echo "$MODE"\nARG MODE', why="set in the RUN"),
    Good("FROM debian:12-slim\nENV MODE=a\nRUN echo $MODE\nARG MODE", why="set before"),
    Good("FROM debian:12-slim AS a\nENV MODE=a\nFROM a\nRUN echo $MODE\nARG MODE", why="inherited"),
    Good("FROM debian:12-slim\nRUN echo ${MODE:-a}\nARG MODE", why="handles an empty value"),
    Good("FROM debian:12-slim\nRUN echo '$MODE'\nARG MODE", why="not expanded"),
    Good("FROM node:22-slim\nRUN echo $NODE_VERSION\nARG NODE_VERSION", why="the base image sets it"),
)
