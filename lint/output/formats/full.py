"""Each finding with its source, the exact text underlined, then a summary; the default on a terminal."""

from __future__ import annotations

import os
import textwrap

from rich.cells import cell_len
from rich.console import Console

from ...terminal import colors
from ...terminal.streams import is_quiet, printable
from ..links import cached_page_file, file_url, is_local_terminal, supports_hyperlinks
from ..source_texts import LineCache, SourceCache
from ..summary import SEVERITY_COLORS, counted, fix_mark, summary_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....syntax.source import Source
    from ...engine.diagnostic import Diagnostic, Position

_MAX_LINES = 4
"""Source lines shown per finding; of a longer span, the first ones."""
_CELLS_BEFORE = 8
"""Terminal cells shown before the underlined text if the line is too long to be shown from its start."""
_TAB_CELLS = 4
_MIN_WIDTH = 10
"""A terminal that reports fewer columns does not know its width."""
_DEFAULT_WIDTH = 80


class Terminal:
    """Width in cells, colors and links of standard output; no escape codes if it is `to_file`."""

    __slots__ = ("colors", "links", "width")

    def __init__(self, *, to_file: bool = False) -> None:
        console = Console()
        self.width = console.width if console.width >= _MIN_WIDTH else _DEFAULT_WIDTH
        self.colors = not to_file and colors.stdout_has_colors() and not console.legacy_windows
        self.links = PageLinks() if self.colors and supports_hyperlinks(os.environ) else None

    def paint(self, text: str, style: str) -> str:
        """The text in a style such as `bold red`."""
        return colors.paint(text, style) if self.colors and text else text

    def linked(self, text: str, d: Diagnostic) -> str:
        """The text as a hyperlink (OSC 8) to the page of the finding's rule, if the terminal supports it."""
        address = self.links.of(d) if self.links is not None else ""
        return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if address else text


class PageLinks:
    """URLs of rule pages: the published page, else a file in the user's cache if the terminal is local."""

    __slots__ = ("_files", "_version")

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._version = ""

    def of(self, d: Diagnostic) -> str:
        """The URL of the page of the finding's rule; empty if there is none."""
        if d.url or not is_local_terminal(os.environ):
            return printable(d.url)
        if d.code not in self._files:
            from importlib.metadata import version

            self._version = self._version or version("dockerfile-dlint")
            path = cached_page_file(d.code, self._version)
            self._files[d.code] = file_url(path) if path else ""
        return self._files[d.code]


def render(
    diagnostics: Sequence[Diagnostic], files: int, fixed: int | None = None, *, to_file: bool = False
) -> Iterator[str]:
    """The findings one by one, then the summary, wrapped at the terminal's width; arguments as in `render_findings`."""
    terminal = Terminal(to_file=to_file)
    sources, lines = SourceCache(), LineCache()
    for diagnostic in diagnostics:
        source = None if diagnostic.code in ("SYN001", "SYN002") else sources.of(diagnostic)
        yield "".join(line + "\n" for line in _finding(terminal, lines, diagnostic, source))
    if not is_quiet():
        yield "".join(line + "\n" for line in _summary(terminal, diagnostics, files, fixed))


def _finding(terminal: Terminal, lines: LineCache, d: Diagnostic, source: Source | None) -> Iterator[str]:
    paint, color = terminal.paint, SEVERITY_COLORS[d.severity]
    label = f"{d.code} {d.severity}"
    first, *more = _wrapped(f"{label}  {fix_mark(d)}{printable(d.message)}", terminal.width)
    code = terminal.linked(paint(d.code, f"bold {color}"), d) if first.startswith(d.code) else ""
    yield (
        code
        + paint(first[len(d.code) if code else 0 : len(label)], f"bold {color}")
        + paint(first[len(label) :], "bold")
    )
    for line in more:
        yield paint(line, "bold")
    # Never wrapped: terminals make a link of it.
    yield paint("  at ", "dim") + f"{printable(d.file)}:{d.start[0]}:{d.start[1]}" + paint(f"  {d.name}", "dim")
    if source is not None:
        yield from _frame(terminal, lines, source, d.start, d.end, color)
        for start, end, note in d.related:
            for line in _wrapped(printable(note), terminal.width - 2):
                yield paint(f"  {line}", "dim")
            yield from _frame(terminal, lines, source, start, end, "dim")
    if d.fix is not None:
        for line in _wrapped(f"Fix ({d.fix.safety}): {printable(d.fix.title)}", terminal.width - 2):
            yield paint(f"  {line}", "green")
    yield ""


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 12), break_on_hyphens=False) or [text]


def _frame(
    terminal: Terminal, lines: LineCache, source: Source, start: Position, end: Position, color: str
) -> Iterator[str]:
    """The lines of the span, its characters underlined, cut to the width of the terminal."""
    last = max(start[0], end[0] if end[1] > 1 else end[0] - 1)
    shown = min(last, start[0] + _MAX_LINES - 1)
    gutter = len(str(shown))
    width = max(8, terminal.width - gutter - 4)
    empty = terminal.paint(f" {'':{gutter}} | ", "dim")
    for line in range(start[0], shown + 1):
        text = lines.of(source, line)
        first = start[1] - 1 if line == start[0] else len(text) - len(text.lstrip())
        stop = min(end[1] - 1 if line == end[0] else len(text.rstrip()), len(text))
        cut, before, marked = visible_slice(text, first, max(stop, first + 1), width)
        yield terminal.paint(f" {line:>{gutter}} | ", "dim") + cut
        yield empty + " " * before + terminal.paint("^" * marked, color)
    if shown < last:
        yield empty + terminal.paint(f"… {counted(last - shown, 'more line')}", "dim")


def visible_slice(text: str, first: int, stop: int, width: int) -> tuple[str, int, int]:
    """The part of a line that fits into `width` terminal cells and contains `text[first:stop]`, as far as it fits.

    Returns that part, the number of cells before the underlined text, and the number of underlined cells. A wide
    character is two cells wide, a tab four, a control character as wide as its escape.
    """
    # Of a long line, no more is looked at than may be shown: there may be thousands of findings in it.
    skipped = max(0, first - width - 1)
    text, first, stop = text[skipped : first + width + 2], first - skipped, min(stop - skipped, first - skipped + width)
    cells = [_cell(char) for char in text]
    widths = [cell_len(cell) for cell in cells]
    begin = 0
    if sum(widths[: stop + 1]) > width:
        begin, room = first, min(_CELLS_BEFORE, max(width - sum(widths[first : stop + 1]), width // 4))
        # If the rest of the line is shorter than the room for it, show more of what comes before.
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
        return " " * _TAB_CELLS
    return "" if char == "\ufeff" else printable(char)  # a byte order mark is not visible


def _summary(terminal: Terminal, diagnostics: Sequence[Diagnostic], files: int, fixed: int | None) -> Iterator[str]:
    if not diagnostics and not fixed:
        if files:
            yield terminal.paint(f"No findings in {counted(files, 'file')}.", "green")
        return
    lines = summary_lines(diagnostics, files, fixed)
    for line, painted in zip(lines, summary_lines(diagnostics, files, fixed, terminal.paint), strict=True):
        if len(line) <= terminal.width:
            yield painted
        else:
            yield from _wrapped(line, terminal.width)
    if diagnostics:
        # Never wrapped: it is there to be copied.
        yield terminal.paint(f"Run `dlint explain {diagnostics[0].code}` for details.", "dim")
