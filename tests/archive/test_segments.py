"""Segments under damage: cut anywhere, flipped anywhere, never a crash and never a wrong event."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qcode_rl.archive import Archive, CodeRecord
from qcode_rl.archive import segments as segments_module
from qcode_rl.archive.segments import (
    Damage,
    Line,
    SegmentWriter,
    decode_line,
    encode_line,
    scan_segment,
    segment_paths,
)
from qcode_rl.errors import InputError

EVENTS = [{"type": "note", "number": i, "text": "x" * i} for i in range(6)]


def write(folder: Path, events: list[dict[str, object]]) -> Path:
    with SegmentWriter(folder, "run") as writer:
        for event in events:
            writer.append(event)
    assert writer.path is not None
    return writer.path


def parts(path: Path) -> tuple[list[dict[str, object]], list[Damage]]:
    scanned = list(scan_segment(path))
    return (
        [line.event for line in scanned if isinstance(line, Line)],
        [line for line in scanned if isinstance(line, Damage)],
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, EVENTS)
    assert parts(path) == (EVENTS, [])
    assert f"-{os.getpid()}-" in path.name


def test_folders_that_vanish_while_segments_are_listed_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [write(tmp_path, EVENTS[:count]) for count in (1, 2)]
    (tmp_path / ".qcode-rl-trial").mkdir()
    (tmp_path / "emptied").mkdir()
    scandir = os.scandir

    def with_a_rival(path: Any) -> Any:
        # Another process tidies up between the folder's being listed and its being looked into.
        if Path(os.fsdecode(path)).name in ("emptied", ".qcode-rl-trial"):
            raise FileNotFoundError(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", with_a_rival)
    assert segment_paths(tmp_path) == sorted(written)
    assert segment_paths(tmp_path / "missing") == []


def test_a_writer_without_events_writes_nothing(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path / "segments", "run") as writer:
        writer.append()
    assert list(tmp_path.iterdir()) == []


def test_each_append_is_synchronized_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        calls.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    path = write(tmp_path / "archive" / "segments", EVENTS)
    assert calls.count(str(path)) == len(EVENTS)
    folders = [path.parent, tmp_path / "archive" / "segments", tmp_path / "archive", tmp_path]
    assert all(calls.count(str(folder)) == 1 for folder in folders)


def test_the_id_of_an_event_is_the_hash_of_its_content() -> None:
    one, two = encode_line({"a": 1, "b": 2}), encode_line({"b": 2, "a": 1})
    assert one == two
    assert decode_line(one[:-1])[0] != decode_line(encode_line({"a": 1, "b": 3})[:-1])[0]


def test_a_segment_cut_anywhere_gives_the_events_before_the_cut(tmp_path: Path) -> None:
    path = write(tmp_path, EVENTS)
    whole = path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        events, damage = parts(path)
        # The last line counts as soon as nothing but its line end is missing.
        assert events == EVENTS[: sum(end <= length + 1 for end in ends)]
        assert all(d.torn for d in damage)
        assert bool(damage) == (length not in ends and length + 1 not in ends and length > 0)


def test_a_flipped_byte_anywhere_loses_its_line_and_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, EVENTS)
    whole = path.read_bytes()
    source = random.Random(1)
    for position in range(len(whole)):
        flipped = bytearray(whole)
        flipped[position] ^= source.randrange(1, 256)
        path.write_bytes(flipped)
        events, damage = parts(path)
        line = whole[:position].count(b"\n")
        is_end = whole[position] == ord("\n")
        assert all(event in EVENTS for event in events)
        assert len(events) >= len(EVENTS) - 1 - is_end
        assert damage
        assert {d.line for d in damage} <= {line + 1, line + 2}
        assert all(d.path == path and not d.torn for d in damage)


def test_damage_reads_as_file_and_line(tmp_path: Path) -> None:
    path = write(tmp_path, EVENTS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"not an event\n", lines[1].replace(b"1", b"2")]))
    _, damage = parts(path)
    assert str(damage[0]) == f"{path}:2: does not begin with an event id"
    assert str(damage[1]) == f"{path}:3: its checksum does not match"


def test_hostile_lines_with_a_good_checksum_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, EVENTS[:1])
    for body in (b'{"a":' + b"[" * 100_000, b'{"a":NaN}', b'{"a":' + b"9" * 9000 + b"}", b"{"):
        line = segments_module._OPENING + segments_module._digest(body) + b'",' + body[1:]
        path.write_bytes(line + b"\n")
        assert [d.reason for d in parts(path)[1]] == ["is not JSON"]


def test_a_line_without_end_is_not_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments_module, "MAX_LINE", 200)
    path = write(tmp_path, EVENTS[:2])
    path.write_bytes(b"x" * 1000 + b"\n" + path.read_bytes() + b"x" * 1000)
    events, damage = parts(path)
    assert events == EVENTS[:2]
    assert [(d.line, d.reason) for d in damage] == [
        (1, "is longer than 200 bytes"),
        (4, "is longer than 200 bytes"),
    ]
    with pytest.raises(InputError, match="more than 200"):
        encode_line({"text": "x" * 200})


def test_random_bytes_are_damage(tmp_path: Path) -> None:
    source = random.Random(2)
    path = tmp_path / "a.jsonl"
    for _ in range(200):
        path.write_bytes(source.randbytes(source.randrange(300)))
        assert parts(path)[0] == []


def test_a_segment_that_cannot_be_read_is_damage(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").mkdir()
    _, damage = parts(tmp_path / "a.jsonl")
    assert [(d.line, d.reason) for d in damage] == [(0, "cannot be read: Is a directory")]


@pytest.mark.parametrize("run", ["", ".", "..", "a/b", "-a", "x" * 101, "a\n"])
def test_a_run_that_is_no_file_name_is_refused(tmp_path: Path, run: str) -> None:
    with pytest.raises(InputError, match="run: must be a name"):
        SegmentWriter(tmp_path, run)


def test_a_failed_write_starts_a_new_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    with SegmentWriter(tmp_path, "run") as writer:
        writer.append(EVENTS[0])

        def half(descriptor: int, data: memoryview) -> int:
            real(descriptor, data[:20])
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "write", half)
        with pytest.raises(InputError, match="No space left on device"):
            writer.append(EVENTS[1])
        monkeypatch.setattr(os, "write", real)
        writer.append(EVENTS[1])
    read = [parts(path) for path in (tmp_path / "run").iterdir()]
    assert sorted(e["number"] for events, _ in read for e in events) == [0, 1]  # type: ignore[type-var]
    assert [d.torn for _, damage in read for d in damage] == [True]


def test_a_forked_child_writes_a_segment_of_its_own(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path, "run") as writer:
        writer.append(EVENTS[0])
        child = os.fork()
        if child == 0:
            writer.append(EVENTS[1])
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        writer.append(EVENTS[2])
    assert sorted(len(parts(path)[0]) for path in (tmp_path / "run").iterdir()) == [1, 2]


def test_no_flipped_byte_makes_another_code(
    tmp_path: Path, make_record: Callable[[int], CodeRecord]
) -> None:
    records = {record.key: record for record in map(make_record, range(4))}
    with Archive(tmp_path).writer("run") as writer:
        for record in records.values():
            writer.add(record)
    assert writer.path is not None
    whole = writer.path.read_bytes()
    source = random.Random(3)
    for _ in range(300):
        flipped = bytearray(whole)
        flipped[source.randrange(len(whole))] ^= 1 << source.randrange(8)
        writer.path.write_bytes(flipped)
        archive = Archive(tmp_path)
        for read in archive.records():
            true = records[read.key]
            assert (read.n, read.k, read.w, read.q) == (true.n, true.k, true.w, true.q)
            assert read.distance is None or str(read.distance) == str(true.distance)
        assert archive.damage


def test_lines_are_json_objects_with_their_id_first(tmp_path: Path) -> None:
    for line in write(tmp_path, EVENTS).read_text().splitlines():
        assert next(iter(json.loads(line))) == "id"
