"""COR051."""

from __future__ import annotations

from bisect import bisect_right

from ...syntax.expand import variable_references
from ...syntax.tree import Env, Expose, Run, User
from ..base import INFO, MEDIUM, Bad, Finding, Good, rule
from ..cache.build_identity import uses_of_variable
from ..options import given_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.command import Command
    from ...syntax.tree import Arg, Instruction

_NUMBERED = {
    "groupadd": ("-g", "--gid"),
    "groupmod": ("-g", "--gid"),
    "addgroup": ("-g", "--gid"),
    "useradd": ("-u", "--uid", "-g", "--gid"),
    "usermod": ("-u", "--uid", "-g", "--gid"),
    "adduser": ("-u", "--uid"),
}
"""Programs that need a value after these options."""


@rule("COR051", level=INFO, since="0.1", confidence=MEDIUM, preview=True, onbuild=False, prefilter=("arg",))
def empty_argument(arg: Arg, build: Build) -> Iterator[Finding]:
    """An ARG has no default, and an instruction that cannot work with an empty value uses it.

    ## Why
    A build without `--build-arg` gets an empty value: USER then means root, EXPOSE exposes nothing, and `groupadd -g
    $GID app` takes `app` for the number and fails.

    ## What to do
    Give the ARG a default, or fail with a clear message: `RUN test -n "$GID"`.

    ## Exceptions
    - Arguments that a compose file, a CI workflow or a makefile passes.
    - Names that a later ARG or ENV sets, and RUNs that test the value.
    """
    stage = build.stage_of(arg)
    if stage is None:
        return
    for pair in arg.pairs:
        name = pair.key.text
        if pair.value is not None or name in given_arguments(build):
            continue
        uses = uses_of_variable(stage, name)
        for step in (stage.instructions[index] for index in uses[bisect_right(uses, build.index_of(arg)) :]):
            if isinstance(step, Env) and any(each.key.text == name for each in step.pairs):
                break
            if name not in build.state(step).unknown or _is_tested(build, step, name):
                break
            where = _needs(build, step, name)
            if where:
                yield Finding(
                    f"`{name}` has no default, but {where} on line {step.start_line} needs a value; add a default",
                    pair.key,
                    related=[(step, "needs a value")],
                )
                break


def _needs(build: Build, step: Instruction, name: str) -> str:
    """What in the instruction needs a value of the variable; "" if nothing does."""
    if isinstance(step, (User, Expose)):
        bare = (f"${name}", f"${{{name}}}")
        return step.name if any(word.strip("\"'") in bare for word in step.arguments_text.split()) else ""
    if isinstance(step, Run):
        return next((f"`{c.name}`" for c in build.commands(step) if not c.context and _needs_value(c, name)), "")
    return ""


def _needs_value(command: Command, name: str) -> bool:
    bare = (f"${name}", f"${{{name}}}", f'"${name}"', f'"${{{name}}}"')
    if command.name in ("chown", "chgrp"):
        operands = command.operands(("--reference", "--from"))
        return len(operands) > 1 and operands[0].text in bare
    found = command.option(*_NUMBERED[command.name]) if command.name in _NUMBERED else None
    return found is not None and not isinstance(found, str) and found.text in bare


def _is_tested(build: Build, step: Instruction, name: str) -> bool:
    """Whether a RUN compares the value, or uses a default of its own."""
    if not isinstance(step, Run):
        return False
    for command in build.commands(step):
        if command.name in ("test", "[", "[[") and any(
            used == name for word in command.words for used, _, _ in variable_references(word.text.replace("'", " "))
        ):
            return True
    text = build.script(step).text
    return any(f"${{{name}{sign}" in text for sign in ":-+?=")


EXAMPLES = (
    Bad("ARG «UID»\nRUN make\nUSER $UID", message="`UID` has no default, but USER on line 4 needs a value"),
    Good("ARG UID=1000\nRUN make\nUSER $UID"),
    Bad("ARG «PORT»\nEXPOSE ${PORT}"),
    Bad("ARG «GID»\nRUN groupadd --force -g $GID app", message="`groupadd` on line 3"),
    Bad('ARG «UID»\nRUN chown -R "$UID" /app'),
    Good("ARG UID\nENV UID=${UID:-1000}\nUSER $UID"),
    Good("ARG UID\nRUN chown -R $UID:$UID /app", why="an owner without a name is allowed"),
    Good('ARG UID\nRUN test -n "$UID"\nUSER $UID', why="tested"),
    Good("ARG UID\nRUN useradd -u ${UID:-1000} app"),
    Good('ARG UID\nRUN if [ -n "$UID" ]; then useradd -u $UID app; fi', why="tested"),
    Good("ARG UID\nUSER $UID", options={"given-arguments": frozenset({"UID"})}, why="passed by a build"),
    Good("ARG UID\nLABEL uid=$UID", why="may be empty"),
    Good("ARG UID\nUSER app$UID", why="not empty"),
)
