"""Build arguments that identify the build: a commit, a date, a build number or the project's version."""

from __future__ import annotations

from ...syntax.expand import variable_references
from ...syntax.tree import Env, Label, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from ...model.build import Build, Stage
    from ...syntax.tree import Instruction, KeyValuePair

_CHANGING_WORDS = frozenset(
    ("commit", "sha", "sha1", "revision", "rev", "hash", "date", "timestamp", "created", "time", "epoch", "number",
     "num", "id", "ref", "describe")
)  # fmt: skip
_RELEASE_WORDS = frozenset(("version", "tag", "branch", "release"))
_BUILD_WORDS = frozenset(
    ("git", "vcs", "ci", "build", "source", "github", "gitlab", "head", "commit", "revision", "pipeline")
)
_QUALIFIERS = frozenset(("short", "full", "last", "current", "run", "job"))
_STANDALONE = frozenset(("created", "timestamp", "builddate", "buildtime", "buildnumber", "buildid"))
"""Names that identify the build on their own."""


def varies_per_build(build: Build, stage: Stage, pair: KeyValuePair) -> bool:
    """Whether the argument has a new value in every build or release.

    A default with digits is a pinned version, and a version used by a RUN to download something is not the project's.
    """
    name = pair.key.text
    default = (pair.value.text if pair.value else "") or build.global_args.get(name) or ""
    if len(default) > 2 and any(char.isdigit() for char in default):
        return False
    words = set(name.lower().split("_"))
    if name.lower() in _STANDALONE or (
        words & _CHANGING_WORDS and words & _BUILD_WORDS and words <= _CHANGING_WORDS | _BUILD_WORDS | _QUALIFIERS
    ):
        return True
    if default or not words & _RELEASE_WORDS or not words <= _RELEASE_WORDS | _BUILD_WORDS | {"app", "image"}:
        return False
    return all(_uses_as_project_version(build, i) for i in stage.instructions if uses_variable(i, {name}))


def _uses_as_project_version(build: Build, instruction: Instruction) -> bool:
    if isinstance(instruction, Run):
        return any(call.verb == "build" for call in build.package_calls(instruction))
    return isinstance(instruction, (Label, Env))


def uses_variable(instruction: Instruction, names: AbstractSet[str]) -> bool:
    """Whether the instruction uses one of the variables."""
    text = instruction.logical.text
    if "$" in text and any(used in names for used, _, _ in variable_references(text.replace("'", " "))):
        return True
    return any(name in heredoc.body for heredoc in instruction.heredocs for name in names)
