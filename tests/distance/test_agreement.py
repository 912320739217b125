"""Two independent methods on random codes must agree, with each other and with brute force."""

import numpy as np
import pytest
from distance_oracles import (
    brute_classical,
    brute_css_type,
    brute_stabilizer,
    random_classical,
    random_css,
    random_sparse,
    random_stabilizer,
    relabelled_paulis,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.codes import Code, CSSCode, hypergraph_product
from qcode_rl.distance import Distance, distance_of
from qcode_rl.distance.budget import Budget
from qcode_rl.distance.witness import is_logical_operator

seeds = st.integers(0, 2**32 - 1)
densities = st.sampled_from([0.1, 0.2, 0.35, 0.5])
methods = st.sampled_from(["clusters", "brouwer-zimmermann"])


def agreed(code: Code, method: str) -> Distance | None:
    """Compute a distance thrice, by choice, by enumeration and by `method`, and compare."""
    chosen, walked, other = (distance_of(code, method=m) for m in (None, "enumeration", method))
    if chosen is None or walked is None or other is None:
        assert chosen is walked is other is None
        return None
    for pair in ((chosen, walked, other), (chosen.dx, walked.dx, other.dx)):
        bounds = {d and (d.lower, d.upper) for d in pair}
        assert len(bounds) == 1
    assert chosen.exact
    assert walked.method == "enumeration"
    return chosen


@settings(max_examples=1000)
@given(seeds, st.integers(1, 24), st.integers(0, 20), densities, methods)
def test_methods_agree_on_classical_codes(
    seed: int, n: int, m: int, density: float, method: str
) -> None:
    agreed(random_classical(np.random.default_rng(seed), n, m, density), method)


@settings(max_examples=800)
@given(seeds, st.integers(1, 20), st.integers(0, 9), st.integers(0, 9), densities, methods)
def test_methods_agree_on_css_codes(
    seed: int, n: int, rx: int, rz: int, density: float, method: str
) -> None:
    agreed(random_css(np.random.default_rng(seed), n, rx, rz, density), method)


@settings(max_examples=600)
@given(seeds, st.integers(1, 9), st.integers(0, 9), methods)
def test_methods_agree_on_stabilizer_codes(seed: int, n: int, r: int, method: str) -> None:
    agreed(random_stabilizer(np.random.default_rng(seed), n, r), method)


@settings(max_examples=100)
@given(seeds, st.integers(60, 210), st.integers(1, 14), st.integers(2, 4), methods)
def test_intervals_hold_the_distance_of_long_sparse_codes(
    seed: int, n: int, k: int, degree: int, method: str
) -> None:
    code = random_sparse(np.random.default_rng(seed), n, n - k, degree)
    if not 0 < code.k <= 18:
        return
    exact = distance_of(code, method="enumeration")
    some = distance_of(code, method=method, budget=Budget(work=500_000))
    assert str(distance_of(code)) == str(exact)
    assert some.lower <= exact.upper <= some.upper
    assert is_logical_operator(code, some.witness, some.upper)


@settings(max_examples=100)
@given(seeds, st.integers(3, 9), st.integers(3, 7), st.integers(2, 3))
def test_long_css_codes_have_the_distance_that_their_factors_promise(
    seed: int, n: int, other_n: int, degree: int
) -> None:
    rng = np.random.default_rng(seed)
    factors = [random_sparse(rng, size, size - 1, degree) for size in (n, other_n)]
    product = hypergraph_product(*factors)
    promised, found = distance_of(product), distance_of(CSSCode(product.x_checks, product.z_checks))
    assert (promised is None) == (found is None)
    if found is not None:
        assert (str(promised.dx), str(promised.dz)) == (str(found.dx), str(found.dz))
        assert is_logical_operator(product, found.witness, found.upper)


@settings(max_examples=100)
@given(seeds, st.integers(3, 7), st.integers(3, 5))
def test_local_relabelling_of_paulis_keeps_the_distance(seed: int, n: int, other_n: int) -> None:
    rng = np.random.default_rng(seed)
    factors = [random_sparse(rng, size, size - 1, 2) for size in (n, other_n)]
    product = hypergraph_product(*factors)
    promised, found = distance_of(product), distance_of(relabelled_paulis(rng, product))
    assert (promised and promised.upper) == (found and found.upper)
    assert found is None or found.exact


@pytest.mark.kernel
@pytest.mark.parametrize("seed", range(12))
def test_classical_distances_are_those_of_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    code = random_classical(rng, int(rng.integers(1, 11)), int(rng.integers(0, 9)), 0.3)
    distance = agreed(code, "clusters" if seed % 2 else "brouwer-zimmermann")
    assert (distance and distance.upper) == brute_classical(code)
    assert distance is None or is_logical_operator(code, distance.witness, distance.upper)


@pytest.mark.kernel
@pytest.mark.parametrize("seed", range(12))
def test_css_distances_are_those_of_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = (int(rng.integers(1, 9)), int(rng.integers(0, 4)), int(rng.integers(0, 4)))
    code = random_css(rng, *sizes, 0.4)
    distance = agreed(code, "clusters" if seed % 2 else "brouwer-zimmermann")
    dx = brute_css_type(code.z_checks, code.x_checks)
    dz = brute_css_type(code.x_checks, code.z_checks)
    if distance is None:
        assert dx is dz is None
        return
    assert (distance.dx.upper, distance.dz.upper) == (dx, dz)
    assert is_logical_operator(code, distance.witness, distance.upper)


@pytest.mark.kernel
@pytest.mark.parametrize("seed", range(12))
def test_stabilizer_distances_are_those_of_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    code = random_stabilizer(rng, int(rng.integers(1, 6)), int(rng.integers(0, 5)))
    distance = agreed(code, "clusters" if seed % 2 else "brouwer-zimmermann")
    assert (distance and distance.upper) == brute_stabilizer(code)
