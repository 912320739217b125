"""How a sweep stands, from files alone."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from qcode_rl.sweep.claims import claimed, holder
from qcode_rl.sweep.ledger import Json, Ledger
from qcode_rl.sweep.owners import queued_jobs
from qcode_rl.sweep.points import Point


@dataclass(frozen=True)
class Failure:
    """A point that failed.

    Attributes:
        key: of the point.
        label: what sets it apart.
        reason: why, in one line.
    """

    key: str
    label: str
    reason: str


@dataclass(frozen=True)
class Status:
    """How a sweep stands.

    Attributes:
        points: how many points it has.
        done: how many came to their end.
        running: labels of those under way, with their latest event.
        failed: those that failed and were not retried.
        queued: how many wait in jobs that Slurm lists.
        codes_found: how many different codes its points found.
        best: the code with the greatest k d^2 / n, as `archive list --json` tells of codes, with
            its label; `None` without one.
        evaluations: reward evaluations that points at their end took.
        seconds: time that they took.
        seconds_left: until the sweep ends, going on as it does; `None` if nobody can say.
    """

    points: int
    done: int
    running: tuple[tuple[str, Json], ...]
    failed: tuple[Failure, ...]
    queued: int
    codes_found: int
    best: Json | None
    evaluations: int
    seconds: float
    seconds_left: float | None

    @property
    def over(self) -> bool:
        """Whether nothing is left to run."""
        return self.done + len(self.failed) >= self.points

    def to_json(self) -> dict[str, Any]:
        """Return what `sweep status --json` prints."""
        return {
            "points": self.points,
            "done": self.done,
            "running": len(self.running),
            "failed": len(self.failed),
            "codes_found": self.codes_found,
            "best": self.best,
            "queued": self.queued,
            "evaluations": self.evaluations,
            "seconds": round(self.seconds, 1),
            "seconds_left": None if self.seconds_left is None else round(self.seconds_left),
            "failures": [vars(failure) for failure in self.failed],
        }


def status_of(points: Sequence[Point], held: Ledger) -> Status:
    """Return how a sweep stands.

    Args:
        points: of the sweep; keys and labels are enough.
        held: what the logs tell, refreshed.
    """
    labels = {point.key: point.label for point in points}
    ends = {key: done for key in labels if (done := held.state(key).done)}
    running = _running(labels, ends, held)
    failed = [
        Failure(key, label, str(event.get("reason", "")))
        for key, label in labels.items()
        if (event := held.failure(key)) and key not in running
    ]
    under_way = [held.state(key).last for key in running]
    queued = _queued(held, labels.keys() - ends.keys() - running.keys())
    seconds = [_number(end, "seconds") for end in ends.values()]
    left = len(labels) - len(ends) - len(failed)
    return Status(
        points=len(labels),
        done=len(ends),
        running=tuple((labels[key], held.state(key).last) for key in running),
        failed=tuple(failed),
        queued=queued,
        codes_found=len({code for end in [*ends.values(), *under_way] for code in _codes(end)}),
        best=_best(ends.values()),
        evaluations=round(sum(_number(end, "evaluations") for end in ends.values())),
        seconds=sum(seconds),
        seconds_left=_seconds_left(seconds, left, [held.state(key).began for key in running]),
    )


def _running(labels: dict[str, str], ends: dict[str, Json], held: Ledger) -> dict[str, None]:
    """Return keys of points under way; claims tell, so that a dead worker's point is not one."""
    keys = [key for key in claimed(held.archive) if key in labels and key not in ends]
    jobs = queued_jobs(running=True) if keys else None
    return dict.fromkeys(key for key in keys if holder(held.archive, key, jobs))


def _queued(held: Ledger, open_keys: Iterable[str]) -> int:
    submitted = {key: job for job, keys in held.jobs.items() for key in keys}
    waiting = [submitted[key] for key in open_keys if key in submitted]
    jobs = queued_jobs() if waiting else None
    return sum(job in jobs for job in waiting) if jobs else 0


def _seconds_left(seconds: Sequence[float], left: int, began: Sequence[float]) -> float | None:
    """Return when the rest will be over if points take as long as those before, as many at once."""
    if not left:
        return 0.0
    if not seconds or not began:
        return None
    mean = sum(seconds) / len(seconds)
    now = time.time()
    # What a point under way has taken already is behind it; the last part of it never is.
    spent = sum(min(0.9 * mean, max(0.0, now - since)) for since in began if since)
    return max(0.0, left * mean - spent) / len(began)


def _best(ends: Iterable[Json]) -> Json | None:
    codes = [end["best"] for end in ends if isinstance(end.get("best"), dict)]
    return max(codes, key=lambda code: _number(code, "kd2/n"), default=None)


def _codes(event: Json) -> list[Any]:
    codes = event.get("codes")
    return [code for code in codes if isinstance(code, str)] if isinstance(codes, list) else []


def _number(event: Json, name: str) -> float:
    value = event.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
