"""BK011."""

from __future__ import annotations

from ...model.inherited_variables import base_may_define
from ...syntax.instruction_checks import suggest
from ...syntax.tree import Arg, Env
from ..base import WARNING, Bad, Finding, Good, rule
from .variables import undefined_references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from .variables import VariableReference


@rule("BK011", level=WARNING, since="0.1", aliases=("buildkit:UndefinedVar",), onbuild=False)
def undefined_variable(build: Build) -> Iterator[Finding]:
    """An instruction uses a variable that nothing before it sets, so that it is empty.

    ## Why
    `COPY $SRC .` copies everything when SRC is empty, `ENV PATH=$PAHT:/x` loses every program. The value is put in
    when the image is built: what the container's environment has later, such as HOME, is not there.

    ## What to do
    Declare it with ENV or ARG first. An ARG before the first FROM is seen in a stage after a bare `ARG name`.
    A `$` that is meant to stay is written `\\$`.

    ## What is left alone
    Variables that the base image may set, unless an ARG elsewhere in the file declares them: only of `scratch` and of
    the official images in dlint's catalog it is known what they set. The commands of RUN, where the shell has variables
    of its own.
    """
    for use in undefined_references(build):
        if isinstance(use.instruction, Env) and _set_beside(use):
            continue  # env-self-reference reports it
        if not base_may_define(use.stage, use.name) or _declared_elsewhere(build, use):
            default = "-" in build.dockerfile.source.text[use.start : use.end]
            state = "never set here, so that the default always stands" if default else "empty here"
            yield Finding(f"`${use.name}` is {state}: {_advice(build, use)}", use)


def _declared_elsewhere(build: Build, use: VariableReference) -> bool:
    """Whether an ARG before the first FROM, in another stage or further down declares the variable."""
    return use.name in build.global_args or any(isinstance(i, Arg) for i in _setters(build, use))


def _setters(build: Build, use: VariableReference) -> Iterator[Arg | Env]:
    """The other instructions within stages that set the variable."""
    for instruction in (i for stage in build.stages for i in stage.instructions if isinstance(i, Arg | Env)):
        if instruction is not use.instruction and any(pair.key.text == use.name for pair in instruction.pairs):
            yield instruction


def _advice(build: Build, use: VariableReference) -> str:
    if not use.name.replace("_", "a").isidentifier():
        return f"there are no such variables here; write `{build.dockerfile.escape}$` for a dollar sign"
    if use.name in build.global_args:
        return f"the stage sees the ARG before the first FROM only after `ARG {use.name}`"
    for setter in _setters(build, use):
        if setter.start > use.end and build.stage_of(setter) is use.stage:
            return f"it is set only later, on line {setter.start_line}"
        if isinstance(setter, Arg) and setter.end < use.start:
            return f"the ARG on line {setter.start_line} is of another stage; write `ARG {use.name}` here too"
    near = suggest(use.name, sorted(use.declared))
    return "no ENV or ARG sets it" + (f"; did you mean `${near}`?" if near else "")


def _set_beside(use: VariableReference) -> bool:
    """Whether another pair of the same ENV sets the variable."""
    return any(
        pair.key.text == use.name and pair.value is not None and not pair.value.start <= use.start < pair.value.end
        for pair in use.instruction.pairs
    )


EXAMPLES = (
    Bad("FROM scratch\nCOPY «$foo» .", message="`$foo` is empty here: no ENV or ARG sets it"),
    Bad("FROM alpine\nENV PATH=«$PAHT»:/tmp/bin", message="did you mean `$PATH`?"),
    Bad("FROM alpine\nCOPY «$foo» .\nARG foo=bar", message="only later, on line 3"),
    Bad("ARG V=1\nFROM debian:12\nLABEL version=«${V}»", message="only after `ARG V`"),
    Bad(
        "FROM example.org/team/base:1 AS a\nARG V=1\nFROM example.org/team/base:1\nLABEL version=«$V»",
        message="line 2 is of",
    ),
    Good("ENV A=1 B=$A", why="env-self-reference reports it"),
    Bad('LABEL a="x«$$»{1}"', message="for a dollar sign"),
    Bad("ENV A=«$A»:/x", message="no ENV or ARG sets it"),
    Bad("ENV GOPATH=«$HOME»/go"),
    Bad("ENV A=«${B:-1}»", message="the default always stands", why="always the default: nothing sets B"),
    Bad("RUN --mount=type=bind,source=«$s»,target=/x a"),
    Bad("COPY --chown=«$u»:«$g» a b"),
    Bad("COPY <<EOF /b\n«$x» ${PATH} \\$z\nEOF"),
    Bad("ENV LD_LIBRARY_PATH=/x:«$LD_LIBRARY_PATH»", why="the list ends in an empty entry, the current folder"),
    Good("ENV PATH=/x:$PATH"),
    Good("FROM alpine AS base\nARG foo=Dockerfile\nFROM base\nCOPY $foo ."),
    Good("ARG foo\nCOPY $foo .", why="declared; the build gives the value"),
    Good("FROM eclipse-temurin:21\nENV PATH=$JAVA_HOME/x:$PATH", why="the base image sets it"),
    Good("FROM example.org/team/base:1\nCOPY a $SRC/", why="nobody knows what the base image sets"),
    Good("RUN echo $x", why="the shell's"),
    Good("ENV A='$x' B=\\$y", why="not expanded"),
    Good("EXPOSE $PORT", why="BuildKit does not check it"),
)
