"""Finite groups: the families' laws, names, tables that are refused, and lists by order."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.codes.group_names import group_of, groups_of_order
from qcode_rl.codes.groups import (
    FiniteGroup,
    abelian,
    cyclic,
    dihedral,
    direct,
    quaternion,
    semidirect,
)
from qcode_rl.errors import InputError


def orders_of(group: FiniteGroup) -> dict[int, int]:
    """Return how many elements there are of each order."""
    numbers, counts = np.unique(group.element_orders, return_counts=True)
    return {int(n): int(count) for n, count in zip(numbers, counts, strict=True)}


def are_isomorphic(one: FiniteGroup, other: FiniteGroup) -> bool:
    """Try all maps of two generators; for groups that two elements generate."""
    x, y = next(
        pair
        for pair in product(range(one.order), repeat=2)
        if len(words_in(one, pair)) == one.order
    )
    words = words_in(one, (x, y))
    for pair in product(range(other.order), repeat=2):
        images = {element: evaluate(other, pair, word) for element, word in words.items()}
        if len(set(images.values())) == one.order and all(
            images[int(one.table[a, b])] == other.table[images[a], images[b]]
            for a, b in product(range(one.order), repeat=2)
        ):
            return True
    return False


def words_in(group: FiniteGroup, pair: tuple[int, int]) -> dict[int, tuple[int, ...]]:
    """Return a word in two generators for each element that they reach."""
    words: dict[int, tuple[int, ...]] = {group.identity: ()}
    waiting = [group.identity]
    for element in waiting:
        for letter in (0, 1):
            reached = int(group.table[element, pair[letter]])
            if reached not in words:
                words[reached] = (*words[element], letter)
                waiting.append(reached)
    return words


def evaluate(group: FiniteGroup, pair: tuple[int, int], word: tuple[int, ...]) -> int:
    element = group.identity
    for letter in word:
        element = int(group.table[element, pair[letter]])
    return element


def test_orders_of_elements_are_those_of_the_literature() -> None:
    assert orders_of(cyclic(6)) == {1: 1, 2: 1, 3: 2, 6: 2}
    assert orders_of(abelian(2, 2)) == {1: 1, 2: 3}
    assert orders_of(dihedral(4)) == {1: 1, 2: 5, 4: 2}
    assert orders_of(quaternion(8)) == {1: 1, 2: 1, 4: 6}
    assert orders_of(quaternion(12)) == {1: 1, 2: 1, 3: 2, 4: 6, 6: 2}
    assert orders_of(semidirect(7, 3, 2)) == {1: 1, 3: 14, 7: 6}


def test_dihedral_groups_are_those_of_permutations_of_corners() -> None:
    n = 5
    turns = [tuple((corner + i) % n for corner in range(n)) for i in range(n)]
    symmetries = [
        tuple(turn[-corner % n] if flip else turn[corner] for corner in range(n))
        for turn in turns
        for flip in (0, 1)
    ]
    place = {symmetry: i for i, symmetry in enumerate(symmetries)}
    table = [[place[tuple(p[q[c]] for c in range(n))] for q in symmetries] for p in symmetries]
    assert np.array_equal(dihedral(n).table, table)


@given(st.integers(1, 8), st.integers(1, 8))
def test_products_of_cyclic_groups_add_exponents(l: int, m: int) -> None:  # noqa: E741
    group = abelian(l, m)
    assert group.is_abelian
    for x, y in product(range(l * m), repeat=2):
        i, j = (x // m + y // m) % l, (x % m + y % m) % m
        assert group.table[x, y] == m * i + j


@given(st.sampled_from(["cyclic-5", "dihedral-3", "quaternion-8", "2x3", "semidirect-5-4-2"]))
def test_inverses_and_identities_are_what_they_are_called(name: str) -> None:
    group = group_of(name)
    numbers = np.arange(group.order)
    assert (group.table[numbers, group.inverse] == group.identity).all()
    assert (group.table[group.inverse, numbers] == group.identity).all()
    assert np.array_equal(group.table[group.identity], numbers)


def test_relabelled_tables_are_groups_with_another_identity() -> None:
    order = np.random.default_rng(1).permutation(8)
    table = np.empty((8, 8), dtype=int)
    table[np.ix_(order, order)] = order[quaternion(8).table]
    group = FiniteGroup(table)
    assert group.identity == order[0]
    assert orders_of(group) == orders_of(quaternion(8))


def test_names_tuples_and_tables_stand_for_groups() -> None:
    assert group_of("6x6") == group_of((6, 6)) == group_of([6, 6]) == abelian(6, 6)
    assert group_of("cyclic-7") == group_of((7,)) == cyclic(7)
    assert group_of("dihedral-3*cyclic-4") == direct(dihedral(3), cyclic(4))
    assert group_of("2x2x2").name == "2x2x2"
    assert group_of(quaternion(8).table) == group_of(quaternion(8).table.tolist()) == quaternion(8)
    group = dihedral(3)
    assert group_of(group) is group
    for listed in groups_of_order(24):
        assert group_of(listed.name) == listed


def test_lists_of_small_orders_hold_every_group_once_but_for_what_is_not_built_in() -> None:
    # Numbers of groups (OEIS A000001), less A4 and, at order 16 and 18, groups of other kinds.
    known = {1: 1, 2: 1, 3: 1, 4: 2, 5: 1, 6: 2, 7: 1, 8: 5, 9: 2, 10: 2, 11: 1, 12: 5, 14: 2}
    known |= {15: 1, 20: 5, 21: 2, 22: 2, 28: 4}
    missing = {12: 1}
    for order, count in known.items():
        groups = groups_of_order(order)
        assert all(group.order == order for group in groups)
        assert len(groups) == count - missing.get(order, 0), order


@pytest.mark.parametrize("order", [8, 12, 21])
def test_listed_groups_are_not_isomorphic(order: int) -> None:
    groups = [group for group in groups_of_order(order) if group.name != "2x2x2"]
    for i, one in enumerate(groups):
        assert are_isomorphic(one, one)
        for other in groups[:i]:
            assert not are_isomorphic(one, other), (one, other)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[0, 1], [1]], "table: must be a square of integers, got rows of unlike length"),
        ([[0, 1]], "table: must be a square of integers, got int64 (1, 2)"),
        ([[0.5]], "table: must be a square of integers, got float64 (1, 1)"),
        ([[0, 1], [1, 2]], "table: products must be between 0 and 1, got 2"),
        ([[0, 0], [0, 0]], "table: must have an identity, got none"),
        ([[0, 1], [1, 1]], "table: every element must have an inverse, got none of 1"),
        (
            # A loop of order 5: all inverses, but not associative.
            [[0, 1, 2, 3, 4], [1, 0, 3, 4, 2], [2, 4, 0, 1, 3], [3, 2, 4, 0, 1], [4, 3, 1, 2, 0]],
            "table: must be associative, got (xy)z other than x(yz) at 1,1,2",
        ),
    ],
)
def test_tables_that_are_not_of_groups_are_refused(table: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        FiniteGroup(table)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cyclic(0), "n: must give between 1 and 512 elements, got 0"),
        (lambda: abelian(600, 2), "l * m: must give between 1 and 512 elements, got 1200"),
        (lambda: quaternion(6), "n: must be a multiple of 4 between 4 and 512, got 6"),
        (lambda: semidirect(7, 3, 3), "r: r^m must be 1 modulo n, got 3^3 = 6 modulo 7"),
        (lambda: groups_of_order(0), "order: must be between 1 and 512, got 0"),
        (
            lambda: group_of("dihedral"),
            "group: must be LxM, cyclic-N, dihedral-N, quaternion-N, semidirect-N-M-R or a "
            "product A*B of these, got 'dihedral'",
        ),
        (
            lambda: group_of(3.5),
            "group: must be LxM, cyclic-N, dihedral-N, quaternion-N, semidirect-N-M-R or a "
            "product A*B of these, orders or a table, got 3.5",
        ),
    ],
)
def test_bad_arguments_are_refused_with_rule_and_value(make: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message
