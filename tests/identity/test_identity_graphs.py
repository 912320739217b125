"""Coloured graphs: what refinement tells apart, and isomorphisms by two roads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qcode_rl.errors import InputError
from qcode_rl.identity import nauty
from qcode_rl.identity.graphs import (
    ColourGraph,
    alike,
    colour_graph,
    keeps_edges,
    num_distinct,
    refined,
)
from qcode_rl.identity.keys import refinement_key
from qcode_rl.identity.matching import isomorphism
from qcode_rl.identity.work import OutOfWork, Work

SEEDS = st.integers(0, 2**32 - 1)
Bits = NDArray[np.uint8]


def ring(*lengths: int) -> ColourGraph:
    """Cycles of columns and words by turns: refinement sees only how many there are in all."""
    n = sum(lengths)
    rows = np.zeros((n, n), dtype=np.uint8)
    first = 0
    for length in lengths:
        for i in range(length):
            rows[first + i, [first + i, first + (i + 1) % length]] = 1
        first += length
    return colour_graph([rows])


def random_family(rng: np.random.Generator) -> Bits:
    rows = (rng.random((rng.integers(1, 6), rng.integers(1, 7))) < 0.5).astype(np.uint8)
    return np.unique(rows, axis=0)


def found(one: ColourGraph, other: ColourGraph, work: int = 10**8) -> NDArray[np.int64] | None:
    return isomorphism(one, one.colours(), other, other.colours(), Work(work))


@given(SEEDS)
def test_isomorphisms_of_relabelled_graphs_are_found(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = random_family(rng)
    copy = rows[rng.permutation(len(rows))][:, rng.permutation(rows.shape[1])]
    one, other = colour_graph([rows]), colour_graph([copy])
    mapping = found(one, other)
    assert mapping is not None
    assert keeps_edges(one, other, mapping)
    assert refinement_key(one, False) == refinement_key(other, False)


@given(SEEDS)
def test_nauty_and_backtracking_agree(seed: int) -> None:
    pytest.importorskip("pynauty")
    rng = np.random.default_rng(seed)
    one, other = (colour_graph([random_family(rng)]) for _ in range(2))
    by_nauty = nauty.nauty_isomorphism(one, one.colours(), other, other.colours())
    assert (found(one, other) is None) == (by_nauty is None)
    if refinement_key(one, False) != refinement_key(other, False):
        assert by_nauty is None


def test_graphs_that_plain_refinement_takes_for_equal_are_told_apart() -> None:
    one, other = ring(3, 3), ring(6)
    assert alike(one.colours(), other.colours())
    assert found(one, other) is None
    assert refinement_key(one, False) != refinement_key(other, False)


def test_a_search_without_budget_says_so() -> None:
    with pytest.raises(OutOfWork):
        found(ring(8), ring(8), work=100)


def test_kinds_of_words_are_kept_unless_they_are_exchanged() -> None:
    pair, triple = np.array([[1, 1, 0]], dtype=np.uint8), np.array([[1, 1, 1]], dtype=np.uint8)
    one, other = colour_graph([pair, triple]), colour_graph([triple, pair])
    assert found(one, other) is None
    assert isomorphism(one, one.colours(), other, other.colours(True), Work(10**6)) is not None
    assert refinement_key(one, False) != refinement_key(other, False)
    assert refinement_key(one, True) == refinement_key(other, True)


def test_columns_in_no_word_are_fixed_last() -> None:
    graph = colour_graph([np.array([[0, 0, 1, 1, 1]], dtype=np.uint8)])
    assert graph.cell(graph.colours()).tolist() == [2, 3, 4]


def test_the_columns_of_a_qubit_stay_together() -> None:
    # Joined by qubits: columns 0, 2, 4 and 1, 3, 5.
    same = colour_graph([np.array([[1, 0, 1, 0, 0, 0]], dtype=np.uint8)], columns_per_qubit=3)
    apart = colour_graph([np.array([[1, 1, 0, 0, 0, 0]], dtype=np.uint8)], columns_per_qubit=3)
    assert found(same, apart) is None


def test_a_bijection_that_moves_an_edge_is_no_isomorphism() -> None:
    graph = colour_graph([np.array([[1, 0], [1, 1]], dtype=np.uint8)])
    assert keeps_edges(graph, graph, np.arange(4))
    assert not keeps_edges(graph, graph, np.array([1, 0, 2, 3]))
    assert not keeps_edges(graph, ring(5), np.arange(4))


def test_nauty_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pynauty", None)
    graph = ring(3)
    with pytest.raises(InputError, match=r"use_nauty: .*pip install pynauty"):
        nauty.nauty_isomorphism(graph, graph.colours(), graph, graph.colours())


@pytest.mark.kernel
@settings(max_examples=20)
@given(st.lists(st.integers(1, 2**64 - 1), max_size=30))
def test_distinct_words_are_counted(values: list[int]) -> None:
    assert num_distinct(np.array(values + values[:5], dtype=np.uint64)) == len(set(values))


@pytest.mark.kernel
def test_refinement_settles_when_no_more_vertices_are_told_apart() -> None:
    graph = colour_graph([np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], dtype=np.uint8)])
    # Hashing is arithmetic modulo 2^64, of which the interpreted body would warn.
    with np.errstate(over="ignore"):
        colours = refined(graph.starts, graph.links, 1 + graph.kinds.astype(np.uint64))
    assert [len(set(colours[part].tolist())) for part in (slice(4), slice(4, 7))] == [2, 2]
    assert colours[0] == colours[3] != colours[1] == colours[2]
