"""DL3055."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .label_schema import mistyped_labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3055", level=WARNING, since="0.1", onbuild=False, prefilter=("label",))
def label_hash(build: Build) -> Iterator[Finding]:
    """A label that should be a Git commit is not a valid commit hash.

    ## Why
    Tools cannot look up the revision.

    ## Exceptions
    - Any abbreviation of at least 7 digits is valid; hadolint accepts 7 or 40 digits only.

    ## Options
    - `label-schema`: the type of each label; empty by default. Only labels of type `hash` are checked.
    """
    yield from mistyped_labels(build, "hash", is_hash, "Git commit hash")


def is_hash(text: str) -> bool:
    """Whether the text is a Git commit hash, complete (SHA-1 or SHA-256) or abbreviated to at least 7 digits."""
    return (7 <= len(text) <= 40 or len(text) == 64) and all(char in "0123456789abcdef" for char in text.lower())


_OPTIONS = {"label-schema": {"x": "hash"}}

EXAMPLES = (
    Bad("LABEL x=«main»", options=_OPTIONS),
    Good("LABEL x=abcdef1", options=_OPTIONS),
    Bad("LABEL x=«abcdef»", options=_OPTIONS),
    Good("LABEL x=0123456789abcdef0123456789abcdef01234567", options=_OPTIONS),
    Good("LABEL x=", options=_OPTIONS, why="empty values are reported by DL3051"),
    Good("ARG V\nLABEL x=$V", options=_OPTIONS, why="the value is set at build time"),
    Good("LABEL x=1", why="the option is not set"),
)
