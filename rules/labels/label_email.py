"""DL3058."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .label_schema import mistyped_labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3058", level=WARNING, since="0.1", onbuild=False, prefilter=("label",))
def label_email(build: Build) -> Iterator[Finding]:
    """A label that should be an email address is not a valid address.

    ## Why
    The contact cannot be reached.

    ## Options
    - `label-schema`: the type of each label; empty by default. Only labels of type `email` are checked.
    """
    yield from mistyped_labels(build, "email", is_email, "email address")


def is_email(text: str) -> bool:
    """Whether the text is an RFC 5322 address without quotes and comments: local@domain."""
    local, at, domain = text.rpartition("@")
    if not at or not local or any(char.isspace() or char in '()<>[]:;,\\"' for char in text) or "@" in local:
        return False
    if local[0] == "." or local[-1] == "." or ".." in local:
        return False
    labels = domain.split(".")
    return all(label and label[0] != "-" != label[-1] and label.replace("-", "a").isalnum() for label in labels)


_OPTIONS = {"label-schema": {"x": "email"}}

EXAMPLES = (
    Bad("LABEL x=«example.com»", options=_OPTIONS),
    Good("LABEL x=a+b@example.com", options=_OPTIONS),
    Bad("LABEL x=«a@»", options=_OPTIONS),
    Bad('LABEL x=«"A B <a@example.com>"»', options=_OPTIONS),
    Good("LABEL x=", options=_OPTIONS, why="empty values are reported by DL3051"),
    Good("ARG V\nLABEL x=$V", options=_OPTIONS, why="the value is set at build time"),
    Good("LABEL x=1", why="the option is not set"),
)
