"""`qcode-rl archive browse`: what is written, what is said, what is refused."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qcode_rl import archive as room
from qcode_rl.cli.main import run

EXAMPLE = Path(room.__file__).parent / "data" / "example"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "archive"))


def browse(*arguments: object) -> int:
    return run(["archive", "browse", *map(str, arguments)])


def test_it_writes_a_file_and_prints_its_name(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    assert browse("--archive", folder) == 0
    assert capsys.readouterr() == ("archive.html\n", "")
    assert "44 codes" in (folder.parent / "archive.html").read_text()


def test_where_and_pareto_select(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    options = ("--where", "k>=4 and w<9 and not n<1", "--pareto", "n, k, d")
    assert browse("--archive", folder, "--output", page, *options) == 0
    text = page.read_text()
    assert "[[90,8,10]](6,3)" in text
    assert "[[5,1,3]](4,4)</a>" not in text
    assert "those with k&gt;=4 and w&lt;9 and not n&lt;1; those that no other" in text


def test_matrices_left_out_are_named(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("qcode_rl.browse.page.build_page.__defaults__", ("", 5000))
    assert browse("--archive", folder, "--output", tmp_path / "page.html") == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 11
    assert told[0].startswith("left out, too large: the matrices of [[")
    assert told[-1].startswith("left out as well: those of ")


def test_an_empty_selection_is_said_and_still_a_page(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert browse("--archive", folder, "--output", page, "--where", "n > 10000") == 0
    assert capsys.readouterr().err == f"no such codes in {folder}\n"
    assert "0 codes" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "there.html"], "--output: 'there.html' exists already (--force replaces it)"),
        (["--output", "none/a.html"], "--output: must be a file that can be written, got"),
        (["--output", "folder.html", "--force"], "--output: must be a file that can be written"),
        (["--output", "a.txt"], "--output: must end in .html, got 'a.txt'"),
        (["--where", "k>"], "where: expected a name, a number or a quoted text at column 3"),
        (["--pareto", "n,z"], "axes: must be among n, k, d, w, q, got 'z'"),
        (["--archive", "nowhere"], "--archive: there is no folder 'nowhere'"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(
    folder: Path,
    tmp_path: Path,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.html").write_text("mine")
    (tmp_path / "folder.html").mkdir()
    before = sorted(tmp_path.iterdir())
    assert browse("--archive", folder, *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: {message}")
    assert err.count("\n") == 1
    assert (tmp_path / "there.html").read_text() == "mine"
    assert sorted(tmp_path.iterdir()) == before


def test_force_replaces(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("old")
    assert browse("--archive", folder, "--output", page, "--force") == 0
    assert page.read_text().startswith("<!DOCTYPE html>")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from qcode_rl.cli.archive_browse import browse_command; "
        "assert not {'numpy', 'numba', 'qcode_rl.browse', 'qcode_rl.archive'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
