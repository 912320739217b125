"""Validating wrappers: what Python callers use instead of the bare kernels."""

from typing import Any, SupportsInt, cast

import numpy as np
from numpy.typing import NDArray

from qcode_rl.errors import InputError
from qcode_rl.gf2.elimination import kernel_basis, rank_in_place, reduced_rows
from qcode_rl.gf2.packing import BinaryMatrix, pack_rows, unpack_rows


def as_binary_matrix(value: Any, name: str = "matrix") -> BinaryMatrix:
    """Check that a value is a binary matrix and return it as a read-only array.

    Args:
        value: anything `numpy.asarray` takes, or a scipy sparse matrix: two dimensions, at least
            one column, integer, boolean or floating entries that equal 0 or 1.
        name: what to call the value in error messages.

    Returns:
        `(m, n) uint8`, C-contiguous, read-only, a copy.

    Raises:
        InputError: naming the argument, the rule and the value.

    Example:
        >>> as_binary_matrix([[1, 0], [0, 1]]).shape
        (2, 2)
    """
    if hasattr(value, "toarray"):
        value = value.toarray()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise InputError(f"{name}: must be a matrix, got rows of different lengths") from error
    if array.ndim != 2:
        raise InputError(f"{name}: must be a matrix (two dimensions), got {array.ndim}")
    if array.shape[1] == 0:
        raise InputError(f"{name}: must have at least one column, got shape {array.shape}")
    if array.dtype.kind not in "buif":
        raise InputError(f"{name}: entries must be 0 or 1, got values of type {array.dtype}")
    wrong = array > 1 if array.dtype == np.uint8 else (array != 0) & (array != 1)
    if wrong.any():
        row, column = (int(v) for v in np.unravel_index(int(wrong.argmax()), wrong.shape))
        where = f"{array[row, column]} at row {row}, column {column}"
        raise InputError(f"{name}: entries must be 0 or 1, got {where}")
    matrix = np.array(array, dtype=np.uint8, order="C")
    matrix.setflags(write=False)
    return matrix


def rank(matrix: Any) -> int:
    """Return the rank over GF(2) of a binary matrix `(m, n)`.

    Example:
        >>> rank([[1, 1, 0], [0, 1, 1], [1, 0, 1]])
        2
    """
    return int(cast(SupportsInt, rank_in_place(pack_rows(as_binary_matrix(matrix)))))


def row_reduce(matrix: Any) -> tuple[BinaryMatrix, NDArray[np.int64]]:
    """Return the reduced row echelon form of a binary matrix and its pivot columns.

    Args:
        matrix: `(m, n)` with entries 0 and 1.

    Returns:
        `(rank, n) uint8` without zero rows, and `(rank,) int64` increasing pivot columns.
    """
    checked = as_binary_matrix(matrix)
    reduced, pivots = reduced_rows(pack_rows(checked))
    return unpack_rows(reduced, checked.shape[1]), pivots


def null_space(matrix: Any) -> BinaryMatrix:
    """Return a basis of `{x : matrix x = 0}` over GF(2), `(n - rank, n) uint8`.

    Example:
        >>> null_space([[1, 1, 0], [0, 1, 1]])
        array([[1, 1, 1]], dtype=uint8)
    """
    checked = as_binary_matrix(matrix)
    return unpack_rows(kernel_basis(pack_rows(checked), checked.shape[1]), checked.shape[1])


def in_row_space(matrix: Any, vector: Any) -> bool:
    """Say whether a vector `(n,)` is a sum of rows of a binary matrix `(m, n)`."""
    checked = as_binary_matrix(matrix)
    stacked = np.vstack([checked, as_binary_matrix([vector], "vector")])
    return rank(stacked) == rank(checked)
