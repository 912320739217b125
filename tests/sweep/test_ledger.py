"""How points stand by the logs: whatever the order, in whatever pieces, and whatever is damaged."""

import json
import os
import random
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweep_logs import KEYS, Event, content, identity, logs, place, told

from qcode_rl.archive.segments import encode_line
from qcode_rl.errors import InputError
from qcode_rl.sweep.ledger import Ledger, LogWriter
from qcode_rl.sweep.owners import Owner

A, B, _ = KEYS


@contextmanager
def archive_of(held: list[list[Event]], order: list[int] | None = None) -> Iterator[Path]:
    """An archive with logs that are read in some order."""
    with tempfile.TemporaryDirectory() as name:
        for number, log in zip(order or range(len(held)), held, strict=True):
            place(Path(name), number).write_bytes(content(log))
        yield Path(name)


def read(*held: list[Event]) -> Ledger:
    with archive_of(list(held)) as archive:
        return Ledger(archive).refresh()


@given(logs(), st.randoms())
def test_how_points_stand_does_not_depend_on_the_order_in_which_logs_are_read(
    held: list[list[Event]], random: random.Random
) -> None:
    with archive_of(held) as archive:
        expected = told(Ledger(archive).refresh())
    order = list(range(len(held)))
    random.shuffle(order)
    with archive_of(held, order) as archive:
        assert told(Ledger(archive).refresh()) == expected


@settings(max_examples=40)
@given(logs(), st.data())
def test_reading_on_comes_to_the_same_as_reading_at_once(
    held: list[list[Event]], data: st.DataObject
) -> None:
    with archive_of(held) as archive:
        expected = told(Ledger(archive).refresh())
    rest = [content(log) for log in held]
    with tempfile.TemporaryDirectory() as name:
        ledger = Ledger(Path(name))
        while any(rest):
            # A writer is anywhere in a line when somebody reads.
            number = data.draw(st.sampled_from([i for i, left in enumerate(rest) if left]))
            size = data.draw(st.integers(1, len(rest[number])))
            with place(Path(name), number).open("ab") as file:
                file.write(rest[number][:size])
            rest[number] = rest[number][size:]
            if data.draw(st.booleans()):
                ledger.refresh()
        assert told(ledger.refresh()) == expected
        assert told(ledger.refresh()) == expected


@given(logs(), logs())
def test_what_is_done_stays_done(held: list[list[Event]], later: list[list[Event]]) -> None:
    ledger = read([{"what": "done", "time": 1, "point": A}, *held[0]], *held[1:], *later)
    assert ledger.state(A).done
    assert ledger.failure(A) is None
    assert A not in ledger.blemishes([A], ["killed", "error"])


def test_of_two_ends_the_first_counts_whoever_told_of_it() -> None:
    early = {"what": "done", "time": 1, "point": A, "found": 1}
    late = {"what": "done", "time": 2, "point": A, "found": 2}
    for ledger in (read([early], [late]), read([late], [early]), read([late, early])):
        assert ledger.state(A).done == early | {"id": identity(early)}
        assert ledger.state(A).last == late | {"id": identity(late)}


def test_a_torn_last_line_counts_once_it_is_whole(tmp_path: Path) -> None:
    first = {"what": "failed", "time": 1, "point": A, "cause": "error"}
    second = {"what": "done", "time": 2, "point": A}
    whole = content([first, second])
    path = place(tmp_path, 0)
    ledger = Ledger(tmp_path)
    # Without its line end a line is whole too: only the checksum can tell.
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        state = ledger.refresh().state(A)
        assert len(state.failures) == (size >= len(encode_line(first)) - 1)
        assert bool(state.done) == (size == len(whole) - 1)
    path.write_bytes(whole)
    assert ledger.refresh().state(A).done


def test_a_damaged_line_tells_nothing_and_hides_nothing() -> None:
    failed = [
        {"what": "failed", "time": time, "point": key, "cause": "error"}
        for time, key in enumerate(KEYS)
    ]
    whole = content(failed)
    length = len(encode_line(failed[0]))
    rng = random.Random(1)
    for place_ in range(length, 2 * length - 1):
        damaged = bytearray(whole)
        damaged[place_] ^= 1 << rng.randrange(8)
        with archive_of([[]]) as archive:
            place(archive, 0).write_bytes(damaged)
            ledger = Ledger(archive).refresh()
            assert [bool(ledger.failure(key)) for key in KEYS] == [True, False, True]


def test_junk_and_empty_files_tell_nothing(tmp_path: Path) -> None:
    for number, junk in enumerate([b"", b"\n\n", b"junk\n", os.urandom(5000), b'{"id":"']):
        place(tmp_path, number).write_bytes(junk)
    place(tmp_path, 9).mkdir()
    (tmp_path / "sweeps" / "s0" / "gone.jsonl").symlink_to("nowhere")
    assert Ledger(tmp_path).refresh().points == {}


def test_a_retry_forgives_what_it_names_and_nothing_that_follows() -> None:
    first = {"what": "failed", "time": 1, "point": A, "cause": "error", "reason": "first"}
    other = {"what": "failed", "time": 1, "point": B, "cause": "error", "reason": "other"}
    retry = {"what": "retry", "time": 2, "forgives": [identity(first)]}
    again = {"what": "failed", "time": 3, "point": A, "cause": "error", "reason": "again"}
    ledger = read([first, other, retry])
    assert ledger.failure(A) is None
    assert ledger.failure(B) == other | {"id": identity(other)}
    ledger = read([retry], [first, other, again])
    assert ledger.failure(A) == again | {"id": identity(again)}


@settings(max_examples=40)
@given(logs())
def test_forgiving_the_blemishes_of_a_point_leaves_it_open(held: list[list[Event]]) -> None:
    for causes in (["killed"], ["killed", "error"]):
        before = read(*held)
        ids = [one for found in before.blemishes([A], causes).values() for one in found]
        after = read(*held, [{"what": "retry", "time": 0, "forgives": ids}])
        failure = after.failure(A)
        assert failure is None or failure["cause"] not in causes
        assert after.losses(A) == (before.losses(A) if before.state(A).done else 0)
        assert not after.blemishes([A], causes)
        # Nothing else is forgiven with them.
        for key in KEYS[1:]:
            assert (after.failure(key), after.losses(key)) == (
                before.failure(key),
                before.losses(key),
            )


def test_seconds_add_up_over_runs_that_were_stopped_and_killed() -> None:
    def event(what: str, time: int, seconds: float | None = None) -> Event:
        told = {"what": what, "time": time, "point": A}
        return told if seconds is None else told | {"seconds": seconds}

    killed = [event("start", 0), event("beat", 20, 20.0), event("beat", 40, 40.0)]
    stopped = [event("start", 50), event("beat", 70, 20.0), event("stopped", 80, 30.0)]
    # One worker comes back to the point: its seconds count anew.
    twice = [event("start", 90), event("stopped", 95, 5.0), event("start", 96)]
    twice += [event("beat", 98, 2.0), event("stopped", 99, 2.5)]
    assert read(killed).state(A).seconds == 40
    assert read(stopped).state(A).seconds == 30
    assert read(twice).state(A).seconds == 7.5
    ledger = read(killed, stopped, twice)
    assert ledger.state(A).seconds == 77.5
    assert ledger.state(A).began == 96


def test_losses_are_counted_until_they_are_forgiven() -> None:
    lost = [{"what": "lost", "time": t, "point": A, "reason": "x"} for t in (1, 2, 2)]
    # Told twice in the same words at the same moment, it is the same loss.
    assert read(lost[:2], lost[2:]).losses(A) == 2
    assert (
        read(lost, [{"what": "retry", "time": 3, "forgives": [identity(lost[0])]}]).losses(A) == 1
    )


def test_tasks_of_slurm_are_known_with_their_points() -> None:
    told = {"what": "submitted", "time": 1, "jobs": {"5_0": [A, B], "5_1": []}}
    assert read([told]).jobs == {"5_0": [A, B], "5_1": []}


def test_a_log_says_who_writes_it_and_each_event_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda one: (synced.append(os.readlink(f"/proc/self/fd/{one}")), sync(one))
    )
    with LogWriter(tmp_path, "some") as log:
        assert not (tmp_path / "sweeps").exists()
        log.write("start", point=A)
        log.write("done", point=A, found=2)
    [path] = (tmp_path / "sweeps" / "some").iterdir()
    assert synced.count(str(path)) == 2
    worker, start, done = map(json.loads, path.read_text().splitlines())
    assert worker["what"] == "worker"
    assert Owner.of(worker["owner"]) == Owner.here()
    assert (start["what"], start["point"]) == ("start", A)
    assert Ledger(tmp_path).refresh().state(A).done == done


def test_threads_may_write_one_log(tmp_path: Path) -> None:
    with LogWriter(tmp_path, "some") as log:
        threads = [
            threading.Thread(
                target=lambda i=i: [log.write("lost", point=A, i=(i, j)) for j in range(20)]
            )
            for i in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Ledger(tmp_path).refresh().losses(A) == 100


def test_a_log_that_vanished_is_not_begun_anew(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    with LogWriter(archive, "some") as log:
        log.write("start", point=A)
        shutil.rmtree(archive)
        # However often: a beat that nobody missed must not make room for the end.
        for _ in range(3):
            with pytest.raises(InputError, match=r"archive: cannot write to '.*some': .* deleted"):
                log.write("done", point=A)
    assert not archive.exists()


def test_a_log_goes_on_in_another_file_after_a_write_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with LogWriter(tmp_path, "some") as log:
        log.write("start", point=A)
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            with pytest.raises(InputError) as refused:
                log.write("done", point=A)
        folder = str(tmp_path / "sweeps" / "some")
        assert str(refused.value) == f"archive: cannot write to {folder!r}: No space left on device"
        assert Ledger(tmp_path).refresh().state(A).done is None
        log.write("done", point=A)
    assert Ledger(tmp_path).refresh().state(A).done
