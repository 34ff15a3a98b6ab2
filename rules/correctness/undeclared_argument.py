"""COR002."""

from __future__ import annotations

from ...fixers.edits.edit import UNSAFE, Fix
from ...fixers.edits.instructions import insert_instruction_before
from ...model.inherited_variables import base_defines, is_usual_variable
from ...model.state import PLATFORM_ARGS
from ...syntax.expand import variable_references
from ..base import MEDIUM, WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
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
    """A RUN uses a build argument that its stage does not declare.

    ## Why
    An ARG before the first FROM is visible only to FROM instructions, and so are TARGETARCH and the other platform
    arguments of BuildKit. In a stage the variable is silently empty until the stage declares it too. With
    `GOARCH=$TARGETARCH go build`, the program is then built for the platform of the builder.

    ## What to do
    Add `ARG NAME` to the stage, before the RUN. It inherits the value.

    ## Exceptions
    - Variables that the base image sets, such as `GOLANG_VERSION` of `golang`.

    ## Fix safety
    Unsafe: the variable was empty before, and the command may rely on that.
    """
    state = build.state(run)
    script = build.script(run)
    for name in dict.fromkeys((*build.global_args, *_PLATFORM_NAMES)):
        if name not in script.text and not run.json:
            continue
        if name in state.vars or name in state.unknown or _assigned(run, name):
            continue
        is_global = name in build.global_args
        unless = ""
        if is_global:
            stage = build.stage_of(run)
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
                fix = Fix(
                    f"Add `ARG {name}`",
                    UNSAFE,
                    *insert_instruction_before(build.dockerfile, run, f"ARG {name}"),
                )
                why = "the ARG before FROM is not visible in this stage"
                if not is_global:
                    why = "BuildKit sets it only for stages that declare it"
                message = f"`{name}` is empty here{unless}: {why}; add `ARG {name}`"
                yield Finding(message, span, fix=fix, confidence=MEDIUM if unless else "")
                break


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
)
