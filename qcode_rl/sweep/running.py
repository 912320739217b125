"""Running one point: claim it, search, tell how it goes, and write how it ended."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qcode_rl.archive.location import require_writable
from qcode_rl.errors import InputError
from qcode_rl.sweep import ledger
from qcode_rl.sweep.claims import Claim, claim
from qcode_rl.sweep.ledger import Json, Ledger, LogWriter
from qcode_rl.sweep.owners import BEAT_SECONDS
from qcode_rl.sweep.points import Point

if TYPE_CHECKING:
    from qcode_rl.archive.writer import RecordWriter
    from qcode_rl.search.runner import Progress, SearchResult
    from qcode_rl.search.spec import RunOptions

#: A point is given up once so many workers died over it.
MAX_LOSSES = 3
#: How many of a point's codes its log names.
_MAX_CODES = 500
_MAX_REASON = 300
#: Seconds between reports to whoever started the worker.
_REPORT_SECONDS = 1.0

#: A report that is no outcome: what a search has to say.
NOTE = "note"
#: Outcomes besides the events of a log: somebody else runs the point; nothing can be written.
BUSY, UNABLE = "busy", "unable"
Report = Callable[[Json], None]


@dataclass(frozen=True)
class Task:
    """What a worker is told to do.

    Attributes:
        point: the point.
        seconds: most that it may take in all, `None`: as long as its evaluations take.
        judge_workers: processes that decode for it.
        device: what its network is computed on.
    """

    point: Point
    seconds: float | None = None
    judge_workers: int = 0
    device: str = "auto"


@dataclass
class PointRunner:
    """Runs points of a sweep in this process, one after the other.

    Attributes:
        archive: folder of the archive.
        log: where it tells what happens.
        writer: adds the codes found.
        report: called with what whoever started this process wants to know.
    """

    archive: Path
    log: LogWriter
    writer: RecordWriter
    report: Report
    _ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self._ledger = Ledger(self.archive)

    def run(self, task: Task) -> Json:
        """Run a point to its end, or until this process is interrupted.

        Returns:
            How it ended, with `what` among the events of a log, `BUSY` and `UNABLE`.
        """
        point = task.point
        try:
            held = claim(self.archive, point.key)
        except InputError as error:
            return {"what": UNABLE, "point": point.key, "reason": str(error)}
        if held is None:
            return {"what": BUSY, "point": point.key}
        try:
            return self._held(task, held)
        except InputError as error:
            # Logs could not be written: nothing is lost, the point is open as it was before.
            return {"what": UNABLE, "point": point.key, "reason": str(error)}
        finally:
            held.release()

    def _held(self, task: Task, held: Claim) -> Json:
        key = task.point.key
        state = self._ledger.refresh().state(key)
        if state.done:
            self._clean_up(key)
            return state.done
        if held.taken_over:
            self.log.write(ledger.LOST, point=key, reason=f"{held.taken_over} is gone")
            losses = self._ledger.refresh().losses(key)
            if losses >= MAX_LOSSES:
                return self._fail(key, "killed", f"{losses} workers died over it")
        self.log.write(ledger.START, point=key)
        outcome = self._search(task, held, state.seconds)
        if outcome["what"] != ledger.DONE:
            return outcome
        self._clean_up(key)
        return outcome

    def _search(self, task: Task, held: Claim, spent: float) -> Json:
        from qcode_rl.search.files import spec_from
        from qcode_rl.search.runner import run_search

        key = task.point.key
        started = time.monotonic()
        with HeartBeat(self.log, held, key, self.report) as beat:
            try:
                options = _options(self.archive, task, spent)
                spec = spec_from(task.point.values)
                if spec.key != key:
                    raise InputError("spec: is not what it was when the sweep was read")
                note = partial(self._note, key)
                result = run_search(spec, options, beat.watch, None, note, self.writer)
            except Exception as error:  # whatever it is, the sweep goes on and tells of it
                reason = _reason(error)
                if isinstance(error, InputError) and not self._can_write(error):
                    return {"what": UNABLE, "point": key, "reason": reason}
                return self._fail(key, "error", reason)
        if result.interrupted:
            # Slurm and whoever started this process may both say so; once is enough.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            seconds = round(time.monotonic() - started, 1)
            self.log.write(ledger.STOPPED, point=key, seconds=seconds)
            return {"what": ledger.STOPPED, "point": key}
        told = summary(result, spent)
        self.log.write(ledger.DONE, point=key, **told)
        return {"what": ledger.DONE, "point": key, **told}

    def _note(self, key: str, text: str) -> None:
        """Pass on what a search has to say, such as that a checkpoint could not be written."""
        # That there is nothing to resume from is the rule here.
        if not text.startswith("no checkpoint"):
            self.report({"what": NOTE, "point": key, "reason": text})

    def _fail(self, key: str, cause: str, reason: str) -> Json:
        self.log.write(ledger.FAILED, point=key, cause=cause, reason=reason)
        return {"what": ledger.FAILED, "point": key, "cause": cause, "reason": reason}

    def _can_write(self, error: InputError) -> bool:
        # Room for a byte is not room for a code, and a folder that vanished can be made again.
        if isinstance(error.__cause__, OSError) and str(error).startswith("archive: "):
            return False
        try:
            require_writable(self.archive / "segments")
        except InputError:
            return False
        return True

    def _clean_up(self, key: str) -> None:
        """Remove a checkpoint that nobody will resume from."""
        with suppress(OSError):
            (self.archive / "checkpoints" / f"{key}.safetensors").unlink(missing_ok=True)


class HeartBeat(threading.Thread):
    """Tells in the log, and whoever started this process, that a search goes on; a context manager.

    Args:
        log: the log.
        held: the claim, which shows signs of life too.
        key: of the point.
        report: called every second or so.
    """

    def __init__(self, log: LogWriter, held: Claim, key: str, report: Report) -> None:
        super().__init__(daemon=True)
        self.log, self.held, self.key, self.report = log, held, key, report
        self._progress: Progress | None = None
        self._ended = threading.Event()

    def watch(self, progress: Progress) -> None:
        """Keep how the search stands, which is told at the next beat."""
        self._progress = progress

    def run(self) -> None:
        """Beat until the search ends."""
        next_beat = time.monotonic() + BEAT_SECONDS
        while not self._ended.wait(_REPORT_SECONDS):
            if self._progress is None:
                continue
            told = _told(self.key, self._progress)
            self.report(told)
            if time.monotonic() >= next_beat:
                self.held.touch()
                # What keeps a beat from being written will keep the end from it too, and is told.
                with suppress(InputError):
                    self.log.write(**told)
                next_beat = time.monotonic() + BEAT_SECONDS

    def __enter__(self) -> HeartBeat:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()


def _told(key: str, progress: Progress) -> dict[str, Any]:
    return {
        "what": ledger.BEAT,
        "point": key,
        "seconds": round(progress.seconds, 1),
        "evaluations": progress.evaluations,
        "codes": _codes(progress.records[:_MAX_CODES]),
    }


def summary(result: SearchResult, spent: float = 0.0) -> Json:
    """Return what the log keeps of a search that came to its end.

    Args:
        result: of the search.
        spent: seconds of earlier runs that it resumed.
    """
    best = max(result.records, key=lambda record: record.merit, default=None)
    return {
        "seconds": round(result.seconds + spent, 1),
        "evaluations": result.evaluations,
        "resumed_at": result.resumed_at,
        "met": result.met,
        "found": len(result.records),
        "codes": _codes(result.records[:_MAX_CODES]),
        "best": best and {**best.summary(), "label": best.label, "kd2/n": round(best.merit, 4)},
    }


def _codes(records: list[Any]) -> list[str]:
    return [record.key[:16] for record in records]


def _options(archive: Path, task: Task, spent: float) -> RunOptions:
    from qcode_rl.search.spec import RunOptions

    return RunOptions(
        archive=archive,
        seconds=None if task.seconds is None else max(1.0, task.seconds - spent),
        device=task.device,
        resume=True,
        judge_workers=task.judge_workers,
        alone=True,
    )


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, InputError):
        return text[:_MAX_REASON]
    kind = "out of memory" if isinstance(error, MemoryError) else type(error).__name__
    return f"{kind}: {text}"[:_MAX_REASON] if text else kind
