"""DL3048."""

from __future__ import annotations

from ..base import STYLE, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import Label

_RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")


@rule("DL3048", level=STYLE, since="0.1", default=False)
def label_key(label: Label, build: Build) -> Iterator[Finding]:
    """The key of a label does not follow Docker's guidelines.

    ## Why
    Tools that read labels expect lower-case names like `com.example.some-label`, and Docker keeps some prefixes for
    itself. Source: docs.docker.com/engine/manage-resources/labels/#key-format-recommendations

    ## What to do
    Begin with a lower-case letter, end with one or a digit, no upper case, no blank, no two dots or dashes in a row.
    Off by default: every key works.
    """
    for pair in label.pairs:
        key = build.value(label, pair.key)
        fault = _fault(key) if key is not None else ""
        if fault:
            yield Finding(f"label `{key}` {fault}", pair.key)


def _fault(key: str) -> str:
    if key.startswith(_RESERVED):
        return "begins with a prefix that is Docker's own"
    if not key[:1].isalpha():
        return "does not begin with a letter"
    if key != key.lower() or any(char.isspace() for char in key):
        return "holds upper case or a blank"
    if not key[-1:].isalnum():
        return "does not end with a letter or digit"
    return "holds two dots or dashes in a row" if ".." in key or "--" in key else ""


EXAMPLES = (
    Bad("LABEL «Version»=1", message="upper case"),
    Bad('LABEL «"a b"»=1'),
    Bad("LABEL a=1 «1a»=2"),
    Bad("LABEL «a.»=1"),
    Bad("LABEL «a..b»=1"),
    Bad("LABEL «com.docker.a»=1", message="Docker's own"),
    Good("LABEL com.example.some-label=1"),
    Good("LABEL a1=1 a_b=2 a/b=3"),
    Good("ARG K\nLABEL $K=1", why="the build gives the value"),
)
