"""Bivariate bicycle codes of Bravyi et al., arXiv:2308.07915.

With x and y the shifts of an l x m torus, A and B sums of three monomials each, the checks are
HX = [A | B] and HZ = [B^T | A^T] on 2 l m qubits. Rows and columns number (i, j) as m i + j.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from qcode_rl.codes.css import CSSCode
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

#: Exponents (i, j) of a monomial x^i y^j.
Monomial: TypeAlias = tuple[int, int]
#: l, m, and the monomials of A and B.
Polynomials: TypeAlias = tuple[int, int, tuple[Monomial, ...], tuple[Monomial, ...]]

#: Codes of Table 3 of arXiv:2308.07915, by (n, k), their monomials in its order.
PUBLISHED: dict[tuple[int, int], Polynomials] = {
    (72, 12): (6, 6, ((3, 0), (0, 1), (0, 2)), ((0, 3), (1, 0), (2, 0))),
    (90, 8): (15, 3, ((9, 0), (0, 1), (0, 2)), ((0, 0), (2, 0), (7, 0))),
    (108, 8): (9, 6, ((3, 0), (0, 1), (0, 2)), ((0, 3), (1, 0), (2, 0))),
    (144, 12): (12, 6, ((3, 0), (0, 1), (0, 2)), ((0, 3), (1, 0), (2, 0))),
    (288, 12): (12, 12, ((3, 0), (0, 2), (0, 7)), ((0, 3), (1, 0), (2, 0))),
    (360, 12): (30, 6, ((9, 0), (0, 1), (0, 2)), ((0, 3), (25, 0), (26, 0))),
}


def bivariate_bicycle(l: int, m: int, a: Sequence[Monomial], b: Sequence[Monomial]) -> CSSCode:  # noqa: E741
    """Return a bivariate bicycle code.

    Args:
        l: order of x.
        m: order of y.
        a: monomials of A, as exponents of x and y.
        b: monomials of B.

    Returns:
        The code on 2 l m qubits.

    Raises:
        InputError: if l or m is not positive.

    Example:
        >>> bivariate_bicycle(*PUBLISHED[72, 12])
        CSSCode[[72,12]](6,3)
    """
    if l < 1 or m < 1:
        raise InputError(f"l and m: must be positive, got {l} and {m}")
    first, second = (_sum_of_shifts(l, m, terms) for terms in (a, b))
    return CSSCode(np.hstack([first, second]), np.hstack([second.T, first.T]))


def published_bicycle(n: int, k: int) -> CSSCode:
    """Return the code [[n,k]] of Table 3 of arXiv:2308.07915.

    Raises:
        InputError: if it has no such code.
    """
    if (n, k) not in PUBLISHED:
        known = ", ".join(f"{n}-{k}" for n, k in PUBLISHED)
        raise InputError(f"name: bicycle-N-K must be of N-K among {known}, got {n}-{k}")
    return bivariate_bicycle(*PUBLISHED[n, k])


def bicycle_polynomials(code: CSSCode) -> Polynomials | None:
    """Return l, m, A and B of a code whose rows and columns are numbered as here.

    Args:
        code: any CSS code.

    Returns:
        The polynomials; monomials that are powers of the other polynomial's variable come in the
        order of the paper (the one that differs first). `None` if the code is of another form.
    """
    size = code.num_qubits // 2
    shape = (size, 2 * size)
    if code.num_qubits % 2 or code.x_checks.shape != shape or code.z_checks.shape != shape:
        return None
    a, b = code.x_checks[:, :size], code.x_checks[:, size:]
    if not np.array_equal(code.z_checks, np.hstack([b.T, a.T])):
        return None
    for l in range(1, size + 1):  # noqa: E741
        if size % l:
            continue
        m = size // l
        terms = [[divmod(int(i), m) for i in np.flatnonzero(part[0])] for part in (a, b)]
        shifted = (_sum_of_shifts(l, m, part) for part in terms)
        if all(np.array_equal(x, y) for x, y in zip(shifted, (a, b), strict=True)):
            return l, m, _in_order(terms[0], 0), _in_order(terms[1], 1)
    return None


def _in_order(terms: list[Monomial], alone: int) -> tuple[Monomial, ...]:
    """Put powers of the variable that is alone in a polynomial first, the others as they rise."""
    return tuple(sorted(terms, key=lambda term: (term[1 - alone] != 0, term)))


def _sum_of_shifts(l: int, m: int, terms: Sequence[Monomial]) -> BinaryMatrix:  # noqa: E741
    """Return the sum of monomials as an `(l m, l m)` matrix: row g has ones at g + term."""
    total = np.zeros((l * m, l * m), dtype=np.uint8)
    rows = np.arange(l * m)
    for i, j in terms:
        total[rows, (rows // m + i) % l * m + (rows % m + j) % m] ^= 1
    return total
