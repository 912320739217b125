"""One point in this process: what each end of a search becomes, in the log and for who asked."""

import errno
import json
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qcode_rl.archive import Archive
from qcode_rl.errors import InputError
from qcode_rl.search import runner as runner_module
from qcode_rl.search.files import spec_from
from qcode_rl.search.runner import SearchResult
from qcode_rl.search.spec import RunOptions, SearchSpec
from qcode_rl.sweep.claims import Claim, claim, claims_folder
from qcode_rl.sweep.ledger import Json, Ledger, LogWriter
from qcode_rl.sweep.owners import Owner
from qcode_rl.sweep.points import Point
from qcode_rl.sweep.running import HeartBeat, PointRunner, Task
from qcode_rl.sweep.worker import decode_task, encode_task

VALUES = {"max_weight": 6, "distance": 4, "evaluations": 10}
KEY = spec_from(VALUES).key
POINT = Point(KEY, "seed=0", VALUES)

Search = Callable[[SearchSpec, RunOptions], SearchResult]


def result(spec: SearchSpec, options: RunOptions, interrupted: bool = False) -> SearchResult:
    return SearchResult(
        spec=spec,
        records=[],
        seconds=1.5,
        evaluations=12,
        complete=False,
        interrupted=interrupted,
        resumed_at=None,
    )


class Bench:
    """Runs points whose searches do as a test wants."""

    def __init__(self, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.archive = archive
        for folder in ("segments", "checkpoints", "claims", "sweeps"):
            (archive / folder).mkdir(parents=True)
        self.search: Search = result
        self.asked: list[RunOptions] = []
        self.reports: list[Json] = []

        def run_search(spec: SearchSpec, options: RunOptions, *_: Any, **__: Any) -> SearchResult:
            self.asked.append(options)
            return self.search(spec, options)

        monkeypatch.setattr(runner_module, "run_search", run_search)

    def run(self, task: Task | None = None) -> Json:
        with LogWriter(self.archive, "some") as log, Archive(self.archive).writer("some") as writer:
            runner = PointRunner(self.archive, log, writer, self.reports.append)
            return runner.run(task or Task(POINT))

    def log(self, *events: Json) -> None:
        with LogWriter(self.archive, "some") as log:
            for event in events:
                log.write(**{"point": KEY, **event})

    def dies(self) -> None:
        """Leave a claim of a process that is over."""
        owner = replace(Owner.here(), began=1)
        (claims_folder(self.archive) / KEY).write_text(json.dumps(owner.to_json()))

    @property
    def told(self) -> list[str]:
        """What the logs tell, of the point, in order."""
        events = [
            json.loads(line)
            for path in (self.archive / "sweeps").glob("*/*.jsonl")
            for line in path.read_text().splitlines()
        ]
        return [e["what"] for e in sorted(events, key=lambda e: e["time"]) if "point" in e]

    @property
    def claims(self) -> list[str]:
        return [path.name for path in claims_folder(self.archive).iterdir()]

    @property
    def checkpoint(self) -> Path:
        return self.archive / "checkpoints" / f"{KEY}.safetensors"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    before = signal.getsignal(signal.SIGTERM)
    yield Bench(tmp_path / "archive", monkeypatch)
    signal.signal(signal.SIGTERM, before)


def test_a_search_that_comes_to_its_end_is_done_and_leaves_nothing(bench: Bench) -> None:
    bench.checkpoint.write_bytes(b"held")
    outcome = bench.run()
    assert outcome["what"] == "done"
    assert (outcome["evaluations"], outcome["met"], outcome["found"]) == (12, False, 0)
    assert bench.told == ["start", "done"]
    assert bench.claims == []
    assert not bench.checkpoint.exists()
    [options] = bench.asked
    assert (options.resume, options.alone, options.seconds) == (True, True, None)


def test_a_point_that_is_done_is_not_searched_again(bench: Bench) -> None:
    bench.run()
    # Who was killed before it could remove a checkpoint left it to who comes next.
    bench.checkpoint.write_bytes(b"left")
    assert bench.run()["what"] == "done"
    assert len(bench.asked) == 1
    assert bench.told == ["start", "done"]
    assert not bench.checkpoint.exists()


def test_a_point_that_somebody_runs_is_busy(bench: Bench) -> None:
    held = claim(bench.archive, KEY)
    assert held is not None
    assert bench.run() == {"what": "busy", "point": KEY}
    assert bench.told == []
    assert bench.claims == [KEY]


def test_a_search_that_is_interrupted_is_stopped_and_keeps_its_checkpoint(bench: Bench) -> None:
    bench.checkpoint.write_bytes(b"held")
    bench.search = lambda spec, options: result(spec, options, interrupted=True)
    assert bench.run() == {"what": "stopped", "point": KEY}
    assert bench.told == ["start", "stopped"]
    assert bench.claims == []
    assert bench.checkpoint.exists()


def test_a_claim_is_given_back_whatever_interrupts(bench: Bench) -> None:
    def interrupted(spec: SearchSpec, options: RunOptions) -> SearchResult:
        raise KeyboardInterrupt

    bench.search = interrupted
    with pytest.raises(KeyboardInterrupt):
        bench.run()
    assert bench.claims == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("no  such\nthing"), "ValueError: no such thing"),
        (ZeroDivisionError(), "ZeroDivisionError"),
        (MemoryError(), "out of memory"),
        (MemoryError("Unable to allocate 8 EiB"), "out of memory: Unable to allocate 8 EiB"),
        (InputError("checkpoint: is torn"), "checkpoint: is torn"),
        (OSError(errno.EIO, "Input/output error"), "OSError: [Errno 5] Input/output error"),
        (RuntimeError("x" * 1000), "RuntimeError: " + "x" * 286),
    ],
)
def test_a_search_that_raises_fails_with_the_reason_in_one_line(
    bench: Bench, error: Exception, reason: str
) -> None:
    def raising(spec: SearchSpec, options: RunOptions) -> SearchResult:
        raise error

    bench.search = raising
    outcome = bench.run()
    assert outcome == {"what": "failed", "point": KEY, "cause": "error", "reason": reason}
    assert bench.told == ["start", "failed"]
    failure = Ledger(bench.archive).refresh().failure(KEY)
    assert failure is not None
    assert failure["reason"] == reason
    assert bench.claims == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOENT])
def test_an_archive_that_cannot_be_written_is_no_failure_of_the_point(
    bench: Bench, number: int
) -> None:
    def full(spec: SearchSpec, options: RunOptions) -> SearchResult:
        cause = OSError(number, "said by the system")
        raise InputError("archive: cannot write to 'there': said by the system") from cause

    bench.search = full
    outcome = bench.run()
    reason = "archive: cannot write to 'there': said by the system"
    assert outcome == {"what": "unable", "point": KEY, "reason": reason}
    assert bench.told == ["start"]
    assert bench.claims == []


def test_a_log_that_cannot_be_written_is_told_and_the_point_stays_open(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = LogWriter.write

    def full(log: LogWriter, what: str, **members: Any) -> None:
        if what == "done":
            raise InputError("archive: cannot write to 'logs': No space left on device")
        write(log, what, **members)

    bench.checkpoint.write_bytes(b"held")
    monkeypatch.setattr(LogWriter, "write", full)
    outcome = bench.run()
    assert outcome["what"] == "unable"
    assert outcome["reason"].endswith("No space left on device")
    assert bench.claims == []
    assert bench.checkpoint.exists()
    monkeypatch.setattr(LogWriter, "write", write)
    assert bench.run()["what"] == "done"


def test_where_the_archive_vanished_nothing_can_be_run(bench: Bench) -> None:
    claims_folder(bench.archive).rmdir()
    outcome = bench.run()
    assert outcome["what"] == "unable"
    assert outcome["reason"].endswith("No such file or directory")
    assert bench.asked == []


def test_a_point_is_taken_over_from_the_dead_and_given_up_the_third_time(bench: Bench) -> None:
    bench.search = lambda spec, options: result(spec, options, interrupted=True)
    for _ in range(2):
        bench.dies()
        assert bench.run()["what"] == "stopped"
    bench.dies()
    outcome = bench.run()
    assert outcome["what"] == "failed"
    assert (outcome["cause"], outcome["reason"]) == ("killed", "3 workers died over it")
    assert bench.told == ["lost", "start", "stopped"] * 2 + ["lost", "failed"]
    assert len(bench.asked) == 2
    assert bench.claims == []


def test_the_time_of_earlier_runs_counts(bench: Bench) -> None:
    bench.log({"what": "start"}, {"what": "stopped", "seconds": 40.0})
    outcome = bench.run(Task(POINT, seconds=60.0))
    assert outcome["seconds"] == 41.5
    bench.log({"what": "retry", "forgives": []})
    other = replace(POINT, key=spec_from(VALUES | {"seed": 1}).key, values=VALUES | {"seed": 1})
    bench.log({"what": "stopped", "seconds": 100.0, "point": other.key})
    bench.run(Task(other, seconds=60.0))
    # At least a second is left, so that a search can come to an end.
    assert [options.seconds for options in bench.asked] == [20.0, 1.0]


def test_a_point_that_is_another_search_by_now_is_not_run(bench: Bench, tmp_path: Path) -> None:
    """The seed code is read again, on another machine maybe, and is part of what is searched."""
    seed = tmp_path / "seed.alist"
    seed.write_text("2 1\n1 2\n1 1\n2\n1\n1\n1 2\n")
    values = VALUES | {"seed_code": str(seed), "distance": 2}
    point = Point(spec_from(values).key, "", values)
    assert bench.run(Task(point))["what"] == "done"
    seed.write_text("3 2\n2 2\n1 2 1\n2 2\n1\n1 2\n2\n1 2\n2 3\n")
    for path in (bench.archive / "sweeps").glob("*/*.jsonl"):
        path.unlink()
    outcome = bench.run(Task(point))
    assert outcome["what"] == "failed"
    assert outcome["reason"] == "spec: is not what it was when the sweep was read"
    seed.unlink()
    assert bench.run(Task(point))["reason"] == f"{seed}: no such file"
    assert len(bench.asked) == 1


def test_a_heart_beats_in_the_log_and_shows_that_the_claim_is_held(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qcode_rl.sweep.running._REPORT_SECONDS", 0.02)
    monkeypatch.setattr("qcode_rl.sweep.running.BEAT_SECONDS", 0.1)
    touched: list[Claim] = []
    monkeypatch.setattr(Claim, "touch", lambda claim: touched.append(claim))
    held = claim(bench.archive, KEY)
    assert held is not None
    progress = runner_module.Progress(evaluations_wanted=10)
    progress.evaluations, progress.seconds = 7, 2.04
    with LogWriter(bench.archive, "some") as log:
        with HeartBeat(log, held, KEY, bench.reports.append) as beat:
            beat.watch(progress)
            until = time.monotonic() + 30
            while len(touched) < 2 and time.monotonic() < until:
                time.sleep(0.01)
        count = len(bench.reports)
    expected = {"what": "beat", "point": KEY, "seconds": 2.0, "evaluations": 7, "codes": []}
    assert bench.reports == [expected] * count
    assert count > 4
    assert set(bench.told) == {"beat"}
    assert len(bench.told) >= 2
    assert Ledger(bench.archive).refresh().state(KEY).seconds == 2.0


def test_tasks_pass_through_a_line() -> None:
    for task in (
        Task(POINT),
        Task(replace(POINT, label="a\nb \u00e9"), 1.5, 3, "cuda"),
        Task(POINT, float("inf")),
    ):
        line = encode_task(task)
        assert line.count("\n") == 1
        assert decode_task(line) == task
