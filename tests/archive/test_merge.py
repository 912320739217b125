"""Merging folders: what is known is the union, whatever the order and however often."""

import os
from pathlib import Path

import pytest
from archive_folders import CODES, code_event, contents, folder, folders, known, write
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.archive import Archive, Counts
from qcode_rl.archive import merge as merge_module
from qcode_rl.archive.segments import encode_line
from qcode_rl.errors import InputError

ONE, TWO, THREE = (encode_line(code_event(CODES[i], "css", "a", i, 1)) for i in range(3))


def files(archive: Path) -> dict[str, bytes]:
    root = archive / "segments"
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.glob("*/*"))}


def merged(target: Path, *sources: Path) -> tuple[object, ...]:
    Archive(target).merge(*sources)
    return known(Archive(target))


def sources(path: Path, held: list[dict[str, bytes]]) -> list[Path]:
    made = [path / f"source{number}" for number in range(len(held))]
    for source, each in zip(made, held, strict=True):
        (source / "segments").mkdir(parents=True)
        write(source, each)
    return made


@settings(max_examples=30)
@given(st.lists(folders, min_size=3, max_size=3))
def test_merging_folders_is_commutative_associative_and_idempotent(
    held: list[dict[str, bytes]],
) -> None:
    with folder() as path:
        a, b, c = sources(path, held)
        before = [files(source) for source in (a, b, c)]
        expected = merged(path / "abc", a, b, c)
        assert merged(path / "cba", c, b, a) == expected
        merged(path / "ab", a, b)
        assert merged(path / "ab-c", path / "ab", c) == expected
        assert merged(path / "abc", c, a, path / "cba") == expected
        again = files(path / "abc")
        assert merged(path / "abc", a, b, c) == expected
        assert files(path / "abc") == again
        assert [files(source) for source in (a, b, c)] == before


@settings(max_examples=30)
@given(contents, contents)
def test_merging_a_segment_that_grew_adds_what_it_holds_now(one: bytes, more: bytes) -> None:
    with folder() as path:
        # Even if what came stuck to a good last line without an end, and both are lost.
        held = {"run/before.jsonl": one, "run/now.jsonl": one + more}
        source, both = sources(path, [{"run/a.jsonl": one}, held])
        merged(path / "target", source)
        write(source, {"run/a.jsonl": one + more})
        assert merged(path / "target", source) == known(Archive(both))


def test_what_is_new_is_counted_and_copied_under_its_name(tmp_path: Path) -> None:
    one, two = sources(tmp_path, [{"run/a.jsonl": ONE + TWO}, {"run/b.jsonl": TWO + THREE}])
    with Archive(two).writer("counting") as writer:
        writer.add_counts(CODES[0].key, Counts("a" * 64, {}, 10, 1))
    target = Archive(tmp_path / "target")
    first = target.merge(one)
    assert (first.codes, first.evidence, first.counts) == (2, 0, 0)
    assert files(target.path) == files(one)
    second = target.merge(one, Archive(two))
    assert (second.codes, second.evidence, second.counts) == (1, 0, 1)
    assert (len(second.copied), second.held, second.damage) == (2, 1, ())
    assert files(target.path) == files(one) | files(two)
    assert len(target.records()) == 3
    third = target.merge(two, one)
    assert third == merge_module.Merged((), 3, 0, 0, 0)


def test_of_a_segment_that_grew_only_the_rest_is_copied(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, [{"run/a.jsonl": ONE}])
    target = tmp_path / "target"
    merged(target, source)
    for grown in (ONE + TWO[:50], ONE + TWO, ONE + TWO + THREE):
        write(source, {"run/a.jsonl": grown})
        merged(target, source)
    assert files(target) == {
        "run/a.jsonl": ONE,
        f"run/a.{len(ONE)}.jsonl": TWO[:50],
        f"run/a.{len(ONE)}-{merge_digest(TWO)}.jsonl": TWO,
        f"run/a.{len(ONE)}-{merge_digest(TWO + THREE)}.jsonl": TWO + THREE,
    }
    assert len(Archive(target).records()) == 3


def merge_digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()[:12]


def test_a_segment_that_is_held_further_than_it_comes_is_left_alone(tmp_path: Path) -> None:
    one, two = sources(tmp_path, [{"run/a.jsonl": ONE}, {"run/a.jsonl": ONE + TWO}])
    merged(two, one)
    assert files(two) == {"run/a.jsonl": ONE + TWO}


def test_a_namesake_with_another_content_is_kept_beside(tmp_path: Path) -> None:
    one, two = sources(tmp_path, [{"run/a.jsonl": ONE}, {"run/a.jsonl": TWO}])
    merged(one, two)
    assert files(one) == {"run/a.jsonl": ONE, f"run/a-{merge_digest(TWO)}.jsonl": TWO}


def test_damage_is_copied_and_named(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, [{"run/a.jsonl": ONE + b"junk\n" + TWO}])
    (source / "segments" / "run" / "b.jsonl").mkdir()
    result = Archive(tmp_path / "target").merge(source)
    copy = tmp_path / "target" / "segments" / "run" / "a.jsonl"
    assert [(d.path, d.line) for d in result.damage] == [
        (source / "segments" / "run" / "b.jsonl", 0),
        (copy, 2),
    ]
    assert copy.read_bytes() == ONE + b"junk\n" + TWO


def test_what_is_no_other_archive_is_refused_before_anything_is_copied(tmp_path: Path) -> None:
    good, target = sources(tmp_path, [{"run/a.jsonl": ONE}, {"run/b.jsonl": TWO}])
    (tmp_path / "link").symlink_to(target)
    (tmp_path / "empty").mkdir()
    before = files(target)
    for bad, message in (
        (target, "is the archive to merge into"),
        (tmp_path / "link", "is the archive to merge into"),
        (tmp_path / "empty", "is no archive: it has no folder 'segments'"),
        (tmp_path / "none", "is no archive"),
        (Path("nul\0"), "merge: "),
    ):
        with pytest.raises(InputError, match=message):
            Archive(target).merge(good, bad)
    assert files(target) == before


def test_a_target_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, [{"run/a.jsonl": ONE}])
    (tmp_path / "target" / "segments").mkdir(parents=True)
    (tmp_path / "target" / "segments" / "run").write_text("in the way")
    with pytest.raises(InputError, match=r"merge: cannot copy .*File exists"):
        Archive(tmp_path / "target").merge(source)


def test_copies_are_durable_and_leave_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source,) = sources(tmp_path, [{"run/a.jsonl": ONE}])
    synced: list[str] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    target = tmp_path / "target"
    Archive(target).merge(source)
    run = target / "segments" / "run"
    assert str(run) in synced
    assert any(name.startswith(str(run / ".merge-")) for name in synced)

    def failing(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", failing)
    write(source, {"run/b.jsonl": TWO})
    with pytest.raises(InputError, match="No space left on device"):
        Archive(target).merge(source)
    assert list(files(target)) == ["run/a.jsonl"]


def test_without_hard_links_copies_are_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    (source,) = sources(tmp_path, [{"run/a.jsonl": ONE}])
    Archive(tmp_path / "target").merge(source)
    assert files(tmp_path / "target") == {"run/a.jsonl": ONE}


def test_half_made_copies_of_killed_merges_disturb_nothing_and_are_cleared_away(
    tmp_path: Path,
) -> None:
    (source,) = sources(tmp_path, [{"run/a.jsonl": ONE}])
    run = tmp_path / "target" / "segments" / "run"
    run.mkdir(parents=True)
    for name, age in (("old", 2 * merge_module.ABANDONED), ("young", 60)):
        part = run / f".merge-{name}.part"
        part.write_bytes(ONE[:20])
        os.utime(part, (part.stat().st_mtime - age,) * 2)
    assert merged(tmp_path / "target", source) == known(Archive(source))
    assert sorted(path.name for path in run.iterdir()) == [".merge-young.part", "a.jsonl"]
