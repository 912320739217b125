"""The pool, with workers that are real processes but search nothing: how each end of one is met."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qcode_rl.sweep.claims import claims_folder
from qcode_rl.sweep.dispatch import Dispatcher
from qcode_rl.sweep.ledger import Json, Ledger, LogWriter, logs_folder
from qcode_rl.sweep.local import open_points
from qcode_rl.sweep.points import Point
from qcode_rl.sweep.pool import Pool, _ending, stopping_on
from qcode_rl.sweep.running import Task

#: Does what the label of its point says: each word once, the last one from then on.
WORKER = """
import json, os, signal, sys, time
from pathlib import Path

folder, archive = Path(sys.argv[1]), sys.argv[2]

def tell(what, **more):
    print(json.dumps({"what": what, **more}), flush=True)

tell("ready")
for line in iter(sys.stdin.readline, ""):
    told = json.loads(line)
    key, words = told["key"], told["label"].split()
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    tries = folder / f"{key}.tries"
    with tries.open("a") as file:
        file.write(f"{os.getpid()}\\n")
    word = words[min(len(tries.read_text().split()), len(words)) - 1]
    if word == "die":
        print("last words", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "claim-and-die":
        from qcode_rl.sweep.claims import claim
        assert claim(Path(archive), key)
        os.kill(os.getpid(), signal.SIGKILL)
    elif word == "exit":
        sys.exit("first line\\n  it is  broken ")
    elif word == "wait":
        tell("beat", point=key)
        while not stopped:
            time.sleep(0.01)
        tell("stopped", point=key)
        break
    elif word == "wait-and-go":
        tell("beat", point=key)
        while not stopped:
            time.sleep(0.01)
        break
    elif word == "stay":
        tell("beat", point=key)
        time.sleep(100)
    else:
        while word == "unable" and not (folder / "key-0.tries").exists():
            time.sleep(0.01)  # so that another one is at work by then
        tell(word, point=key, reason="as it is told")
"""
WORDS_OF_A_KILL = "it was ended by SIGKILL (out of memory, or by hand)"


class Workplace:
    """A folder with an archive, and a pool whose workers do as they are told."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.archive = folder, folder / "archive"
        self.script = folder / "worker.py"
        self.script.write_text(WORKER)
        for place in (claims_folder(self.archive), logs_folder(self.archive), folder / "words"):
            place.mkdir(parents=True)
        self.events: list[tuple[str, str | None]] = []
        self.reasons: list[str] = []
        self.on_beat: Callable[[Pool], None] = lambda pool: None
        command = [sys.executable, str(self.script), str(folder), str(self.archive)]
        monkeypatch.setattr(Pool, "_command", lambda pool: command)

    def run(self, *labels: str, size: int = 1, patient: bool = True) -> tuple[Pool, Dispatcher]:
        points = [Point(f"key-{number}", label, {}) for number, label in enumerate(labels)]
        with LogWriter(self.archive, "some") as log:
            pool = Pool(
                self.archive,
                "some",
                size,
                dict(os.environ),
                Task,
                self.folder / "words",
                log,
                lambda told, point: self.hear(pool, told, point),
                patient,
            )
            return pool, pool.run(points)

    def hear(self, pool: Pool, told: Json, point: Point | None) -> None:
        self.events.append((told["what"], point and point.key))
        if "reason" in told:
            self.reasons.append(told["reason"])
        if told["what"] == "beat":
            self.on_beat(pool)

    def tries(self, number: int) -> int:
        """Return how often a point was given to a worker."""
        path = self.folder / f"key-{number}.tries"
        return len(path.read_text().split()) if path.exists() else 0

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.archive).refresh()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    return Workplace(tmp_path, monkeypatch)


def outcomes(dispatcher: Dispatcher) -> dict[str, str]:
    return {key: told["what"] for key, told in dispatcher.ended.items()}


def test_every_point_is_given_to_one_worker(place: Workplace) -> None:
    pool, dispatcher = place.run(*["done"] * 20, "failed", size=3)
    assert outcomes(dispatcher) == {f"key-{i}": "done" for i in range(20)} | {"key-20": "failed"}
    assert [place.tries(number) for number in range(21)] == [1] * 21
    assert sorted(place.events) == sorted(
        [("failed", "key-20"), *(("done", f"key-{i}") for i in range(20))]
    )
    assert (pool.stopped_by, dispatcher.unable) == (0, "")


def test_no_worker_is_started_without_work(place: Workplace) -> None:
    place.run(size=3)
    assert list((place.folder / "words").iterdir()) == []
    place.run("done", size=3)
    assert len(list((place.folder / "words").iterdir())) == 1


def test_a_point_whose_worker_dies_is_given_to_another(place: Workplace) -> None:
    _, dispatcher = place.run("die done", "done")
    assert outcomes(dispatcher) == {"key-0": "done", "key-1": "done"}
    assert place.events == [("lost", "key-0"), ("done", "key-0"), ("done", "key-1")]
    assert place.ledger.losses("key-0") == 1
    assert place.ledger.state("key-0").last["reason"] == f"the worker is gone: {WORDS_OF_A_KILL}"


@pytest.mark.parametrize("word", ["die", "claim-and-die"])
def test_a_point_over_which_three_workers_die_is_given_up_until_the_next_run(
    place: Workplace, word: str
) -> None:
    _, dispatcher = place.run(word, "done")
    assert outcomes(dispatcher) == {"key-0": "failed", "key-1": "done"}
    assert place.tries(0) == 3
    assert place.events == [
        ("lost", "key-0"),
        ("lost", "key-0"),
        ("failed", "key-0"),
        ("done", "key-1"),
    ]
    failure = place.ledger.failure("key-0")
    assert failure is not None
    assert failure["cause"] == "killed"
    assert failure["reason"] == f"the worker is gone: {WORDS_OF_A_KILL}"
    # Nobody's claim is in the way of the next one, or makes a loss of its own.
    assert list(claims_folder(place.archive).iterdir()) == []
    points = [Point("key-0", "", {}), Point("key-1", "", {})]
    with LogWriter(place.archive, "some") as log:
        left = open_points(points, place.ledger, log)
    assert [point.key for point in left] == ["key-0", "key-1"]  # the stub logs no end
    assert place.ledger.failure("key-0") is None
    assert place.ledger.losses("key-0") == 0


def test_the_last_words_of_a_worker_are_the_reason(place: Workplace) -> None:
    place.run("exit done")
    assert place.reasons[0] == "the worker is gone: it ended with status 1: it is broken"


def test_workers_that_do_not_start_end_the_run(place: Workplace) -> None:
    place.script.write_text("import sys; sys.exit('no room for this')")
    began = time.monotonic()
    pool, dispatcher = place.run("done", "done", size=2)
    reason = "sweep: workers do not start: it ended with status 1: no room for this"
    assert dispatcher.unable == reason
    assert (len(dispatcher.waiting), dispatcher.ended) == (2, {})
    assert len(list((place.folder / "words").iterdir())) <= 5
    assert time.monotonic() - began < 30
    assert pool.stopped_by == 0


def test_a_stop_lets_workers_tell_of_their_checkpoints(place: Workplace) -> None:
    place.on_beat = lambda pool: pool.stop(signal.SIGINT)
    pool, dispatcher = place.run("wait", "done", "done")
    assert pool.stopped_by == signal.SIGINT
    assert place.events == [("beat", "key-0"), ("stopping", None), ("stopped", "key-0")]
    assert [point.key for point in dispatcher.waiting] == ["key-0", "key-1", "key-2"]
    assert dispatcher.ended == {}


def test_a_worker_that_ends_in_good_order_when_all_stop_is_no_loss(place: Workplace) -> None:
    place.on_beat = lambda pool: pool.stop(signal.SIGTERM)
    _, dispatcher = place.run("wait-and-go")
    assert place.events == [("beat", "key-0"), ("stopping", None)]
    assert [point.key for point in dispatcher.waiting] == ["key-0"]
    assert place.ledger.points == {}


def test_a_second_stop_kills_workers_that_do_not_heed_the_first(place: Workplace) -> None:
    def stop(pool: Pool) -> None:
        pool.stop(signal.SIGINT)
        signal.setitimer(signal.ITIMER_REAL, 0.5)

    place.on_beat = stop
    handler = signal.signal(signal.SIGALRM, lambda *_: None)
    try:
        with LogWriter(place.archive, "some") as log:
            pool = Pool(
                place.archive,
                "some",
                1,
                dict(os.environ),
                Task,
                place.folder / "words",
                log,
                lambda told, point: place.hear(pool, told, point),
            )
            began = time.monotonic()
            with stopping_on(pool, signal.SIGALRM):
                dispatcher = pool.run([Point("key-0", "stay", {})])
    finally:
        signal.signal(signal.SIGALRM, handler)
    assert time.monotonic() - began < 30
    assert place.events == [("beat", "key-0"), ("stopping", None), ("lost", "key-0")]
    assert [point.key for point in dispatcher.waiting] == ["key-0"]


def test_once_nothing_can_be_written_the_others_stop_too(place: Workplace) -> None:
    began = time.monotonic()
    _, dispatcher = place.run("wait", "unable", "done", size=2)
    assert time.monotonic() - began < 30
    assert dispatcher.unable == "as it is told"
    assert dispatcher.ended == {}
    assert sorted(point.key for point in dispatcher.waiting) == ["key-0", "key-1", "key-2"]
    assert ("stopped", "key-0") in place.events


def test_a_stop_after_that_is_heeded_as_well(place: Workplace) -> None:
    # The first stop tells the workers; so a person's is the first that they hear of twice.
    place.on_beat = lambda pool: pool.stop(signal.SIGINT)
    pool, dispatcher = place.run("wait", "unable", size=2)
    assert pool.stopped_by == signal.SIGINT
    assert not dispatcher.running
    assert len(dispatcher.waiting) == 2


def test_where_the_archive_vanished_a_loss_cannot_be_told_and_the_run_ends(
    place: Workplace,
) -> None:
    def vanish(pool: Pool) -> None:
        shutil.rmtree(place.archive)
        for worker in pool._workers.values():
            worker.process.kill()

    place.on_beat = vanish
    _, dispatcher = place.run("stay", "done")
    folder = str(claims_folder(place.archive))
    assert dispatcher.unable == f"archive: cannot write to {folder!r}: No such file or directory"
    assert [point.key for point in dispatcher.waiting] == ["key-0", "key-1"]
    assert not place.archive.exists()


def test_points_that_others_run_are_waited_for(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qcode_rl.sweep.pool._BUSY_SECONDS", 0.3)
    _, dispatcher = place.run("busy busy done", "done")
    assert outcomes(dispatcher) == {"key-0": "done", "key-1": "done"}
    assert place.tries(0) == 3


def test_the_impatient_leave_them_to_the_others(place: Workplace) -> None:
    _, dispatcher = place.run("busy", "done", patient=False)
    assert outcomes(dispatcher) == {"key-1": "done"}
    assert list(dispatcher.busy) == ["key-0"]
    assert place.tries(0) == 1


def test_who_waits_for_others_can_be_stopped(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    try:
        with LogWriter(place.archive, "some") as log:
            pool = Pool(
                place.archive,
                "some",
                1,
                dict(os.environ),
                Task,
                place.folder / "words",
                log,
                lambda told, point: signal.setitimer(signal.ITIMER_REAL, 0.5) and None,
            )
            with stopping_on(pool, signal.SIGALRM):
                dispatcher = pool.run([Point("key-0", "busy", {})])
    finally:
        signal.signal(signal.SIGALRM, before)
    assert pool.stopped_by == signal.SIGALRM
    assert list(dispatcher.busy) == ["key-0"]


def test_handlers_of_signals_are_put_back(place: Workplace) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGUSR1, signal.SIGTERM)]
    pool, _ = place.run()
    with stopping_on(pool, signal.SIGUSR1, signal.SIGTERM):
        os.kill(os.getpid(), signal.SIGUSR1)
        assert pool.stopped_by == signal.SIGUSR1
        os.kill(os.getpid(), signal.SIGTERM)
        assert pool.stopped_by == signal.SIGTERM
    assert [signal.getsignal(number) for number in (signal.SIGUSR1, signal.SIGTERM)] == before


@pytest.mark.parametrize(
    ("status", "words", "told"),
    [
        (0, "", "it ended with status 0"),
        (1, "a reason", "it ended with status 1: a reason"),
        (-9, "a reason", WORDS_OF_A_KILL),
        (-11, "", "it was ended by SIGSEGV"),
        (-7, "", "it was ended by SIGBUS"),
        (-40, "", "it was ended by signal 40"),
        (-1000, "", "it was ended by signal 1000"),
    ],
)
def test_ends_of_workers_are_told_in_words(status: int, words: str, told: str) -> None:
    assert _ending(status, words) == told
