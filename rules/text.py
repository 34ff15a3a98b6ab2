"""Formatting of messages."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..syntax.tree import CopyOrAdd


def format_size(count: int) -> str:
    """A number of bytes in decimal units: `812 B`, `3.4 MB`."""
    if count < 1000:
        return f"{count} B"
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5 or unit == "GB":
            return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
    raise AssertionError


def join_quoted(words: Sequence[str], most: int = 4) -> str:
    """`a`, `b` and `c`; beyond `most` items, only the number is given: `a`, `b` and 3 more. Needs at least one item."""
    quoted = [f"`{word}`" for word in words[:most]]
    if len(words) > most:
        quoted.append(f"{len(words) - most} more")
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


def format_line_numbers(numbers: Sequence[int]) -> str:
    """`line 3`, `lines 3 and 7`, `lines 3, 5 and 9`; each number once."""
    numbers = list(dict.fromkeys(numbers))
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return "lines " + ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"


def transfer_summary(instruction: CopyOrAdd) -> str:
    """COPY or ADD shortened to keyword, first source and destination."""
    destination = instruction.destination
    return f"{instruction.name} {instruction.sources[0].text} {destination.text if destination else ''}".rstrip()
