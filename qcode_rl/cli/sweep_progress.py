"""Progress of a sweep on stderr: a live picture in a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from qcode_rl.sweep.status import status_of

if TYPE_CHECKING:
    from qcode_rl.sweep.ledger import Json, Ledger
    from qcode_rl.sweep.points import Point
    from qcode_rl.sweep.status import Status

#: Seconds between pictures in a terminal, and between summaries elsewhere.
_LIVE_PERIOD, _PLAIN_PERIOD = 1.0, 30.0
_MAX_RUNNING = 16


class SweepProgress:
    """Shows how a sweep goes while it is open, and names what happens to its points.

    Args:
        points: of the sweep.
        held: what the logs tell, which is read on now and then.
    """

    def __init__(self, points: Sequence[Point], held: Ledger) -> None:
        self.points, self.held = points, held
        self.console = Console(stderr=True, highlight=False)
        self.live = Live(Text(), console=self.console, auto_refresh=False, transient=True)
        self.next_time = 0.0

    def __enter__(self) -> SweepProgress:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.console.is_terminal:
            self.live.stop()

    def take(self, told: Json, point: Point | None) -> None:
        """Take in what happened to a point."""
        line = _line(told, point)
        if line:
            self.console.print(line, markup=False, soft_wrap=True)
        if time.monotonic() >= self.next_time:
            self.show(status_of(self.points, self.held.refresh()))

    def show(self, status: Status) -> None:
        """Show how the sweep stands, if it is time."""
        now = time.monotonic()
        if now < self.next_time:
            return
        if self.console.is_terminal:
            lines = [describe(status)]
            for label, event in status.running[:_MAX_RUNNING]:
                evaluations = event.get("evaluations", 0)
                lines.append(f"  {label}  {evaluations:,} evaluations")
            self.live.update(Text("\n".join(lines)), refresh=True)
            self.next_time = now + _LIVE_PERIOD
        else:
            tell(describe(status))
            self.next_time = now + _PLAIN_PERIOD


def describe(status: Status) -> str:
    """Return one line: points done, running, failed; codes, the best of them; time left."""
    parts = [f"{status.done} of {status.points} points done"]
    counts = {"running": len(status.running), "queued": status.queued, "failed": len(status.failed)}
    parts += [f"{count} {name}" for name, count in counts.items() if count]
    parts.append(f"{status.codes_found} codes")
    if status.best:
        parts.append(f"best kd\u00b2/n {status.best.get('label', '?')}")
    if status.seconds_left:
        parts.append(f"about {_duration(status.seconds_left)} left")
    return "  ".join(parts)


def _line(told: Json, point: Point | None) -> str:
    """Return what is told of an event, "" for nothing."""
    what = told["what"]
    if what == "stopping":
        return "stopping: searches write their checkpoints (again to kill them)"
    if point is None or what not in ("done", "failed", "lost", "stopped", "note"):
        return ""
    if what == "done":
        best = told.get("best") or {}
        codes = f"{told.get('found', 0)} codes" + (f", best {best['label']}" if best else "")
        return f"done  {point.label}: {codes}, {told.get('seconds', 0):.1f} s"
    reason = f": {told['reason']}" if "reason" in told else ""
    return f"{what}  {point.label}{reason}"


def _duration(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def tell(line: str) -> None:
    """Print a line to stderr."""
    click.echo(line, err=True)
    sys.stderr.flush()
