"""What bounds on linear codes leave open to hypergraph products."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.catalogue.limits import fewest_qubits, largest_distance
from qcode_rl.codes import ClassicalCode, best_known_linear_code, hypergraph_product, named_code
from qcode_rl.codes.bounds import shortest_length
from qcode_rl.distance import distance_of
from qcode_rl.errors import InputError


@pytest.mark.parametrize("d", range(3, 12))
def test_surface_and_toric_codes_reach_the_limit(d: int) -> None:
    assert fewest_qubits(1, d) == d**2 + (d - 1) ** 2
    assert fewest_qubits(2, d) == 2 * d**2
    assert largest_distance(d**2 + (d - 1) ** 2, 1) == d
    assert largest_distance(d**2 + (d - 1) ** 2 - 1, 1) == d - 1


def brute_force(k: int, d: int) -> int:
    """Try all shapes of two factors, up to rank 9 and dimensions up to 4."""
    best = 10**9
    least = {dimension: shortest_length(dimension, d) or 0 for dimension in range(1, 5)}
    shapes = [
        (rank, one, two)
        for rank, one, two in itertools.product(range(10), range(5), range(5))
        if rank + one and rank + two
    ]
    for (r1, k1, t1), (r2, k2, t2) in itertools.product(shapes, repeat=2):
        if k1 * k2 + t1 * t2 < k:
            continue
        if k1 * k2 and (r1 + k1 < least[k1] or r2 + k2 < least[k2]):
            continue
        if t1 * t2 and (r1 + t1 < least[t1] or r2 + t2 < least[t2]):
            continue
        best = min(best, (r1 + k1) * (r2 + k2) + (r1 + t1) * (r2 + t2))
    return best


@pytest.mark.parametrize(("k", "d"), [(1, 3), (2, 4), (3, 3), (4, 2), (4, 4)])
def test_the_fewest_qubits_are_those_that_all_shapes_of_factors_leave(k: int, d: int) -> None:
    assert fewest_qubits(k, d) == brute_force(k, d)


@given(st.integers(0, 2**32 - 1))
def test_no_random_product_undercuts_the_limit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = [(int(rng.integers(1, 5)), int(rng.integers(2, 7))) for _ in range(2)]
    code = hypergraph_product(*(rng.integers(0, 2, shape).astype(np.uint8) for shape in shapes))
    distance = distance_of(code)
    if distance is not None and code.num_logicals:
        assert code.num_qubits >= fewest_qubits(code.num_logicals, distance.lower)
        assert distance.lower <= largest_distance(code.num_qubits, code.num_logicals)


def test_products_of_best_known_codes_reach_the_limit_where_transposes_do_not_help() -> None:
    factor = best_known_linear_code(8, 4)
    path = ClassicalCode(named_code("repetition-4").checks)  # type: ignore[union-attr]
    code = hypergraph_product(factor, path)
    assert (code.num_qubits, code.num_logicals) == (44, 4)
    assert fewest_qubits(4, 4) == 44


def test_beyond_the_table_of_linear_codes_limits_go_on_growing() -> None:
    for k in (1, 7, 60, 300):
        limits = [fewest_qubits(k, d) for d in (10, 40, 64, 65, 200)]
        assert limits == sorted(set(limits))
    for d in (3, 30, 70):
        limits = [fewest_qubits(k, d) for k in (1, 5, 20, 50, 100)]
        assert limits == sorted(set(limits))


@given(st.integers(1, 3000), st.integers(1, 30))
def test_both_limits_tell_the_same(n: int, k: int) -> None:
    d = largest_distance(n, k)
    assert d == 0 or fewest_qubits(k, d) <= n
    assert fewest_qubits(k, d + 1) > n


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (fewest_qubits, (0, 3), "k: must be from 1 to 300, got 0"),
        (fewest_qubits, (301, 3), "k: must be from 1 to 300, got 301"),
        (fewest_qubits, (1, 0), "d: must be from 1 to 100000, got 0"),
        (largest_distance, (0, 1), "n: must be from 1 to 100000, got 0"),
        (largest_distance, (100001, 1), "n: must be from 1 to 100000, got 100001"),
        (largest_distance, (5, 0), "k: must be from 1 to 300, got 0"),
    ],
)
def test_numbers_out_of_range_are_refused(function, arguments, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        function(*arguments)
    assert str(caught.value) == message
