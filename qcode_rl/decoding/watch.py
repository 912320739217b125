"""Waiting for sinter's worker processes: with a limit, and not for the dead.

sinter waits for the next message of a worker for as long as it takes: minutes where a decoder is
slow, for ever where the system killed the worker. Nor are its workers spared when a terminal sends
Ctrl-C to all of its processes. A timer that looks at the clock and the workers makes up for both.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import active_children, resource_tracker
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

#: Seconds between looks: fewer than it takes a process to start, so that each is seen.
_TICK = 0.05
#: Seconds after which a worker that died is missed: by then sinter told why, or ended by itself.
_GRACE = 5.0
#: Seconds after which workers that were never seen are missed too.
_START = 30.0


class WorkerLost(RuntimeError):
    """A worker process died without a word."""


class _TimeOver(Exception):
    """What ends waiting for the next message."""


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Put Ctrl-C and SIGTERM off until the end of the block."""
    with _held():
        yield


class Watch:
    """Watches the workers of one `sinter.iter_collect`.

    Args:
        workers: how many processes it will start.
        seconds: how long it may take; `None`: as long as it takes.
    """

    def __init__(self, workers: int, seconds: float | None = None) -> None:
        self._workers = workers
        self._began = time.monotonic()
        self._end = float("inf") if seconds is None else self._began + seconds
        self._others = set(active_children())
        self._seen: set[object] = set()
        self._missed_at: float | None = None
        self._waiting = False
        self._release: Callable[[], None] = lambda: None

    def until_over(self, running: Iterator[T]) -> Iterator[T]:
        """Yield what an iterator yields, until the time is over.

        Args:
            running: as of `sinter.iter_collect`, which starts workers only after its first item.

        Raises:
            WorkerLost: if a worker died.
        """
        # Its start lets signals through that are held, so it must not be among what is to come.
        resource_tracker.ensure_running()
        while time.monotonic() <= self._end:
            try:
                with self._ticking():
                    self._waiting = True
                    step = next(running)
                    self._waiting = False
            except (StopIteration, _TimeOver):
                return
            yield step

    @contextmanager
    def _ticking(self) -> Iterator[None]:
        if not _has_timers():
            yield
            return
        began = time.monotonic()
        handler = signal.signal(signal.SIGALRM, self._tick)
        left, interval = signal.setitimer(signal.ITIMER_REAL, _TICK, _TICK)
        try:
            with _held() as self._release:
                if self._started():
                    self._release()
                yield
        finally:
            self._waiting = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, handler)
            if left:  # somebody else's alarm, such as that of a test runner
                left = max(_TICK, left - (time.monotonic() - began))
                signal.setitimer(signal.ITIMER_REAL, left, interval)

    def _tick(self, number: int, frame: FrameType | None) -> None:
        if not self._waiting:
            return
        now = time.monotonic()
        alive = set(active_children()) - self._others
        self._seen |= alive
        if self._started():
            self._release()
        if len(alive) == self._workers:
            self._missed_at = None
            if now > self._end:
                self._waiting = False
                raise _TimeOver
        elif self._started():
            self._missed_at = self._missed_at or now
            if now > self._missed_at + _GRACE:
                self._waiting = False
                raise WorkerLost("a worker process died, as when memory runs out")

    def _started(self) -> bool:
        return len(self._seen) >= self._workers or time.monotonic() > self._began + _START


def _has_timers() -> bool:
    in_main = threading.current_thread() is threading.main_thread()
    return in_main and hasattr(signal, "setitimer")


@contextmanager
def _held() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C and SIGTERM until the block ends, or calls what it is given.

    Processes that are started in between never get Ctrl-C.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    came: list[int] = []
    # Started processes take over what is blocked, not handlers. This one needs handlers, since
    # other threads of it may get the signal all the same.
    blocked = _block(signal.SIGINT)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in [number for number, handler in handlers.items() if handler is not None]:
        signal.signal(number, lambda number, frame: came.append(number))

    def release() -> None:
        while handlers:
            number, handler = handlers.popitem()
            if handler is not None:
                signal.signal(number, handler)
        if blocked:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, blocked)
        while came:
            signal.raise_signal(came.pop(0))

    try:
        yield release
    finally:
        release()


def _block(number: int) -> set[int]:
    """Block a signal where systems can, and return it if it was not blocked before."""
    if not hasattr(signal, "pthread_sigmask"):
        return set()
    return {number} - set(signal.pthread_sigmask(signal.SIG_BLOCK, {number}))
