"""Progress of a search on stderr: a live line in a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qcode_rl.archive import CodeRecord
    from qcode_rl.search.runner import Progress

#: Seconds between updates in a terminal, and between lines elsewhere.
_LIVE_PERIOD, _PLAIN_PERIOD = 0.25, 15.0


class ProgressLine:
    """Shows a search's progress while it is open, and names every code when it is found.

    rich leaves out colours and motion when stderr is not a terminal or NO_COLOR is set.
    """

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.live = Live(Text(), console=self.console, auto_refresh=False, transient=True)
        self.next_time = 0.0
        self.shown: int | None = None

    def __enter__(self) -> ProgressLine:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.console.is_terminal:
            self.live.stop()

    def say(self, text: str) -> None:
        """Print a line, above the live one if there is one."""
        self.console.print(text, markup=False, soft_wrap=True)

    def name(self, records: Sequence[CodeRecord], seconds: float) -> None:
        """Name the codes found since the last time, also those that no step of the agent found.

        Args:
            records: all codes found.
            seconds: time since the start.
        """
        if self.shown is None:
            return  # Which of them are those of the run that was resumed, only an update tells.
        for record in records[self.shown :]:
            self.console.print(f"found {record.label} after {seconds:.0f} s", markup=False)
            # One by one: an interrupt in between must leave none out, and may repeat one at most.
            self.shown += 1

    def update(self, progress: Progress) -> None:
        """Show how the search stands, if it is time."""
        self.shown = max(self.shown or 0, progress.records_before)
        self.name(progress.records, progress.seconds)
        now = time.monotonic()
        if now < self.next_time:
            return
        if self.console.is_terminal:
            self.live.update(Text(describe(progress)), refresh=True)
            self.next_time = now + _LIVE_PERIOD
        else:
            print(describe(progress), file=sys.stderr, flush=True)
            self.next_time = now + _PLAIN_PERIOD


def describe(progress: Progress) -> str:
    """Return one line: rate, evaluations, best so far, what is looked at, time left."""
    rate = (progress.steps - progress.steps_before) / max(progress.seconds, 1e-9)
    wanted = progress.evaluations_wanted
    parts = [
        f"{progress.seconds:.0f} s",
        f"{progress.evaluations:,}" + (f" of {wanted:,}" if wanted else "") + " evaluations",
        f"{rate:,.0f} steps/s",
    ]
    if progress.records:
        best = max(progress.records, key=lambda record: record.merit)
        parts.append(f"{len(progress.records)} codes, best kd\u00b2/n {best.label}")
    parts.append(f"looking at {progress.looking_at}")
    if progress.seconds_left is not None:
        parts.append(f"{progress.seconds_left:.0f} s left")
    return "  ".join(parts)
