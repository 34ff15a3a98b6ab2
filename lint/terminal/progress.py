"""A progress bar on standard error."""

from __future__ import annotations

import os
import sys

from .streams import is_quiet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.console import Console
    from rich.progress import Progress
    from rich.status import Status

MIN_FILES_FOR_BAR = 200
"""With fewer files the run is over before the bar could be read."""


class ProgressBar:
    """A context manager: a function to call with the number of files just finished. Draws a bar for many files."""

    __slots__ = ("bar", "count")

    def __init__(self, count: int) -> None:
        self.count = count
        self.bar: Progress | None = None

    def __enter__(self) -> Callable[[int], None]:
        if self.count < MIN_FILES_FOR_BAR or is_quiet() or not _can_draw():
            return lambda done: None
        return self._advance

    def _advance(self, done: int) -> None:
        if self.bar is None:
            # Not before the worker processes are forked: the bar starts a thread, which they must not inherit.
            self.bar = _bar(self.count)
        self.bar.advance(self.bar.task_ids[0], done)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.stop()


class StatusLine:
    """A line on standard error that is replaced by the next one, if that is a terminal."""

    __slots__ = ("_status",)

    def __init__(self) -> None:
        self._status: Status | None = None

    def show(self, text: str) -> None:
        """Show the text, cut to the width of the terminal."""
        if is_quiet() or not _can_draw():
            return
        from rich.text import Text

        line = Text(text, overflow="ellipsis", no_wrap=True)
        if self._status is None:
            from rich.status import Status

            self._status = Status(line, console=_console())
            self._status.start()
        else:
            self._status.update(line)

    def close(self) -> None:
        """Remove the line."""
        if self._status is not None:
            self._status.stop()
            self._status = None


def _can_draw() -> bool:
    """Whether standard error is a terminal that can redraw a line."""
    # It is None if it was closed before the start.
    return bool(sys.stderr) and sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR")))


def _bar(count: int) -> Progress:
    from rich.progress import Progress

    bar = Progress(console=_console(), transient=True)
    bar.add_task("linting", total=count)
    bar.start()
    return bar
