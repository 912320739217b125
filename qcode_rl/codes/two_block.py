"""Two-block group-algebra codes of Lin and Pryadko, arXiv:2306.16400.

For a group G and two of its subsets a and b, with L(a) the sum of multiplications by a's elements
from the left and R(b) by b's from the right, the checks are HX = [L(a) | R(b)] and HZ = [R(b)^T |
L(a)^T] on 2 g qubits. Left and right multiplications commute, whatever the group: so do the checks.
Generalized bicycle codes are those over cyclic groups, bivariate bicycle codes (arXiv:2308.07915)
those over Z_l x Z_m; their distances are studied in arXiv:2305.06890.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.groups import FiniteGroup, Integers
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix


def two_block_code(group: FiniteGroup, a: Sequence[int], b: Sequence[int]) -> CSSCode:
    """Return the two-block code of two supports.

    Args:
        group: of order g.
        a: elements whose left multiplications make the first block, each once.
        b: elements whose right multiplications make the second.

    Returns:
        The code on 2 g qubits, with checks of weight |a| + |b|; X check h acts on qubits `x h` for
        x in a, and `g + h y` for y in b.

    Raises:
        InputError: if a support is empty, leaves the group or repeats an element, or if the code is
            several copies of a shorter one side by side.

    Example:
        >>> from qcode_rl.codes.groups import abelian
        >>> two_block_code(abelian(6, 6), [18, 1, 2], [3, 6, 12])
        CSSCode[[72,12]](6,3)
    """
    first, second = as_support(group, a, "a"), as_support(group, b, "b")
    if not is_connected(group, first, second):
        raise InputError(
            f"a and b: must connect all of {group.name}, got {first.tolist()} and {second.tolist()}"
        )
    return CSSCode(*block_checks(group, first, second))


def block_checks(group: FiniteGroup, a: Integers, b: Integers) -> tuple[BinaryMatrix, BinaryMatrix]:
    """Return HX and HZ, `(g, 2 g)` each, of supports that are valid; connected or not."""
    left, right = _sum_of_permutations(group.table[a]), _sum_of_permutations(group.table.T[b])
    return np.hstack([left, right]), np.hstack([right.T, left.T])


def as_support(group: FiniteGroup, elements: Any, name: str) -> Integers:
    """Return a support as numbers of elements, `(w,) int64`.

    Raises:
        InputError: naming the support, if it is empty, leaves the group or repeats an element.
    """
    try:
        found = np.array(elements)
    except ValueError:
        raise InputError(f"{name}: must be a list of elements, got {elements!r}") from None
    if found.ndim != 1 or not len(found) or found.dtype.kind not in "iu":
        raise InputError(f"{name}: must be a list of elements, got {elements!r}")
    outside = found[(found < 0) | (found >= group.order)]
    if len(outside):
        raise InputError(
            f"{name}: elements must be between 0 and {group.order - 1}, got {outside[0]}"
        )
    numbers, counts = np.unique(found, return_counts=True)
    if counts.max() > 1:
        twice = numbers[counts.argmax()]
        raise InputError(f"{name}: must hold every element once, got {twice} {counts.max()} times")
    return found.astype(np.int64)


def is_connected(
    group: FiniteGroup, a: Sequence[int] | Integers, b: Sequence[int] | Integers
) -> bool:
    """Say whether the Tanner graph of a two-block code is connected.

    X checks h and h' meet in a qubit if h' is x^-1 y h for x and y in a, or h x y^-1 for x and y
    in b; Z checks add no others. So components are double cosets of the subgroups that those
    quotients generate.
    """
    table, inverse = group.table, group.inverse
    left, right = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    from_left, from_right = table[inverse[left[0]], left], table[right, inverse[right[0]]]
    reached = np.zeros(group.order, dtype=bool)
    reached[group.identity] = True
    count = 0
    while count < reached.sum():
        count = int(reached.sum())
        now = np.flatnonzero(reached)
        reached[table[np.ix_(from_left, now)]] = True
        reached[table[np.ix_(now, from_right)]] = True
    return count == group.order


def _sum_of_permutations(permutations: Integers) -> BinaryMatrix:
    """Return the matrix whose row x has ones at the images of x, `(w, g)` to `(g, g)`."""
    size = permutations.shape[1]
    total = np.zeros((size, size), dtype=np.uint8)
    for images in permutations:
        total[np.arange(size), images] ^= 1
    return total
