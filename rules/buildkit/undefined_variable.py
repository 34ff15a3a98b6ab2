"""BK011."""

from __future__ import annotations

from ...model.inherited_variables import base_defines, is_usual_variable
from ...syntax.tree import Arg, Env
from ..base import LOW, MEDIUM, WARNING, Bad, Finding, Good, rule
from .variables import undefined_references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from .variables import VariableReference


@rule("BK011", level=WARNING, since="0.1", aliases=("buildkit:UndefinedVar",), onbuild=False)
def undefined_variable(build: Build) -> Iterator[Finding]:
    """An instruction uses a variable that nothing before it sets, so its value is empty.

    ## Why
    `COPY $SRC .` copies everything if SRC is empty, and `ENV PATH=$PAHT:/x` makes every program unavailable. Variables
    are expanded when the image is built: the environment of the container, such as HOME, is not available.

    ## What to do
    Declare the variable with ENV or ARG first. To use an ARG from before the first FROM, repeat `ARG name` in the
    stage. For a literal dollar sign, write `\\$`.

    ## Exceptions
    - Variables that the base image sets, and those that an unknown base image may set, unless an ARG elsewhere in the
      file declares them. Only the variables of `scratch` and of the official images in dlint's catalog are known.
    - Commands of RUN, where the shell expands variables.
    """
    for use in undefined_references(build):
        if isinstance(use.instruction, Env) and _set_in_same_env(use):
            continue  # env-self-reference reports it
        defined = base_defines(use.stage, use.name)
        if defined or (defined is None and (is_usual_variable(use.name) or not _declared_elsewhere(build, use))):
            continue
        if isinstance(use.instruction, Arg) and any(pair.key.text == use.name for pair in use.instruction.pairs):
            message = f"`${use.name}` is empty here, so it is no default; write `ARG {use.name}`"
            yield Finding(message, use, confidence=LOW)
            continue
        default = "-" in build.dockerfile.source.text[use.start : use.end]
        state = "never set, so its default is always used" if default else "empty here"
        unless = ", unless the base image sets it" if defined is None else ""
        confidence = MEDIUM if defined is None else ""
        yield Finding(f"`${use.name}` is {state}{unless}: {_advice(build, use)}", use, confidence=confidence)


def _declared_elsewhere(build: Build, use: VariableReference) -> bool:
    """Whether an ARG before the first FROM, in another stage or later in the file declares the variable."""
    return use.name in build.global_args or any(isinstance(i, Arg) for i in _setters(build, use))


def _setters(build: Build, use: VariableReference) -> Iterator[Arg | Env]:
    """The other instructions within stages that set the variable."""
    for instruction in build.cached("setters of variables", lambda: _setters_by_name(build)).get(use.name, ()):
        if instruction is not use.instruction:
            yield instruction


def _setters_by_name(build: Build) -> dict[str, list[Arg | Env]]:
    found: dict[str, list[Arg | Env]] = {}
    for instruction in (i for stage in build.stages for i in stage.instructions if isinstance(i, Arg | Env)):
        for name in {pair.key.text for pair in instruction.pairs}:
            found.setdefault(name, []).append(instruction)
    return found


def _advice(build: Build, use: VariableReference) -> str:
    if not use.name.replace("_", "a").isidentifier():
        return f"there is no such variable; write `{build.dockerfile.escape}$` for a literal dollar sign"
    if use.name in build.global_args:
        return f"the ARG before the first FROM is not visible in this stage; add `ARG {use.name}`"
    for setter in _setters(build, use):
        if setter.start > use.end and build.stage_of(setter) is use.stage:
            return f"it is not set until line {setter.start_line}; set it earlier"
        if isinstance(setter, Arg) and setter.end < use.start:
            return f"the ARG on line {setter.start_line} is in another stage; add `ARG {use.name}` to this one"
    near = build.similar_name(use.name, lambda: sorted(use.declared))
    rest = "" if near else _rest_of_list(build, use)
    remedy = f"did you mean `${near}`?" if near else f"write `{rest}`" if rest else "declare it first"
    return f"no ENV or ARG sets it; {remedy}"


def _rest_of_list(build: Build, use: VariableReference) -> str:
    """`NAME=/x` for `ENV NAME=$NAME:/x` and `ENV NAME=/x:$NAME`, which extend a list that does not exist."""
    pairs = use.instruction.pairs if isinstance(use.instruction, Env) else ()
    pair = next((each for each in pairs if each.key.text == use.name and each.value is not None), None)
    if pair is None or pair.value is None or not pair.value.start <= use.start < pair.value.end:
        return ""
    written = build.dockerfile.source.text[use.start : use.end]
    text = pair.value.text
    rest = text.replace(f"{written}:", "", 1) if f"{written}:" in text else text.replace(f":{written}", "", 1)
    return f"{use.name}={rest}" if rest != text and "\n" not in rest else ""


def _set_in_same_env(use: VariableReference) -> bool:
    """Whether another pair of the same ENV sets the variable."""
    return any(
        pair.key.text == use.name and pair.value is not None and not pair.value.start <= use.start < pair.value.end
        for pair in use.instruction.pairs
    )


EXAMPLES = (
    Bad("FROM alpine\nENV PATH=«$PAHT»:/tmp/bin", message="did you mean `$PATH`?"),
    Good("ENV PATH=/x:$PATH"),
    Bad("FROM scratch\nCOPY «$foo» .", message="`$foo` is empty here: no ENV or ARG sets it"),
    Bad("FROM alpine\nCOPY «$foo» .\nARG foo=bar", message="not set until line 3"),
    Bad("ARG V=1\nFROM debian:12\nLABEL version=«${V}»", message="add `ARG V`"),
    Bad(
        "FROM example.org/team/base:1 AS a\nARG V=1\nFROM example.org/team/base:1\nLABEL version=«$V»",
        message="unless the base image sets it: the ARG on line 2 is in another stage",
    ),
    Good("ENV A=1 B=$A", why="reported by env-self-reference"),
    Bad("FROM scratch\nARG A=«${A}»", message="write `ARG A`"),
    Bad('LABEL a="x«$$»{1}"', message="for a literal dollar sign"),
    Bad("ENV A=«$A»:/x", message="no ENV or ARG sets it; write `A=/x`"),
    Bad('ENV A="/x:«${A}»:/y"', message='write `A="/x:/y"`'),
    Bad("ENV A=«$A»", message="declare it first"),
    Bad("ENV GOPATH=«$HOME»/go"),
    Bad("ENV A=«${B:-1}»", message="its default is always used"),
    Bad("RUN --mount=type=bind,source=«$s»,target=/x a"),
    Bad("COPY --chown=«$u»:«$g» a b"),
    Bad("COPY <<EOF /b\n«$x» ${PATH} \\$z\nEOF"),
    Bad("ENV LD_LIBRARY_PATH=/x:«$LD_LIBRARY_PATH»", why="adds an empty entry, which means the current directory"),
    Good("FROM alpine AS base\nARG foo=Dockerfile\nFROM base\nCOPY $foo ."),
    Good("ARG foo\nCOPY $foo .", why="set by the build"),
    Good("FROM eclipse-temurin:21\nENV PATH=$JAVA_HOME/x:$PATH", why="set by the base image"),
    Good(
        "ARG RUBY_VERSION=3.3\nFROM ruby:${RUBY_VERSION}-slim\nLABEL ruby=$RUBY_VERSION",
        why="the base image sets it, too",
    ),
    Good("ARG NODE_VERSION=22\nFROM example.org/node:$NODE_VERSION\nLABEL node=$NODE_VERSION", why="probably the same"),
    Good("FROM example.org/team/base:1\nCOPY a $SRC/", why="the base image is unknown"),
    Good("ARG BASE=debian:12\nFROM ${BASE}\nENV LD_LIBRARY_PATH=/x:$LD_LIBRARY_PATH", why="the build chooses it"),
    Bad("ARG TAG=12\nFROM debian:${TAG:-12}-slim\nENV LD_LIBRARY_PATH=/x:«$LD_LIBRARY_PATH»"),
    Bad(
        "ARG V=1\nARG BASE=debian:12\nFROM ${BASE}\nLABEL version=«$V»",
        message="unless the base image sets it: the ARG before the first FROM is not visible",
    ),
    Good("RUN echo $x", why="expanded by the shell"),
    Good("ENV A='$x' B=\\$y", why="not expanded"),
    Good("EXPOSE $PORT", why="not checked by BuildKit"),
)
