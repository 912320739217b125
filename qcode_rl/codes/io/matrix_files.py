"""What alist and Matrix Market share: files that hold one matrix each.

A file whose comment says `symplectic` is a stabilizer code, `(r, 2n)` rows `[X|Z]`. Otherwise a
name that ends in X or Z before the suffix (`steaneX.alist`, `hgp_Z.mtx`) is one half of a CSS code,
and the other half lies beside it; any other name is a classical code. A pair may be given by either
name or by the name without the letter.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.io.files import MAX_LINES_BYTES, AnyCode, naming, read_text, write_whole
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix


class MatrixFile(NamedTuple):
    """What such a file says.

    Attributes:
        matrix: `(r, n) uint8`, perhaps without rows.
        symplectic: whether its comment calls the rows symplectic.
    """

    matrix: BinaryMatrix
    symplectic: bool


#: Turns the text of a file into a matrix, or raises `InputError` naming the line.
Parse: TypeAlias = Callable[[str], MatrixFile]
#: Turns a matrix, and whether its rows are symplectic, into the text of a file.
Render: TypeAlias = Callable[[BinaryMatrix, bool], str]


def read_matrix_code(path: Path, parse: Parse) -> AnyCode:
    """Read the code that a matrix file, or a pair of them, holds.

    Raises:
        InputError: naming the file, the rule and the value.
    """
    halves = halves_of(path)
    with naming(path):
        exists = path.exists()
    if exists:
        content = _load(path, parse)
        if content.symplectic:
            with naming(path):
                return StabilizerCode(_with_rows(content.matrix))
        if path not in halves:
            return _classical(path, content)
    elif not all(half.exists() for half in halves):
        with naming(path):
            raise InputError("no such file")
    return _read_pair(path, halves, parse)


def read_matrix_classical(path: Path, parse: Parse) -> ClassicalCode:
    """Read one matrix file as a classical code, whatever its name.

    Raises:
        InputError: naming the file, the rule and the value.
    """
    return _classical(path, _load(path, parse))


def write_matrix_code(code: AnyCode, path: Path, render: Render) -> tuple[Path, ...]:
    """Write a code to a matrix file, a CSS code to a pair of them; returns what was written.

    Raises:
        InputError: if the name would make the file read as something else, or it cannot be written.
    """
    halves = halves_of(path)
    if isinstance(code, CSSCode):
        if path not in halves and path.exists():
            with naming(path):
                raise InputError("exists, and would be read instead of the two halves written")
        texts = {halves[0]: render(code.x_checks, False), halves[1]: render(code.z_checks, False)}
    elif isinstance(code, StabilizerCode):
        texts = {path: render(code.checks, True)}
    else:
        if path in halves:
            with naming(path):
                raise InputError("a name ending in X or Z is for halves of CSS codes")
        texts = {path: render(code.checks, False)}
    for target, text in texts.items():
        with naming(target):
            write_whole(target, text.encode(), MAX_LINES_BYTES)
    return tuple(texts)


def halves_of(path: Path) -> tuple[Path, Path]:
    """Return the names of the X and Z halves of the pair that a name stands for."""
    stem = path.stem[:-1] if path.stem.endswith(("X", "Z")) else path.stem
    return path.with_name(f"{stem}X{path.suffix}"), path.with_name(f"{stem}Z{path.suffix}")


def _load(path: Path, parse: Parse) -> MatrixFile:
    with naming(path):
        return parse(read_text(path))


def _classical(path: Path, content: MatrixFile) -> ClassicalCode:
    with naming(path):
        if content.symplectic:
            raise InputError("must hold a classical code, its comment says symplectic")
        return ClassicalCode(_with_rows(content.matrix))


def _read_pair(path: Path, halves: tuple[Path, Path], parse: Parse) -> CSSCode:
    for half in halves:
        if not half.exists():
            with naming(path):
                raise InputError(f"is half of a CSS code by its name, and {half.name} is missing")
    matrices = []
    for half in halves:
        content = _load(half, parse)
        if content.symplectic:
            with naming(half):
                raise InputError("must hold half of a CSS code, its comment says symplectic")
        matrices.append(content.matrix)
    with naming(*halves):
        if not any(len(matrix) for matrix in matrices):
            raise InputError("one matrix must have at least one row, neither has")
        return CSSCode(*matrices)


def _with_rows(matrix: BinaryMatrix) -> BinaryMatrix:
    if len(matrix) == 0:
        raise InputError("matrix must have at least one row, got none")
    return matrix


def says_symplectic(comment: str) -> bool:
    """Say whether a comment declares the matrix symplectic."""
    return "symplectic" in comment.lower()


def zeros(rows: int, columns: int) -> BinaryMatrix:
    """Return an empty `(rows, columns)` matrix to be filled."""
    return np.zeros((rows, columns), dtype=np.uint8)
