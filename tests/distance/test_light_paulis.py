"""Lists of light Pauli operators without a syndrome, against trying every operator."""

from itertools import product
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl import gf2
from qcode_rl.distance.light_paulis import (
    MAX_HALVES,
    MAX_LISTED,
    HalfTable,
    PauliList,
    clear,
    collision_cost,
    count_halves,
    half_table,
    list_paulis,
    list_span,
    listed_up_to,
    pauli_list,
    reach,
)

TABLE: list[HalfTable] = []
#: Paulis that may act: X alone, Z alone, any.
KINDS = [(0, 1), (1, 2), (0, 3)]
Operator = tuple[int, int, int, int]


def table() -> HalfTable:
    """Return one table for all tests, as batches use one for all codes."""
    if not TABLE:
        TABLE.append(half_table())
    return TABLE[0]


def operators(found: PauliList) -> list[Operator]:
    """Return the X part, Z part, label and weight of each operator listed, in order."""
    count = int(found.sizes[0])
    parts = (found.xs, found.zs, found.labels, found.weights)
    listed = zip(*(part[:count].tolist() for part in parts), strict=True)
    return sorted((x, z, label, weight) for x, z, label, weight in listed)


def random_columns(rng: np.random.Generator, n: int, checks: int) -> Any:
    """Return syndromes or labels of X, Z and Y on each qubit, `(64, 3) uint64`."""
    columns = np.zeros((64, 3), dtype=np.uint64)
    columns[:n, :2] = rng.integers(0, 1 << checks, (n, 2), dtype=np.uint64)
    columns[:n, 2] = columns[:n, 0] ^ columns[:n, 1]
    return columns


def added(columns: Any, letters: tuple[int, ...]) -> int:
    """Add up what the letters (0: none, else one more than the column) of an operator give."""
    total = 0
    for qubit, letter in enumerate(letters):
        total ^= int(columns[qubit, letter - 1]) if letter else 0
    return total


def tried(columns: Any, marks: Any, n: int, kinds: tuple[int, int], most: int) -> list[Operator]:
    """Return the same by trying every operator."""
    letters = (0, *range(kinds[0] + 1, kinds[1] + 1))
    good = []
    for operator in product(letters, repeat=n):
        weight = sum(letter > 0 for letter in operator)
        if 1 <= weight <= most and added(columns, operator) == 0:
            x = sum(1 << qubit for qubit, letter in enumerate(operator) if letter in (1, 3))
            z = sum(1 << qubit for qubit, letter in enumerate(operator) if letter in (2, 3))
            good.append((x, z, added(marks, operator), weight))
    return sorted(good)


def collided(columns: Any, marks: Any, n: int, kinds: tuple[int, int], most: int) -> PauliList:
    found = pauli_list()
    clear(found, most, most)
    list_paulis(columns, marks, n, kinds[0], kinds[1], most, table(), found)
    return found


@pytest.mark.kernel
@settings(max_examples=25)
@given(
    st.integers(0, 2**32), st.integers(1, 4), st.integers(0, 5), st.integers(1, 4),
    st.sampled_from(KINDS),
)  # fmt: skip
def test_each_light_operator_without_syndrome_is_listed_once(
    seed: int, n: int, checks: int, most: int, kinds: tuple[int, int]
) -> None:
    rng = np.random.default_rng(seed)
    columns, marks = random_columns(rng, n, checks), random_columns(rng, n, 6)
    found = collided(columns, marks, n, kinds, most)
    assert operators(found) == tried(columns, marks, n, kinds, most)
    assert found.sizes[1] == 0


@pytest.mark.kernel
@settings(max_examples=15)
@given(st.integers(0, 2**32), st.integers(2, 5), st.integers(3, 6), st.sampled_from(KINDS))
def test_a_walk_through_the_span_lists_what_colliding_halves_do(
    seed: int, n: int, checks: int, kinds: tuple[int, int]
) -> None:
    rng = np.random.default_rng(seed)
    columns, marks = random_columns(rng, n, checks), random_columns(rng, n, 6)
    # Rows of syndromes of X on each qubit, then of Z; what they all meet evenly has no syndrome.
    words = columns[:n, :2].T.reshape(-1)
    rows = np.array([(words >> np.uint64(bit)) & np.uint64(1) for bit in range(checks)])
    allowed = [0] * n + [1] * n if kinds == (1, 2) else [1] * n + [0] * n
    if kinds != (0, 3):
        rows = np.vstack([rows, np.diag(1 - np.array(allowed, dtype=np.uint64))])
    basis = gf2.null_space(rows.astype(np.uint8))
    xs, zs, labels = (np.zeros(2 * n, dtype=np.uint64) for _ in range(3))
    for place, row in enumerate(basis):
        letters = tuple(int(x + 2 * z) for x, z in zip(row[:n], row[n:], strict=True))
        xs[place] = sum(1 << q for q in range(n) if row[q])
        zs[place] = sum(1 << q for q in range(n) if row[n + q])
        labels[place] = added(marks, letters)
    walked = pauli_list()
    clear(walked, n, n)
    list_span(xs, zs, labels, len(basis), n, walked)
    assert operators(walked) == operators(collided(columns, marks, n, kinds, n))


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(8, 10), st.integers(10, 14), st.sampled_from(KINDS))
def test_odd_and_even_weights_up_to_eight_agree_with_the_walk(
    seed: int, n: int, checks: int, kinds: tuple[int, int]
) -> None:
    rng = np.random.default_rng(seed)
    columns, marks = random_columns(rng, n, checks), random_columns(rng, n, 6)
    all_light = operators(collided(columns, marks, n, kinds, 8))
    for most in range(1, 8):
        found = operators(collided(columns, marks, n, kinds, most))
        assert found == [operator for operator in all_light if operator[3] <= most]
    assert len({operator[:2] for operator in all_light}) == len(all_light)
    for x, z, label, weight in all_light:
        letters = tuple((x >> q & 1) + 2 * (z >> q & 1) for q in range(n))
        assert (weight, added(columns, letters)) == ((x | z).bit_count(), 0)
        assert added(marks, letters) == label


def test_operators_that_do_not_fit_are_noted() -> None:
    nothing = np.zeros((64, 3), dtype=np.uint64)
    # Of weight at most 4 there are 3,990 operators on 7 qubits and 7,458 on 8.
    fits, crowds = (collided(nothing, nothing, n, (0, 3), 4) for n in (7, 8))
    assert fits.sizes[:2].tolist() == [3990, 0]
    assert crowds.sizes[:2].tolist() == [MAX_LISTED, 1]
    words = np.array([1 << place for place in range(14)], dtype=np.uint64)
    walked = pauli_list()
    clear(walked, 14, 14)
    list_span(words, 0 * words, words, 14, 14, walked)
    assert walked.sizes[:2].tolist() == [MAX_LISTED, 1]


def test_of_operators_heavier_than_wanted_a_sample_stays_where_room_is_short() -> None:
    words = np.array([1 << place for place in range(14)], dtype=np.uint64)
    sampled = pauli_list()
    clear(sampled, 4, 14)
    list_span(words, 0 * words, words, 14, 14, sampled)
    listed, flagged = sampled.sizes[:2].tolist()
    assert not flagged
    assert listed_up_to(sampled) == 4
    weights = sampled.weights[:listed]
    assert [int((weights == w).sum()) for w in range(1, 5)] == [comb(14, w) for w in range(1, 5)]
    assert MAX_LISTED // 4 < listed < MAX_LISTED
    assert len(set(sampled.xs[:listed].tolist())) == listed


def test_qubits_up_to_the_last_bit_of_a_word_are_listed() -> None:
    columns = np.full((64, 3), 1, dtype=np.uint64)
    columns[[0, 63], 0] = 0
    found = collided(columns, np.zeros((64, 3), dtype=np.uint64), 64, (0, 1), 1)
    assert operators(found) == [(1, 0, 0, 1), (1 << 63, 0, 0, 1)]


@pytest.mark.kernel
@settings(max_examples=30)
@given(st.integers(1, 64), st.sampled_from([1, 3]), st.integers(0, 6))
def test_halves_are_counted_as_binomials_say(n: int, kinds: int, size: int) -> None:
    expected = sum(comb(n, weight) * kinds**weight for weight in range(min(size, n) + 1))
    assert count_halves(n, kinds, size) == expected


@pytest.mark.kernel
@settings(max_examples=30)
@given(st.integers(2, 64), st.sampled_from([1, 3]), st.integers(0, 20))
def test_what_is_within_reach_fits_the_table(n: int, kinds: int, wanted: int) -> None:
    found = reach(n, kinds, wanted)
    assert found <= wanted
    assert count_halves(n, kinds, found // 2) <= MAX_HALVES
    assert found == min(wanted, 16) or reach(n, kinds, found + 1) == found


def test_colliding_halves_costs_less_the_more_checks_there_are() -> None:
    costs = [collision_cost(24, 3, 5, checks) for checks in range(0, 40, 8)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < 1e7 < costs[0]
