"""Text and tables in Markdown, for pull requests."""

from __future__ import annotations

import re

from ..terminal.streams import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SPECIAL = r"([\\*_{}\[\]<>#|~])"
"""Characters that Markdown or HTML may read as markup."""


def markdown_text(text: str) -> str:
    """The text as it is shown: markup is escaped outside of code in backticks."""
    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        return re.sub(_SPECIAL, r"\\\1", printable(text).replace("`", "'"))
    return "`".join(
        part.replace("|", r"\|") if number % 2 else re.sub(_SPECIAL, r"\\\1", part) for number, part in enumerate(parts)
    )


def markdown_row(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(map(markdown_text, cells))} |\n"
