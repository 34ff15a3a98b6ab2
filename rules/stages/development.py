"""Which stages and files are for development or tests rather than for an image that is shipped."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...model.build import Build, Stage

_NAMES = frozenset(
    (
        "dev", "develop", "development", "devel", "devcontainer", "debug", "local", "test", "tests", "testing", "e2e",
        "ci", "lint",
    )
)  # fmt: skip
_SEPARATORS = str.maketrans("_.\\/", "----")


def is_for_development(stage: Stage) -> bool:
    """Whether the name of the stage, or the first or last word in it, says that it is for development or tests."""
    words = stage.name.translate(_SEPARATORS).split("-")
    return words[0] in _NAMES or words[-1] in _NAMES


def is_development_file(build: Build) -> bool:
    """Whether the name of the file or of a directory in it says so: Dockerfile.dev, dev.Dockerfile, .devcontainer."""
    *directories, name = build.dockerfile.source.name.replace("\\", "/").lower().split("/")
    if ".devcontainer" in directories or (directories and directories[-1] in _NAMES):
        return True
    return not _NAMES.isdisjoint(name.translate(_SEPARATORS).split("-"))
