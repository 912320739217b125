"""Giving freed memory back to the system while a search goes on.

An update of the agent takes hundreds of MiB of tensors, more for larger graphs. glibc keeps what is
freed, in pieces between whatever lives on, so that a search over many sizes would come to hold more
than its largest update ever needs.
"""

import ctypes
import time
from collections.abc import Callable

#: Least time between two turns, of which each takes some hundredths of a second.
_PAUSE = 10.0


class HeapTrimmer:
    """Gives freed memory back now and then; does nothing where the C library has no such call.

    Args:
        pause: least time between two turns, in seconds.
    """

    def __init__(self, pause: float = _PAUSE) -> None:
        self.pause = pause
        self._next_time = time.monotonic() + pause
        self._trim = _malloc_trim()

    def trim_if_due(self) -> None:
        """Give back what is free, if the last time is long enough ago."""
        now = time.monotonic()
        if now >= self._next_time:
            self._trim(0)
            self._next_time = now + self.pause


def _malloc_trim() -> Callable[[int], object]:
    """Return glibc's `malloc_trim`, or what does nothing."""
    try:
        trim: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        # Another C library, or (TypeError) a system on which a process has no global symbols.
        return lambda _: None
    return trim
