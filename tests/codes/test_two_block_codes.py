"""Two-block codes: published ones, other presentations of the same, and what is refused."""

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.codes import CSSCode
from qcode_rl.codes.bicycle import PUBLISHED, bivariate_bicycle
from qcode_rl.codes.group_names import group_of
from qcode_rl.codes.groups import FiniteGroup, abelian, cyclic
from qcode_rl.codes.two_block import block_checks, is_connected, two_block_code
from qcode_rl.errors import InputError

NAMES = ["cyclic-7", "3x3", "dihedral-4", "quaternion-8", "semidirect-7-3-2", "dihedral-3*cyclic-2"]


@st.composite
def supports(draw: st.DrawFn) -> tuple[FiniteGroup, list[int], list[int]]:
    """Groups with two supports of one to four elements."""
    group = group_of(draw(st.sampled_from(NAMES)))
    elements = st.lists(st.integers(0, group.order - 1), min_size=1, max_size=4, unique=True)
    return group, draw(elements), draw(elements)


@pytest.mark.parametrize("parameters", PUBLISHED)
def test_published_bivariate_bicycle_codes_are_two_block_codes(parameters: Any) -> None:
    l, m, a, b = PUBLISHED[parameters]  # noqa: E741
    first, second = ([m * i + j for i, j in terms] for terms in (a, b))
    code = two_block_code(abelian(l, m), first, second)
    bicycle = bivariate_bicycle(l, m, a, b)
    assert np.array_equal(code.x_checks, bicycle.x_checks)
    assert np.array_equal(code.z_checks, bicycle.z_checks)
    assert (code.num_qubits, code.num_logicals) == parameters


def test_generalized_bicycle_codes_are_those_over_cyclic_groups() -> None:
    # Circulants: row i of the first has ones at i + x.
    a, b, n = [0, 1, 3], [0, 2, 3], 7
    circulants = [
        sum(np.roll(np.eye(n, dtype=np.uint8), shift, axis=1) for shift in terms)
        for terms in (a, b)
    ]
    code = CSSCode(np.hstack(circulants), np.hstack([circulants[1].T, circulants[0].T]))
    assert two_block_code(cyclic(n), a, b) == code


@given(supports())
def test_checks_commute_whatever_the_group_and_the_supports(
    drawn: tuple[FiniteGroup, list[int], list[int]],
) -> None:
    group, a, b = drawn
    x_checks, z_checks = block_checks(group, np.array(a), np.array(b))
    # The constructor refuses checks that do not commute.
    code = CSSCode(x_checks, z_checks)
    assert (x_checks.sum(axis=1) == len(a) + len(b)).all()
    assert (z_checks.sum(axis=1) == len(a) + len(b)).all()
    assert code.max_degree == max(len(a), len(b))


def test_supports_on_the_same_side_would_not_commute_over_a_nonabelian_group() -> None:
    group = group_of("dihedral-3")
    left, _ = np.hsplit(block_checks(group, np.array([1]), np.array([0]))[0], 2)
    other, _ = np.hsplit(block_checks(group, np.array([2]), np.array([0]))[0], 2)
    with pytest.raises(InputError, match="anticommute"):
        CSSCode(np.hstack([left, other]), np.hstack([other.T, left.T]))


@given(supports())
@settings(max_examples=60)
def test_connected_codes_are_those_with_a_connected_tanner_graph(
    drawn: tuple[FiniteGroup, list[int], list[int]],
) -> None:
    group, a, b = drawn
    code = CSSCode(*block_checks(group, np.array(a), np.array(b)))
    connected = nx.is_connected(code.tanner_graph())
    assert is_connected(group, a, b) == connected
    if connected:
        assert two_block_code(group, a, b) == code
    else:
        with pytest.raises(
            InputError, match=f"^a and b: must connect all of {group.name}".replace("*", "\\*")
        ):
            two_block_code(group, a, b)


@given(supports(), st.data())
@settings(max_examples=40)
def test_shifting_a_support_from_its_side_gives_the_same_code_up_to_qubits(
    drawn: tuple[FiniteGroup, list[int], list[int]], data: st.DataObject
) -> None:
    group, a, b = drawn
    element = data.draw(st.integers(0, group.order - 1))
    shifted = group.table[element, a]
    one = CSSCode(*block_checks(group, np.array(a), np.array(b)))
    other = CSSCode(*block_checks(group, shifted, np.array(b)))
    # Qubit h of the first block becomes qubit (element h), the second block stays.
    moved = np.concatenate([group.table[element], group.order + np.arange(group.order)])
    x_checks, z_checks = np.empty_like(one.x_checks), np.empty_like(one.z_checks)
    x_checks[:, moved], z_checks[:, moved] = one.x_checks, one.z_checks
    assert CSSCode(x_checks, z_checks) == other


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([], [0], "a: must be a list of elements, got []"),
        ([0], [[0], [1]], "b: must be a list of elements, got [[0], [1]]"),
        ([0, 9], [0], "a: elements must be between 0 and 8, got 9"),
        ([0], [1, 1], "b: must hold every element once, got 1 2 times"),
        ([0, 3], [0, 3, 6], "a and b: must connect all of 3x3, got [0, 3] and [0, 3, 6]"),
    ],
)
def test_bad_supports_are_refused_with_rule_and_value(a: Any, b: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        two_block_code(abelian(3, 3), a, b)
    assert str(caught.value) == message
