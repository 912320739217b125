"""Codes that are drawn with a cyclic symmetry, against what they must be by definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stabilizer_batches import all_operators, anticommuting, weights_of

from qcode_rl import gf2
from qcode_rl.codes import StabilizerCode
from qcode_rl.distance import distance_of
from qcode_rl.edits.symmetric_codes import SymmetricCodes, _draw_mirror, _draw_symmetry
from qcode_rl.gf2 import BinaryMatrix

seeds = st.integers(0, 2**64 - 1)
CODES = SymmetricCodes()
OPERATORS = {n: all_operators(n) for n in range(4, 8)}


def drawn(n: int, r: int, d: int, w: int, css: bool, seed: int, tries: int = 20) -> BinaryMatrix:
    """Draw until a code comes of it; no rows if none does."""
    for step in range(tries):
        checks = CODES.draw(n, r, d, w, css, seed ^ step)
        if checks is not None:
            return checks
    return np.zeros((0, 2 * n), dtype=np.uint8)


@pytest.mark.kernel
@settings(max_examples=12)
@given(seeds, st.booleans(), st.integers(4, 7), st.integers(2, 6), st.data())
def test_drawn_codes_have_independent_light_commuting_checks_and_no_light_logical_operator(
    seed: int, css: bool, n: int, w: int, data: st.DataObject
) -> None:
    r, d = data.draw(st.integers(2, n - 1)), data.draw(st.integers(1, 3))
    checks = drawn(n, r, d, w, css, seed)
    if not len(checks):
        return
    assert checks.shape == (r, 2 * n)
    assert gf2.rank(checks) == r
    assert not anticommuting(checks, checks).any()
    supports = checks[:, :n] | checks[:, n:]
    assert supports.sum(axis=1).max() <= w
    if css:
        assert not (checks[:, :n].any(axis=1) & checks[:, n:].any(axis=1)).any()
    light = OPERATORS[n][weights_of(OPERATORS[n]) < d]
    quiet = light[~anticommuting(light, checks).any(axis=1)]
    assert gf2.rank(np.vstack([checks, quiet])) == r


@pytest.mark.kernel
@settings(max_examples=30)
@given(seeds, st.integers(2, 64))
def test_symmetries_are_permutations_of_the_order_that_is_told(seed: int, n: int) -> None:
    scratch = CODES._scratch
    scratch.streams[0] = np.uint64(seed)
    order = _draw_symmetry(scratch, n)
    images = scratch.images[:n]
    assert sorted(images) == list(range(n))
    lengths = set()
    for qubit in range(n):
        place, length = int(images[qubit]), 1
        while place != qubit:
            place, length = int(images[place]), length + 1
        lengths.add(length)
    assert np.lcm.reduce(list(lengths)) == order == max(lengths)


@pytest.mark.kernel
@settings(max_examples=30)
@given(seeds, st.integers(2, 64))
def test_mirrors_take_cycles_of_the_symmetry_to_cycles(seed: int, n: int) -> None:
    scratch = CODES._scratch
    scratch.streams[0] = np.uint64(seed)
    _draw_symmetry(scratch, n)
    _draw_mirror(scratch, n)
    images, mirror = scratch.images[:n], scratch.mirror[:n]
    assert sorted(mirror) == list(range(n))
    forward = np.array_equal(mirror[images], images[mirror])
    assert forward or np.array_equal(images[mirror[images]], mirror)


@pytest.mark.kernel
@settings(max_examples=5)
@given(seeds)
def test_a_draw_follows_from_its_seed(seed: int) -> None:
    one, two = (drawn(7, 5, 2, 4, True, seed) for _ in range(2))
    assert np.array_equal(one, two)
    other = SymmetricCodes()
    held = other.draw(7, 5, 2, 4, True, seed)
    again = CODES.draw(7, 5, 2, 4, True, seed)
    assert (held is None) == (again is None)
    assert held is None or np.array_equal(held, again)


@pytest.mark.parametrize(
    ("n", "k", "d", "w", "css"),
    [(17, 1, 5, 6, True), (20, 2, 5, 6, True), (5, 1, 3, 4, False), (14, 3, 4, 6, False)],
)
def test_codes_are_drawn_that_circuits_and_edits_seldom_come_to(
    n: int, k: int, d: int, w: int, css: bool
) -> None:
    checks = drawn(n, n - k, d, w, css, 1 << 32, tries=4000)
    found = distance_of(StabilizerCode(checks), method="enumeration")
    assert found is not None
    assert found.lower >= d
    assert StabilizerCode(checks).num_logicals == k


def test_draws_of_the_largest_size_keep_within_their_words() -> None:
    for css in (True, False):
        checks = drawn(64, 60, 3, 6, css, 5, tries=3)
        assert checks.shape[1] == 128
