"""Layouts: which codes stand on a grid, and that everything drawn stands somewhere of its own."""

import numpy as np
import pytest

from qcode_rl.codes import ClassicalCode, Code, CSSCode, StabilizerCode, hypergraph_product
from qcode_rl.codes.named import named_code
from qcode_rl.plots.layouts import grid_places, spring_places

GRIDS = (
    "rotated-surface-2", "rotated-surface-3", "rotated-surface-5", "surface-3", "toric-4",
    "bicycle-72-12",
)  # fmt: skip


@pytest.mark.parametrize("name", GRIDS)
def test_every_node_of_a_grid_has_a_place_of_its_own(name: str) -> None:
    code = named_code(name)
    places = grid_places(code)
    assert places is not None
    assert set(places) == set(code.tanner_graph())
    assert len(set(places.values())) == len(places)


@pytest.mark.parametrize("name", ["rotated-surface-4", "rotated-surface-5", "surface-4"])
def test_edges_of_planar_codes_lead_to_the_nearest_places(name: str) -> None:
    code = named_code(name)
    places = grid_places(code)
    assert places is not None
    lengths = [np.hypot(*np.subtract(places[a], places[b])) for a, b in code.tanner_graph().edges]
    assert max(lengths) < 0.75


@pytest.mark.parametrize("rows", [[3, 1, 0, 2], [4, 2, 3, 1, 0]])
def test_chains_are_found_however_their_bits_and_checks_are_numbered(rows: list[int]) -> None:
    ring = np.eye(5, dtype=np.uint8) | np.roll(np.eye(5, dtype=np.uint8), 1, axis=1)
    code = hypergraph_product(ring[rows][:, [2, 0, 4, 1, 3]])
    places = grid_places(code)
    assert places is not None
    assert len(set(places.values())) == len(places)
    lengths = [np.hypot(*np.subtract(places[a], places[b])) for a, b in code.tanner_graph().edges]
    around = 0 if len(rows) == 4 else 20
    assert sum(length > 0.51 for length in lengths) == around


def test_factors_that_are_no_chains_stand_in_four_blocks() -> None:
    factor = ClassicalCode([[1, 1, 1, 0], [0, 1, 1, 1]])
    places = grid_places(hypergraph_product(factor))
    assert places is not None
    assert places["qubit", 15] == (3.0, -3.0)
    assert places["qubit", 16] == (5.0, -5.0)
    assert places["check", 0] == (0.0, -5.0)  # an X check: check 0 of the one, bit 0 of the other
    assert places["check", 8] == (5.0, -0.0)  # the first Z check


PATCH = named_code("rotated-surface-3")
assert isinstance(PATCH, CSSCode)


@pytest.mark.parametrize(
    "code",
    [
        named_code("steane"),
        named_code("five-qubit"),
        named_code("hamming-3"),
        StabilizerCode.from_css(PATCH),
        # As many qubits as a square has, but a check from end to end, and one that is empty.
        CSSCode(np.zeros((1, 16), np.uint8), np.ones((1, 16), np.uint8)),
        CSSCode(PATCH.x_checks[:, [8, *range(8)]], PATCH.z_checks[:, [8, *range(8)]]),
    ],
    ids=repr,
)
def test_other_codes_have_no_grid_and_stand_by_springs(code: Code) -> None:
    assert grid_places(code) is None
    graph = code.tanner_graph()
    places = spring_places(graph)
    assert set(places) == set(graph)
    assert places == spring_places(graph)


def test_springs_take_graphs_in_pieces_and_none_at_all() -> None:
    apart = ClassicalCode(np.eye(4, dtype=np.uint8)).tanner_graph()
    assert len(spring_places(apart)) == 8
    apart.clear()
    assert spring_places(apart) == {}
