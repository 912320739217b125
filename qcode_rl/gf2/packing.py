"""Bit packing: a binary matrix as rows of 64-bit words.

Column j of a matrix is bit `j % 64` of word `j // 64` of its row; unused high bits are zero. All
kernels of the project share this layout.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2.jit import kernel

BinaryMatrix: TypeAlias = NDArray[np.uint8]
Words: TypeAlias = NDArray[np.uint64]


def words_for(num_columns: int) -> int:
    """Return how many 64-bit words hold `num_columns` bits (at least one)."""
    return max(1, (num_columns + 63) // 64)


@kernel
def pack_rows(matrix: BinaryMatrix) -> Words:
    """Pack a binary matrix, `(m, n) uint8` to `(m, ceil(n / 64)) uint64`."""
    num_rows, num_columns = matrix.shape
    words = np.zeros((num_rows, max(1, (num_columns + 63) // 64)), dtype=np.uint64)
    for i in range(num_rows):
        for j in range(num_columns):
            if matrix[i, j] & 1:
                words[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
    return words


@kernel
def unpack_rows(words: Words, num_columns: int) -> BinaryMatrix:
    """Unpack rows of words to a binary matrix, the inverse of `pack_rows`."""
    num_rows = words.shape[0]
    matrix = np.zeros((num_rows, num_columns), dtype=np.uint8)
    for i in range(num_rows):
        for j in range(num_columns):
            matrix[i, j] = np.uint8((words[i, j >> 6] >> np.uint64(j & 63)) & np.uint64(1))
    return matrix
