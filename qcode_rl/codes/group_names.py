"""Groups by name, and lists of the groups of an order."""

import re
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import numpy as np

from qcode_rl.codes.groups import (
    MAX_ORDER,
    FiniteGroup,
    abelian,
    cyclic,
    dihedral,
    direct,
    quaternion,
    semidirect,
)
from qcode_rl.errors import InputError

#: Families by name, with how many numbers each takes.
_FAMILIES: dict[str, tuple[int, Callable[..., FiniteGroup]]] = {
    "cyclic": (1, cyclic),
    "dihedral": (1, dihedral),
    "quaternion": (1, quaternion),
    "semidirect": (3, semidirect),
}
_FORMS = "LxM, cyclic-N, dihedral-N, quaternion-N, semidirect-N-M-R or a product A*B of these"


def group_of(value: Any) -> FiniteGroup:
    """Return the group that a name, a tuple of orders or a multiplication table stands for.

    Args:
        value: a `FiniteGroup`; `"6x6"` or `(6, 6)`, a product of cyclic groups; `"cyclic-7"`;
            `"dihedral-6"` (order 12); `"quaternion-8"` (order 8); `"semidirect-7-3-2"`; products
            such as `"dihedral-3*cyclic-4"`; or a `(g, g)` table.

    Raises:
        InputError: for anything else.

    Example:
        >>> group_of("semidirect-7-3-2"), group_of((6, 6))
        (FiniteGroup('semidirect-7-3-2', order 21), FiniteGroup('6x6', order 36))
    """
    if isinstance(value, FiniteGroup):
        return value
    if isinstance(value, str):
        return reduce(direct, [_named(part.strip(), value) for part in value.split("*")])
    if isinstance(value, np.ndarray) or (_is_listed(value) and value and _is_listed(value[0])):
        return FiniteGroup(value)
    if _is_listed(value) and value and all(_is_whole(order) for order in value):
        return _product_of_cyclic([int(order) for order in value])
    raise InputError(f"group: must be {_FORMS}, orders or a table, got {value!r}")


def groups_of_order(order: int) -> list[FiniteGroup]:
    """Return the built-in groups of an order: all abelian ones, then others.

    Of the others there are the dihedral, dicyclic and semidirect products of two cyclic groups, and
    direct products of those with cyclic ones. Two of them whose elements agree in orders, numbers
    of commuting elements and numbers of square roots are taken for the same.

    Raises:
        InputError: if the order is not between 1 and 512.
    """
    if not 1 <= order <= MAX_ORDER:
        raise InputError(f"order: must be between 1 and {MAX_ORDER}, got {order}")
    groups = [_product_of_cyclic(factors) for factors in _invariant_factors(order)]
    known = set()
    for group in _nonabelian(order):
        seen = _fingerprint(group)
        if seen not in known:
            known.add(seen)
            groups.append(group)
    return groups


def _is_listed(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _named(part: str, whole: str) -> FiniteGroup:
    if re.fullmatch(r"\d+(x\d+)+", part):
        return _product_of_cyclic([int(order) for order in part.split("x")])
    family, *numbers = part.split("-")
    count, make = _FAMILIES.get(family, (-1, cyclic))
    if len(numbers) != count or not all(re.fullmatch(r"\d{1,6}", number) for number in numbers):
        raise InputError(f"group: must be {_FORMS}, got {whole!r}")
    return make(*(int(number) for number in numbers))


def _product_of_cyclic(orders: list[int]) -> FiniteGroup:
    if len(orders) == 2:
        return abelian(*orders)
    product = reduce(direct, [cyclic(order) for order in orders])
    return FiniteGroup(product.table, "x".join(map(str, orders))) if len(orders) > 1 else product


def _invariant_factors(order: int) -> Iterator[list[int]]:
    """Yield orders n1, n2, ..., each divisible by the next, whose product is the order."""

    def chains(rest: int, most: int) -> Iterator[list[int]]:
        if rest == 1:
            yield []
        for first in range(min(rest, most), 1, -1):
            if rest % first == 0 and most % first == 0:
                for others in chains(rest // first, first):
                    yield [first, *others]

    yield from chains(order, order) if order > 1 else iter([[1]])


def _nonabelian(order: int) -> Iterator[FiniteGroup]:
    """Yield groups that are not abelian, many of them alike: the simplest come first."""
    for factor in (d for d in range(1, order // 6 + 1) if order % d == 0):
        size = order // factor
        for group in _twisted(size):
            yield group if factor == 1 else direct(group, cyclic(factor))


def _twisted(order: int) -> Iterator[FiniteGroup]:
    """Yield dihedral, dicyclic and semidirect groups of an order that are not abelian."""
    if order % 2 == 0 and order >= 6:
        yield dihedral(order // 2)
    if order % 4 == 0 and order >= 8:
        yield quaternion(order)
    for n in (d for d in range(3, order) if order % d == 0):
        for r in range(2, n):
            if pow(r, order // n, n) == 1:
                yield semidirect(n, order // n, r)


def _fingerprint(group: FiniteGroup) -> tuple[tuple[int, ...], ...]:
    """Return what isomorphic groups have in common, element by element."""
    commuting = (group.table == group.table.T).sum(axis=1)
    roots = np.bincount(np.diag(group.table), minlength=group.order)
    return tuple(
        sorted(zip(group.element_orders.tolist(), commuting.tolist(), roots.tolist(), strict=True))
    )
