"""Archives under SIGKILL, damage anywhere and many writers; the long forms by `make test-long`."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archive_folders import plainly, told

from qcode_rl.archive import Archive, CodeRecord
from qcode_rl.archive.segments import decode_line

MakeRecord = Callable[..., CodeRecord]

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from qcode_rl.archive import Archive, CodeRecord, Provenance
from qcode_rl.codes import hypergraph_product
from qcode_rl.distance import distance_of

folder, number, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
code = hypergraph_product([[1, 1, 0], [0, 1, 1]])
record = CodeRecord.of(code, distance_of(code), Provenance(run=f"w{number}"))
print("ready", flush=True)
with Archive(folder).writer(f"w{number}") as writer:
    for step in range(count):
        # Archives take the key on trust until the code is looked at: many records, one code.
        key = f"{number:08x}{step:056x}"
        writer.add(replace(record, key=key, distance=None if step % 2 else record.distance))
        print(key, flush=True)
"""
LISTER = """
import sys
import qcode_rl.archive.index_build
from qcode_rl.archive import Archive

print("ready", flush=True)
while True:
    print(len(Archive(sys.argv[1]).listing()), flush=True)
"""
MERGER = """
import sys
import qcode_rl.archive.index_build
from qcode_rl.archive import Archive

print("ready", flush=True)
Archive(sys.argv[1]).merge(*sys.argv[2:])
print("done", flush=True)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def start() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start programs that print "ready" when the imports are done; none survives the test."""
    running: list[subprocess.Popen[str]] = []

    def started(program: str, *arguments: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", program, *map(str, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def kill(process: "subprocess.Popen[str]") -> list[str]:
    """Kill a program, and return the whole lines that it had printed."""
    process.send_signal(signal.SIGKILL)
    printed = process.communicate()[0]
    assert process.returncode == -signal.SIGKILL
    return printed[: printed.rfind("\n") + 1].splitlines()


def sizes(short: int, long: int) -> list[object]:
    """Return how much is done in CI, and how much in `make test-long`."""
    return [short, pytest.param(long, marks=[pytest.mark.long, pytest.mark.timeout(3600)])]


@pytest.mark.parametrize("writers", sizes(10, 200))
def test_killed_writers_lose_nothing_that_they_had_printed(
    tmp_path: Path, start: Callable[..., "subprocess.Popen[str]"], writers: int
) -> None:
    source = random.Random(5)
    printed: set[str] = set()
    for number in range(0, writers, 2):
        # Two at a time, since most of the time goes into starting Python.
        pair = [start(WRITER, tmp_path, n, 10**6) for n in (number, number + 1)]
        for writer in pair:
            ready(writer)
        for writer in pair:
            # From the first write on, at any moment of it.
            time.sleep(source.choice([0, 0.001, 0.01, 0.1]) * source.random())
            printed.update(kill(writer))
        assert printed <= {listing.key for listing in Archive(tmp_path).listing()}
    archive = plainly(tmp_path)
    assert printed <= {record.key for record in archive.records()}
    assert len(printed) >= writers / 2
    # What a writer was in the middle of is a torn line at most, and nothing else is amiss.
    assert archive.damage == archive.conflicts == []
    assert told(Archive(tmp_path)) == told(archive)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("codes", sizes(1000, 10_000))
def test_four_writers_at_once_lose_nothing(
    tmp_path: Path, start: Callable[..., "subprocess.Popen[str]"], codes: int
) -> None:
    writers = [start(WRITER, tmp_path, number, codes) for number in range(4)]
    lister = start(LISTER, tmp_path)
    keys = {key for writer in writers for key in writer.communicate()[0].split()[1:]}
    assert [writer.returncode for writer in writers] == [0] * 4
    assert len(keys) == 4 * codes
    counts = [int(count) for count in kill(lister)[1:]]
    assert counts == sorted(counts)
    for archive in (plainly(tmp_path), Archive(tmp_path)):
        assert {listing.key for listing in archive.listing()} == keys
        assert archive.damage == archive.torn == []
    assert len(list(tmp_path.glob("segments/*/*.jsonl"))) == 4


@pytest.mark.parametrize("readers", sizes(4, 40))
def test_readers_killed_while_they_make_the_index_disturb_nothing(
    tmp_path: Path, start: Callable[..., "subprocess.Popen[str]"], readers: int
) -> None:
    writer = start(WRITER, tmp_path, 1, 300)
    writer.communicate()
    source = random.Random(6)
    expected = told(plainly(tmp_path))
    for _ in range(readers):
        (tmp_path / "index.sqlite").unlink(missing_ok=True)
        lister = start(LISTER, tmp_path)
        ready(lister)
        time.sleep(0.2 * source.random())
        kill(lister)
        assert told(Archive(tmp_path)) == expected
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".tmp"} == {
        "segments",
        "index.sqlite",
    }


@pytest.mark.parametrize("merges", sizes(4, 40))
def test_killed_merges_are_finished_by_the_next(
    tmp_path: Path, start: Callable[..., "subprocess.Popen[str]"], merges: int
) -> None:
    one, target = tmp_path / "one", tmp_path / "target"
    for number in range(8):
        with Archive(one).writer(f"run{number}") as writer:
            line = {"type": "note", "text": "x" * 500_000}
            writer.append(line | {"number": number})
    start(WRITER, one, 1, 50).communicate()
    source = random.Random(7)
    for _ in range(merges):
        merger = start(MERGER, target, one)
        ready(merger)
        time.sleep(0.05 * source.random())
        kill(merger) if merger.poll() is None else None
        archive = Archive(target)
        assert (archive.damage, archive.torn) == ([], [])
    Archive(target).merge(one)
    assert Archive(target).listing() == Archive(one).listing()
    held = [{p.name: p.read_bytes() for p in a.glob("segments/*/*.jsonl")} for a in (one, target)]
    assert held[0] == held[1]


@pytest.mark.parametrize("trials", sizes(300, 10_000))
def test_no_cut_and_no_flipped_byte_anywhere_makes_a_wrong_code(
    tmp_path: Path, make_record: MakeRecord, trials: int
) -> None:
    records = {record.key: record for record in map(make_record, range(5))}
    with Archive(tmp_path).writer("run") as writer:
        for record in records.values():
            writer.add(record)
    assert writer.path is not None
    whole = writer.path.read_bytes()
    ends = [place + 1 for place, byte in enumerate(whole) if byte == ord("\n")]
    source = random.Random(3)
    for trial in range(trials):
        place = source.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[place] ^= source.randrange(1, 256)
        cut = trial % 3 == 0
        writer.path.write_bytes(whole[:place] if cut else flipped)
        # Now with the index of the trial before, now without.
        archive = plainly(tmp_path) if trial % 2 else Archive(tmp_path)
        for listing in archive.listing():
            true = records[listing.key]
            assert (listing.n, listing.k, listing.w, listing.q) == (true.n, true.k, true.w, true.q)
            assert listing.distance is None or str(listing.distance) == str(true.distance)
        if cut:
            # The last line counts as soon as nothing but its line end is missing.
            assert archive.damage == []
            assert bool(archive.torn) == (place not in (0, *ends, *(end - 1 for end in ends)))
        else:
            line = whole[:place].count(b"\n") + 1
            assert {(d.path, d.line) for d in archive.damage} <= {
                (writer.path, line),
                (writer.path, line + 1),
            }
            assert archive.damage


def test_a_torn_write_is_seen_as_torn_and_its_next_lines_are_read(
    tmp_path: Path, make_record: MakeRecord
) -> None:
    with Archive(tmp_path).writer("run") as writer:
        for seed in range(4):
            writer.add(make_record(seed))
    assert writer.path is not None
    whole = writer.path.read_bytes()
    expected = told(plainly(tmp_path))
    for length in range(0, len(whole), 97):
        writer.path.write_bytes(whole[:length])
        half = Archive(tmp_path)
        assert told(half) == told(plainly(tmp_path))
        with writer.path.open("ab") as file:
            file.write(whole[length:])
        assert told(Archive(tmp_path)) == expected


def test_every_line_that_was_synchronized_is_whole(tmp_path: Path, make_record: MakeRecord) -> None:
    with Archive(tmp_path).writer("run") as writer:
        for seed in range(4):
            writer.add(make_record(seed))
            assert writer.path is not None
            size = os.stat(writer.path).st_size
            content = writer.path.read_bytes()
            assert len(content) == size
            for line in content.splitlines():
                decode_line(line)
