"""`qcode-rl archive export`."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from qcode_rl.archive import Archive, CodeRecord, Provenance
from qcode_rl.archive.export import SUFFIXES
from qcode_rl.cli.archive_export import FORMATS, export_command
from qcode_rl.codes import CSSCode, StabilizerCode, hypergraph_product, named_code
from qcode_rl.codes.io import read_code
from qcode_rl.errors import InputError


def record(name: str) -> CodeRecord:
    code = named_code(name)
    assert isinstance(code, CSSCode | StabilizerCode)
    return CodeRecord.of(code, code.distance(), Provenance(run="demo"), name)


SURFACE, STEANE, FIVE = record("surface-3"), record("steane"), record("five-qubit")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with Archive(tmp_path / "archive").writer("demo") as writer:
        for one in (SURFACE, STEANE, FIVE):
            writer.add(one)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "archive"


def run(folder: Path, *arguments: object) -> list[str]:
    told = [str(argument) for argument in (*arguments, "--archive", folder)]
    result = CliRunner().invoke(export_command, told, standalone_mode=False)
    if result.exception:
        raise result.exception
    assert result.stderr == ""
    return result.stdout.splitlines()


def failure(folder: Path, *arguments: object) -> str:
    with pytest.raises(InputError) as caught:
        run(folder, *arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_formats_are_those_of_the_library() -> None:
    assert sorted(FORMATS) == sorted(SUFFIXES)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("one", [SURFACE, STEANE, FIVE], ids=lambda one: one.family)
def test_every_format_has_a_default_name_and_reads_back(
    folder: Path, form: str, one: CodeRecord
) -> None:
    if form == "challenge" and one is FIVE:
        return
    names = run(folder, one.key[:9], "--format", form)
    assert sorted(names) == sorted(os.listdir())
    stem = f"{one.n}_{one.k}_{one.d}-{one.key[:12]}"
    paired = form in ("mtx", "alist") and one is not FIVE
    assert names == [f"{stem}{half}{SUFFIXES[form]}" for half in ("XZ" if paired else [""])]
    assert read_code(names[0]) == one.code
    assert Path(names[0]).stat().st_mode & 0o777 == 0o666 & ~_umask()


def test_npz_is_the_default_and_holds_the_factors_of_a_product(folder: Path) -> None:
    (name,) = run(folder, SURFACE.key)
    with np.load(name, allow_pickle=False) as held:
        assert sorted(held) == ["H1", "H2", "Hx", "Hz"]
        assert hypergraph_product(held["H1"], held["H2"]) == SURFACE.code


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.MTX", ["aX.MTX", "aZ.MTX"]),
        ("a.stim", ["a.stim"]),
        ("a.json", ["a.json"]),
        ("a.challenge.json", ["a.challenge.json"]),
        ("a.dat", ["a.dat"]),
    ],
)
def test_the_name_of_the_file_chooses_the_format(
    folder: Path, name: str, written: list[str]
) -> None:
    assert run(folder, STEANE.key, "--output", name) == written
    if name == "a.dat":
        assert Path(name).read_bytes().startswith(b"PK")
    elif "challenge" in name:
        assert json.loads(Path(name).read_text())["schema_version"] == "0.1"


def test_challenge_json_names_authors_and_construction(folder: Path) -> None:
    options = ("--format", "challenge", "--author", "A. B.", "--author", "C", "--budget", "5s")
    (name,) = run(folder, STEANE.key, *options, "--construction", "by hand")
    provenance = json.loads(Path(name).read_text())["provenance"]
    assert provenance["authors"] == ["A. B.", "C"]
    assert provenance["construction"] == "by hand"
    assert "author: must be printable" in failure(
        folder, STEANE.key, "--format", "challenge", "--author", "\x1b[31m", "--force"
    )


def test_what_a_format_does_not_hold_is_refused_and_nothing_left(folder: Path) -> None:
    assert failure(folder, FIVE.key, "--format", "challenge") == (
        "format: challenge holds CSS codes alone, and this code is not CSS"
    )
    assert os.listdir() == []


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_replaced_only_when_forced(folder: Path, form: str) -> None:
    written = run(folder, STEANE.key, "--format", form)
    last = Path(written[-1])
    last.write_text("mine")
    for other in written[:-1]:
        Path(other).unlink()
    message = failure(folder, STEANE.key, "--format", form)
    assert message == f"output: {str(last)!r} exists already (--force replaces it)"
    assert last.read_text() == "mine"
    assert os.listdir() == [str(last)]
    assert run(folder, STEANE.key, "--format", form, "--force") == written
    assert read_code(written[0]) == STEANE.code


def test_a_file_that_would_be_read_instead_of_a_pair_is_in_the_way(folder: Path) -> None:
    Path("a.mtx").write_text("mine")
    message = failure(folder, STEANE.key, "--output", "a.mtx", "--force")
    assert message == "output: 'a.mtx' exists, and would be read instead of its halves"
    assert os.listdir() == ["a.mtx"]


@pytest.mark.parametrize("form", ["npz", "mtx", "challenge"])
@pytest.mark.parametrize("place", ["none/code", "/proc/code"])
def test_what_cannot_be_written_is_refused(folder: Path, form: str, place: str) -> None:
    message = failure(folder, STEANE.key, "--format", form, "--output", f"{place}{SUFFIXES[form]}")
    assert message.startswith("output: cannot write '")
    assert os.listdir() == []


def test_an_unknown_key_is_refused(folder: Path) -> None:
    assert "has a key beginning 'xyz'" in failure(folder, "xyz")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
