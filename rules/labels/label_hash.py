"""DL3055."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .schema import mistyped_labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3055", level=WARNING, since="0.1", onbuild=False, prefilter=("label",))
def label_hash(build: Build) -> Iterator[Finding]:
    """A label that should be a commit of git is none.

    ## Why
    A revision that cannot be looked up is of no use. hadolint takes 7 or 40 digits only.
    The rule finds nothing until the option `label-schema` gives a label the type `hash`.
    """
    yield from mistyped_labels(build, "hash", is_hash, "commit of git")


def is_hash(text: str) -> bool:
    """Whether the text is a commit of git, whole (SHA-1 or SHA-256) or at least seven digits of it."""
    return (7 <= len(text) <= 40 or len(text) == 64) and all(char in "0123456789abcdef" for char in text.lower())


_OPTIONS = {"label-schema": {"x": "hash"}}

EXAMPLES = (
    Bad("LABEL x=«main»", options=_OPTIONS),
    Bad("LABEL x=«abcdef»", options=_OPTIONS),
    Good("LABEL x=abcdef1", options=_OPTIONS),
    Good("LABEL x=0123456789abcdef0123456789abcdef01234567", options=_OPTIONS),
    Good("LABEL x=", options=_OPTIONS, why="an empty one is DL3051's"),
    Good("ARG V\nLABEL x=$V", options=_OPTIONS, why="the build gives the value"),
    Good("LABEL x=1", why="the option is not set"),
)
