"""For a person at a terminal: every finding with its source, the exact words underlined, and a summary."""

from __future__ import annotations

import os
import textwrap

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

from ...engine.diagnostic import fixable_summary
from ...terminal.streams import printable
from ..links import cached_page_file, file_url, is_local_terminal, supports_hyperlinks
from ..source_texts import SourceCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....syntax.source import Source
    from ...engine.diagnostic import Diagnostic, Position

_COLORS = {"error": "red", "warning": "yellow", "info": "cyan", "style": "blue"}
_MOST_LINES = 4
"""Lines of source shown for one finding; a longer span shows its first lines."""
_BEFORE = 8
"""Cells shown before the marked words when a line is too long to be shown from its beginning."""
_TAB = 4
_NARROWEST = 10
"""A terminal that says it has fewer columns does not know its width."""


class Terminal:
    """How wide and how colourful standard output is, as rich tells it.

    No escape code is written when NO_COLOR is set (no-color.org), when the terminal knows none, or to a file (`plain`).
    """

    __slots__ = ("_styles", "colors", "links", "width")

    def __init__(self, plain: bool = False) -> None:
        console = Console()
        plain = plain or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") in ("dumb", "unknown")
        self.width = console.width if console.width >= _NARROWEST else 80
        self.colors = not plain and console.color_system is not None and not console.legacy_windows
        self.links = PageLinks() if self.colors and supports_hyperlinks(os.environ) else None
        self._styles: dict[str, Style] = {}

    def paint(self, text: str, style: str) -> str:
        """The text in a style of rich's (`bold red`)."""
        if not self.colors:
            return text
        if style not in self._styles:
            self._styles[style] = Style.parse(style)
        return self._styles[style].render(text, color_system=ColorSystem.STANDARD)

    def linked(self, text: str, d: Diagnostic) -> str:
        """The text as a link to the page of the finding's rule (OSC 8), where the terminal takes it."""
        address = self.links.of(d) if self.links is not None else ""
        return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if address else text


class PageLinks:
    """Addresses of the pages of rules: published ones, else a file of the user's cache when it can be opened."""

    __slots__ = ("_files", "_version")

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._version = ""

    def of(self, d: Diagnostic) -> str:
        """The address; empty when there is no page."""
        if d.url or not is_local_terminal(os.environ):
            return printable(d.url)
        if d.code not in self._files:
            from importlib.metadata import version

            self._version = self._version or version("dockerfile-dlint")
            path = cached_page_file(d.code, self._version)
            self._files[d.code] = file_url(path) if path else ""
        return self._files[d.code]


def render(diagnostics: Sequence[Diagnostic], files: int, *, plain: bool = False) -> Iterator[str]:
    """The findings one by one, then the summary, as wide and as colourful as the terminal; `plain` is for a file."""
    terminal = Terminal(plain)
    sources = SourceCache()
    for diagnostic in diagnostics:
        source = None if diagnostic.code in ("SYN001", "SYN002") else sources.of(diagnostic)
        yield "".join(line + "\n" for line in _finding(terminal, diagnostic, source))
    yield "".join(line + "\n" for line in _summary(terminal, diagnostics, files))


def _finding(terminal: Terminal, d: Diagnostic, source: Source | None) -> Iterator[str]:
    paint, color = terminal.paint, _COLORS[d.severity]
    label = f"{d.code} {d.severity}"
    first, *more = _wrapped(f"{label}  {printable(d.message)}", terminal.width)
    code = terminal.linked(paint(d.code, f"bold {color}"), d) if first.startswith(d.code) else ""
    yield (
        code
        + paint(first[len(d.code) if code else 0 : len(label)], f"bold {color}")
        + paint(first[len(label) :], "bold")
    )
    for line in more:
        yield paint(line, "bold")
    # Never folded, so that a terminal can make a link of it.
    yield paint("  at ", "dim") + f"{printable(d.file)}:{d.start[0]}:{d.start[1]}" + paint(f"  {d.name}", "dim")
    if source is not None:
        yield from _frame(terminal, source, d.start, d.end, color)
        for start, end, note in d.related:
            for line in _wrapped(printable(note), terminal.width - 2):
                yield paint(f"  {line}", "dim")
            yield from _frame(terminal, source, start, end, "dim")
    if d.fix is not None:
        for line in _wrapped(f"Fix ({d.fix.safety}): {printable(d.fix.title)}", terminal.width - 2):
            yield paint(f"  {line}", "green")
    yield ""


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 12), break_on_hyphens=False) or [text]


def _frame(terminal: Terminal, source: Source, start: Position, end: Position, color: str) -> Iterator[str]:
    """The lines of the span, the span's characters underlined, cut to the width of the terminal."""
    last = max(start[0], end[0] if end[1] > 1 else end[0] - 1)
    shown = min(last, start[0] + _MOST_LINES - 1)
    gutter = len(str(shown))
    width = max(8, terminal.width - gutter - 4)
    empty = terminal.paint(f" {'':{gutter}} | ", "dim")
    for line in range(start[0], shown + 1):
        text = source.line_text(line)
        first = start[1] - 1 if line == start[0] else len(text) - len(text.lstrip())
        stop = min(end[1] - 1 if line == end[0] else len(text.rstrip()), len(text))
        cut, before, marked = visible_slice(text, first, max(stop, first + 1), width)
        yield terminal.paint(f" {line:>{gutter}} | ", "dim") + cut
        yield empty + " " * before + terminal.paint("^" * marked, color)
    if shown < last:
        yield empty + terminal.paint(f"… {last - shown} more line{'' if last - shown == 1 else 's'}", "dim")


def visible_slice(text: str, first: int, stop: int, width: int) -> tuple[str, int, int]:
    """What of a line is shown in `width` cells so that `text[first:stop]` is in it.

    Answers the text, how many cells of it come before the marked words, and how many these take. A wide character
    takes two cells, a tab four, a control character those of its escape.
    """
    cells = [_cell(char) for char in text]
    widths = [cell_len(cell) for cell in cells]
    begin = 0
    if sum(widths[: stop + 1]) > width:
        begin, room = first, min(_BEFORE, max(width - sum(widths[first : stop + 1]), width // 4))
        # To the end of the line may be less than fits: then more of what comes before is shown.
        room = max(room, width - sum(widths[first:]))
        while begin > 0 and widths[begin - 1] <= room:
            begin -= 1
            room -= widths[begin]
    taken = 0
    end = begin
    while end < len(cells) and taken + widths[end] <= width:
        taken += widths[end]
        end += 1
    shown = cells[begin:end]
    if begin > 0 and begin < first and shown:
        shown[0] = "…" + " " * (widths[begin] - 1)
    if end < len(cells) and shown and end > max(first + 1, begin + 1):
        shown[-1] = "…" + " " * (widths[end - 1] - 1)
    before = sum(widths[begin:first])
    marked = sum(widths[first : min(stop, end)])
    return "".join(shown), before, max(1, marked)


def _cell(char: str) -> str:
    if char == "\t":
        return " " * _TAB
    return "" if char == "\ufeff" else printable(char)  # a byte order mark takes no room


def _summary(terminal: Terminal, diagnostics: Sequence[Diagnostic], files: int) -> Iterator[str]:
    looked = f"{files} file{'' if files == 1 else 's'}"
    if not diagnostics:
        if files:
            yield terminal.paint(f"Nothing found in {looked}.", "green")
        return
    repairable = fixable_summary(diagnostics)
    counts: dict[str, int] = {}
    for diagnostic in diagnostics:
        counts[diagnostic.severity] = counts.get(diagnostic.severity, 0) + 1
    parts = [(f"{counts[level]} {level}", _COLORS[level]) for level in _COLORS if level in counts]
    total = f"{len(diagnostics)} finding{'' if len(diagnostics) == 1 else 's'} in {looked}: "
    more = f"`dlint explain {diagnostics[0].code}` says more."
    if len(total) + sum(len(part) + 2 for part, _ in parts) + len(more) > terminal.width:
        yield from _wrapped(total + ", ".join(part for part, _ in parts) + ".", terminal.width)
        yield terminal.paint(more, "dim")
    else:
        painted = ", ".join(terminal.paint(part, color) for part, color in parts)
        yield f"{total}{painted}. " + terminal.paint(more, "dim")
    if repairable:
        yield from _wrapped(repairable, terminal.width)
