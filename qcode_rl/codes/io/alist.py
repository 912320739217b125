"""David MacKay's alist format: degrees, then the rows of each column and the columns of each row.

The lines are: columns and rows; largest column and row degree; all column degrees; all row
degrees; one line a column with the rows that it meets, from 1; one line a row with the columns
that it meets. Lists may be padded with zeros at their ends. Lines that start with `#` or `%` are
comments here, wherever they stand; one that says `symplectic` declares rows `[X|Z]`. The original
format has no comments, but its readers stop after the last list: that is where `write` puts it.
"""

from pathlib import Path

import numpy as np

from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.io.files import MAX_COLUMNS, AnyCode, natural, numbered_lines, require_size
from qcode_rl.codes.io.matrix_files import (
    MatrixFile,
    read_matrix_classical,
    read_matrix_code,
    says_symplectic,
    write_matrix_code,
    zeros,
)
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix


def read(path: Path) -> AnyCode:
    """Read a code from an alist file or a pair of them.

    Raises:
        InputError: naming the file, the rule and the value.
    """
    return read_matrix_code(path, parse)


def read_classical(path: Path) -> ClassicalCode:
    """Read one alist file as a classical code, whatever its name."""
    return read_matrix_classical(path, parse)


def write(code: AnyCode, path: Path) -> tuple[Path, ...]:
    """Write a code to an alist file, a CSS code to a pair; returns the paths written."""
    return write_matrix_code(code, path, render)


def parse(text: str) -> MatrixFile:
    """Read the matrix from the text of an alist file.

    Args:
        text: the whole file.

    Raises:
        InputError: naming the line, the rule and the value, but not the file.
    """
    lines: list[tuple[int, str]] = []
    symplectic = False
    rows = columns = room = 0
    for number, line in numbered_lines(text):
        if line.startswith(("#", "%")):
            symplectic = symplectic or says_symplectic(line)
        # A blank line may be the list of an empty column; but not any number of them.
        elif line or 4 <= len(lines) < room:
            lines.append((number, line))
            if len(lines) == 1:
                columns, rows = _pair(number, line, "sizes (columns, rows)")
                require_size(rows, columns)
                room = 4 + 2 * (columns + rows)
            if len(lines) > 2 * room:
                raise InputError(f"line {number}: must have no more lines than sizes call for")
    if len(lines) < 4:
        raise InputError("must have four header lines (sizes, largest degrees, degrees twice)")
    return MatrixFile(_matrix(lines, rows, columns), symplectic)


def render(matrix: BinaryMatrix, symplectic: bool) -> str:
    """Return the text of an alist file, lists padded with zeros."""
    rows, columns = matrix.shape
    by_column = [np.flatnonzero(column) + 1 for column in matrix.T]
    by_row = [np.flatnonzero(row) + 1 for row in matrix]
    widths = [max((len(entry) for entry in lists), default=0) for lists in (by_column, by_row)]
    lines = [f"{columns} {rows}", f"{widths[0]} {widths[1]}"]
    lines += [" ".join(str(len(entry)) for entry in lists) for lists in (by_column, by_row)]
    for lists, width in zip((by_column, by_row), widths, strict=True):
        for entry in lists:
            # At least one number, so that no line is blank.
            padding = [0] * (max(width, 1) - len(entry))
            lines.append(" ".join(str(v) for v in [*entry.tolist(), *padding]))
    return "\n".join([*lines, "# symplectic rows [X|Z]"] if symplectic else lines) + "\n"


def _matrix(lines: list[tuple[int, str]], rows: int, columns: int) -> BinaryMatrix:
    largest = _pair(*lines[1], "largest degrees")
    by_column = _degrees(*lines[2], columns, rows, "column")
    # A matrix without rows has no row degrees: that line is blank, and was skipped.
    by_row = _degrees(*lines[3], rows, columns, "row") if rows else []
    for kind, stated, degrees in zip(("column", "row"), largest, (by_column, by_row), strict=True):
        found = max(degrees, default=0)
        if stated != found:
            rule = f"largest {kind} degree must be {found} as in the list of degrees"
            raise InputError(f"line {lines[1][0]}: {rule}, got {stated}")
    body = _lists(lines[4 if rows else 3 :], columns + rows)
    columns_first = _filled(body[:columns], by_column, rows, "column")
    matrix = _filled(body[columns:], by_row, columns, "row")
    differing = np.argwhere(matrix != columns_first.T)
    if len(differing):
        row, column = (int(v) + 1 for v in differing[0])
        raise InputError(f"column {column} and row {row} must both list each other, or neither")
    return matrix


def _lists(body: list[tuple[int, str]], expected: int) -> list[tuple[int, str]]:
    """Return one line a list: blank lines count only where there are too few lines without."""
    filled = [line for line in body if line[1]]
    if len(filled) == expected:
        return filled
    while len(body) > expected and not body[-1][1]:
        body = body[:-1]
    if len(filled) > expected or len(body) != expected:
        raise InputError(f"must have {expected} lists, one a column and a row, got {len(filled)}")
    return body


def _filled(body: list[tuple[int, str]], degrees: list[int], limit: int, kind: str) -> BinaryMatrix:
    matrix = zeros(len(degrees), limit)
    for i, ((number, line), degree) in enumerate(zip(body, degrees, strict=True)):
        indices = _numbers(number, line, "index")
        while indices and indices[-1] == 0:
            indices.pop()
        where = f"line {number}: {kind} {i + 1}"
        if len(indices) != degree:
            raise InputError(
                f"{where} must list as many as its degree {degree}, got {len(indices)}"
            )
        for index in indices:
            if not 1 <= index <= limit:
                raise InputError(f"{where} must list indices from 1 to {limit}, got {index}")
            if matrix[i, index - 1]:
                raise InputError(f"{where} must list an index once, got {index} twice")
            matrix[i, index - 1] = 1
    return matrix


def _degrees(number: int, line: str, count: int, limit: int, kind: str) -> list[int]:
    degrees = _numbers(number, line, f"{kind} degree")
    if len(degrees) != count:
        raise InputError(f"line {number}: must have {count} {kind} degrees, got {len(degrees)}")
    if max(degrees) > limit:
        raise InputError(
            f"line {number}: {kind} degrees must be at most {limit}, got {max(degrees)}"
        )
    return degrees


def _pair(number: int, line: str, what: str) -> tuple[int, int]:
    numbers = _numbers(number, line, what)
    if len(numbers) != 2:
        raise InputError(f"line {number}: must have two {what}, got {len(numbers)}")
    return numbers[0], numbers[1]


def _numbers(number: int, line: str, what: str) -> list[int]:
    tokens = line.split(maxsplit=MAX_COLUMNS)
    return [natural(token, f"line {number}: {what}") for token in tokens]
