"""Finite groups by multiplication table: what two-block codes are made over.

Elements are the numbers 0 to g - 1, and `table[x, y]` is the product x y. Every family here numbers
its identity 0; a table of one's own may put it anywhere.
"""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qcode_rl.errors import InputError

Integers = NDArray[np.int64]
#: Largest order; products of three elements are all looked up once.
MAX_ORDER = 512


class FiniteGroup:
    """A finite group: immutable, compared by its table.

    Args:
        table: `(g, g)` integers, `table[x, y]` the number of the product x y.
        name: what it is called.

    Raises:
        InputError: if the table is not square, leaves the range, has no identity, lacks inverses or
            is not associative (where is said).

    Example:
        >>> FiniteGroup([[0, 1], [1, 0]], "cyclic-2")
        FiniteGroup('cyclic-2', order 2)
    """

    def __init__(self, table: Any, name: str = "table") -> None:
        self.table: Integers = _checked(table)
        self.table.setflags(write=False)
        self.name = name

    @property
    def order(self) -> int:
        """g: the number of elements."""
        return len(self.table)

    @cached_property
    def identity(self) -> int:
        """The number of the identity."""
        return int(np.flatnonzero((self.table == np.arange(self.order)).all(axis=1))[0])

    @cached_property
    def inverse(self) -> Integers:
        """The inverse of each element, `(g,) int64`."""
        places: Integers = np.argmax(self.table == self.identity, axis=1)
        return places

    @cached_property
    def is_abelian(self) -> bool:
        """Whether all elements commute."""
        return bool((self.table == self.table.T).all())

    @cached_property
    def element_orders(self) -> Integers:
        """The order of each element, `(g,) int64`."""
        orders = np.zeros(self.order, dtype=np.int64)
        power = np.arange(self.order)
        for exponent in range(1, self.order + 1):
            orders[(power == self.identity) & (orders == 0)] = exponent
            power = self.table[power, np.arange(self.order)]
        return orders

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FiniteGroup) and np.array_equal(self.table, other.table)

    def __hash__(self) -> int:
        return hash(self.table.tobytes())

    def __repr__(self) -> str:
        return f"FiniteGroup({self.name!r}, order {self.order})"


def _checked(table: Any) -> Integers:
    """Return a table as integers, if it is that of a group."""
    try:
        found = np.array(table)
    except ValueError:
        raise InputError("table: must be a square of integers, got rows of unlike length") from None
    if found.ndim != 2 or found.shape[0] != found.shape[1] or found.dtype.kind not in "iu":
        raise InputError(f"table: must be a square of integers, got {found.dtype} {found.shape}")
    size = len(found)
    if not 1 <= size <= MAX_ORDER:
        raise InputError(f"table: must have between 1 and {MAX_ORDER} elements, got {size}")
    if found.min() < 0 or found.max() >= size:
        worst = int(found.min() if found.min() < 0 else found.max())
        raise InputError(f"table: products must be between 0 and {size - 1}, got {worst}")
    found = found.astype(np.int64)
    numbers = np.arange(size)
    units = np.flatnonzero((found == numbers).all(axis=1) & (numbers == found.T).all(axis=1))
    if not len(units):
        raise InputError("table: must have an identity, got none")
    lacking = np.flatnonzero(~((found == units[0]) & (units[0] == found.T)).any(axis=1))
    if len(lacking):
        raise InputError(f"table: every element must have an inverse, got none of {lacking[0]}")
    for x in range(size):
        # (x y) z against x (y z), for all y and z at once.
        wrong = np.argwhere(found[found[x]] != found[x][found])
        if len(wrong):
            y, z = wrong[0]
            raise InputError(
                f"table: must be associative, got (xy)z other than x(yz) at {x},{y},{z}"
            )
    return found


def cyclic(n: int) -> FiniteGroup:
    """Return the cyclic group of order n, element i being i times the generator.

    Raises:
        InputError: if n is not between 1 and 512.
    """
    _require_order("n", n, n)
    numbers = np.arange(n)
    return FiniteGroup((numbers[:, np.newaxis] + numbers) % n, f"cyclic-{n}")


def abelian(l: int, m: int) -> FiniteGroup:  # noqa: E741
    """Return Z_l x Z_m, with x^i y^j numbered m i + j as bivariate bicycle codes have it.

    Raises:
        InputError: if l or m is not positive or there are more than 512 elements.
    """
    _require_order("l * m", l * m, min(l, m))
    return FiniteGroup(direct(cyclic(l), cyclic(m)).table, f"{l}x{m}")


def dihedral(n: int) -> FiniteGroup:
    """Return the symmetries of an n-gon, of order 2 n: r^i s^j is numbered 2 i + j.

    Raises:
        InputError: if n is not between 1 and 256.
    """
    _require_order("n", 2 * n, n)
    return FiniteGroup(semidirect(n, 2, n - 1 if n > 1 else 1).table, f"dihedral-{n}")


def quaternion(n: int) -> FiniteGroup:
    """Return the dicyclic (generalized quaternion) group of order n: x^i y^j is numbered 2 i + j.

    x has order n / 2, y^2 = x^(n / 4) and y x = x^-1 y.

    Raises:
        InputError: if n is not a multiple of 4 between 4 and 512.
    """
    if n % 4 or not 4 <= n <= MAX_ORDER:
        raise InputError(f"n: must be a multiple of 4 between 4 and {MAX_ORDER}, got {n}")
    half = n // 2
    i, j = np.divmod(np.arange(n), 2)
    turned = np.where(j[:, np.newaxis] == 1, -i, i)
    power = (i[:, np.newaxis] + turned + (j[:, np.newaxis] & j) * (half // 2)) % half
    return FiniteGroup(2 * power + (j[:, np.newaxis] ^ j), f"quaternion-{n}")


def semidirect(n: int, m: int, r: int) -> FiniteGroup:
    """Return the semidirect product of Z_n by Z_m: x^i y^j is numbered m i + j, and y x = x^r y.

    Args:
        n: order of x.
        m: order of y.
        r: with r^m = 1 modulo n; 1 gives the direct product.

    Raises:
        InputError: if r^m is not 1, or the order is not between 1 and 512.
    """
    _require_order("n * m", n * m, min(n, m))
    if pow(r, m, n) != 1 % n:
        raise InputError(f"r: r^m must be 1 modulo n, got {r}^{m} = {pow(r, m, n)} modulo {n}")
    i, j = np.divmod(np.arange(n * m), m)
    powers = np.array([pow(r, exponent, n) for exponent in range(m)], dtype=np.int64)
    moved = (i[:, np.newaxis] + powers[j][:, np.newaxis] * i) % n
    return FiniteGroup(moved * m + (j[:, np.newaxis] + j) % m, f"semidirect-{n}-{m}-{r}")


def direct(first: FiniteGroup, second: FiniteGroup) -> FiniteGroup:
    """Return the direct product; (x, y) is numbered (order of the second) x + y.

    Raises:
        InputError: if there are more than 512 elements.
    """
    _require_order("product", first.order * second.order, 1)
    size = second.order
    x, y = np.divmod(np.arange(first.order * size), size)
    table = first.table[x[:, np.newaxis], x] * size + second.table[y[:, np.newaxis], y]
    return FiniteGroup(table, f"{first.name}*{second.name}")


def _require_order(name: str, order: int, least: int) -> None:
    if least < 1 or order > MAX_ORDER:
        value = order if least >= 1 else least
        raise InputError(f"{name}: must give between 1 and {MAX_ORDER} elements, got {value}")
