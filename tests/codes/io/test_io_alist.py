"""The alist format: round trips, variants met in the wild, and files that must be refused."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from io_codes import (
    FIVE_QUBIT,
    REPETITION,
    STEANE,
    assert_same,
    classical_codes,
    css_codes,
    refusal,
    stabilizer_codes,
)

from qcode_rl.codes import ClassicalCode, Code, CSSCode
from qcode_rl.codes.io import read_classical, read_code, write_code

# Columns 1, 2, 3; rows {1, 2} and {2, 3}.
REPETITION_TEXT = "3 2\n2 2\n1 2 1\n2 2\n1 0\n1 2\n2 0\n1 2\n2 3\n"


@settings(deadline=None)
@given(code=classical_codes | css_codes | stabilizer_codes)
def test_what_is_written_to_alist_is_read_back(code: Code, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("alist") / "code.alist"
    written = write_code(code, path)
    assert len(written) == (2 if isinstance(code, CSSCode) else 1)
    for name in (path, *written):
        assert_same(read_code(name), code)


@pytest.mark.parametrize(
    "text",
    [
        REPETITION_TEXT,
        REPETITION_TEXT.replace("1 0\n", "1\n").replace("2 0\n", "2\n"),
        REPETITION_TEXT.replace("\n", " \r\n"),
        "# a comment\n\n% another\n" + REPETITION_TEXT + "\n\n",
        "\ufeff" + REPETITION_TEXT,
        REPETITION_TEXT.replace("1 2\n2 0", "2 1\n2 0"),
    ],
)
def test_padding_order_blanks_and_comments_may_vary(text: str, tmp_path: Path) -> None:
    path = tmp_path / "repetition.alist"
    path.write_text(text, encoding="utf-8")
    assert_same(read_code(path), REPETITION)


def test_empty_columns_and_rows_may_be_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "sparse.alist"
    path.write_text("3 3\n1 1\n1 0 0\n0 1 0\n2\n\n\n\n1\n\n")
    assert_same(read_code(path), ClassicalCode([[0, 0, 0], [1, 0, 0], [0, 0, 0]]))


def test_a_comment_may_declare_symplectic_rows_before_or_after(tmp_path: Path) -> None:
    (written,) = write_code(FIVE_QUBIT, tmp_path / "five.alist")
    text = written.read_text()
    assert text.endswith("# symplectic rows [X|Z]\n")
    body = text.replace("# symplectic rows [X|Z]\n", "")
    blanks = "\n" * 1000
    for variant in ("# Symplectic\n" + body, body + blanks + "% symplectic", blanks + text):
        written.write_text(variant)
        assert_same(read_code(written), FIVE_QUBIT)
    written.write_text(body)
    assert isinstance(read_code(written), ClassicalCode)


def test_readers_that_know_no_comments_can_read_what_is_written(tmp_path: Path) -> None:
    (written,) = write_code(FIVE_QUBIT, tmp_path / "five.alist")
    numbers = iter(int(word) for word in written.read_text().partition("#")[0].split())
    n, m, column_degree, row_degree = (next(numbers) for _ in range(4))
    assert (n, m) == (10, 4)
    degrees = [next(numbers) for _ in range(n + m)]
    columns = [{next(numbers) for _ in range(column_degree)} - {0} for _ in range(n)]
    rows = [{next(numbers) for _ in range(row_degree)} - {0} for _ in range(m)]
    assert [len(found) for found in columns + rows] == degrees
    assert rows == [set((np.flatnonzero(row) + 1).tolist()) for row in FIVE_QUBIT.checks]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (REPETITION_TEXT, "3 2\n", "must have four header lines"),
        (REPETITION_TEXT, "\n \n# nothing\n", "must have four header lines"),
        ("3 2\n", "3 2 1\n", "line 1: must have two sizes (columns, rows), got 3"),
        ("3 2\n", "x 2\n", "line 1: sizes (columns, rows) must be a non-negative integer, got 'x'"),
        ("3 2\n", "-3 2\n", "must be a non-negative integer, got '-3'"),
        ("3 2\n", "3.0 2\n", "must be a non-negative integer, got '3.0'"),
        ("3 2\n", f"{'9' * 5000} 2\n", "must be a non-negative integer, got '9999"),
        ("3 2\n", "1000000000 1000000000\n", "at most 8192 rows"),
        ("3 2\n", "0 2\n", "must have at least one column, got 2 x 0"),
        (
            "2 2\n1 2 1",
            "3 2\n1 2 1",
            "line 2: largest column degree must be 2 as in the list of degrees, got 3",
        ),
        (
            "2 2\n1 2 1",
            "2 1\n1 2 1",
            "line 2: largest row degree must be 2 as in the list of degrees, got 1",
        ),
        ("1 2 1\n", "1 2\n", "line 3: must have 3 column degrees, got 2"),
        ("1 2 1\n2 2\n", "1 2 1\n2 2 2\n", "line 4: must have 2 row degrees, got 3"),
        ("1 2 1\n", "1 7 1\n", "line 3: column degrees must be at most 2, got 7"),
        ("\n1 0\n", "\n1 2\n", "line 5: column 1 must list as many as its degree 1, got 2"),
        ("\n1 0\n", "\n0 1\n", "line 5: column 1 must list as many as its degree 1, got 2"),
        ("\n1 0\n", "\n3 0\n", "line 5: column 1 must list indices from 1 to 2, got 3"),
        ("\n1 2\n2 0", "\n1 1\n2 0", "line 6: column 2 must list an index once, got 1 twice"),
        ("\n1 0\n", "\n2 0\n", "column 1 and row 1 must both list each other, or neither"),
        ("2 3\n", "", "must have 5 lists, one a column and a row, got 4"),
        ("2 3\n", "2 3\n1 2\n", "must have 5 lists, one a column and a row, got 6"),
        ("2 3\n", "2 3\n1 2\n" * 99, "line 29: must have no more lines than sizes call for"),
        ("2 3\n", "\n" * 99 + "2 3\n1 2\n", "must have 5 lists, one a column and a row, got 6"),
        ("2 3\n", "2 nan\n", "line 9: index must be a non-negative integer, got 'nan'"),
        ("2 3\n", "2 ٣\n", "line 9: index must be a non-negative integer, got '٣'"),
    ],
)
def test_bad_alist_files_are_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in REPETITION_TEXT
    assert message in refusal(tmp_path / "bad.alist", REPETITION_TEXT.replace(old, new))


def test_a_code_without_rows_is_refused_unless_it_is_half_of_a_pair(tmp_path: Path) -> None:
    empty = "2 0\n0 0\n0 0\n\n0\n0\n"
    assert refusal(tmp_path / "e.alist", empty) == "matrix must have at least one row, got none"
    (tmp_path / "cX.alist").write_text(empty)
    (tmp_path / "cZ.alist").write_text("2 1\n1 2\n1 1\n2\n1\n1\n1 2\n")
    assert_same(read_code(tmp_path / "cX.alist"), CSSCode(np.zeros((0, 2)), [[1, 1]]))
    (tmp_path / "cZ.alist").write_text(empty)
    message = str(tmp_path / "cX.alist") + ": one matrix must have at least one row, neither has"
    with pytest.raises(ValueError, match=r"neither has") as caught:
        read_code(tmp_path / "cX.alist")
    assert str(caught.value) == message.replace(
        "X.alist", "X.alist and " + str(tmp_path / "cZ.alist")
    )


def test_either_file_of_a_pair_is_a_classical_code_when_asked_for(tmp_path: Path) -> None:
    x, _ = write_code(STEANE, tmp_path / "steane.alist")
    assert x.name == "steaneX.alist"
    assert_same(read_classical(x), ClassicalCode(STEANE.x_checks))
