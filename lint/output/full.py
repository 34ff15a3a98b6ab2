"""For a person at a terminal: every finding with its source, the exact words underlined, and a summary."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from .concise import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...syntax.source import Source
    from ..diagnostic import Diagnostic, Position

_COLORS = {"error": "red", "warning": "yellow", "info": "cyan", "style": "blue"}
_MOST_LINES = 4
"""Lines of source shown for one finding; a longer span shows its first lines."""


def show(diagnostics: Sequence[Diagnostic], files: int) -> None:
    """Print the findings and the summary to standard output."""
    console = Console(highlight=False, soft_wrap=False)
    sources: dict[str, Source | None] = {}
    for diagnostic in diagnostics:
        if diagnostic.source is None and diagnostic.file not in sources:
            sources[diagnostic.file] = _read(diagnostic.file)
        _show_one(console, diagnostic, diagnostic.source or sources.get(diagnostic.file))
    _summary(console, diagnostics, files)


def _read(path: str) -> Source | None:
    """The source again, for findings that came from another process."""
    from ...syntax.source import SourceError
    from ..engine import read_source

    try:
        return read_source(path)
    except SourceError:
        return None


def _show_one(console: Console, d: Diagnostic, source: Source | None) -> None:
    color = _COLORS[d.severity]
    head = Text()
    head.append(f"{d.code} {d.severity}", style=f"bold {color}")
    head.append(f"  {printable(d.message)}", style="bold")
    console.print(head)
    line, column = d.start
    console.print(
        Text.assemble(("  at ", "dim"), f"{printable(d.file)}:{line}:{column}", (f"  {d.name}", "dim")), soft_wrap=True
    )
    if source is not None and d.code not in ("SYN001", "SYN002"):
        _frame(console, source, d.start, d.end, color)
        for start, end, note in d.related:
            console.print(Text(f"  {note}", style="dim"))
            _frame(console, source, start, end, "dim")
    console.print()


def _frame(console: Console, source: Source, start: Position, end: Position, color: str) -> None:
    """The lines of the span, the span's characters underlined, cut to the width of the terminal."""
    last = max(start[0], end[0] if end[1] > 1 else end[0] - 1)
    shown = min(last, start[0] + _MOST_LINES - 1)
    gutter = len(str(shown))
    width = max(20, console.width - gutter - 4)
    for line in range(start[0], shown + 1):
        text = source.line_text(line).expandtabs(1)
        first = start[1] - 1 if line == start[0] else len(text) - len(text.lstrip())
        stop = min(end[1] - 1 if line == end[0] else len(text.rstrip()), len(text))
        stop = max(stop, first + 1)
        offset = 0 if stop <= width else max(0, min(first - 8, len(text) - width))
        cut = printable(text[offset : offset + width])
        row = Text(f" {line:>{gutter}} | ", style="dim")
        row.append(cut, style="")
        console.print(row, no_wrap=True, overflow="crop")
        marks = Text(f" {' ' * gutter} | ", style="dim")
        marks.append(" " * (first - offset) + "^" * max(1, min(stop - offset, width) - (first - offset)), style=color)
        console.print(marks, no_wrap=True, overflow="crop")
    if shown < last:
        console.print(Text(f" {' ' * gutter} | … {last - shown} more lines", style="dim"))


def _summary(console: Console, diagnostics: Sequence[Diagnostic], files: int) -> None:
    looked = f"{files} file{'' if files == 1 else 's'}"
    if not diagnostics:
        if files:
            console.print(Text(f"Nothing found in {looked}.", style="green"))
        return
    counts: dict[str, int] = {}
    for diagnostic in diagnostics:
        counts[diagnostic.severity] = counts.get(diagnostic.severity, 0) + 1
    text = Text(f"{len(diagnostics)} finding{'' if len(diagnostics) == 1 else 's'} in {looked}: ")
    parts = [(f"{counts[level]} {level}", _COLORS[level]) for level in _COLORS if level in counts]
    for index, (part, color) in enumerate(parts):
        text.append((", " if index else "") + part, style=color)
    code = diagnostics[0].code
    if not code.startswith("SYN"):
        text.append(f". `dlint explain {code}` says more.", style="dim")
    console.print(text)
