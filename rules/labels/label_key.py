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
    """A label key does not follow Docker's guidelines.

    ## Why
    Tools that read labels expect lowercase keys such as `com.example.some-label`, and Docker reserves some prefixes.
    The rule is off by default, because any key works.

    ## What to do
    Use lowercase letters, digits, dots and dashes. Start with a letter, end with a letter or digit, and do not repeat
    dots or dashes.

    ## References
    - <https://docs.docker.com/engine/manage-resources/labels/>
    """
    for pair in label.pairs:
        key = build.value(label, pair.key)
        problem = _problem(key) if key is not None else ""
        if problem:
            yield Finding(f"label `{key}` {problem}", pair.key)


def _problem(key: str) -> str:
    if key.startswith(_RESERVED):
        return "starts with a prefix that is reserved by Docker; use another prefix"
    if not key[:1].isalpha():
        return "does not start with a letter; rename it"
    if key != key.lower() or any(char.isspace() for char in key):
        return "contains uppercase letters or whitespace; use lowercase and dashes"
    if not key[-1:].isalnum():
        return "does not end with a letter or digit; rename it"
    return "contains consecutive dots or dashes; use single ones" if ".." in key or "--" in key else ""


EXAMPLES = (
    Bad("LABEL «Version»=1", message="uppercase letters"),
    Good("LABEL com.example.some-label=1"),
    Bad('LABEL «"a b"»=1'),
    Bad("LABEL a=1 «1a»=2"),
    Bad("LABEL «a.»=1"),
    Bad("LABEL «a..b»=1"),
    Bad("LABEL «com.docker.a»=1", message="reserved by Docker"),
    Good("LABEL a1=1 a_b=2 a/b=3"),
    Good("ARG K\nLABEL $K=1", why="the value is set at build time"),
)
