"""Parameters of hypergraph products by formula, against plain enumeration of all operators."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qcode_rl.codes import ClassicalCode, CSSCode, HypergraphProduct, hypergraph_product
from qcode_rl.distance import Distance
from qcode_rl.distance.witness import is_logical_operator

Bits = NDArray[np.uint8]

CHAIN = [[1, 1, 0], [0, 1, 1]]  # [3,1,3]; no dependent check
RING = [[1, 1, 0], [0, 1, 1], [1, 0, 1]]  # [3,1,3]; its transpose is [3,1,3] as well
COLUMN = [[1], [1]]  # [1,0]; its transpose is [2,1,2]
PAIR = [[1, 1]]  # [2,1,2]; its transpose is [1,0]
ZERO = [[0]]  # [1,1,1]; its transpose too


def products_of(h1: Bits, h2: Bits) -> tuple[Bits, Bits]:
    """HX and HZ written out entry by entry, without Kronecker products."""
    (m1, n1), (m2, n2) = h1.shape, h2.shape
    hx = np.zeros((m1 * n2, n1 * n2 + m1 * m2), dtype=np.uint8)
    hz = np.zeros((n1 * m2, n1 * n2 + m1 * m2), dtype=np.uint8)
    for a in range(m1):
        for j in range(n2):
            hx[a * n2 + j, [i * n2 + j for i in range(n1) if h1[a, i]]] = 1
            hx[a * n2 + j, [n1 * n2 + a * m2 + b for b in range(m2) if h2[b, j]]] = 1
    for i in range(n1):
        for b in range(m2):
            hz[i * m2 + b, [i * n2 + j for j in range(n2) if h2[b, j]]] = 1
            hz[i * m2 + b, [n1 * n2 + a * m2 + b for a in range(m1) if h1[a, i]]] = 1
    return hx, hz


def enumerate_logicals(commuting: Bits, stabilizers: Bits) -> tuple[int, int | None]:
    """Return how many independent logical operators of one type there are, and the least weight."""
    n = commuting.shape[1]
    words = np.indices((2,) * n, dtype=np.uint8).reshape(n, -1)
    words = words[:, ~(commuting @ words & 1).any(axis=0)]
    place = 1 << np.arange(n)
    products = np.zeros(1, dtype=np.int64)
    for row in stabilizers.astype(np.int64) @ place:
        products = np.union1d(products, products ^ row)
    logical = ~np.isin(place @ words, products)
    k = (words.shape[1] // len(products)).bit_length() - 1
    return k, int(words[:, logical].sum(axis=0).min()) if logical.any() else None


def check_against_enumeration(h1: Bits, h2: Bits) -> Distance | None:
    code = hypergraph_product(h1, h2)
    hx, hz = products_of(h1, h2)
    assert np.array_equal(code.x_checks, hx)
    assert np.array_equal(code.z_checks, hz)
    (k, dx), (same_k, dz) = enumerate_logicals(hz, hx), enumerate_logicals(hx, hz)
    assert code.num_logicals == k == same_k
    distance = code.distance()
    if k == 0:
        assert distance is None
        return None
    assert distance is not None
    assert distance.dx is not None
    assert distance.dz is not None
    assert (distance.dx.upper, distance.dz.upper) == (dx, dz)
    for one in (distance, distance.dx, distance.dz):
        assert one.exact
        assert one.witness is not None
        assert is_logical_operator(code, one.witness, one.upper)
    assert distance.upper == min(distance.dx.upper, distance.dz.upper)
    assert not distance.dx.witness.z
    assert not distance.dz.witness.x
    return distance


@st.composite
def factor_pairs(draw: st.DrawFn) -> tuple[Bits, Bits]:
    """Pairs of small matrices whose product has at most 13 qubits."""
    sizes = st.tuples(st.integers(1, 3), st.integers(1, 4))
    (m1, n1), (m2, n2) = draw(
        st.tuples(sizes, sizes).filter(lambda s: s[0][1] * s[1][1] + s[0][0] * s[1][0] <= 13)
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.integers(0, 2, (m1, n1), np.uint8), rng.integers(0, 2, (m2, n2), np.uint8)


@settings(max_examples=80)
@given(factor_pairs())
def test_random_pairs_have_the_parameters_that_enumeration_finds(pair: tuple[Bits, Bits]) -> None:
    check_against_enumeration(*pair)


@pytest.mark.parametrize(
    ("first", "second", "sectors"),
    [
        (CHAIN, CHAIN, (True, False)),
        (CHAIN, PAIR, (True, False)),
        ([[1, 1, 0]], CHAIN, (True, False)),
        (COLUMN, COLUMN, (False, True)),
        (np.transpose(CHAIN), COLUMN, (False, True)),
        (np.transpose(CHAIN), np.transpose(CHAIN), (False, True)),
        (RING, [[1, 1], [1, 1]], (True, True)),
        (ZERO, ZERO, (True, True)),
        (RING, ZERO, (True, True)),
        (PAIR, COLUMN, (False, False)),
        (COLUMN, CHAIN, (False, False)),
        ([[1]], CHAIN, (False, False)),
        ([[1]], [[1]], (False, False)),
    ],
)
def test_every_combination_of_empty_sectors_has_the_parameters_that_enumeration_finds(
    first: list[list[int]], second: list[list[int]], sectors: tuple[bool, bool]
) -> None:
    h1, h2 = np.array(first, np.uint8), np.array(second, np.uint8)
    one, two = ClassicalCode(h1), ClassicalCode(h2)
    assert (one.k * two.k > 0, one.transpose.k * two.transpose.k > 0) == sectors
    distance = check_against_enumeration(h1, h2)
    assert (distance is None) == (sectors == (False, False))


def test_an_empty_sector_does_not_lower_the_distance() -> None:
    # k2' = 0, so the transpose of the first factor, of distance 1, must not count.
    first = ClassicalCode([*CHAIN, [0, 0, 0]])
    assert str(first.transpose.distance()) == "1"
    distance = check_against_enumeration(first.checks, np.array(PAIR, np.uint8))
    assert str(distance) == "2"


def test_types_of_different_distance_are_told_apart() -> None:
    distance = check_against_enumeration(np.array(CHAIN, np.uint8), np.array(PAIR, np.uint8))
    assert distance is not None
    assert (str(distance.dx), str(distance.dz), str(distance)) == ("2", "3", "2")


@pytest.mark.parametrize(
    ("factor", "label", "distance"),
    [(CHAIN, "HypergraphProduct[[13,1]](4,2)", "3"), (RING, "HypergraphProduct[[18,2]](4,2)", "3")],
    ids=["surface", "toric"],
)
def test_surface_and_toric_codes_are_products(
    factor: list[list[int]], label: str, distance: str
) -> None:
    code = hypergraph_product(factor)
    assert repr(code) == label
    assert str(code.distance()) == distance


@given(factor_pairs())
def test_weights_and_degrees_are_sums_and_maxima_of_those_of_the_factors(
    pair: tuple[Bits, Bits],
) -> None:
    rows = [int(h.sum(axis=1).max()) for h in pair]
    columns = [int(h.sum(axis=0).max()) for h in pair]
    code = hypergraph_product(*pair)
    assert code.max_weight == max(rows[0] + columns[1], rows[1] + columns[0])
    assert code.max_degree == max(*rows, *columns)


def test_a_product_is_the_css_code_of_its_checks() -> None:
    code = hypergraph_product(CHAIN, RING)
    same = CSSCode(code.x_checks, code.z_checks)
    assert code == same
    assert code.num_logicals == same.num_logicals
    assert str(code.distance()) == str(same.distance())


def test_one_factor_alone_is_squared_and_codes_are_as_good_as_matrices() -> None:
    assert hypergraph_product(RING) == hypergraph_product(ClassicalCode(RING), RING)


def test_a_pickled_product_keeps_its_factors() -> None:
    code = hypergraph_product(CHAIN, RING)
    copy = pickle.loads(pickle.dumps(code))
    assert isinstance(copy, HypergraphProduct)
    assert copy == code
    assert (copy.first, copy.second) == (code.first, code.second)
    assert str(copy.distance()) == str(code.distance())
    with pytest.raises(ValueError, match="read-only"):
        copy.first.checks[0, 0] = 0
