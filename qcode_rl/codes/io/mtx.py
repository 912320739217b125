"""Matrix Market exchange format, coordinate and array, entries that equal 0 or 1.

The first line is `%%MatrixMarket matrix <coordinate|array> <field> <symmetry>`; other lines that
start with `%` are comments, of which one that says `symplectic` declares rows `[X|Z]`. Fields are
pattern, integer, unsigned-integer and real, symmetries general and symmetric (of which either
triangle may be given, but each entry once).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.io.files import AnyCode, natural, numbered_lines, require_size, shown
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

_ALLOWED = (
    ("object", ("matrix",)),
    ("format", ("coordinate", "array")),
    ("field", ("pattern", "integer", "unsigned-integer", "real", "double")),
    ("symmetry", ("general", "symmetric")),
)


class Banner(NamedTuple):
    """The first line of a file, in lower case.

    Attributes:
        format: `coordinate` or `array`.
        field: the kind of values; `pattern` has none.
        symmetric: whether entry (i, j) also stands for (j, i).
    """

    format: str
    field: str
    symmetric: bool


def read(path: Path) -> AnyCode:
    """Read a code from a Matrix Market file or a pair of them.

    Raises:
        InputError: naming the file, the rule and the value.
    """
    return read_matrix_code(path, parse)


def read_classical(path: Path) -> ClassicalCode:
    """Read one Matrix Market file as a classical code, whatever its name."""
    return read_matrix_classical(path, parse)


def write(code: AnyCode, path: Path) -> tuple[Path, ...]:
    """Write a code to a Matrix Market file, a CSS code to a pair; returns the paths written."""
    return write_matrix_code(code, path, render)


def parse(text: str) -> MatrixFile:
    """Read the matrix from the text of a Matrix Market file.

    Args:
        text: the whole file.

    Raises:
        InputError: naming the line, the rule and the value, but not the file.
    """
    lines = numbered_lines(text)
    banner = _banner(next(lines, (1, ""))[1])
    symplectic = False
    number, line = 1, ""
    while not line or line.startswith("%"):
        symplectic = symplectic or says_symplectic(line)
        number, line = next(lines, (0, ""))
        if not number:
            raise InputError("must have a line of sizes, got none")
    entries = ((n, entry) for n, entry in lines if entry and not entry.startswith("%"))
    sizes = [natural(token, f"line {number}: size") for token in line.split(maxsplit=4)]
    expected = 3 if banner.format == "coordinate" else 2
    if len(sizes) != expected:
        raise InputError(f"line {number}: must have {expected} sizes, got {len(sizes)}")
    require_size(sizes[0], sizes[1])
    if banner.symmetric and sizes[0] != sizes[1]:
        raise InputError(f"line {number}: symmetric must be square, got {sizes[0]} x {sizes[1]}")
    if banner.format == "array":
        return MatrixFile(_array(entries, sizes[0], sizes[1], banner), symplectic)
    return MatrixFile(_coordinate(entries, (sizes[0], sizes[1], sizes[2]), banner), symplectic)


def render(matrix: BinaryMatrix, symplectic: bool) -> str:
    """Return the text of a file in coordinate format, pattern field."""
    lines = ["%%MatrixMarket matrix coordinate pattern general"]
    if symplectic:
        lines.append("% symplectic rows [X|Z]")
    places = np.argwhere(matrix) + 1
    lines.append(f"{matrix.shape[0]} {matrix.shape[1]} {len(places)}")
    lines += [f"{row} {column}" for row, column in places.tolist()]
    return "\n".join(lines) + "\n"


def _banner(line: str) -> Banner:
    words = line.lower().split(maxsplit=5)
    if not words or words[0] != "%%matrixmarket":
        raise InputError(f"line 1: must start with %%MatrixMarket, got {shown(line)}")
    if len(words) != 5:
        raise InputError(f"line 1: must have five words, got {len(words)}")
    for word, (what, allowed) in zip(words[1:], _ALLOWED, strict=True):
        if word not in allowed:
            raise InputError(f"line 1: {what} must be {' or '.join(allowed)}, got {shown(word)}")
    if words[2] == "array" and words[3] == "pattern":
        raise InputError("line 1: field of an array must not be pattern")
    return Banner(words[2], words[3], words[4] == "symmetric")


def _coordinate(
    entries: Iterable[tuple[int, str]], sizes: tuple[int, int, int], banner: Banner
) -> BinaryMatrix:
    rows, columns, announced = sizes
    matrix = zeros(rows, columns)
    seen = np.zeros((rows, columns), dtype=np.bool_)
    width = 2 if banner.field == "pattern" else 3
    count = 0
    for number, line in entries:
        tokens = line.split(maxsplit=width)
        if len(tokens) != width:
            raise InputError(f"line {number}: must have {width} numbers, got {shown(line)}")
        row = _index(tokens[0], rows, number, "row")
        column = _index(tokens[1], columns, number, "column")
        if seen[row, column]:
            raise InputError(f"line {number}: entry {row + 1} {column + 1} must be given once")
        value = 1 if width == 2 else _value(tokens[2], number)
        places = [(row, column), (column, row)] if banner.symmetric else [(row, column)]
        for place in places:
            seen[place], matrix[place] = True, value
        count += 1
    if count != announced:
        raise InputError(f"must have {announced} entries as announced, got {count}")
    return matrix


def _array(
    entries: Iterator[tuple[int, str]], rows: int, columns: int, banner: Banner
) -> BinaryMatrix:
    matrix = zeros(rows, columns)
    # Column by column; of a symmetric matrix only the lower triangle is given.
    for column in range(columns):
        for row in range(column if banner.symmetric else 0, rows):
            number, line = next(entries, (0, ""))
            if not line:
                raise InputError(f"must have a value for row {row + 1}, column {column + 1}")
            matrix[row, column] = _value(line, number)
            if banner.symmetric:
                matrix[column, row] = matrix[row, column]
    surplus = next(entries, None)
    if surplus is not None:
        raise InputError(f"line {surplus[0]}: must have no more values than {rows} x {columns}")
    return matrix


def _index(token: str, limit: int, number: int, kind: str) -> int:
    index = natural(token, f"line {number}: {kind}")
    if not 1 <= index <= limit:
        raise InputError(f"line {number}: {kind} must be from 1 to {limit}, got {index}")
    return index - 1


def _value(token: str, number: int) -> int:
    if token in ("0", "1"):
        return int(token)
    try:
        # float() reads all the spellings of zero and one, such as 1.000e+00; int() could not.
        value = float(token) if len(token) <= 40 else float("nan")
    except ValueError:
        value = float("nan")
    if value not in (0, 1):
        raise InputError(f"line {number}: entries must be 0 or 1, got {shown(token)}")
    return int(value)
