"""Two independent methods on random codes must agree, with each other and with brute force."""

import numpy as np
import pytest
from distance_oracles import (
    brute_classical,
    brute_css_type,
    brute_stabilizer,
    random_classical,
    random_css,
    random_stabilizer,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl import gf2
from qcode_rl.codes import Code
from qcode_rl.distance import Distance, distance_of
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


@settings(max_examples=150)
@given(seeds, st.integers(60, 210), st.integers(1, 14), st.floats(1, 4), methods)
def test_methods_agree_on_long_sparse_codes(
    seed: int, n: int, k: int, weight: float, method: str
) -> None:
    code = random_classical(np.random.default_rng(seed), n, n - k, weight / n)
    if code.k <= 18:
        agreed(code, method)


@settings(max_examples=100)
@given(seeds, st.integers(40, 140), st.integers(1, 8), st.floats(1, 4))
def test_methods_agree_on_long_css_codes(seed: int, n: int, k: int, weight: float) -> None:
    # Few X checks, so that the X-type operators can be walked and the Z-type ones are light.
    code = random_css(np.random.default_rng(seed), n, 4, n - k - 4, weight / n)
    walked = n - len(gf2.row_reduce(code.z_checks)[0]) <= 18
    chosen, other = (distance_of(code, method=m) for m in (None, "clusters"))
    if chosen is None or other is None or not walked:
        return
    assert (str(chosen.dx), str(chosen.dz)) == (str(other.dx), str(other.dz))
    assert is_logical_operator(code, chosen.witness, chosen.upper)


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
