"""COR012."""

from __future__ import annotations

from ...syntax.expand import variable_references
from ...syntax.instruction_checks import parse_mount_fields
from ...syntax.source import Span
from ...syntax.tree import Arg, CopyOrAdd, Env, Label, Run, Workdir
from ..base import WARNING, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Add, Argument, Copy, Instruction, Volume

_PROMPTS = frozenset(("PS1", "PS2", "PS4", "PROMPT", "RPROMPT", "PROMPT_COMMAND"))
"""Variables whose value a shell evaluates."""
_SHELL_ONLY = frozenset(("PWD", "OLDPWD", "HOSTNAME"))
"""Variables that a shell sets itself, so that no image has them."""


@rule(
    "COR012", level=WARNING, since="0.1", onbuild=False, prefilter=("$(", "~", "`", "$pwd", "${pwd", "pwd}", "hostname")
)
def unexpanded_shell_syntax(
    instruction: Env | Arg | Label | Workdir | Copy | Add | Volume | Run, build: Build
) -> Iterator[Finding]:
    """An instruction other than RUN, or a mount, uses `$(…)`, `~` or a variable of the shell.

    ## Why
    BuildKit only replaces variables that ENV and ARG set. `ENV NOW=$(date)` stores the text `$(date)`, `COPY a ~/`
    copies to a directory that is called `~`, and `$PWD` is empty.

    ## What to do
    Pass the value as a build argument, or compute it in the RUN that needs it. Write the path of the home directory,
    such as `/root`.

    ## Exceptions
    - Single-quoted and escaped text, and prompts such as PS1, which a shell evaluates later.
    - WORKDIR that begins with `~`, which DL3000 reports.
    - Text with `~` in ENV and ARG is reported with medium confidence, because some programs expand it themselves.
    """
    if isinstance(instruction, Run):
        yield from _mounts(instruction)
        return
    for name, word in _values(instruction):
        problem = _problem(build, instruction, word, name)
        if problem:
            unsure = isinstance(instruction, Env | Arg) and "~" in problem and name != "PATH"
            yield Finding(problem, word, confidence="medium" if unsure else "")
            continue
        state = build.state(instruction)
        for used, start, end in variable_references(word.text, state.escape) if "$" in word.text else ():
            if used in _SHELL_ONLY and used not in state.vars and used not in state.unknown:
                place = instruction.mapped(word)
                yield Finding(
                    f"`${used}` is a variable of the shell and empty in {instruction.name}; write the value",
                    Span(place.offset(start), place.end_offset(end)),
                )
                break


def _mounts(run: Run) -> Iterator[Finding]:
    """Mounts of a RUN whose target begins with `~`."""
    for flag in run.flags:
        fields = parse_mount_fields(flag.value or "") if flag.name == "mount" else None
        for key, value in fields or ():
            if key in ("target", "dst", "destination") and value and value.partition("/")[0] == "~":
                yield Finding("`~` is not expanded in a mount; write the path of the home directory", flag)


def _values(instruction: Instruction) -> Iterator[tuple[str, Argument]]:
    """The words that are values or paths, with the name of the variable or label."""
    if isinstance(instruction, Env | Arg | Label):
        for pair in instruction.pairs:
            if pair.value is not None:
                yield pair.key.text, pair.value
    else:
        for word in instruction.arguments:
            yield "", word


def _problem(build: Build, instruction: Instruction, word: Argument, name: str) -> str:
    text = word.text
    plain = text.strip('"')
    if "'" not in text and name not in _PROMPTS and not text.startswith("<<"):
        at = plain.find("$(")
        if at >= 0 and plain[at - 1 : at] not in ("\\", "$", build.dockerfile.escape):
            return f"`{plain}` {_stored(instruction)}"
        if build.dockerfile.escape != "`" and len(plain) > 2 and plain[0] == plain[-1] == "`" and plain.count("`") == 2:
            return f"{plain} {_stored(instruction)}"
    if isinstance(instruction, Label | Workdir) or "\\" in text:
        return ""
    first = plain.partition("/")[0]
    home = (plain == "~" or first == "~") or (isinstance(instruction, CopyOrAdd) and _is_user_home(first, plain))
    if home or (name == "PATH" and ":~/" in plain):
        return f"`~` is not expanded in {instruction.name}; write the path of the home directory"
    return ""


def _is_user_home(first: str, text: str) -> bool:
    """Whether the text is a path in the home directory of a named user, `~app/x`."""
    return first[:1] == "~" and first[1:].isidentifier() and "/" in text


def _stored(instruction: Instruction) -> str:
    remedy = "write the path"
    if isinstance(instruction, Env | Arg | Label):
        remedy = "pass the value with `--build-arg`, or compute it in a RUN"
    return f"is not executed in {instruction.name}, but used as it is written; {remedy}"


EXAMPLES = (
    Bad("ENV NOW=«$(date)»", message="`$(date)` is not executed in ENV, but used as it is written"),
    Good("ARG NOW\nENV NOW=$NOW"),
    Bad('LABEL built=«"$(date -u)"»'),
    Bad("ENV DIR «$(pwd)/x»"),
    Bad("ARG ARCH=«`uname`»"),
    Bad("COPY a «~/x/»", message="`~` is not expanded in COPY; write the path of the home directory"),
    Bad("COPY a «~app/»"),
    Bad("VOLUME «~/data»"),
    Bad("ENV PATH=«~/.local/bin:$PATH»"),
    Bad('ENV PATH=«"$PATH:~/bin"»'),
    Bad("ENV NVM_DIR=«~/.nvm»"),
    Bad("ENV P=/x:«${PWD}»", message="`$PWD` is a variable of the shell and empty in ENV"),
    Bad("WORKDIR /srv/«$HOSTNAME»"),
    Good("ENV PS1='$(whoami)$ '"),
    Good('ENV PS1="$(whoami)# "'),
    Good("ENV A='$(date)'"),
    Good("ENV A=\\$(date)"),
    Good('LABEL d="use `x` and ~/y"'),
    Good("ENV PWD=/x\nENV A=$PWD"),
    Bad("RUN «--mount=type=cache,target=~/.cache» make", message="not expanded in a mount"),
    Good("RUN --mount=type=cache,target=/root/.cache make ~/x"),
    Good("RUN ls ~/x $(pwd)", why="the shell expands it"),
    Good("COPY a~ b~/", why="names that end with a tilde"),
    Good("WORKDIR ~/app", why="reported by DL3000"),
)
