"""Ranks and light operators of two-block codes, against the codes' explicit matrices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_block_batches import NAMES, code_of, supports

from qcode_rl import gf2
from qcode_rl.codes import CSSCode
from qcode_rl.codes.group_names import group_of
from qcode_rl.codes.groups import FiniteGroup
from qcode_rl.codes.two_block import block_checks, is_connected
from qcode_rl.edits.graphs import Integers
from qcode_rl.edits.two_block_bounds import (
    MOST_LIGHT,
    Effort,
    light_search,
    operator_state,
    search_light,
    shift_hash,
)
from qcode_rl.edits.two_block_ranks import (
    check_rows,
    connects,
    count_everywhere,
    count_logicals,
    group_tables,
)

BETA = 0.7
Drawn = tuple[FiniteGroup, Integers, Integers]
a_code = supports()
fewer = settings(max_examples=25)


def search(drawn: Drawn, target: int, effort: Effort, most: float = np.inf) -> tuple[int, object]:
    """Return the bound of a search, and what it has found."""
    group, a, b = drawn
    out = light_search(group.order)
    tables = group_tables(group)
    return search_light(tables, a, b, target, BETA, most, effort, np.uint64(7), out), out


@given(a_code)
@fewer
@pytest.mark.kernel
def test_packed_checks_are_those_of_the_code(drawn: Drawn) -> None:
    group, a, b = drawn
    for sector, expected in enumerate(block_checks(group, a, b)):
        rows = check_rows(group_tables(group), a, b, sector)
        assert np.array_equal(gf2.unpack_rows(rows, 2 * group.order), expected)


@given(a_code)
@fewer
@pytest.mark.kernel
def test_logical_qubits_are_what_the_ranks_of_the_matrices_say(drawn: Drawn) -> None:
    group, a, b = drawn
    x_checks, z_checks = block_checks(group, a, b)
    expected = 2 * group.order - gf2.rank(x_checks) - gf2.rank(z_checks)
    assert count_logicals(group_tables(group), a, b) == expected


@given(a_code, st.data())
@fewer
@pytest.mark.kernel
def test_counting_for_every_place_agrees_with_counting_each_code(
    drawn: Drawn, data: st.DataObject
) -> None:
    group, a, b = drawn
    term = data.draw(st.integers(0, len(a) + len(b) - 1))
    counted = np.full(group.order, 99)
    count_everywhere(group_tables(group), a, b, term, counted)
    for place in range(group.order):
        first, second = a.copy(), b.copy()
        own = first if term < len(a) else second
        index = term if term < len(a) else term - len(a)
        if place in np.delete(own, index):
            assert counted[place] == -1
            continue
        own[index] = place
        assert counted[place] == code_of(group, first, second).num_logicals


@given(a_code)
@fewer
@pytest.mark.kernel
def test_connection_is_told_as_by_the_code(drawn: Drawn) -> None:
    group, a, b = drawn
    assert connects(group_tables(group), a, b) == is_connected(group, a, b)


@given(a_code)
@fewer
@pytest.mark.kernel
def test_generators_are_labelled_by_their_logical_class(drawn: Drawn) -> None:
    group, a, b = drawn
    n = 2 * group.order
    own, other = block_checks(group, a, b)
    rows = [check_rows(group_tables(group), a, b, sector) for sector in (0, 1)]
    state, k = operator_state(rows[0], rows[1], n, np.uint64(3))
    assert k == CSSCode(own, other).num_logicals
    num_words = len(state.is_pivot)
    words = gf2.unpack_rows(np.ascontiguousarray(state.columns[:num_words].T), n)
    assert gf2.rank(words) == len(words) == n - gf2.rank(other)
    assert not (other.astype(int) @ words.T % 2).any()
    if k == 0:
        return
    labels = gf2.unpack_rows(np.ascontiguousarray(state.columns[num_words:].T), k)
    assert gf2.rank(labels) == k
    # Sums of generators are stabilizers just when their labels cancel.
    trivial = gf2.null_space(labels.T).astype(int) @ words % 2
    assert gf2.rank(np.vstack([own, trivial.astype(np.uint8)])) == gf2.rank(own)
    assert gf2.rank(trivial.astype(np.uint8)) == gf2.rank(own)


@given(a_code)
@fewer
def test_a_long_search_finds_the_distance_and_a_short_one_no_less(drawn: Drawn) -> None:
    code, n = code_of(*drawn), 2 * drawn[0].order
    bound, _ = search(drawn, n, Effort(20.0, 20.0))
    if code.num_logicals == 0:
        assert bound == 0
        return
    distance = code.distance()
    assert distance is not None
    # Light words end a search early when there are many: it is no less even then.
    quick, _ = search(drawn, 1, Effort(0.0, 0.0))
    assert quick >= bound >= distance.upper == distance.lower
    patient, _ = search(drawn, 1, Effort(40.0, 40.0))
    assert patient == distance.upper


@given(a_code)
@fewer
@pytest.mark.kernel
def test_words_found_are_logical_operators_of_the_weight_said(drawn: Drawn) -> None:
    group, code = drawn[0], code_of(*drawn)
    bound, out = search(drawn, 4, Effort(1.0, 2.0))
    if code.num_logicals == 0:
        return
    types = [(code.x_checks, code.z_checks), (code.z_checks, code.x_checks)]
    seen = []
    for sector, (own, other) in enumerate(types[: 1 if group.is_abelian else 2]):
        word = gf2.unpack_rows(out.word[sector : sector + 1], 2 * group.order)
        assert word.sum() == out.weights[sector]
        assert not (other.astype(int) @ word[0] % 2).any()
        assert gf2.rank(np.vstack([own, word])) == gf2.rank(own) + 1
        seen.append(int(word.sum()))
    assert bound == min(seen)


def test_light_words_are_counted_once_an_orbit_where_the_group_is_abelian() -> None:
    # [[72,12,6]] has 84 X operators of weight 6, which are those of three orbits of shifts.
    group = group_of("6x6")
    drawn = group, np.array([18, 1, 2]), np.array([3, 6, 12])
    bound, out = search(drawn, 7, Effort(20.0, 20.0))
    assert bound == 6
    assert out.counts[0] == 3
    assert out.mass[0] == pytest.approx(3 * np.exp(BETA))
    assert out.use.sum() == pytest.approx(6 * out.mass[0])
    assert np.ptp(out.use[:36]) == np.ptp(out.use[36:]) == 0.0


def test_a_search_ends_when_there_is_more_mass_than_matters() -> None:
    drawn = group_of("6x6"), np.array([18, 1, 2]), np.array([3, 6, 12])
    _, whole = search(drawn, 12, Effort(4.0, 4.0))
    _, part = search(drawn, 12, Effort(4.0, 4.0), most=100.0)
    assert 100.0 < part.mass[0] < whole.mass[0]
    assert part.counts[1] < whole.counts[1]
    assert whole.counts[0] <= MOST_LIGHT


@given(st.sampled_from(NAMES), st.data())
@fewer
@pytest.mark.kernel
def test_shifts_of_a_word_have_its_hash(name: str, data: st.DataObject) -> None:
    group = group_of(name)
    g, tables = group.order, group_tables(group)
    sets = st.lists(st.integers(0, 2 * g - 1), min_size=1, max_size=5, unique=True)
    word, other = np.array(data.draw(sets)), np.array(data.draw(sets))
    shift = data.draw(st.integers(0, g - 1))
    images = [g * (q // g) + group.table[shift, q % g] for q in word]
    assert shift_hash(tables, word) == shift_hash(tables, np.array(images[::-1]))
    if len(word) != len(other):
        assert shift_hash(tables, word) != shift_hash(tables, other)
