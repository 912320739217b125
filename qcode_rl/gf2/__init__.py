"""Linear algebra over GF(2) on bit-packed rows: numba kernels and their validating wrappers."""

from qcode_rl.gf2.matrices import as_binary_matrix, in_row_space, null_space, rank, row_reduce
from qcode_rl.gf2.packing import BinaryMatrix, Words, pack_rows, unpack_rows, words_for

__all__ = [
    "BinaryMatrix",
    "Words",
    "as_binary_matrix",
    "in_row_space",
    "null_space",
    "pack_rows",
    "rank",
    "row_reduce",
    "unpack_rows",
    "words_for",
]
