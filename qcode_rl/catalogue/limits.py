"""How good hypergraph products can be: what the bounds on linear codes leave open to them.

With H1 (m1 x n1, rank r1) and H2, a product has n = n1 n2 + m1 m2 and k = k1 k2 + k1' k2', where
ki = ni - ri and ki' = mi - ri. If k1 k2 > 0, its distance is at most that of either code, and if
k1' k2' > 0, at most that of either transposed code (Tillich and Zemor, arXiv:0903.0566). So a
product of distance d has ri + ki >= L(ki, d) and ri + ki' >= L(ki', d), where L is the least length
of a linear code; the least n of all such sums is a limit, which need not be reached.
"""

from functools import cache

from qcode_rl.codes.bounds import MAX_LENGTH, shortest_length
from qcode_rl.errors import InputError

#: Largest numbers of qubits and of logical qubits for which limits are worked out.
MOST_QUBITS, MOST_LOGICALS = 100_000, 300


def fewest_qubits(k: int, d: int) -> int:
    """Return a number of qubits that no hypergraph product of given k and d undercuts.

    Args:
        k: logical qubits, 1..300: the product has at least so many.
        d: distance, 1..100,000: its is at least that.

    Raises:
        InputError: if k or d is out of range.

    Example:
        >>> fewest_qubits(1, 3), fewest_qubits(2, 3), fewest_qubits(4, 4)
        (13, 18, 44)
    """
    _require("k", k, MOST_LOGICALS)
    _require("d", d, MOST_QUBITS)
    lengths = _shortest_lengths(k, d)
    ranks = [length - dimension for dimension, length in enumerate(lengths)]
    best = MOST_QUBITS**2
    # The factors may be swapped and transposed: k1 <= k2, and k1 k2 >= k1' k2'.
    half = -(-k // 2)
    for k1 in range(1, k + 1):
        for k2 in range(max(k1, -(-half // k1)), -(-k // k1) + 1):
            if lengths[k1] * lengths[k2] + ranks[k1] * ranks[k2] >= best:
                break
            rest = max(0, k - k1 * k2)
            best = min(best, _fewest_with(ranks, k1, k2, rest))
    return best


def largest_distance(n: int, k: int) -> int:
    """Return a distance that no hypergraph product of given n and k exceeds.

    Args:
        n: qubits, 1..100,000: the product has at most so many.
        k: logical qubits, 1..300: it has at least so many.

    Returns:
        The distance; 0 if there is no product with these n and k.

    Raises:
        InputError: if n or k is out of range.

    Example:
        >>> largest_distance(13, 1), largest_distance(72, 12), largest_distance(3, 4)
        (3, 4, 0)
    """
    _require("n", n, MOST_QUBITS)
    reached, beyond = 0, n + 1
    while beyond - reached > 1:
        middle = (reached + beyond) // 2
        if fewest_qubits(k, middle) <= n:
            reached = middle
        else:
            beyond = middle
    return reached


def _fewest_with(ranks: list[int], k1: int, k2: int, rest: int) -> int:
    """Return the least n of products with these k1 and k2, and with k1' k2' >= `rest`."""
    r1, r2 = ranks[k1], ranks[k2]
    fewest = (r1 + k1) * (r2 + k2) + r1 * r2 if not rest else MOST_QUBITS**2
    for t1 in range(1, rest + 1):
        t2 = -(-rest // t1)
        s1, s2 = max(r1, ranks[t1]), max(r2, ranks[t2])
        fewest = min(fewest, (s1 + k1) * (s2 + k2) + (s1 + t1) * (s2 + t2))
    return fewest


@cache
def _shortest_lengths(k: int, d: int) -> list[int]:
    """Return lengths that no linear code of dimension 0..k and distance d undercuts.

    Beyond the table the Griesmer bound holds, and that one place less makes a dimension less.
    """
    lengths, griesmer = [0], 0
    for dimension in range(1, k + 1):
        griesmer += max(1, -(-d >> (dimension - 1)))
        length = None
        if griesmer <= MAX_LENGTH:
            length = shortest_length(dimension, d)
        if length is None:
            length = MAX_LENGTH + 1
        lengths.append(max(length, griesmer, lengths[-1] + 1))
    return lengths


def _require(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise InputError(f"{name}: must be from 1 to {most}, got {value}")
