"""Automorphisms of codes, and the search among the words that they fix."""

import numpy as np
import pytest
from distance_oracles import random_css, relabelled_paulis

from qcode_rl.codes import CSSCode
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.distance import distance_of
from qcode_rl.distance.automorphisms import (
    Permutation,
    automorphisms,
    colour_graph,
    keeps_rows,
    orbits_of,
)
from qcode_rl.distance.budget import Budget
from qcode_rl.distance.progress import Progress
from qcode_rl.distance.quick import first_bounds
from qcode_rl.distance.sectors import Sector, css_sectors, is_witness, stabilizer_sector
from qcode_rl.distance.symmetry import (
    SymmetricWords,
    fixed_words,
    powers_of_small_order,
    row_families,
    symmetric_space,
)
from qcode_rl.distance.witness import is_logical_operator
from qcode_rl.gf2 import rank
from qcode_rl.gf2.packing import unpack_rows

Terms = list[tuple[int, int]]

#: Bivariate bicycle codes of Bravyi et al., arXiv:2308.07915, Table 3: l, m, terms (power of x,
#: power of y) of A and of B, and the distance.
BICYCLES = [
    (6, 6, [(3, 0), (0, 1), (0, 2)], [(0, 3), (1, 0), (2, 0)], 6),
    (12, 6, [(3, 0), (0, 1), (0, 2)], [(0, 3), (1, 0), (2, 0)], 12),
    (12, 12, [(3, 0), (0, 2), (0, 7)], [(0, 3), (1, 0), (2, 0)], 18),
]


def bicycle(order_x: int, order_y: int, a: Terms, b: Terms) -> CSSCode:
    def circulant(terms: Terms) -> np.ndarray:
        x, y = np.eye(order_x, dtype=np.uint8), np.eye(order_y, dtype=np.uint8)
        return sum(np.kron(np.roll(x, i, 1), np.roll(y, j, 1)) for i, j in terms) % 2

    a_matrix, b_matrix = circulant(a), circulant(b)
    return CSSCode(np.hstack([a_matrix, b_matrix]), np.hstack([b_matrix.T, a_matrix.T]))


def found_automorphisms(sector: Sector, seed: int = 1) -> list[Permutation]:
    families = row_families(sector)
    tries = automorphisms(colour_graph(families), families, seed)
    return [permutation for _, permutation in tries if permutation is not None]


def searched(sector: Sector, work: int = 1 << 24) -> SymmetricWords:
    search = SymmetricWords(Progress(sector, first_bounds(sector), 0), [7])
    done = 0
    while done < work and not search.exhausted:
        done += search.advance(1 << 20)
    return search


@pytest.mark.parametrize(("order_x", "order_y", "a", "b", "d"), BICYCLES)
def test_every_translation_of_a_bicycle_code_is_found(
    order_x: int, order_y: int, a: Terms, b: Terms, d: int
) -> None:
    code = bicycle(order_x, order_y, a, b)
    sector = css_sectors(code.x_checks, code.z_checks)[0]
    found = found_automorphisms(sector)
    assert all(keeps_rows([code.x_checks, code.z_checks], p) for p in found)
    # The translations take the first qubit to all of its block.
    assert len({int(p[0]) for p in found} - {0}) >= order_x * order_y - 1


@pytest.mark.parametrize(("order_x", "order_y", "a", "b", "d"), BICYCLES)
def test_symmetric_words_of_bicycle_codes_are_logical_and_reach_the_distance(
    order_x: int, order_y: int, a: Terms, b: Terms, d: int
) -> None:
    code = bicycle(order_x, order_y, a, b)
    for sector in css_sectors(code.x_checks, code.z_checks):
        search = searched(sector)
        assert search.spaces
        assert search.progress.upper == d
        assert is_witness(sector, search.progress.word, d)


def test_the_space_of_symmetric_words_holds_exactly_the_words_that_stay() -> None:
    code = bicycle(6, 6, *BICYCLES[0][2:4])
    sector = css_sectors(code.x_checks, code.z_checks)[0]
    rows = unpack_rows(sector.basis, 72)
    for permutation in found_automorphisms(sector)[:10]:
        basis, num_trivial = symmetric_space(sector, permutation)
        words = unpack_rows(basis, 72)
        assert np.array_equal(words, words[:, permutation])
        # Rank and nullity of moving a word and adding it to itself.
        assert len(basis) == len(rows) - rank(rows ^ rows[:, permutation])
        assert num_trivial == len(fixed_words(rows[: sector.num_trivial], permutation))


def test_a_code_without_symmetry_is_left_alone() -> None:
    code = random_css(np.random.default_rng(3), 40, 12, 12, 0.3)
    sector = css_sectors(code.x_checks, code.z_checks)[0]
    assert found_automorphisms(sector) == []
    search = searched(sector)
    assert search.exhausted
    assert search.progress.word.tolist() == first_bounds(sector).word.tolist()


def test_equal_columns_end_the_search_for_automorphisms() -> None:
    rows = np.repeat(np.eye(3, dtype=np.uint8), 8, axis=1)
    assert [p for _, p in automorphisms(colour_graph([rows]), [rows], 1) if p is not None] == []


def test_a_disguised_bicycle_code_has_the_same_symmetries() -> None:
    code = bicycle(6, 6, *BICYCLES[0][2:4])
    disguised = relabelled_paulis(np.random.default_rng(5), code)
    sector = stabilizer_sector(disguised.checks)
    search = searched(sector)
    assert search.spaces
    assert search.progress.upper == 6
    assert is_witness(sector, search.progress.word, 6)


def test_the_five_qubit_code_turns() -> None:
    shifts = [np.roll([1, 0, 0, 1, 0], i).tolist() + np.roll([0, 1, 1, 0, 0], i).tolist()
              for i in range(5)]  # fmt: skip
    sector = stabilizer_sector(StabilizerCode(np.array(shifts, dtype=np.uint8)).checks)
    assert any(len(np.unique(orbits_of(p))) == 3 for p in found_automorphisms(sector))


def test_powers_have_the_orders_asked_for() -> None:
    turn = np.roll(np.arange(24), 1)
    sizes = [24 // len(np.unique(orbits_of(p))) for p in powers_of_small_order(turn)]
    assert sizes == [2, 3, 4, 6, 8, 12]
    assert powers_of_small_order(np.arange(5)) == []


def test_the_same_seed_gives_the_same_symmetric_words() -> None:
    code = bicycle(12, 12, *BICYCLES[2][2:4])
    budget = Budget(work=1 << 27)
    first, second = (distance_of(code, budget=budget, seed=4) for _ in range(2))
    assert (first.upper, first.witness) == (second.upper, second.witness)
    assert first.upper == 18
    assert is_logical_operator(code, first.witness, 18)
