"""Files into archives: round trips of every format, and nothing taken on trust."""

import hashlib
import json
import pickle
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from archive_codes import TEN, css_codes, fill, record_of, stabilizer_codes
from hypothesis import given, settings

from qcode_rl.archive import Archive, CodeRecord, Provenance, imports
from qcode_rl.archive.challenge import challenge_document
from qcode_rl.archive.export import SUFFIXES, export_challenge, export_code
from qcode_rl.archive.imports import Imported, import_files
from qcode_rl.archive.verification import verify_records
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.io import write_code
from qcode_rl.distance import Distance, Witness
from qcode_rl.errors import InputError

STEANE = TEN["steane"][0]
FIVE = StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"])


def round_trip(code: CSSCode | StabilizerCode, form: str) -> tuple[CodeRecord, CodeRecord]:
    """Return a code's record as archived, and as imported from its exported file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = fill(folder / "one", record_of(code)).get(code.key)
        path = folder / f"code{SUFFIXES[form]}"
        if form == "challenge":
            export_challenge(record, path)
        else:
            export_code(record, path, form)
        other = Archive(folder / "two")
        (result,) = import_files(other, [path])
        assert result.status == "imported", result.reason
        assert verify_records(other).ok
        (held,) = other.records()
        assert held.label == result.record.label  # type: ignore[union-attr]
        return record, held


def write_challenge(path: Path, code: CSSCode = STEANE, **change: Any) -> Path:
    path.write_text(json.dumps(challenge_document(record_of(code)) | change))
    return path


def the_one(archive: Archive, path: Path, **options: Any) -> Imported:
    (result,) = import_files(archive, [path], **options)
    return result


@pytest.mark.parametrize("form", SUFFIXES)
@given(code=css_codes)
@settings(max_examples=15)
def test_a_css_code_survives_every_format(form: str, code: CSSCode) -> None:
    if form == "challenge" and code.num_logicals == 0:
        return
    record, read = round_trip(code, form)
    assert (read.key, read.n, read.k, read.w, read.q) == (
        *(record.key, record.n, record.k),
        *(record.w, record.q),
    )
    assert read.label == record.label
    assert isinstance(read.code, CSSCode)
    if form not in ("challenge", "stim", "text"):
        assert np.array_equal(read.code.x_checks, record.code.x_checks)  # type: ignore[union-attr]


@pytest.mark.parametrize("form", sorted(SUFFIXES.keys() - {"challenge"}))
@given(code=stabilizer_codes)
@settings(max_examples=15)
def test_a_stabilizer_code_survives_every_format(form: str, code: StabilizerCode) -> None:
    record, read = round_trip(code, form)
    pure = not (code.x_part.any(axis=1) & code.z_part.any(axis=1)).any()
    if pure and form in ("stim", "text"):
        # Formats of Pauli operators do not say: checks of pure type make a CSS code.
        assert read.code == code.to_css()
        assert (read.n, read.k, read.w) == (record.n, record.k, record.w)
        return
    assert (read.key, read.w, read.q) == (record.key, record.w, record.q)
    assert read.label == record.label


def test_what_is_noted_of_a_file(tmp_path: Path) -> None:
    path = write_challenge(
        tmp_path / "a b.json",
        name="Steane's",
        provenance={"authors": ["A. S.", "B."], "construction": "Hamming\ncode"},
        family="color-code",
    )
    result = the_one(Archive(tmp_path / "archive"), path)
    assert (result.status, result.remarks, result.reason) == ("imported", (), "")
    record = Archive(tmp_path / "archive").get(STEANE.key)
    assert record.family == "color-code"
    assert record.provenance.run == "import"
    assert record.provenance.notes == {
        "file": "a b.json",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "name": "Steane's",
        "authors": "A. S.; B.",
        "construction": "Hamming code",
    }
    # And it goes out again as it came in.
    again = challenge_document(record)
    assert again["provenance"]["authors"] == ["A. S.", "B."]
    assert again["provenance"]["construction"] == "Hamming code"
    assert (again["name"], again["family"]) == ("Steane's", "color-code")


def test_both_files_of_a_pair_are_noted(tmp_path: Path) -> None:
    files = write_code(STEANE, tmp_path / "code.mtx")
    for number, path in enumerate((*files, tmp_path / "code.mtx")):
        result = the_one(Archive(tmp_path / str(number)), path, family="mine", name="mine too")
        assert result.record is not None
        notes = result.record.provenance.notes
        assert notes["file"] == "codeX.mtx codeZ.mtx"
        hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
        assert notes["sha256"].split() == hashes
        assert notes["name"] == "mine too"
        assert result.record.family == "mine"


def test_families_are_told_apart_where_files_name_none(tmp_path: Path) -> None:
    write_code(STEANE, tmp_path / "steane.npz")
    write_code(FIVE, tmp_path / "five.stim")
    results = import_files(
        Archive(tmp_path / "a"), [tmp_path / "steane.npz", tmp_path / "five.stim"]
    )
    assert [result.record.family for result in results if result.record] == ["css", "stabilizer"]


def test_a_code_that_is_there_is_named_so_and_nothing_is_written(tmp_path: Path) -> None:
    write_code(STEANE, tmp_path / "one.npz")
    write_code(CSSCode(STEANE.x_checks[::-1], STEANE.z_checks), tmp_path / "two.json")
    archive = Archive(tmp_path / "archive")
    statuses = [r.status for r in import_files(archive, sorted(tmp_path.glob("*.*")))]
    assert statuses == ["imported", "already there"]
    before = sorted((tmp_path / "archive" / "segments").rglob("*"))
    result = the_one(archive, tmp_path / "one.npz")
    assert result.status == "already there"
    assert result.record is not None
    assert result.record.label == "[[7,1,3]](4,3)"
    assert result.record.provenance.notes["file"] == "one.npz"
    assert sorted((tmp_path / "archive" / "segments").rglob("*")) == before


def test_lighter_checks_of_a_code_that_is_there_are_kept(tmp_path: Path) -> None:
    redundant = np.vstack([STEANE.x_checks, np.bitwise_xor.reduce(STEANE.x_checks)])
    heavy = CSSCode(redundant, STEANE.z_checks)
    assert heavy == STEANE
    archive = fill(tmp_path / "archive", record_of(heavy))
    assert archive.get(STEANE.key).q == 4
    write_code(STEANE, tmp_path / "light.npz")
    result = the_one(archive, tmp_path / "light.npz")
    assert result.status == "already there"
    assert result.remarks == ("its lighter checks are kept: w=4 q=3",)
    assert result.record is not None
    assert result.record.label == archive.get(STEANE.key).label == "[[7,1,3]](4,3)"


def test_a_lighter_witness_of_a_code_that_is_there_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loose = Distance(1, 7, Witness(x=tuple(range(7))), "guess")
    archive = fill(tmp_path / "archive", replace(record_of(STEANE), distance=loose))
    # Nothing is computed: what the file says is enough.
    monkeypatch.setattr(imports, "uninterrupted_distance", None)
    result = the_one(archive, write_challenge(tmp_path / "code.json"))
    assert result.status == "already there"
    assert "its lighter witness is kept: d <= 3" in result.remarks
    # The file says exact, which was proved by nobody here.
    assert "claims dx = 3, found here: <=3" in result.remarks
    assert str(archive.get(STEANE.key).distance) == "<=3"


def test_a_claimed_distance_is_never_trusted(tmp_path: Path) -> None:
    document = challenge_document(record_of(STEANE))
    seven = {"value": 7, "confidence": "exact", "witness": list(range(7))}
    claim = document["distance"] | {"d": 7, "X": seven, "Z": seven}
    result = the_one(
        Archive(tmp_path / "a"), write_challenge(tmp_path / "code.json", distance=claim)
    )
    assert result.status == "imported"
    assert result.record is not None
    assert str(result.record.distance) == "3"
    assert result.remarks == ("claims dx = 7, found here: 3", "claims dz = 7, found here: 3")


def test_an_upper_bound_of_a_file_is_used_where_nothing_better_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Distance(2, 7, Witness(x=tuple(range(7))), "clusters", stopped="budget")
    monkeypatch.setattr(imports, "uninterrupted_distance", lambda *_: found)
    result = the_one(Archive(tmp_path / "a"), write_challenge(tmp_path / "code.json"))
    assert result.record is not None
    assert str(result.record.distance) == "2..3"


def bad_files(folder: Path) -> list[Path]:
    """Write files that must be refused, each for another reason."""
    document = challenge_document(record_of(STEANE))
    side = document["distance"]["X"]
    texts: dict[str, object] = {
        "false_witness.json": document
        | {"distance": document["distance"] | {"X": side | {"witness": [0, 1, 3]}}},
        "wrong_k.json": document | {"k": 5},
        "anticommuting.json": {"n": 2, "x_checks": [[0]], "z_checks": [[0, 1]]},
        "classical.json": {"n": 3, "checks": [[0, 1]]},
        "huge.json": {"n": 10**9, "x_checks": [], "z_checks": [[0]]},
    }
    for name, value in texts.items():
        (folder / name).write_text(json.dumps(value))
    (folder / "empty.npz").write_bytes(b"")
    (folder / "deep.json").write_text("[" * 100_000)
    (folder / "pickle.npz").write_bytes(pickle.dumps([1]))
    (folder / "pickle.pkl").write_bytes(pickle.dumps([1]))
    np.savez(folder / "objects.npz", Hx=np.array([[Bomb()]]), Hz=np.array([[1]]))
    (folder / "halfX.mtx").write_text("%%MatrixMarket matrix coordinate\n")
    (folder / "evil.txt").write_text("__import__('os').system('false')\n")
    (folder / "folder.npz").mkdir()
    return sorted(path for path in folder.iterdir())


class Bomb:
    """Something that must not be unpickled."""

    def __reduce__(self) -> Any:
        return (pytest.fail, ("a file was unpickled",))


def test_good_files_are_imported_and_bad_ones_named_in_one_line_each(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    bad = bad_files(tmp_path / "bad")
    write_code(FIVE, tmp_path / "five.npz")
    write_code(STEANE, tmp_path / "steane.npz")
    archive = Archive(tmp_path / "archive")
    paths = [tmp_path / "five.npz", *bad, tmp_path / "none.npz", tmp_path / "steane.npz"]
    results = import_files(archive, paths)
    assert [result.path for result in results] == paths
    refused = [result for result in results if result.status == "refused"]
    assert [result.path for result in refused] == paths[1:-1]
    for result in refused:
        assert result.path.stem in result.reason
        assert "\n" not in result.reason
        assert len(result.reason) < 500
        assert result.record is None
        assert json.loads(json.dumps(result.to_json()))["code"] is None
    assert {record.key for record in archive.records()} == {FIVE.key, STEANE.key}
    assert archive.damage == []
    (segment,) = (tmp_path / "archive").glob("segments/import/*.jsonl")
    assert len(segment.read_bytes().splitlines()) == 4


def test_only_bad_files_leave_no_trace(tmp_path: Path) -> None:
    import_files(Archive(tmp_path / "archive"), [tmp_path / "none.npz"])
    assert not (tmp_path / "archive").exists()


def test_a_code_under_which_another_is_stored_is_imported(tmp_path: Path) -> None:
    fill(tmp_path / "archive", replace(record_of(TEN["shor"][0]), key=STEANE.key))
    write_code(STEANE, tmp_path / "steane.npz")
    result = the_one(Archive(tmp_path / "archive"), tmp_path / "steane.npz")
    assert result.status == "imported"
    assert Archive(tmp_path / "archive").get(STEANE.key).label == "[[7,1,3]](4,3)"


def test_a_code_without_logical_qubits_is_taken_without_a_distance(tmp_path: Path) -> None:
    write_code(CSSCode([[1, 1]], [[1, 1]]), tmp_path / "bell.npz")
    archive = Archive(tmp_path / "archive")
    assert the_one(archive, tmp_path / "bell.npz").record.distance is None  # type: ignore[union-attr]
    assert the_one(archive, tmp_path / "bell.npz").status == "already there"
    assert [record.label for record in archive.records()] == ["[[2,0,-]](2,1)"]


def test_an_archive_that_cannot_be_written_is_refused_before_anything_is_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="archive: "):
        import_files(Archive(tmp_path / "file" / "archive"), [tmp_path / "none"])
    with pytest.raises(InputError, match="family: must be printable"):
        import_files(Archive(tmp_path / "a"), [], family="a\nb")


def test_an_interrupt_keeps_what_was_imported_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_code(STEANE, tmp_path / "a.npz")
    write_code(FIVE, tmp_path / "b.npz")
    compute = imports.uninterrupted_distance

    def interrupted(code: Any, budget: float | None) -> Distance | None:
        if code == FIVE:
            raise KeyboardInterrupt
        return compute(code, budget)

    monkeypatch.setattr(imports, "uninterrupted_distance", interrupted)
    seen: list[Imported] = []
    paths = [tmp_path / "a.npz", tmp_path / "b.npz"]
    with pytest.raises(KeyboardInterrupt):
        import_files(Archive(tmp_path / "archive"), paths, on_result=seen.append)
    assert [result.path.name for result in seen] == ["a.npz"]
    assert [r.key for r in Archive(tmp_path / "archive").records()] == [STEANE.key]


def test_notes_are_part_of_a_provenance() -> None:
    bare, noted = Provenance(run="r"), Provenance(run="r", notes={"file": "x.npz"})
    assert "notes" not in bare.to_json()
    for source in (bare, noted):
        assert Provenance.from_json(json.loads(json.dumps(source.to_json()))) == source
    for notes, reason in (
        ([], "notes: must be an object"),
        ({str(i): "" for i in range(21)}, "notes: must be an object of at most 20"),
        ({"a": 1}, "notes: must be printable text of at most 2000"),
        ({"a": "\x1b"}, "notes: must be printable text"),
    ):
        with pytest.raises(ValueError, match=reason):
            Provenance.from_json(noted.to_json() | {"notes": notes})
