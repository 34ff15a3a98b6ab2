"""A progress bar on standard error, for a person who waits."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.progress import Progress

MIN_FILES_FOR_BAR = 200
"""Fewer files are done before a bar could be read."""


class ProgressBar:
    """Gives a function to call with the number of files that are done; shows a bar when there are many files."""

    __slots__ = ("bar", "count")

    def __init__(self, count: int) -> None:
        self.count = count
        self.bar: Progress | None = None

    def __enter__(self) -> Callable[[int], None]:
        if self.count < MIN_FILES_FOR_BAR or not _seen():
            return lambda done: None
        return self._advance

    def _advance(self, done: int) -> None:
        if self.bar is None:
            # Only now, behind the forks: the bar has a thread, which no child must inherit.
            self.bar = _bar(self.count)
        self.bar.advance(self.bar.task_ids[0], done)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.stop()


def _seen() -> bool:
    """Whether a person looks at a terminal that can draw over a line."""
    # When standard error was closed before the start, it is None.
    return bool(sys.stderr) and sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def _bar(count: int) -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    plain = bool(os.environ.get("NO_COLOR"))
    bar = Progress(console=Console(stderr=True, no_color=plain), transient=True)
    bar.add_task("linting", total=count)
    bar.start()
    return bar
