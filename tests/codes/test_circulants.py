"""Circulants: dimensions and distances by other methods, and one of each class."""

import re
from itertools import combinations, islice
from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.codes import ClassicalCode, hypergraph_product
from qcode_rl.codes.circulants import (
    best_circulants,
    candidates,
    circulant,
    circulant_dimension,
    circulant_polynomials,
)
from qcode_rl.errors import InputError

polynomials = st.integers(1, 24).flatmap(
    lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), max_size=5))
)


@given(polynomials)
def test_a_circulant_has_all_shifts_and_the_dimension_of_the_gcd(
    case: tuple[int, set[int]],
) -> None:
    n, exponents = case
    code = circulant(n, exponents)
    first = [int(bit in exponents) for bit in range(n)]
    assert code.checks.tolist() == [np.roll(first, i).tolist() for i in range(n)]
    assert code.k == circulant_dimension(n, exponents)


def test_exponents_count_modulo_the_length_and_equal_ones_cancel() -> None:
    assert circulant(5, (0, 6)) == circulant(5, (0, 1))
    assert circulant(5, (0, 3, 3)).max_weight == 1
    assert circulant_dimension(5, (2, 7)) == 5


def classes(n: int, weight: int) -> list[set[frozenset[int]]]:
    """Return the classes of subsets under affine maps, by brute force."""
    left = {frozenset(one) for one in combinations(range(n), weight)}
    found = []
    while left:
        one = next(iter(left))
        units = [u for u in range(1, n + 1) if gcd(u, n) == 1]
        orbit = {frozenset((u * e + s) % n for e in one) for u in units for s in range(n)}
        found.append(orbit)
        left -= orbit
    return found


@pytest.mark.kernel
@pytest.mark.parametrize(("n", "weight"), [(1, 1), (2, 3), (6, 2), (7, 3), (8, 4), (12, 3), (9, 5)])
def test_there_is_one_polynomial_of_each_class(n: int, weight: int) -> None:
    listed = list(circulant_polynomials(n, weight, connected=False))
    assert all(one[0] == 0 and list(one) == sorted(set(one)) for one in listed)
    orbits = classes(n, weight)
    assert len(listed) == len(orbits)
    assert all(sum(frozenset(one) in orbit for one in listed) == 1 for orbit in orbits)
    connected = set(circulant_polynomials(n, weight))
    assert connected == {one for one in listed if gcd(n, *one) == 1}


@pytest.mark.kernel
def test_the_longest_circulants_fit_a_word() -> None:
    # Shifts and units that carry bit 63 around must not lose it.
    listed = list(islice(circulant_polynomials(64, 2, connected=False), 10))
    assert listed == [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (0, 32)]


def test_the_candidates_are_those_that_the_bounds_leave_open() -> None:
    listed = list(candidates(4, 3, 9))
    assert (7, (0, 1, 3), 3) in listed
    assert all(circulant(n, exponents).k == k >= 1 for n, exponents, k in listed)
    assert not [one for one in listed if one[0] < 4]


def test_the_best_circulants_have_their_distances() -> None:
    found = list(best_circulants(4, 3, 15))
    assert {(7, 3, 4), (15, 4, 8)} <= {(one.n, one.k, one.d) for one in found}
    for one in found:
        assert one.d >= 4
        for code in (one.code, one.independent, one.code.transpose):
            assert (code.n, code.k) == (one.n, one.k)
            distance = code.distance(method="brouwer-zimmermann")
            assert distance is not None
            assert (distance.exact, distance.upper) == (True, one.d)
        assert one.independent == one.code
        assert one.independent.rank == len(one.independent.checks)


def test_products_of_circulants_have_logical_qubits_of_both_kinds() -> None:
    one = circulant(7, (0, 1, 3))
    product = hypergraph_product(one, ClassicalCode([[1, 1, 0], [0, 1, 1], [1, 0, 1]]))
    assert (product.num_qubits, product.num_logicals) == (2 * 7 * 3, 2 * 3)
    assert (product.max_weight, product.max_degree) == (5, 3)
    assert str(hypergraph_product(one).distance()) == "4"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: circulant(0, ()), "n: must be at least 1, got 0"),
        (lambda: next(circulant_polynomials(65, 3)), "n: must be from 1 to 64, got 65"),
        (lambda: next(circulant_polynomials(9, 7)), "weight: must be from 1 to 6, got 7"),
        (lambda: next(candidates(0)), "distance: must be at least 1, got 0"),
        (lambda: next(candidates(3, 0)), "row_limit: must be at least 1, got 0"),
        (lambda: next(best_circulants(3, 3, 65)), "longest: must be from 1 to 64, got 65"),
    ],
)
def test_arguments_out_of_range_are_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        call()  # type: ignore[operator]
