"""The archive as a whole: writers, readers, liars and full disks."""

import os
import pickle
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from qcode_rl.archive import (
    Archive,
    CodeRecord,
    Provenance,
    default_archive_path,
    pareto,
    worth_keeping,
)
from qcode_rl.archive.events import events_of
from qcode_rl.codes import hypergraph_product
from qcode_rl.distance import Distance, Witness, distance_of
from qcode_rl.errors import InputError

MakeRecord = Callable[..., CodeRecord]
SURFACE = hypergraph_product([[1, 1, 0], [0, 1, 1]])
RECORD = CodeRecord.of(SURFACE, distance_of(SURFACE), Provenance(run="a"))


def fill(folder: Path, *records: CodeRecord) -> Archive:
    with Archive(folder).writer("run") as writer:
        for record in records:
            writer.add(record)
    return Archive(folder)


def forge(folder: Path, *records: CodeRecord, **change: object) -> Archive:
    """Write records with the members of their last event changed, checksums and all."""
    with Archive(folder).writer("forger") as writer:
        for record in records:
            *evidence, code = events_of(record)
            writer.append(*evidence, code | change)
    return Archive(folder)


def test_an_archive_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "none")
    assert (archive.records(), archive.damage, archive.conflicts, archive.torn) == ([], [], [], [])
    assert not (tmp_path / "none").exists()


def test_records_are_kept_and_found_by_the_beginning_of_their_key(
    tmp_path: Path, make_record: MakeRecord
) -> None:
    records = {record.key: record for record in map(make_record, range(12))}
    archive = fill(tmp_path, *records.values())
    assert [r.key for r in archive.records()] == sorted(records)
    for key, record in records.items():
        read = archive.get(key[:12].upper())
        assert (read.code.x_checks == record.code.x_checks).all()
        assert read.label == record.label
    assert archive.verify() == archive.damage == []


def test_the_same_code_found_twice_is_one_record_with_two_findings(tmp_path: Path) -> None:
    again = replace(RECORD, provenance=Provenance(run="b", created="2030-01-01T00:00:00Z"))
    archive = fill(tmp_path, again, RECORD, RECORD)
    assert [r.provenance.run for r in archive.records()] == ["a"]
    assert [event.provenance.run for event in archive.found(RECORD.key)] == ["a", "b"]
    assert len(archive.evidence(RECORD.key)) == 1


def test_records_are_values(make_record: MakeRecord) -> None:
    records = [make_record(1), make_record(1), make_record(2)]
    assert len(set(records)) == 2
    assert pickle.loads(pickle.dumps(records)) == records


def test_an_ambiguous_or_unknown_key_is_refused(tmp_path: Path) -> None:
    keys = ["ab" + "0" * 62, "ac" + "0" * 62]
    archive = fill(tmp_path, *(replace(RECORD, key=key) for key in keys))
    with pytest.raises(InputError, match="could be any of ab00000000000000, ac00000000000000"):
        archive.get("a")
    for prefix in ("b", "", "zz"):
        with pytest.raises(InputError, match="no code in"):
            archive.get(prefix)


def test_a_false_witness_is_damage_and_counts_for_nothing(tmp_path: Path) -> None:
    # One Z on qubit 0 anticommutes with an X check; the true evidence remains.
    lie = Distance(1, 1, Witness(z=(0,)), "a lie")
    archive = fill(tmp_path, replace(RECORD, distance=lie), RECORD)
    (damage,) = archive.verify()
    assert "witness of" in damage.reason
    assert "anticommutes with X check 0" in damage.reason
    assert (damage.path.suffix, damage.line) == (".jsonl", 1)
    assert archive.damage == [damage]
    assert [str(r.distance) for r in archive.records()] == ["3"]
    assert not archive.conflicts


def test_asking_for_a_code_checks_its_witness_first(tmp_path: Path) -> None:
    lie = Distance(1, 1, Witness(z=(0,)), "a lie")
    archive = fill(tmp_path, replace(RECORD, distance=lie))
    assert str(archive.records()[0].distance) == "1"
    assert archive.get(RECORD.key).distance is None


def test_a_code_under_a_wrong_key_is_damage(tmp_path: Path) -> None:
    archive = fill(tmp_path, replace(RECORD, key="0" * 64))
    with pytest.raises(InputError, match="its checks have the key"):
        _ = archive.records()[0].code
    with pytest.raises(InputError, match=r"jsonl:2: its checks have the key"):
        archive.get("0")
    assert archive.records() == []


def test_a_changed_parameter_is_damage(tmp_path: Path) -> None:
    archive = forge(tmp_path, RECORD, k=5)
    assert archive.records() == []
    assert [d.reason for d in archive.damage] == ["k: its checks give 1, not 5"]


def test_a_raised_distance_is_a_conflict(tmp_path: Path) -> None:
    raised = Distance(1, 13, Witness(x=tuple(range(13))), "none")
    archive = fill(tmp_path, RECORD, replace(RECORD, distance=replace(raised, lower=4)))
    assert "d >= 4 (none) contradicts d <= 3" in "\n".join(map(str, archive.conflicts))
    assert str(archive.records()[0].distance) == "<=3"


def test_a_torn_tail_is_no_damage_and_damage_in_the_middle_is_named(
    tmp_path: Path, make_record: MakeRecord
) -> None:
    archive = fill(tmp_path, make_record(1), make_record(2), make_record(3))
    (path,) = tmp_path.glob("segments/run/*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:1], lines[1][:50], lines[1][51:], *lines[2:]])[:-30])
    archive.reload()
    assert [(d.path, d.line) for d in archive.damage] == [(path, 2)]
    assert [(d.path, d.line) for d in archive.torn] == [(path, len(lines))]
    assert len(archive.records()) == 1


def test_archives_merge_by_copying_files(tmp_path: Path, make_record: MakeRecord) -> None:
    one = fill(tmp_path / "1", make_record(1), make_record(2))
    two = fill(tmp_path / "2", make_record(2), make_record(3))
    for source in (one, two, two):
        target = tmp_path / "merged" / "segments" / source.path.name
        target.mkdir(parents=True, exist_ok=True)
        for path in source.path.glob("segments/run/*.jsonl"):
            (target / path.name).write_bytes(path.read_bytes())
    expected = {r.key for r in (*one.records(), *two.records())}
    assert {r.key for r in Archive(tmp_path / "merged").records()} == expected


@pytest.mark.parametrize(
    "place", ["file", "file/below", "dangling", "/proc/archive", "nul\0", "x" * 300, "/dev/null/a"]
)
def test_a_folder_that_cannot_be_written_is_refused_and_nothing_left(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("here")
    (tmp_path / "dangling").symlink_to(tmp_path / "file" / "nowhere")
    before = sorted(tmp_path.iterdir())
    folder = tmp_path / place
    with pytest.raises(InputError) as caught:
        Archive(folder).require_writable()
    assert str(caught.value).startswith("archive: ")
    assert "\n" not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before
    with pytest.raises(InputError, match="archive: "), Archive(folder).writer("run") as writer:
        writer.add(RECORD)


def test_checking_a_good_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "a" / "b"):
        Archive(folder).require_writable()
        assert list(tmp_path.iterdir()) == []
    fill(tmp_path / "full", RECORD).require_writable()
    assert [p.name for p in (tmp_path / "full" / "segments").iterdir()] == ["run"]


@pytest.mark.skipif(os.geteuid() == 0, reason="permission bits do not stop root")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"):
        Archive(tmp_path / "a").require_writable()


def test_the_default_archive_is_named_or_in_the_checkout_or_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("QCODE_ARCHIVE", raising=False)
    below = tmp_path / "project" / "notebooks"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    home = tmp_path / "home" / ".local" / "share" / "qcode-rl" / "archive"
    assert default_archive_path() == home
    for text in ("not toml [", 'project = "qcode-rl"', '[project]\nname = "other"'):
        (tmp_path / "project" / "pyproject.toml").write_text(text)
        assert default_archive_path() == home
    (tmp_path / "project" / "pyproject.toml").write_text('[project]\nname = "qcode-rl"')
    expected = tmp_path / "project" / "search_runs" / "results" / "archive"
    assert default_archive_path() == expected
    monkeypatch.setenv("QCODE_ARCHIVE", "~/mine")
    assert default_archive_path() == tmp_path / "home" / "mine"


def test_ten_thousand_records_are_read_in_seconds(tmp_path: Path) -> None:
    code = hypergraph_product([[int(j in (i, i + 1, i + 5)) for j in range(25)] for i in range(20)])
    record = CodeRecord.of(code, distance_of(code), Provenance(run="many"))
    with Archive(tmp_path).writer("many") as writer:
        for start in range(0, 10_000, 500):
            some = (replace(record, key=f"{start + i:064x}") for i in range(500))
            writer.append(*(event for one in some for event in events_of(one)))
    begin = time.perf_counter()
    assert len(Archive(tmp_path).records()) == 10_000
    assert time.perf_counter() - begin < 20  # about 4 where nothing else runs


def product(rows: int, key: str) -> CodeRecord:
    """Return the record of a surface code of distance rows + 1."""
    code = hypergraph_product(
        [[int(j in (i, i + 1)) for j in range(rows + 1)] for i in range(rows)]
    )
    return replace(CodeRecord.of(code, distance_of(code), Provenance()), key=key.ljust(64, "0"))


def test_a_pareto_set_has_one_undominated_record_for_each_point() -> None:
    small, again, large = product(2, "a"), product(2, "b"), product(3, "c")
    unproved = replace(large, key="d", distance=Distance(1, 4, large.distance.witness))  # type: ignore[union-attr]
    unknown = replace(small, key="e", distance=None)
    assert pareto([small, again, large]) == [small, large]
    assert pareto([large, small], "n") == [small]
    assert pareto([large, small], "d") == [large]
    assert pareto([large, unproved], "nkd") == [large]
    assert pareto([unproved, small], "nkd") == [unproved, small]
    # What nothing is known of may still have any distance up to n.
    assert pareto([small, unknown], "nkd") == [small, unknown]
    assert Archive.pareto([]) == []
    for axes in ("", "nz"):
        with pytest.raises(InputError, match="axes: must"):
            pareto([small], axes)


def test_a_record_is_worth_keeping_if_undominated_or_among_twenty_alike() -> None:
    new, better = product(2, "a"), replace(product(2, "b"), provenance=Provenance())
    assert worth_keeping(new, [])
    assert worth_keeping(new, [product(3, "c")])
    assert not worth_keeping(new, [new])
    alike = [replace(better, key=f"{i:064x}") for i in range(20)]
    assert worth_keeping(new, alike[:19])
    assert not worth_keeping(new, alike)
    unproved = replace(new, distance=Distance(1, 3, new.distance.witness))  # type: ignore[union-attr]
    assert worth_keeping(new, [unproved])
