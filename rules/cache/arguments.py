"""Build arguments that say which build this is: a commit, a date, a number, a version of the project."""

from __future__ import annotations

from ...syntax.expand import variable_references
from ...syntax.tree import Env, Label, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from ...model.build import Build, Stage
    from ...syntax.tree import Instruction, KeyValuePair

_CHANGES = frozenset(
    ("commit", "sha", "sha1", "revision", "rev", "hash", "date", "timestamp", "created", "time", "epoch", "number",
     "num", "id", "ref", "describe")
)  # fmt: skip
_RELEASES = frozenset(("version", "tag", "branch", "release"))
_OWN = frozenset(("git", "vcs", "ci", "build", "source", "github", "gitlab", "head", "commit", "revision", "pipeline"))
_FILLING = frozenset(("short", "full", "last", "current", "run", "job"))
_WHOLE = frozenset(("created", "timestamp", "builddate", "buildtime", "buildnumber", "buildid"))
"""Names that need no second word to mean the build itself."""


def varies_per_build(build: Build, stage: Stage, pair: KeyValuePair) -> bool:
    """Whether every build, or every release, gives the argument another value.

    A default with digits is a pinned version, and a version that a RUN fetches something by is not the project's own.
    """
    name = pair.key.text
    default = (pair.value.text if pair.value else "") or build.global_args.get(name) or ""
    if len(default) > 2 and any(char.isdigit() for char in default):
        return False
    words = set(name.lower().split("_"))
    if name.lower() in _WHOLE or (words & _CHANGES and words & _OWN and words <= _CHANGES | _OWN | _FILLING):
        return True
    if default or not words & _RELEASES or not words <= _RELEASES | _OWN | {"app", "image"}:
        return False
    return all(_is_own_use(build, i) for i in stage.instructions if uses_variable(i, {name}))


def _is_own_use(build: Build, instruction: Instruction) -> bool:
    if isinstance(instruction, Run):
        return any(call.verb == "build" for call in build.package_calls(instruction))
    return isinstance(instruction, (Label, Env))


def uses_variable(instruction: Instruction, names: AbstractSet[str]) -> bool:
    """Whether the instruction mentions one of the variables."""
    text = instruction.logical.text
    if "$" in text and any(used in names for used, _, _ in variable_references(text.replace("'", " "))):
        return True
    return any(name in heredoc.body for heredoc in instruction.heredocs for name in names)
