"""Pauli strings in text files."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from io_codes import (
    FIVE_QUBIT,
    REPETITION,
    STEANE,
    assert_same,
    css_codes,
    refusal,
    stabilizer_codes,
)

from qcode_rl.codes import Code, CSSCode
from qcode_rl.codes.io import read_code, read_css, read_stabilizer, write_code
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.errors import InputError


@settings(deadline=None)
@given(code=stabilizer_codes)
def test_stabilizer_codes_written_as_text_are_read_back(code, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("text") / "code.txt"
    write_code(code, path)
    assert read_stabilizer(path) == code
    if (code.x_part.any(axis=1) & code.z_part.any(axis=1)).any():
        assert_same(read_code(path), code)


@settings(deadline=None)
@given(code=css_codes)
def test_css_codes_written_as_text_are_read_back_as_css_codes(code, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("text") / "code.txt"
    write_code(code, path)
    assert read_css(path) == read_code(path) == code


def test_signs_comments_blanks_and_both_identities_are_read(tmp_path: Path) -> None:
    path = tmp_path / "five.TXT"
    path.write_bytes(b"# [[5,1,3]]\r\n\r\n+XZZX_\n  IXZZX  # second\nXIXZZ\n+ZXIXZ")
    assert_same(read_code(path), FIVE_QUBIT)


def test_checks_of_pure_type_make_a_css_code(tmp_path: Path) -> None:
    path = tmp_path / "steane.txt"
    path.write_text("\n".join(StabilizerCode.from_css(STEANE).pauli_strings))
    assert_same(read_code(path), STEANE)
    path.write_text("XX\nZZ\n__\n")
    assert_same(read_code(path), CSSCode([[1, 1], [0, 0]], [[1, 1]]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# nothing\n\n", "matrix must have at least one row, got no line with a Pauli string"),
        ("XX\n\nXXX\n", "line 3: must have 2 letters like line 1, got 3"),
        ("XQ\n", "line 1: letters must be I, X, Y, Z or _, got 'Q'"),
        ("xx\n", "line 1: letters must be I, X, Y, Z or _, got 'x'"),
        ("X Z\n", "line 1: letters must be I, X, Y, Z or _, got ' '"),
        ("XX\n-ZZ\n", "line 2: sign must be + or none, since codes here have no signs, got -"),
        ("+\n", "line 1: must have at least one letter, got none"),
        ("++X\n", "line 1: letters must be I, X, Y, Z or _, got '+'"),
        ("1010\n", "line 1: letters must be I, X, Y, Z or _, got '1'"),
        ("ХX\n", "line 1: letters must be I, X, Y, Z or _, got 'Х'"),  # noqa: RUF001 (Cyrillic)
        ("XII\nIXI\nIZX\nIIX\n", "checks 1 and 2 anticommute: all checks must commute"),
        ("X" * 9000, "line 1: must have at most 8192 letters"),
        ("I\n" * 8193, "must have at most 8192 rows"),
        (b"X\xff\n", "must be UTF-8 text, got byte 0xff at offset 1"),
        (b"\x00\x01\x02", "line 1: letters must be I, X, Y, Z or _, got '\\x00'"),
    ],
)
def test_bad_text_files_are_refused(text: str | bytes, message: str, tmp_path: Path) -> None:
    assert message in refusal(tmp_path / "bad.txt", text)


def test_classical_codes_are_not_written_as_text(tmp_path: Path) -> None:
    code: Code = REPETITION
    with pytest.raises(InputError, match="must be given a quantum code"):
        write_code(code, tmp_path / "code.txt")
