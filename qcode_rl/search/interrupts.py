"""SIGTERM as another Ctrl-C, so that a scheduler ends a run as orderly as a person does."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def sigterm_interrupts() -> Iterator[None]:
    """Turn the first SIGTERM into a `KeyboardInterrupt` while the block runs, and drop others.

    Signals are left alone outside of the main thread, where Python cannot handle them, and if
    SIGTERM is ignored or somebody else's (not Python's).
    """
    before = signal.getsignal(signal.SIGTERM)
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or before in (None, signal.SIG_IGN):
        yield
        return
    told = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal told
        if not told:
            told = True
            raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
