"""Ends the work on one file when it takes too long."""

from __future__ import annotations

import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import TypeVar

    Result = TypeVar("Result")

DEFAULT_SECONDS = 10.0
"""The limit without configuration. A Dockerfile of 100 KB takes 1 to 4 s with all rules."""
_WAITING = 6
"""How many times longer than the limit the work may take if it waits for a disk or for other processes."""
_TICK_SECONDS = 0.2
_GRACE_SECONDS = 1.0
"""After the first exception another one follows, if something caught that."""


class TimeLimitExceeded(Exception):
    """The work took too long; the message says so, and what to do."""


class _Expired(BaseException):
    """Raised in the work; not an Exception, so that no rule and no reader of a file catches it."""


def run_limited(seconds: float, work: Callable[[], Result]) -> Result:
    """The result of `work`. Raises TimeLimitExceeded when it has used the processor for `seconds`.

    There is no limit if `seconds` is 0, in threads other than the main one, and on Windows, which have no signals. In
    work that is limited already, the outer limit applies.
    """
    if seconds <= 0 or not hasattr(signal, "setitimer"):
        return work()
    before = signal.getsignal(signal.SIGALRM)
    if isinstance(getattr(before, "__self__", None), _Alarm):
        return work()
    alarm = _Alarm(seconds)
    started = time.monotonic()
    try:
        signal.signal(signal.SIGALRM, alarm.ring)
    except ValueError:  # not in the main thread
        return work()
    delay, interval = signal.setitimer(signal.ITIMER_REAL, _TICK_SECONDS, _TICK_SECONDS)
    if interval and callable(before):
        alarm.pass_on(before)
    try:
        try:
            return work()
        finally:
            alarm.stop()
    except _Expired:
        raise TimeLimitExceeded(
            f"it takes longer than the limit of {seconds:g} s; raise `timeout` in dlint.toml, or exclude the file"
        ) from None
    finally:
        # A timer of the program around resumes where it was.
        left = max(delay - (time.monotonic() - started), 0.001) if delay else 0
        signal.setitimer(signal.ITIMER_REAL, left, interval)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)


class _Alarm:
    """The handler of the timer."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._processor = time.thread_time()
        self._clock = time.monotonic()
        self._next = 0.0
        self._runs = True
        self._outer: Callable[[int, FrameType | None], object] | None = None

    def pass_on(self, outer: Callable[[int, FrameType | None], object]) -> None:
        """Call this handler too: it rings regularly, as in `parallel.py`."""
        self._outer = outer

    def stop(self) -> None:
        """Raise nothing any more."""
        self._runs = False

    def ring(self, number: int, frame: FrameType | None) -> None:
        """Raise _Expired if the time is over."""
        if self._outer is not None:
            self._outer(number, frame)
        now = time.monotonic()
        used = time.thread_time() - self._processor
        is_over = used >= self._seconds or now - self._clock >= self._seconds * _WAITING
        if self._runs and is_over and now >= self._next:
            self._next = now + _GRACE_SECONDS
            raise _Expired
