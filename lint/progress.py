"""A progress bar on standard error, for a person who waits."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.progress import Progress

MANY = 200
"""Fewer files are done before a bar could be read."""


class progress:  # noqa: N801 - used as a function, in a with statement
    """Gives a function to call after each file; shows a bar on a terminal when there are many files."""

    __slots__ = ("bar", "count")

    def __init__(self, count: int) -> None:
        self.count = count
        self.bar: Progress | None = None

    def __enter__(self) -> Callable[[], None]:
        if self.count < MANY or not sys.stderr.isatty():
            return lambda: None
        from rich.console import Console
        from rich.progress import Progress

        self.bar = bar = Progress(console=Console(stderr=True), transient=True)
        bar.start()
        # This process lints every n-th file only; the bar is filled by those it sees.
        task = bar.add_task("linting", total=None)
        return lambda: bar.advance(task)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.stop()
