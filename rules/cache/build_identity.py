"""Build arguments that identify the build: a commit, a date, a build number or the project's version."""

from __future__ import annotations

from ...syntax.expand import variable_references
from ...syntax.tree import Env, Label, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.build import Build, Stage
    from ...syntax.tree import Instruction, KeyValuePair

_CHANGING_WORDS = frozenset(
    ("commit", "sha", "sha1", "revision", "rev", "hash", "date", "timestamp", "created", "time", "epoch", "number",
     "num", "id", "ref", "describe")
)  # fmt: skip
_RELEASE_WORDS = frozenset(("version", "tag", "branch"))
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
    steps = stage.instructions
    return build.cached(
        ("project version", stage.index, name),
        lambda: all(_uses_as_project_version(build, steps[index]) for index in uses_of_variable(stage, name)),
    )


def _uses_as_project_version(build: Build, instruction: Instruction) -> bool:
    if isinstance(instruction, Run):
        return any(call.verb == "build" for call in build.package_calls(instruction))
    return isinstance(instruction, (Label, Env))


def uses_of_variable(stage: Stage, name: str) -> Sequence[int]:
    """The indexes of the instructions of the stage that use the variable, rising."""

    def find() -> Sequence[int]:
        references = stage.build.cached(("references", stage.index), lambda: _references(stage))
        with_heredocs = stage.build.cached(("heredocs", stage.index), lambda: _with_heredocs(stage))
        in_heredocs = [
            index for index in with_heredocs if any(name in each.body for each in stage.instructions[index].heredocs)
        ]
        found = references.get(name, ())
        return sorted({*found, *in_heredocs}) if in_heredocs else found

    return stage.build.cached(("uses", stage.index, name), find)


def _references(stage: Stage) -> dict[str, list[int]]:
    """The indexes of the instructions that refer to a variable outside of heredocs, by its name."""
    found: dict[str, list[int]] = {}
    for index, instruction in enumerate(stage.instructions):
        text = instruction.logical.text
        if "$" in text:
            for name in dict.fromkeys(name for name, _, _ in variable_references(text.replace("'", " "))):
                found.setdefault(name, []).append(index)
    return found


def _with_heredocs(stage: Stage) -> list[int]:
    return [index for index, instruction in enumerate(stage.instructions) if instruction.heredocs]
