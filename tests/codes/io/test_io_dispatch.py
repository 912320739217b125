"""Choosing the format, converting between kinds, and what is refused whatever the format."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from io_codes import FIVE_QUBIT, KNOWN, REPETITION, STEANE, assert_same, refusal

from qcode_rl.codes import ClassicalCode, CSSCode
from qcode_rl.codes.io import (
    FORMATS,
    files,
    read_classical,
    read_code,
    read_css,
    read_stabilizer,
    write_code,
)
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.errors import InputError

SUFFIXES = [format_.suffix for format_ in FORMATS.values()]


def _known() -> list[dict[str, object]]:
    index = KNOWN / "index.json"
    return json.loads(index.read_text()) if index.exists() else []


@pytest.mark.skipif(not _known(), reason="shared/data/distance is not here")
@pytest.mark.parametrize("entry", _known(), ids=lambda entry: entry["name"])
def test_known_codes_are_read_and_survive_every_format(entry, tmp_path: Path) -> None:
    code = read_code(KNOWN / f"{entry['name']}.npz")
    size = (
        (code.n, code.k)
        if isinstance(code, ClassicalCode)
        else (code.num_qubits, code.num_logicals)
    )
    assert size == (entry["n"], entry["k"])
    kinds = {"classical": ClassicalCode, "css": CSSCode, "stab": StabilizerCode}
    assert isinstance(code, kinds[entry["kind"]])
    for name, format_ in FORMATS.items():
        if isinstance(code, ClassicalCode) and name in ("text", "stim"):
            continue
        path = tmp_path / f"code{format_.suffix}"
        write_code(code, path)
        assert_same(read_code(path), code)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_missing_empty_and_large_files_and_folders_are_refused(suffix, tmp_path: Path) -> None:
    path = tmp_path / f"code{suffix}"
    assert refusal(path).lower() in ("no such file", "no such file or directory")
    assert refusal(path, b"") == "must hold a code, is empty"
    with path.open("wb") as stream:
        stream.truncate(1 << 33)
    assert "must have at most" in refusal(path)
    path.unlink()
    path.mkdir()
    assert refusal(path) == "must be a file, is a directory"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_special_files_are_refused_without_waiting_for_them(suffix, tmp_path: Path) -> None:
    path = tmp_path / f"pipe{suffix}"
    os.mkfifo(path)
    assert refusal(path) == "must be a regular file"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("read", [read_code, read_classical, read_css, read_stabilizer])
def test_binary_rubbish_is_refused_by_every_reader(suffix, read, tmp_path: Path) -> None:
    path = tmp_path / f"rubbish{suffix}"
    refusal(path, bytes(range(256)) * 4, read)
    refusal(path, b"\xff\xfe" * 100, read)


@pytest.mark.parametrize("name", ["code.csv", "code", ".npz", "code.npz.gz"])
def test_unknown_suffixes_are_refused(name: str, tmp_path: Path) -> None:
    message = refusal(tmp_path / name, b"1 0")
    assert message.startswith("suffix must be one of .npz, .alist, .mtx, .txt, .stim, .json, got")


@pytest.mark.parametrize("name", ["a\0b.npz", "a\0b.mtx", "x" * 5000 + ".mtx", "x" * 5000 + ".npz"])
def test_names_that_no_file_can_have_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_code(tmp_path / name)


def test_control_characters_in_names_do_not_break_the_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_code(tmp_path / "two\nlines\x1b[31m.npz")
    assert str(caught.value).isprintable()


def test_readers_of_one_kind_convert_where_nothing_is_lost(tmp_path: Path) -> None:
    css, stabilizer = tmp_path / "css.npz", tmp_path / "stabilizer.npz"
    write_code(STEANE, css)
    write_code(StabilizerCode.from_css(STEANE), stabilizer)
    assert_same(read_css(stabilizer), STEANE)
    assert_same(read_stabilizer(css), StabilizerCode.from_css(STEANE))
    assert_same(CSSCode.from_file(css), STEANE)
    assert_same(StabilizerCode.from_file(str(css)), StabilizerCode.from_css(STEANE))


def test_readers_of_one_kind_refuse_the_others(tmp_path: Path) -> None:
    path = tmp_path / "code.npz"
    write_code(STEANE, path)
    assert "must hold a classical code, got CSSCode[[7,1]]" in refusal(path, read=read_classical)
    write_code(FIVE_QUBIT, path)
    expected = "checks: must each be of X or of Z type, check 0 is mixed"
    assert refusal(path, read=read_css) == expected
    write_code(REPETITION, path)
    assert_same(ClassicalCode.from_file(path), REPETITION)
    assert "must hold a CSS code, got ClassicalCode[3,1]" in refusal(path, read=read_css)
    assert "must hold a quantum code" in refusal(path, read=read_stabilizer)
    (written,) = write_code(FIVE_QUBIT, tmp_path / "five.alist")
    assert "its comment says symplectic" in refusal(written, read=read_classical)


def test_a_format_may_be_named_and_must_exist(tmp_path: Path) -> None:
    path = tmp_path / "code.dat"
    write_code(FIVE_QUBIT, path, format="json")
    assert json.loads(path.read_text())["n"] == 5
    with pytest.raises(InputError, match=r"format: must be one of npz, .*, got 'yaml'"):
        write_code(FIVE_QUBIT, path, format="yaml")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_codes_without_checks_and_places_that_are_not_there_are_refused(suffix, tmp_path) -> None:
    with pytest.raises(InputError, match="must have at least one check"):
        write_code(CSSCode(np.zeros((0, 2)), np.zeros((0, 2))), tmp_path / f"code{suffix}")
    with pytest.raises(InputError, match="No such file or directory"):
        write_code(FIVE_QUBIT, tmp_path / "nowhere" / f"code{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_codes_too_large_to_be_read_back_are_not_written(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(files, "MAX_ROWS", 3)
    with pytest.raises(InputError, match="must have at most 3 rows"):
        write_code(FIVE_QUBIT, tmp_path / "code.npz")


def test_names_that_would_be_read_as_something_else_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a name ending in X or Z is for halves of CSS codes"):
        write_code(REPETITION, tmp_path / "codeX.mtx")
    write_code(REPETITION, tmp_path / "code.mtx")
    with pytest.raises(InputError, match="exists, and would be read instead of the two halves"):
        write_code(STEANE, tmp_path / "code.mtx")


def test_writing_replaces_a_file_and_leaves_nothing_else_behind(tmp_path: Path) -> None:
    path = tmp_path / "code.json"
    write_code(STEANE, path)
    write_code(FIVE_QUBIT, path)
    assert_same(read_code(path), FIVE_QUBIT)
    assert list(tmp_path.iterdir()) == [path]
