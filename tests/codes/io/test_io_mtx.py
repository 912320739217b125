"""Matrix Market: round trips, scipy's files, symmetric ones, and files that must be refused."""

from pathlib import Path

import numpy as np
import pytest
import scipy.io
import scipy.sparse
from hypothesis import given, settings
from io_codes import (
    FIVE_QUBIT,
    REPETITION,
    assert_same,
    classical_codes,
    css_codes,
    refusal,
    stabilizer_codes,
)

from qcode_rl.codes import ClassicalCode, Code, CSSCode
from qcode_rl.codes.io import read_code, write_code

COORDINATE = "%%MatrixMarket matrix coordinate pattern general\n2 3 4\n1 1\n1 2\n2 2\n2 3\n"
ARRAY = "%%MatrixMarket matrix array real general\n2 3\n1\n0\n1\n1\n0\n1\n"


@settings(deadline=None)
@given(code=classical_codes | css_codes | stabilizer_codes)
def test_what_is_written_to_mtx_is_read_back(code: Code, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("mtx") / "code.mtx"
    for name in (path, *write_code(code, path)):
        assert_same(read_code(name), code)


@settings(deadline=None)
@given(code=classical_codes)
def test_scipy_reads_what_is_written_and_its_files_are_read(code, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("scipy")
    (written,) = write_code(code, folder / "ours.mtx")
    assert np.array_equal(scipy.io.mmread(written).toarray(), code.checks)
    for name, matrix in {
        "dense": code.checks,
        "real": code.checks.astype(float),
        "sparse": scipy.sparse.coo_array(code.checks.astype(np.int64)),
    }.items():
        scipy.io.mmwrite(folder / f"{name}.mtx", matrix, comment="made by scipy")
        assert_same(read_code(folder / f"{name}.mtx"), code)


@pytest.mark.parametrize(
    "text",
    [
        COORDINATE,
        ARRAY,
        COORDINATE.replace("\n", "\r\n"),
        COORDINATE.upper().replace("2 3 4", "% note\n\n2 3 4\n"),
        COORDINATE.replace("pattern", "real").replace("2 3 4\n1 1\n1 2\n2 2\n2 3", "2 3 5\n"
            "1 1 1.0\n1 2 1e0\n2 2 +1\n2 3 10E-1\n1 3 -0.0"),
        ARRAY.replace("real", "integer").replace("\n1\n0\n", "\n  1\n\n% note\n0\n"),
    ],
)  # fmt: skip
def test_spellings_of_the_same_matrix_are_read_alike(text: str, tmp_path: Path) -> None:
    path = tmp_path / "repetition.mtx"
    path.write_bytes(text.encode())
    assert_same(read_code(path), REPETITION)


def test_symmetric_matrices_are_completed(tmp_path: Path) -> None:
    path = tmp_path / "symmetric.mtx"
    expected = ClassicalCode([[1, 1, 0], [1, 0, 1], [0, 1, 0]])
    for text in (
        "%%MatrixMarket matrix coordinate integer symmetric\n3 3 3\n1 1 1\n2 1 1\n3 2 1\n",
        "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 3\n1 1\n1 2\n3 2\n",
        "%%MatrixMarket matrix array integer symmetric\n3 3\n1\n1\n0\n0\n1\n0\n",
    ):
        path.write_text(text)
        assert_same(read_code(path), expected)


def test_a_comment_may_declare_symplectic_rows(tmp_path: Path) -> None:
    path = tmp_path / "five.mtx"
    scipy.io.mmwrite(path, FIVE_QUBIT.checks, comment="symplectic, [X|Z]")
    assert_same(read_code(path), FIVE_QUBIT)
    scipy.io.mmwrite(path, FIVE_QUBIT.checks)
    assert isinstance(read_code(path), ClassicalCode)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("%%MatrixMarket", "%MatrixMarket", "line 1: must start with %%MatrixMarket"),
        ("general", "", "line 1: must have five words, got 4"),
        ("matrix ", "vector ", "line 1: object must be matrix, got 'vector'"),
        ("coordinate", "sparse", "line 1: format must be coordinate or array, got 'sparse'"),
        ("pattern", "complex", "real or double, got 'complex'"),
        ("general", "skew-symmetric", "must be general or symmetric, got 'skew-symmetric'"),
        ("general", "hermitian", "must be general or symmetric, got 'hermitian'"),
        ("general", "symmetric", "line 2: symmetric must be square, got 2 x 3"),
        ("coordinate", "array", "line 1: field of an array must not be pattern"),
        ("2 3 4\n1 1\n1 2\n2 2\n2 3\n", "% only\n", "must have a line of sizes, got none"),
        ("2 3 4\n", "2 3\n", "line 2: must have 3 sizes, got 2"),
        ("2 3 4\n", "2 3 x\n", "line 2: size must be a non-negative integer, got 'x'"),
        ("2 3 4\n", "99999999 99999999 4\n", "at most 8192 rows"),
        ("2 3 4\n", "2 0 4\n", "must have at least one column, got 2 x 0"),
        ("2 3 4\n", "2 3 999999999999\n", "must have 999999999999 entries as announced, got 4"),
        ("2 3 4\n", "2 3 3\n", "must have 3 entries as announced, got 4"),
        ("2 3\n", "2 4\n", "line 6: column must be from 1 to 3, got 4"),
        ("2 3\n", "0 3\n", "line 6: row must be from 1 to 2, got 0"),
        ("2 3\n", "-1 3\n", "line 6: row must be a non-negative integer, got '-1'"),
        ("2 3\n", "1.0 3\n", "line 6: row must be a non-negative integer, got '1.0'"),
        ("2 3\n", "1 1\n", "line 6: entry 1 1 must be given once"),
        ("2 3\n", "2 3 1\n", "line 6: must have 2 numbers, got '2 3 1'"),
        ("2 3\n", "2\n", "line 6: must have 2 numbers, got '2'"),
    ],
)
def test_bad_coordinate_files_are_refused(old, new, message, tmp_path: Path) -> None:
    # Sizes and the last entry both start "2 3": the last is meant unless the sizes are spelt out.
    head, _, tail = COORDINATE.rpartition(old)
    assert message in refusal(tmp_path / "bad.mtx", head + new + tail)


@pytest.mark.parametrize("value", ["2", "-1", "0.5", "nan", "inf", "1e999", "x", "1" * 5000])
def test_values_other_than_zero_and_one_are_refused(value: str, tmp_path: Path) -> None:
    array = ARRAY[: ARRAY.rindex("1")] + value
    coordinate = COORDINATE.replace("pattern", "real").replace("2 3 4\n1 1\n1 2\n2 2\n2 3", "2 3 1")
    for text, line in ((array, 8), (coordinate + f"2 3 {value}", 3)):
        message = refusal(tmp_path / "bad.mtx", text)
        assert message.startswith(f"line {line}: entries must be 0 or 1, got '{value[:30]}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ARRAY[:-2], "must have a value for row 2, column 3"),
        (ARRAY + "1\n", "line 9: must have no more values than 2 x 3"),
        (ARRAY.replace("\n1\n1\n", "\n1 1\n"), "line 5: entries must be 0 or 1, got '1 1'"),
        (ARRAY.replace("2 3", "8192 4096"), "must have a value for row 7, column 1"),
        (ARRAY.replace("2 3", "0 3").replace("\n1\n0\n1\n1\n0\n1", ""), "at least one row"),
    ],
)
def test_arrays_of_wrong_length_are_refused(text: str, message: str, tmp_path: Path) -> None:
    assert message in refusal(tmp_path / "bad.mtx", text)


def test_pairs_are_found_from_either_file_and_named_in_errors(tmp_path: Path) -> None:
    x, z = tmp_path / "code_X.mtx", tmp_path / "code_Z.mtx"
    x.write_text(COORDINATE)
    assert refusal(x) == "is half of a CSS code by its name, and code_Z.mtx is missing"
    z.write_text(COORDINATE.replace("2 3 4\n1 1\n1 2\n2 2\n2 3", "1 3 3\n1 1\n1 2\n1 3"))
    for name in (x, z, tmp_path / "code_.mtx"):
        assert_same(read_code(name), CSSCode(REPETITION.checks, [[1, 1, 1]]))
    z.write_text(COORDINATE)
    assert refusal(x).startswith(f" and {z}: X check 0 and Z check 1 anticommute")
    z.write_text("damaged")
    assert refusal(z) == "line 1: must start with %%MatrixMarket, got 'damaged'"
    z.write_text(COORDINATE.replace("2 3 4", "% symplectic\n2 3 4"))
    assert "even number of columns" in refusal(z)
