"""BK002."""

from __future__ import annotations

from ...fixers.edits.edit import SAFE, Edit, Fix
from ..base import HANDWRITTEN, STYLE, Bad, Finding, Good, rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...model.build import Build
    from ...syntax.tree import From


@rule("BK002", level=STYLE, since="0.1", aliases=("buildkit:FromAsCasing",), fix=SAFE, scope=HANDWRITTEN)
def as_casing(instruction: From, build: Build) -> Iterator[Finding]:
    """`AS` is not written in the same case as `FROM`.

    ## Why
    Keywords in a consistent case are easy to distinguish from names. `docker build` warns about a mismatch.

    ## Fix safety
    Safe: keywords are case-insensitive.

    ## Exceptions
    - A FROM in mixed case, which `keyword-casing` reports.
    """
    words = instruction.arguments
    if len(words) < 3:
        return
    keyword, word = instruction.keyword, words[1]
    wanted = word.text.lower() if keyword == keyword.lower() else word.text.upper()
    if keyword in (keyword.lower(), keyword.upper()) and word.text != wanted:
        # The empty edit touches FROM: keyword-casing may change its case, and then there is nothing to fix here.
        touched = Edit(instruction.start, instruction.start, "")
        fix = Fix(f"Change to `{wanted}`", SAFE, [Edit(word.start, word.end, wanted)], [touched])
        yield Finding(f"`{word.text}` does not match the case of `{keyword}`; use `{wanted}`", word, fix=fix)


EXAMPLES = (
    Bad("FROM debian:12 «as» build", message="use `AS`", fixed="FROM debian:12 AS build"),
    Good("FROM debian:12 AS build"),
    Bad("FROM debian:12 «As» build"),
    Bad("from debian:12 «AS» build", message="use `as`"),
    Good("from debian:12 as build"),
    Good("From debian:12 as build", why="reported by keyword-casing"),
)
