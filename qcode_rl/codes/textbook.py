"""Classical codes that have names, each from its definition.

Definitions and parameters are those of MacWilliams and Sloane, The Theory of Error-Correcting Codes
(1977): chapters 1 (Hamming, simplex, repetition), 9 (BCH), 13 (Reed-Muller) and 20 (Golay).
"""

from itertools import combinations

import numpy as np

from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.cyclic import (
    cyclic_checks,
    cyclotomic_coset,
    multiply,
    polynomial_with_roots,
)
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

#: Largest length built here: a square matrix of that size takes 16 MiB.
MAX_LENGTH = 4096
#: Largest extension of GF(2) that BCH codes are built in, and largest r or m of other families.
MAX_DEGREE = 12


def require_between(name: str, value: int, least: int, most: int) -> None:
    """Refuse a number out of range.

    Raises:
        InputError: naming the argument, the range and the value.
    """
    if not least <= value <= most:
        raise InputError(f"{name}: must be from {least} to {most}, got {value}")


def repetition(n: int) -> ClassicalCode:
    """Return the repetition code [n, 1, n] with n - 1 checks on neighbouring bits.

    Args:
        n: length, 2..4096.

    Raises:
        InputError: if n is out of range.

    Example:
        >>> repetition(3).checks
        array([[1, 1, 0],
               [0, 1, 1]], dtype=uint8)
    """
    return ClassicalCode(ring(n).checks[:-1])


def ring(n: int) -> ClassicalCode:
    """Return the repetition code [n, 1, n] with n checks around a cycle, one of them redundant.

    Args:
        n: length, 2..4096.

    Raises:
        InputError: if n is out of range.
    """
    require_between("n", n, 2, MAX_LENGTH)
    identity = np.eye(n, dtype=np.uint8)
    return ClassicalCode(identity ^ np.roll(identity, 1, axis=1))


def hamming(r: int) -> ClassicalCode:
    """Return the Hamming code [2^r - 1, 2^r - 1 - r, 3].

    Args:
        r: number of checks, 2..12; column j of the checks is j + 1 in binary.

    Raises:
        InputError: if r is out of range.

    Example:
        >>> hamming(3).checks
        array([[1, 0, 1, 0, 1, 0, 1],
               [0, 1, 1, 0, 0, 1, 1],
               [0, 0, 0, 1, 1, 1, 1]], dtype=uint8)
    """
    require_between("r", r, 2, MAX_DEGREE)
    columns = np.arange(1, 1 << r)
    return ClassicalCode(columns >> np.arange(r)[:, np.newaxis] & 1)


def simplex(r: int) -> ClassicalCode:
    """Return the simplex code [2^r - 1, r, 2^(r - 1)], the dual of the Hamming code.

    Its words are the values of linear functions f at 1, 2, ..., 2^r - 1 in binary, so that
    f(i + j) = f(i) + f(j): every check has weight 3.

    Args:
        r: dimension, 2..12.

    Raises:
        InputError: if r is out of range.
    """
    require_between("r", r, 2, MAX_DEGREE)
    composite = [j for j in range(1, 1 << r) if j & j - 1]
    checks = np.zeros((len(composite), (1 << r) - 1), dtype=np.uint8)
    for row, j in zip(checks, composite, strict=True):
        lowest = j & -j
        row[[lowest - 1, (j ^ lowest) - 1, j - 1]] = 1
    return ClassicalCode(checks)


def bch(n: int, d: int) -> ClassicalCode:
    """Return the narrow-sense BCH code of length n and designed distance d.

    It is the cyclic code whose generator polynomial has the roots a, a^2, ..., a^(d - 1), with a a
    primitive n-th root of unity; the distance is at least d, and sometimes more.

    Args:
        n: length, odd, 3..4095, dividing 2^m - 1 for some m up to 12.
        d: designed distance, 2..n.

    Raises:
        InputError: if n or d breaks these rules.

    Example:
        >>> bch(15, 5)
        ClassicalCode[15,7](4,4)
    """
    require_between("n", n, 3, MAX_LENGTH)
    if n % 2 == 0 or len(cyclotomic_coset(1, n)) > MAX_DEGREE:
        raise InputError(
            f"n: must be odd and divide 2^m - 1 for some m up to {MAX_DEGREE}, got {n}"
        )
    require_between("d", d, 2, n)
    generator = 1
    for coset in {tuple(cyclotomic_coset(exponent, n)) for exponent in range(1, d)}:
        generator = multiply(generator, polynomial_with_roots(set(coset), n))
    return ClassicalCode(cyclic_checks(generator, n))


def golay() -> ClassicalCode:
    """Return the binary Golay code [23, 12, 7].

    It is the BCH code of length 23 and designed distance 5: the cyclotomic coset of 1 modulo 23 is
    the set of quadratic residues and holds 1, 2, 3 and 4.
    """
    return bch(23, 5)


def extended_golay() -> ClassicalCode:
    """Return the extended binary Golay code [24, 12, 8]."""
    return extended(golay())


def extended(code: ClassicalCode) -> ClassicalCode:
    """Return a code with an overall parity bit appended: [n, k, d] to [n + 1, k, d + d mod 2]."""
    checks = np.pad(code.checks, ((0, 1), (0, 1)))
    checks[-1] = 1
    return ClassicalCode(checks)


def reed_muller(r: int, m: int) -> ClassicalCode:
    """Return the Reed-Muller code of order r: [2^m, sum of binomials (m, i <= r), 2^(m - r)].

    Its words are the values of the polynomials of degree up to r at all points of GF(2)^m. The
    checks are those of its dual, the code of order m - r - 1.

    Args:
        r: order, 0..m.
        m: number of variables, 1..12.

    Raises:
        InputError: if r or m is out of range.

    Example:
        >>> reed_muller(1, 3)
        ClassicalCode[8,4](8,4)
    """
    require_between("m", m, 1, MAX_DEGREE)
    require_between("r", r, 0, m)
    return ClassicalCode(monomial_values(m - r - 1, m))


def monomial_values(degree: int, m: int) -> BinaryMatrix:
    """Evaluate the monomials in m variables of degree up to `degree` at all points of GF(2)^m.

    Returns:
        `(number of monomials, 2^m) uint8`; no rows if the degree is negative.
    """
    variables = np.arange(1 << m) >> np.arange(m)[:, np.newaxis] & 1
    rows = [
        variables[list(chosen)].prod(axis=0)
        for size in range(degree + 1)
        for chosen in combinations(range(m), size)
    ]
    return np.array(rows, dtype=np.uint8).reshape(len(rows), 1 << m)
