"""DL3052."""

from __future__ import annotations

from ..base import WARNING, Bad, Finding, Good, rule
from .label_schema import mistyped_labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build


@rule("DL3052", level=WARNING, since="0.1", onbuild=False, prefilter=("label",))
def label_url(build: Build) -> Iterator[Finding]:
    """A label that should be a URL is not a valid URL.

    ## Why
    Tools that read the label cannot follow the link.

    ## Options
    - `label-schema`: the type of each label; empty by default. Only labels of type `url` are checked.
    """
    yield from mistyped_labels(build, "url", is_url, "URL")


def is_url(text: str) -> bool:
    """Whether the text is an absolute URI; http and https need a host."""
    scheme, colon, rest = text.partition(":")
    plain = scheme.replace("+", "").replace("-", "").replace(".", "")
    if not colon or not rest or not scheme[:1].isalpha() or not (plain.isascii() and plain.isalnum()):
        return False
    if any(char.isspace() or char in '<>"{}|\\^`' for char in text):
        return False
    host = rest[2:].partition("/")[0].partition("?")[0]
    return bool(rest.startswith("//") and host) if scheme.lower() in ("http", "https", "ftp", "git", "ssh") else True


_OPTIONS = {"label-schema": {"x": "url"}}

EXAMPLES = (
    Bad("LABEL x=«example.com»", options=_OPTIONS),
    Good("LABEL x=https://example.com/a?b=c#d", options=_OPTIONS),
    Bad("LABEL x=«http://»", options=_OPTIONS),
    Bad('LABEL x=«"http://example.com/a b"»', options=_OPTIONS),
    Good("LABEL x=mailto:a@example.com", options=_OPTIONS),
    Good("LABEL x=", options=_OPTIONS, why="empty values are reported by DL3051"),
    Good("ARG V\nLABEL x=$V", options=_OPTIONS, why="the value is set at build time"),
    Good("LABEL x=1", why="the option is not set"),
)
