"""How good a binary linear code can be: bounds on the distance from published tables.

The numbers are those of `data/linear_code_bounds.csv`, whose head names the source. They limit any
code of the given length and dimension, whatever the weight of its checks.
"""

import csv
from functools import cache
from importlib.resources import files
from math import comb

from qcode_rl.errors import InputError

#: Largest length in the table.
MAX_LENGTH = 64
#: Distance from which on the quantum Hamming bound is not proved for all codes.
_HAMMING_LIMIT = 127


def linear_code_bounds(n: int, k: int) -> tuple[int, int]:
    """Return what is known about the largest minimum distance of a binary linear [n, k] code.

    Args:
        n: length, 1..64.
        k: dimension, 1..n.

    Returns:
        The distance of a code that is known, and a distance that no code exceeds.

    Raises:
        InputError: if n or k is out of range.

    Example:
        >>> linear_code_bounds(23, 12)
        (7, 7)
    """
    require_length_and_dimension(n, k, MAX_LENGTH)
    return _table()[n, k]


def shortest_length(k: int, d: int, row_limit: int | None = None) -> int | None:
    """Return the least length that the bounds leave open to a binary linear code.

    Args:
        k: dimension, at least 1.
        d: minimum distance, at least 1.
        row_limit: most that a check of the code may weigh, at least 1; `None`: no limit. The code
            is to have n - k checks.

    Returns:
        The smallest n with an upper bound of at least d for [n, k]: no code of dimension k and
        distance d is shorter. `None` if it exceeds 64, or if so light checks reach no such d.

    Raises:
        InputError: if k, d or `row_limit` is less than 1.

    Example:
        >>> shortest_length(4, 15), shortest_length(20, 4), shortest_length(20, 4, row_limit=3)
        (29, 26, 45)
    """
    for name, value in (("k", k), ("d", d), ("row_limit", 1 if row_limit is None else row_limit)):
        if value < 1:
            raise InputError(f"{name}: must be at least 1, got {value}")
    least = k if row_limit is None else _least_with_light_checks(k, d, row_limit)
    table = _table()
    return next((n for n in range(least, MAX_LENGTH + 1) if table[n, k][1] >= d), None)


def shortest_quantum_length(k: int, d: int) -> int:
    """Return the least number of qubits that bounds leave open to a stabilizer code.

    The quantum Singleton bound n >= k + 2 (d - 1) holds for all codes. So does the quantum Hamming
    bound where d < 127, for degenerate codes too: Dallas, Andreadakis and Lidar, arXiv:2208.11800.

    Args:
        k: logical qubits, at least 1.
        d: distance, at least 1.

    Raises:
        InputError: if k or d is less than 1.

    Example:
        >>> [shortest_quantum_length(k, d) for k, d in [(1, 3), (1, 5), (4, 2)]]
        [5, 10, 6]
    """
    for name, value in (("k", k), ("d", d)):
        if value < 1:
            raise InputError(f"{name}: must be at least 1, got {value}")
    n = k + 2 * (d - 1)
    errors = (d - 1) // 2 if d < _HAMMING_LIMIT else 0
    while sum(comb(n, weight) * 3**weight for weight in range(errors + 1)) > 1 << (n - k):
        n += 1
    return n


def _least_with_light_checks(k: int, d: int, limit: int) -> int:
    """Return a length that no code with n - k checks of at most so many bits undercuts.

    Such checks have limit (n - k) places. From d = 2 every bit takes one; from d = 3 a check has
    one bit at most that takes no second, so that n <= (limit + 1)(n - k) / 2; from d = 4 no bit is
    in two checks alone that both have such a bit, so that n <= limit^2 (n - k) / (2 limit - 1).
    """
    if d == 1:
        return k
    if limit == 1:
        return MAX_LENGTH + 1
    share = {2: (limit, limit - 1), 3: (limit + 1, limit - 1)}
    above, below = share.get(d, (limit**2, (limit - 1) ** 2))
    return -(-k * above // below)


def require_length_and_dimension(n: int, k: int, longest: int) -> None:
    """Refuse a length or a dimension that a table of codes of length 1..`longest` lacks.

    Raises:
        InputError: naming the argument, the rule and the value.
    """
    if not 1 <= n <= longest:
        raise InputError(f"n: must be from 1 to {longest}, got {n}")
    if not 1 <= k <= n:
        raise InputError(f"k: must be from 1 to n = {n}, got {k}")


@cache
def _table() -> dict[tuple[int, int], tuple[int, int]]:
    """Read the table: (n, k) to (lower, upper)."""
    text = files("qcode_rl.codes.data").joinpath("linear_code_bounds.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {
        (int(row["n"]), int(row["k"])): (int(row["d_lower"]), int(row["d_upper"])) for row in rows
    }
