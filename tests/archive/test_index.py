"""The index: it tells what the segments tell, whatever happens to them or to it."""

import os
import pickle
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_folders import contents, folder, folders, lines, names, plainly, told, write
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.archive import Archive, CodeRecord, Listing, index_build, index_file, pareto
from qcode_rl.archive import index as index_module
from qcode_rl.errors import InputError

MakeRecord = Callable[..., CodeRecord]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def filled(tmp_path: Path, make_record: MakeRecord) -> Path:
    with Archive(tmp_path / "archive").writer("run") as writer:
        for seed in range(6):
            writer.add(make_record(seed))
    return tmp_path / "archive"


def segment(archive: Path) -> Path:
    (path,) = archive.glob("segments/*/*.jsonl")
    return path


steps = st.one_of(
    st.tuples(st.just("write"), names, contents),
    st.tuples(st.just("append"), names, lines),
    st.tuples(st.just("append"), names, lines),
    st.tuples(st.just("cut"), names, st.integers(0, 400)),
    st.tuples(st.just("flip"), names, st.integers(0, 4000)),
    st.tuples(st.just("remove"), names, st.none()),
)


def step(archive: Path, kind: str, name: str, value: object) -> None:
    """Change a segment in place, as quickly as the file system's clock may not notice."""
    path = archive / "segments" / name
    if kind == "write":
        assert isinstance(value, bytes)
        write(archive, {name: value})
    elif path.exists():
        held = path.read_bytes()
        if kind == "remove":
            path.unlink()
        elif isinstance(value, bytes):
            path.write_bytes(held + value)
        elif isinstance(value, int) and kind == "cut":
            path.write_bytes(held[: len(held) - value])
        elif isinstance(value, int) and held:
            flipped = bytearray(held)
            flipped[value % len(held)] ^= 1
            path.write_bytes(flipped)


@settings(deadline=None, max_examples=60)
@given(folders, st.lists(steps, max_size=4))
def test_the_index_tells_what_the_segments_tell(
    held: dict[str, bytes], changes: list[tuple[str, str, object]]
) -> None:
    with folder() as path:
        write(path, held)
        assert told(Archive(path)) == told(plainly(path))
        for axes in ("nkdw", "d", "kq"):
            assert Archive(path).frontier(axes) == pareto(plainly(path).listing(), axes)
        for change in changes:
            step(path, *change)
            assert told(Archive(path)) == told(plainly(path))


@settings(deadline=None, max_examples=40)
@given(folders)
def test_one_code_is_told_from_its_lines_as_from_all(held: dict[str, bytes]) -> None:
    with folder() as path:
        write(path, held)
        for record in plainly(path).records():
            # What is found false about one code is remembered: each has archives of its own.
            indexed, plain = Archive(path), plainly(path)
            assert answer(indexed, record.key) == answer(plain, record.key)
            assert told(indexed) == told(plain)


def answer(archive: Archive, key: str) -> object:
    try:
        record = archive.get(key)
    except InputError as error:
        return str(error)
    return record, archive.found(key), archive.evidence(key), archive.counts(key)


def test_a_listing_is_a_record_without_its_checks(make_record: MakeRecord) -> None:
    for seed in range(20):
        record = make_record(seed)
        listing = Listing.of(record)
        for name in ("key", "n", "k", "w", "q", "d", "merit", "label", "family"):
            assert getattr(listing, name) == getattr(record, name)
        assert listing.summary() == record.summary()
        assert str(listing.distance) == str(record.distance)
        for name in ("created", "seed", "run"):
            assert getattr(listing.provenance, name) == getattr(record.provenance, name)


def test_what_is_listed_of_an_absent_archive_is_nothing_and_makes_nothing(tmp_path: Path) -> None:
    assert told(Archive(tmp_path / "none")) == ([], [], [], [])
    assert Archive(tmp_path / "none").counts("0" * 64) == []
    assert list(tmp_path.iterdir()) == []


def test_an_index_is_made_once_and_used_again(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(Archive(filled))
    assert (filled / "index.sqlite").is_file()
    monkeypatch.setattr(index_build, "update", None)
    assert told(Archive(filled)) == before


def test_only_what_was_appended_is_read(
    filled: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    Archive(filled).listing()
    read: list[tuple[str, int]] = []
    scan = index_build.scan_segment

    def watched(path: Path, offset: int, first: int, stop: int) -> object:
        for line in scan(path, offset, first, stop):
            read.append((path.parent.name, first))
            yield line

    monkeypatch.setattr(index_build, "scan_segment", watched)
    with Archive(filled).writer("more") as writer:
        writer.add(make_record(7))
        assert len(Archive(filled).listing()) == len(plainly(filled).records())
        writer.add(make_record(8))
        assert len(Archive(filled).listing()) == len(plainly(filled).records())
    assert {run for run, _ in read} == {"more"}
    assert len(read) == len({*read}) * 2 == len(writer.path.read_text().splitlines())  # type: ignore[union-attr]


@pytest.mark.parametrize("content", [b"", b"junk", b"SQLite format 3\0" + bytes(5000), None])
def test_what_is_no_index_is_replaced(filled: Path, content: bytes | None) -> None:
    expected = told(plainly(filled))
    place = filled / "index.sqlite"
    if content is None:
        Archive(filled).listing()
        content = place.read_bytes()[:-4096]
    place.write_bytes(content)
    assert told(Archive(filled)) == expected
    assert place.read_bytes()[:15] == b"SQLite format 3"
    assert len(place.read_bytes()) > len(content)


def test_an_index_with_any_byte_changed_is_not_believed(filled: Path) -> None:
    expected = told(Archive(filled))
    place = filled / "index.sqlite"
    whole = place.read_bytes()
    source = random.Random(1)
    for position in [*range(0, 100, 7), *(source.randrange(len(whole)) for _ in range(40))]:
        changed = bytearray(whole)
        changed[position] ^= source.randrange(1, 256)
        place.write_bytes(changed)
        assert told(Archive(filled)) == expected
        assert place.read_bytes() != changed


def test_the_index_of_another_archive_or_program_is_not_believed(
    filled: Path, tmp_path: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    with Archive(other).writer("run") as writer:
        writer.add(make_record(9))
    Archive(other).listing()
    expected = told(plainly(filled))
    (filled / "index.sqlite").write_bytes((other / "index.sqlite").read_bytes())
    assert told(Archive(filled)) == expected
    before = (filled / "index.sqlite").read_bytes()
    monkeypatch.setattr(index_file, "__version__", "another")
    assert told(Archive(filled)) == expected
    assert (filled / "index.sqlite").read_bytes() != before


def test_where_the_archive_cannot_be_written_the_index_is_in_the_cache(
    filled: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (filled / "index.sqlite").mkdir()  # in whose place no file can be put, not by root either
    expected = told(plainly(filled))
    assert told(Archive(filled)) == expected
    assert len(list(cache.glob("qcode-rl/index/*.sqlite"))) == 1
    assert told(Archive(filled)) == expected
    assert caplog.text == ""
    assert [path.name for path in filled.iterdir() if "tmp" in path.name] == []


def test_where_no_index_can_be_kept_all_is_read_and_that_is_said_once(
    filled: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (filled / "index.sqlite").mkdir()
    cache.write_text("no folder")
    expected = told(plainly(filled))
    for _ in range(3):
        assert told(Archive(filled)) == expected
    assert caplog.text.count("no index can be kept") == 1


def test_an_archive_remembers_what_it_read_until_it_is_told_to_read_again(
    filled: Path, make_record: MakeRecord
) -> None:
    archive = Archive(filled)
    before = archive.listing()
    with Archive(filled).writer("more") as writer:
        writer.add(make_record(7))
    after = Archive(filled).listing()
    assert archive.listing() == before
    archive.reload()
    assert archive.listing() == after != before


def test_a_segment_that_changes_after_the_index_was_opened_gives_no_wrong_code(
    filled: Path,
) -> None:
    archive = Archive(filled)
    key = archive.listing()[0].key
    path = segment(filled)
    path.write_bytes(b"\n" + path.read_bytes())
    assert archive.get(key) == plainly(filled).get(key)
    assert archive.damage == plainly(filled).damage != []


def test_what_is_found_false_counts_for_nothing_in_lists(filled: Path) -> None:
    archive = Archive(filled)
    first, second = archive.listing()[:2]
    text = segment(filled).read_text()
    (filled / "segments" / "forged").mkdir()
    from qcode_rl.archive.segments import decode_line, encode_line

    events = [decode_line(line.encode())[1] for line in text.splitlines()]
    forged = next(e for e in events if e["type"] == "code" and e["key"] == first.key)
    lie = {**forged, "key": "f" * 64}
    (filled / "segments" / "forged" / "a.jsonl").write_bytes(encode_line(lie))
    archive.reload()
    assert "f" * 64 in {listing.key for listing in archive.listing()}
    with pytest.raises(InputError, match="its checks have the key"):
        archive.get("f" * 64)
    assert "f" * 64 not in {listing.key for listing in archive.listing()}
    assert len(archive.damage) == 1
    assert archive.get(second.key).key == second.key


def test_an_archive_that_was_read_can_be_sent_to_another_process(filled: Path) -> None:
    archive = Archive(filled)
    assert archive.listing() == pickle.loads(pickle.dumps(archive)).listing()


def test_old_drafts_are_cleared_away_and_young_ones_left(filled: Path) -> None:
    old, young = (filled / f".index.sqlite-{name}.tmp" for name in ("old", "young"))
    for draft in (old, young):
        draft.write_bytes(b"half")
    long_ago = time.time() - 2 * index_file.ABANDONED
    os.utime(old, (long_ago, long_ago))
    assert told(Archive(filled)) == told(plainly(filled))
    assert not old.exists()
    assert young.exists()


def test_settled_segments_are_not_read_again(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long_ago = time.time() - 3600
    os.utime(segment(filled), (long_ago, long_ago))
    monkeypatch.setattr(index_build, "now_ns", lambda: time.time_ns() + 10**10)
    Archive(filled).listing()
    monkeypatch.setattr("qcode_rl.archive.index_state.digest_of", None)
    assert Archive(filled).listing()


def test_archives_can_be_listed_from_several_threads(filled: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    archive = Archive(filled)
    expected = archive.listing()
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda _: archive.listing(), range(6))) == [expected] * 6


LISTER = """
import sys
from qcode_rl.archive import Archive

archive = Archive(sys.argv[1])
listing = archive.listing()
archive.damage, archive.conflicts, archive.frontier()
assert not {"numba", "torch", "scipy", "networkx", "qcode_rl.codes"} & sys.modules.keys()
print(len(listing))
"""


def test_listing_imports_neither_kernels_nor_networks(filled: Path) -> None:
    expected = len(Archive(filled).listing())
    command = [sys.executable, "-c", LISTER, str(filled)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.strip() == str(expected), done.stderr


def test_the_index_of_the_example_is_in_the_cache(cache: Path) -> None:
    package = Path(index_module.__file__).parent
    assert index_file.places(package / "data" / "example")[0].is_relative_to(cache)
    assert len(index_file.places(package / "data" / "example")) == 1
