"""Logs of a sweep: what each worker did to which point, in files that only grow.

A log is a segment as in an archive (checksummed lines, one writer a file), under
`sweeps/NAME/HOST-PID-UUID.jsonl`. How a point stands follows from all logs, in whatever order they
are read: what is done stays done, and a failure stands until a retry forgives it by its id.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

from qcode_rl.archive.merge import LOGS
from qcode_rl.archive.segments import Line, SegmentWriter, scan_segment, segment_paths
from qcode_rl.errors import InputError
from qcode_rl.sweep.owners import Owner

Json: TypeAlias = dict[str, Any]

#: What an event tells: of a worker, of a point under way, of its end, or of several points.
WORKER, START, BEAT = "worker", "start", "beat"
DONE, FAILED, STOPPED, LOST = "done", "failed", "stopped", "lost"
RETRY, SUBMITTED = "retry", "submitted"


def logs_folder(archive: Path) -> Path:
    """Return where an archive keeps the logs of its sweeps."""
    return archive / LOGS


class LogWriter:
    """Appends events to a log of its own, from several threads; a context manager.

    Args:
        archive: folder of the archive.
        sweep: name of the sweep.
    """

    def __init__(self, archive: Path, sweep: str) -> None:
        self._segment = SegmentWriter(logs_folder(archive), sweep)
        self._lock = threading.Lock()
        self._opened = False

    def write(self, what: str, **members: Any) -> None:
        """Append an event; when this returns, it is on the disk.

        Raises:
            InputError: if it cannot be written.
        """
        event = {"what": what, "time": round(time.time(), 3), **members}
        with self._lock:
            self._require_archive()
            first = [] if self._opened else [self._introduction()]
            self._segment.append(*first, event)
            self._opened = True

    def _require_archive(self) -> None:
        """Refuse to make another log where the first vanished: with it went what it is about."""
        path = self._segment.path
        if path is not None and not path.exists():
            reason = "the log was deleted while it was written"
            raise InputError(f"archive: cannot write to {str(path.parent)!r}: {reason}")

    def _introduction(self) -> Json:
        return {"what": WORKER, "time": round(time.time(), 3), "owner": Owner.here().to_json()}

    def close(self) -> None:
        """Close the log."""
        self._segment.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@dataclass
class PointState:
    """How a point stands, by the logs.

    Attributes:
        done: the event of its end, `None` before.
        failures: events of failures by id, with those that are forgiven.
        losses: events of workers that died over it, by id, likewise.
        seconds: time spent on it by runs that did not come to its end.
        last: its latest event.
        began: when its latest run began, in seconds of Unix time; 0 if there was none.
    """

    done: Json | None = None
    failures: dict[str, Json] = field(default_factory=dict)
    losses: dict[str, Json] = field(default_factory=dict)
    seconds: float = 0.0
    last: Json = field(default_factory=dict)
    began: float = 0.0


class Ledger:
    """What the logs of an archive tell; `refresh` reads on where it stopped.

    Args:
        archive: folder of the archive.
    """

    def __init__(self, archive: Path) -> None:
        self.archive = archive
        self.points: dict[str, PointState] = {}
        self.jobs: dict[str, list[str]] = {}
        self._forgiven: set[str] = set()
        self._offsets: dict[Path, int] = {}
        self._running: dict[tuple[Path, str], float] = {}

    def refresh(self) -> Self:
        """Read what was written since the last time."""
        for path in segment_paths(logs_folder(self.archive)):
            offset = self._offsets.get(path, 0)
            try:
                if path.stat().st_size == offset:
                    continue
            except OSError:
                continue
            self._offsets[path] = self._read(path, offset)
        return self

    def state(self, key: str) -> PointState:
        """Return how a point stands."""
        return self.points.get(key) or PointState()

    def failure(self, key: str) -> Json | None:
        """Return the failure that a point stands at, `None` if it is none or is done."""
        state = self.state(key)
        open_failures = self._standing(state.failures)
        return None if state.done or not open_failures else open_failures[-1]

    def losses(self, key: str) -> int:
        """Return how often a worker has died over a point since it was last retried."""
        return len(self._standing(self.state(key).losses))

    def blemishes(self, keys: Iterable[str], causes: Iterable[str]) -> dict[str, list[str]]:
        """Return ids of failures of some causes, and of losses, by point: what a retry forgives."""
        found: dict[str, list[str]] = {}
        for key in keys:
            state = self.state(key)
            ids = [i for i, e in state.failures.items() if e.get("cause") in set(causes)]
            ids = [one for one in [*ids, *state.losses] if one not in self._forgiven]
            if ids and not state.done:
                found[key] = ids
        return found

    def _standing(self, events: dict[str, Json]) -> list[Json]:
        held = [event for identity, event in events.items() if identity not in self._forgiven]
        return sorted(held, key=_order)

    def _read(self, path: Path, offset: int) -> int:
        """Take in the whole lines of a log from an offset on, and return where they end."""
        for line in scan_segment(path, offset):
            # A torn last line is read again once it is whole; damaged ones tell nothing.
            if isinstance(line, Line):
                self._take(path, line)
                offset = line.offset + line.length + 1
        return offset

    def _take(self, path: Path, line: Line) -> None:
        event = line.event
        if not isinstance(event.get("time"), int | float):
            return
        event["id"] = line.id
        what, key = event.get("what"), event.get("point")
        if what == RETRY:
            self._forgiven.update(str(one) for one in _listed(event, "forgives"))
        elif what == SUBMITTED:
            for job, keys in _items(event.get("jobs")):
                self.jobs[job] = [str(one) for one in keys]
        elif isinstance(key, str):
            self._take_point(path, line.id, what, self.points.setdefault(key, PointState()), event)

    def _take_point(
        self, path: Path, identity: str, what: Any, state: PointState, event: Json
    ) -> None:
        key = str(event["point"])
        seconds = event.get("seconds")
        if what == START:
            self._running[path, key] = 0.0
            state.began = max(state.began, event["time"])
        elif what == BEAT and isinstance(seconds, int | float):
            state.seconds += seconds - self._running.get((path, key), 0.0)
            self._running[path, key] = float(seconds)
        elif what == STOPPED and isinstance(seconds, int | float):
            state.seconds += seconds - self._running.pop((path, key), 0.0)
        elif what == DONE:
            state.done = min(state.done or event, event, key=_order)
        elif what == FAILED:
            state.failures[identity] = event
        elif what == LOST:
            state.losses[identity] = event
        state.last = max(state.last or event, event, key=_order)


def _order(event: Json) -> tuple[float, int, str]:
    """Return what sorts events by time, and those of one moment in one way for all readers."""
    # A run begins before it tells of itself, and ends after.
    rank = next((i for i, what in enumerate((START, BEAT)) if event.get("what") == what), 2)
    return event["time"], rank, event["id"]


def _listed(event: Json, name: str) -> list[Any]:
    value = event.get(name)
    return value if isinstance(value, list) else []


def _items(value: Any) -> Iterator[tuple[str, list[Any]]]:
    for name, held in value.items() if isinstance(value, dict) else ():
        if isinstance(held, list):
            yield str(name), held


def file_age(path: Path) -> float | None:
    """Return seconds since a file last changed, `None` if it is not there."""
    try:
        return time.time() - os.stat(path).st_mtime
    except OSError:
        return None
