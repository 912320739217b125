"""How many codewords have which weight: by walking the code or its dual, whichever is smaller.

The two are tied by MacWilliams' identity, B_j = 2^-k sum_i A_i K_j(i), with the Krawtchouk
polynomials K_j (F. J. MacWilliams, Bell System Technical Journal 42, 79 (1963)). All words of the
smaller code are held at once: meant for short codes; the walks of `qcode_rl.distance` hold none.
"""

from functools import cache
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qcode_rl import gf2
from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.errors import InputError
from qcode_rl.gf2 import Words
from qcode_rl.gf2.elimination import kernel_basis

#: Largest dimension of the smaller of a code and its dual: 2^24 words of 8 bytes are 128 MiB.
MAX_DIMENSION = 24


def weight_distribution(code: ClassicalCode) -> list[int]:
    """Count the codewords of each weight.

    Args:
        code: a code with k or n - k up to 24.

    Returns:
        n + 1 numbers that sum to 2^k; entry w is the number of codewords of weight w.

    Raises:
        InputError: if both k and n - k exceed 24.

    Example:
        >>> weight_distribution(ClassicalCode([[1, 1, 0], [0, 1, 1]]))
        [1, 0, 0, 1]
    """
    return distribution_of_span(gf2.pack_rows(code.generator), code.n)


def distribution_of_span(basis: Words, n: int) -> list[int]:
    """Count the words of each weight in the span of independent packed words `(k, w) uint64`."""
    k = len(basis)
    if min(k, n - k) > MAX_DIMENSION:
        raise InputError(f"code: k or n - k must be at most {MAX_DIMENSION}, got {k} and {n - k}")
    if k <= n - k:
        return _walk(basis, n)
    dual = _walk(kernel_basis(basis, n), n)
    transformed = np.array(dual, dtype=object) @ _krawtchouk(n)
    return [int(count) >> (n - k) for count in transformed]


def _walk(basis: Words, n: int) -> list[int]:
    """Form all words of a span and count them by weight."""
    words = np.zeros((1, max(1, (n + 63) // 64)), dtype=np.uint64)
    for row in basis:
        words = np.concatenate([words, words ^ row])
    weights = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    return [int(count) for count in np.bincount(weights, minlength=n + 1)]


@cache
def _krawtchouk(n: int) -> NDArray[Any]:
    """Return K_j(i) at row i and column j, `(n + 1, n + 1)` Python integers, which do not overflow.

    Row i holds the coefficients of (1 - z)^i (1 + z)^(n - i).
    """
    matrix = np.empty((n + 1, n + 1), dtype=object)
    for i in range(n + 1):
        for j in range(n + 1):
            matrix[i, j] = sum((-1) ** s * comb(i, s) * comb(n - i, j - s) for s in range(j + 1))
    return matrix
