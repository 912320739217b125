"""Circulant check matrices: cyclic codes with all n shifts of one light check.

The n x n circulant of a polynomial p has the shifts of p modulo x^n + 1 as its rows. Its code has
dimension k = deg gcd(p, x^n + 1), so k of the rows are redundant: they cost a hypergraph product
qubits, and give it as many logical ones in return (Kovalev and Pryadko, arXiv:1212.6703).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import gcd

import numpy as np
from numpy.typing import NDArray

from qcode_rl.codes.bounds import MAX_LENGTH, linear_code_bounds
from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.cyclic import divide
from qcode_rl.errors import InputError
from qcode_rl.gf2.jit import kernel

#: Largest weight of a check whose circulants are listed: those of heavier ones are too many.
MAX_CIRCULANT_WEIGHT = 6
#: Largest dimension of a circulant whose distance is asked for: 2^20 words are walked in no time.
MAX_CIRCULANT_DIMENSION = 20
_ONE = np.uint64(1)

Integers = NDArray[np.int64]


def circulant(n: int, exponents: Iterable[int]) -> ClassicalCode:
    """Return the code whose checks are all n cyclic shifts of one check.

    Args:
        n: length, at least 1.
        exponents: of the polynomial's terms, modulo n; two that are equal cancel.

    Returns:
        The code with `(n, n)` checks, row i being the polynomial times x^i.

    Raises:
        InputError: if n is less than 1.

    Example:
        >>> circulant(7, (0, 1, 3))
        ClassicalCode[7,3](3,3)
    """
    if n < 1:
        raise InputError(f"n: must be at least 1, got {n}")
    checks = np.zeros((n, n), dtype=np.uint8)
    for exponent in exponents:
        checks[np.arange(n), (np.arange(n) + exponent) % n] ^= 1
    return ClassicalCode(checks)


def circulant_dimension(n: int, exponents: Iterable[int]) -> int:
    """Return the dimension of a circulant's code, deg gcd(p, x^n + 1).

    Args:
        n: length, at least 1.
        exponents: as for `circulant`.
    """
    polynomial = 0
    for exponent in exponents:
        polynomial ^= 1 << exponent % n
    a, b = 1 << n | 1, polynomial
    while b:
        a, b = b, divide(a, b)[1]
    return a.bit_length() - 1


@dataclass(frozen=True)
class Circulant:
    """A circulant with the distance of its code, which is that of its transpose too.

    Attributes:
        n: length.
        exponents: of the polynomial's terms, in ascending order from 0.
        k: dimension.
        d: distance.
    """

    n: int
    exponents: tuple[int, ...]
    k: int
    d: int

    @cached_property
    def code(self) -> ClassicalCode:
        """The code with all n checks, `(n, n) uint8`."""
        return circulant(self.n, self.exponents)

    @cached_property
    def independent(self) -> ClassicalCode:
        """The same code with the first n - k checks alone, `(n - k, n) uint8`: they span all."""
        return ClassicalCode(self.code.checks[: self.n - self.k])


def circulant_polynomials(n: int, weight: int, connected: bool = True) -> Iterator[tuple[int, ...]]:
    """Yield one polynomial of each class of circulants that differ in the numbering of bits alone.

    Multiplying a polynomial by a power of x, and its exponents by a unit modulo n, renumbers rows
    and columns.

    Args:
        n: length, 1..64.
        weight: number of terms, 1..6.
        connected: leave out those that fall apart into several copies of a shorter circulant.

    Yields:
        Exponents in ascending order, the first of them 0.

    Raises:
        InputError: if n or the weight is out of range.

    Example:
        >>> list(circulant_polynomials(7, 3))
        [(0, 1, 2), (0, 1, 3)]
    """
    if not 1 <= n <= MAX_LENGTH:
        raise InputError(f"n: must be from 1 to {MAX_LENGTH}, got {n}")
    if not 1 <= weight <= MAX_CIRCULANT_WEIGHT:
        raise InputError(f"weight: must be from 1 to {MAX_CIRCULANT_WEIGHT}, got {weight}")
    units = np.array([u for u in range(1, n + 1) if gcd(u, n) == 1], dtype=np.int64)
    exponents = np.arange(weight, dtype=np.int64)
    more = weight <= n and seek_representative(exponents, n, units)
    while more:
        if not connected or gcd(n, *exponents.tolist()) == 1:
            yield tuple(exponents.tolist())
        more = next_subset(exponents, n) and seek_representative(exponents, n, units)


def candidates(
    distance: int, row_limit: int = 3, longest: int = MAX_LENGTH
) -> Iterator[tuple[int, tuple[int, ...], int]]:
    """Yield the connected circulants that may have a distance, by length and weight.

    Args:
        distance: least distance, at least 1.
        row_limit: most terms of a polynomial; more than 6 count as 6.
        longest: greatest length, at most 64.

    Yields:
        n, exponents and k, with 1 <= k <= 20 and a distance that no bound on codes rules out.

    Raises:
        InputError: if an argument is out of range.
    """
    for name, value in (("distance", distance), ("row_limit", row_limit)):
        if value < 1:
            raise InputError(f"{name}: must be at least 1, got {value}")
    if not 1 <= longest <= MAX_LENGTH:
        raise InputError(f"longest: must be from 1 to {MAX_LENGTH}, got {longest}")
    for n in range(2, longest + 1):
        for weight in range(2, min(row_limit, n, MAX_CIRCULANT_WEIGHT) + 1):
            for exponents in circulant_polynomials(n, weight):
                k = circulant_dimension(n, exponents)
                if 1 <= k <= MAX_CIRCULANT_DIMENSION and linear_code_bounds(n, k)[1] >= distance:
                    yield n, exponents, k


def best_circulants(
    distance: int, row_limit: int = 3, longest: int = MAX_LENGTH
) -> Iterator[Circulant]:
    """Yield the circulants up to a length that have a distance.

    Args:
        distance: least distance, at least 1.
        row_limit: most terms of a polynomial, and so most bits of a check; more than 6 count as 6.
        longest: greatest length, at most 64.

    Yields:
        One of each class, by length and weight, connected and of dimension 1 to 20.

    Raises:
        InputError: if an argument is out of range.

    Example:
        >>> [(one.n, one.exponents, one.k, one.d) for one in best_circulants(4, 3, 7) if one.k > 1]
        [(6, (0, 1, 2), 2, 4), (7, (0, 1, 3), 3, 4)]
    """
    for n, exponents, k in candidates(distance, row_limit, longest):
        found = with_distance(n, exponents, k)
        if found.d >= distance:
            yield found


def with_distance(n: int, exponents: tuple[int, ...], k: int) -> Circulant:
    """Return a circulant of dimension k >= 1 with its distance, found by walking all its words."""
    found = circulant(n, exponents).distance(method="enumeration")
    if found is None or not found.exact:
        if found is not None and found.stopped == "interrupted":
            raise KeyboardInterrupt
        raise AssertionError(f"a circulant of {n} bits with terms {exponents} has dimension {k}")
    return Circulant(n, exponents, k, found.upper)


@kernel
def next_subset(exponents: Integers, n: int) -> bool:
    """Replace a subset of 0..n-1 by the next one in lexicographic order that still holds 0.

    Args:
        exponents: `(w,) int64`, ascending from 0; changed in place.
        n: number of residues.

    Returns:
        Whether there is one.
    """
    w = exponents.shape[0]
    for i in range(w - 1, 0, -1):
        if exponents[i] < n - w + i:
            exponents[i] += 1
            for j in range(i + 1, w):
                exponents[j] = exponents[j - 1] + 1
            return True
    return False


@kernel
def is_representative(exponents: Integers, n: int, units: Integers) -> bool:
    """Say whether a subset is the least of its class, as a number with these binary digits.

    Args:
        exponents: `(w,) int64`, among 0..n-1, with 0.
        n: number of residues, at most 64.
        units: the units modulo n.
    """
    own = np.uint64(0)
    for e in exponents:
        own |= _ONE << np.uint64(e)
    for unit in units:
        for origin in exponents:
            image = np.uint64(0)
            for e in exponents:
                image |= _ONE << np.uint64(unit * (e - origin + n) % n)
            if image < own:
                return False
    return True


@kernel
def seek_representative(exponents: Integers, n: int, units: Integers) -> bool:
    """Move on from a subset to the first, itself included, that is the least of its class.

    Args:
        exponents: `(w,) int64`, ascending from 0; changed in place.
        n: number of residues, at most 64.
        units: the units modulo n.

    Returns:
        Whether there is one.
    """
    while not is_representative(exponents, n, units):
        if not next_subset(exponents, n):
            return False
    return True
