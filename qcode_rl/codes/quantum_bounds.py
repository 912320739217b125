"""Upper bounds on the distance of stabilizer codes, by linear programming, proved in integers.

A_i, the number of stabilizers of weight i, and B_i, that of operators that commute with all of
them, are tied by MacWilliams' identity; A_i = B_i below the distance, A_i <= B_i elsewhere, and the
numbers S_i of the shadow are not negative (Rains, quant-ph/9611001; Calderbank, Rains, Shor and
Sloane, quant-ph/9608006, section 7). If no A_i >= 0 with A_0 = 1 are so, some combination of these
conditions says it: a solver of floating point finds it, and exact arithmetic checks it.
"""

from fractions import Fraction
from functools import cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from qcode_rl.codes.textbook import require_between

#: Largest number of qubits: beyond, rounding hides the combinations from a solver in doubles.
MAX_QUBITS = 20
#: Fractions that combinations are rounded to have at most this denominator.
_DENOMINATOR = 1 << 40


@cache
def largest_distance(n: int, k: int) -> int:
    """Return a distance that no stabilizer code [[n, k]] exceeds.

    Args:
        n: qubits, 1..20.
        k: logical qubits, 1..n.

    Raises:
        InputError: if n or k is out of range.

    Example:
        >>> largest_distance(5, 1), largest_distance(8, 3), largest_distance(13, 1)
        (3, 3, 5)
    """
    require_between("n", n, 1, MAX_QUBITS)
    require_between("k", k, 1, n)
    # From the quantum Singleton bound downwards.
    d = (n - k) // 2 + 1
    while d > 1 and is_excluded(n, k, d):
        d -= 1
    return d


def is_excluded(n: int, k: int, d: int) -> bool:
    """Say whether it is proved that no stabilizer code [[n, k]] has a distance of d or more.

    Args:
        n: qubits, 1..20.
        k: logical qubits, 1..n.
        d: distance, 1..n.

    Returns:
        True if a combination of the conditions shows it; False says nothing.
    """
    from scipy.optimize import linprog

    conditions = _conditions(n, k)
    exact = np.array([[int(value) for value in row] for row in conditions], dtype=object)
    scales = np.array([[max(map(abs, row))] for row in exact], dtype=np.float64)
    scaled = exact.astype(np.float64) / scales
    # Maximize t such that the combination is at most -t for each i; nonnegative A_i need them <= 0.
    num = len(exact)
    bounds = [(-1.0 if j < d else 0.0, 1.0) for j in range(n + 1)] + [(0.0, 1.0)] * (num - n - 1)
    columns = np.hstack([scaled.T, np.ones((n + 1, 1))])
    found = linprog(
        np.append(np.zeros(num), -1.0), columns, np.zeros(n + 1), bounds=[*bounds, (None, 1.0)]
    )
    if found.x is None:
        return False
    weights = [
        Fraction(float(x)).limit_denominator(_DENOMINATOR) / int(scale)
        for x, scale in zip(found.x[:-1], scales[:, 0], strict=True)
    ]
    return _contradicts(weights, exact, d)


def _conditions(n: int, k: int) -> NDArray[np.object_]:
    """Return rows of coefficients of A_0..A_n, in Python integers, `(2 n + 2, n + 1)`.

    The first n + 1 rows are 2^(n - k) (B_j - A_j), the others 2^(n - k) S_j.
    """
    polynomials = np.array(
        [[_krawtchouk(n, j, i) for i in range(n + 1)] for j in range(n + 1)], dtype=object
    )
    signs = np.array([(-1) ** i for i in range(n + 1)], dtype=object)
    identity = np.array(
        [[(i == j) << (n - k) for i in range(n + 1)] for j in range(n + 1)], dtype=object
    )
    return np.vstack([polynomials - identity, polynomials * signs])


def _contradicts(weights: list[Fraction], conditions: NDArray[np.object_], d: int) -> bool:
    """Say whether a combination of conditions, each >= 0 (= 0 for j < d), cannot be >= 0."""
    if any(weight < 0 for weight in weights[d:]):
        return False
    sums = [sum(w * c for w, c in zip(weights, column, strict=True)) for column in conditions.T]
    return sums[0] < 0 and all(value <= 0 for value in sums[1:])


def _krawtchouk(n: int, j: int, i: int) -> int:
    """Return the quaternary Krawtchouk polynomial K_j(i)."""
    return sum((-1) ** s * 3 ** (j - s) * comb(i, s) * comb(n - i, j - s) for s in range(j + 1))
