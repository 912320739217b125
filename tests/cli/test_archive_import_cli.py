"""`qcode-rl archive import`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qcode_rl.archive import Archive, imports
from qcode_rl.cli.archive_export import export_command
from qcode_rl.cli.archive_import import import_command
from qcode_rl.codes import named_code
from qcode_rl.codes.io import write_code
from qcode_rl.errors import InputError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QCODE_ARCHIVE", str(tmp_path / "archive"))
    write_code(named_code("steane"), "steane.npz")
    write_code(named_code("five-qubit"), "five.txt")
    Path("bad.npz").write_bytes(b"PK rubbish")
    return tmp_path / "archive"


def run(*arguments: object) -> tuple[int, Result]:
    told = [str(argument) for argument in arguments]
    result = CliRunner().invoke(import_command, told, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.return_value, result


def test_files_are_imported_into_an_archive_that_did_not_exist(folder: Path) -> None:
    status, result = run("steane.npz", "five.txt", "--family", "textbook")
    assert status == 0
    lines = [line.split("  ") for line in result.stdout.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    steane = named_code("steane")
    assert cells[0] == ["file", "status", "code", "key", "remarks"]
    assert cells[1] == ["steane.npz", "imported", "[[7,1,3]](4,3)", steane.key[:12]]
    assert cells[2][:3] == ["five.txt", "imported", "[[5,1,3]](4,4)"]
    assert result.stderr.splitlines() == ["1 of 2  steane.npz", "2 of 2  five.txt"]
    assert {record.family for record in Archive(folder).records()} == {"textbook"}


def test_a_bad_file_is_named_with_status_2_and_the_good_ones_are_imported(folder: Path) -> None:
    status, result = run("bad.npz", "steane.npz", "none.json")
    assert status == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert errors[0].startswith("error: bad.npz: must be an undamaged npz archive")
    assert errors[1] == "error: none.json: No such file or directory"
    assert [record.n for record in Archive(folder).records()] == [7]
    status, result = run("bad.npz")
    assert (status, result.stdout) == (2, "")


def test_json_tells_what_became_of_each_file(folder: Path) -> None:
    run("steane.npz")
    status, result = run("steane.npz", "five.txt", "bad.npz", "--json")
    told = json.loads(result.stdout)
    assert (status, told["imported"], told["known"], told["refused"]) == (2, 1, 1, 1)
    known, new, bad = told["files"]
    assert (known["file"], known["status"]) == ("steane.npz", "already there")
    assert known["code"]["d"] == {"lower": 3, "upper": 3}
    assert known["code"]["catalogue"] is not None
    assert (new["status"], new["reason"], new["remarks"]) == ("imported", None, [])
    assert (bad["status"], bad["code"]) == ("refused", None)
    assert bad["reason"].startswith("bad.npz: ")


def test_a_challenge_file_comes_back_with_its_authors(folder: Path, tmp_path: Path) -> None:
    run("steane.npz", "--name", "Steane")
    key = named_code("steane").key
    options = ["--format", "challenge", "--author", "A. B.", "--output", "s.json"]
    assert CliRunner().invoke(export_command, [key, *options]).exit_code == 0
    status, _ = run("s.json", "--archive", tmp_path / "other")
    assert status == 0
    (record,) = Archive(tmp_path / "other").records()
    assert record.key == key
    assert record.provenance.notes["authors"] == "A. B."
    assert record.provenance.notes["name"] == "Steane"
    assert record.provenance.notes["file"] == "s.json"


def test_wrong_usage_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="--name: must be given with a single file, got 2 files"):
        run("steane.npz", "five.txt", "--name", "x")
    with pytest.raises(InputError, match="family: must be printable"):
        run("steane.npz", "--family", "a\x1b")
    with pytest.raises(InputError, match="archive: "):
        run("steane.npz", "--archive", "bad.npz")
    assert not folder.exists()


def test_an_interrupt_is_status_130_with_what_was_imported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    run("steane.npz")
    monkeypatch.setattr(imports, "uninterrupted_distance", interrupted)
    status, result = run("steane.npz", "five.txt")
    assert status == 130
    assert "already there" in result.stdout
    assert result.stderr.splitlines()[-1] == "interrupted"
