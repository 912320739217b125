"""Symplectic bases around checks: what anticommutes with what, and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stabilizer_batches import Bits, anticommuting, random_checks, words_of

from qcode_rl import gf2
from qcode_rl.edits.tableaus import Tableau, add_reduced, anticommute, complete, tableau

seeds = st.integers(0, 2**32)


def completed(checks: Bits) -> tuple[bool, Tableau]:
    """Return whether checks can be completed, and the tableau."""
    r, n = len(checks), checks.shape[1] // 2
    xs, zs = (np.zeros(64, dtype=np.uint64) for _ in range(2))
    xs[:r], zs[:r] = words_of(checks)
    found = tableau()
    return bool(complete(xs, zs, r, n, found)), found


def rows_of(xs: np.ndarray, zs: np.ndarray, count: int, n: int) -> Bits:
    """Return operators as symplectic rows."""
    parts = [
        gf2.unpack_rows(np.ascontiguousarray(half[:count, np.newaxis]), n) for half in (xs, zs)
    ]
    return np.hstack(parts)


@pytest.mark.kernel
@settings(max_examples=20)
@given(seeds, st.integers(2, 6), st.booleans(), st.data())
def test_destabilizers_and_logical_operators_complete_the_checks(
    seed: int, n: int, css: bool, data: st.DataObject
) -> None:
    r = data.draw(st.integers(1, n))
    checks = random_checks(np.random.default_rng(seed), n, r, css)
    done, found = completed(checks)
    assert done
    destabilizers = rows_of(found.dx, found.dz, r, n)
    logicals = rows_of(found.lx, found.lz, 2 * (n - r), n)
    assert np.array_equal(anticommuting(destabilizers, checks), np.eye(r))
    assert not anticommuting(destabilizers, destabilizers).any()
    assert not anticommuting(logicals, np.vstack([checks, destabilizers])).any()
    pairs = np.kron(np.eye(n - r, dtype=np.uint8), np.array([[0, 1], [1, 0]], dtype=np.uint8))
    assert np.array_equal(anticommuting(logicals, logicals), pairs)
    assert gf2.rank(np.vstack([checks, destabilizers, logicals])) == 2 * n
    if css:
        for part in (destabilizers, logicals):
            assert not (part[:, :n].any(axis=1) & part[:, n:].any(axis=1)).any()


@pytest.mark.kernel
@settings(max_examples=15)
@given(seeds, st.integers(2, 5))
def test_dependent_and_anticommuting_checks_are_refused(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    checks = random_checks(rng, n, n, False)
    assert not completed(np.vstack([checks[:-1], checks[:1]]))[0]
    assert not completed(np.vstack([checks[:-1], 0 * checks[:1]]))[0]
    # Whatever else there is commutes with all but one of a complete set of checks.
    assert not completed(np.vstack([checks, rng.integers(0, 2, (1, 2 * n), dtype=np.uint8)]))[0]


@pytest.mark.kernel
@settings(max_examples=20)
@given(seeds, st.integers(1, 5))
def test_operators_are_added_when_they_raise_the_rank(seed: int, n: int) -> None:
    rows = np.random.default_rng(seed).integers(0, 2, (2 * n, 2 * n), dtype=np.uint8)
    reduced, count = np.zeros((4, 128), dtype=np.uint64), 0
    for place, (x, z) in enumerate(zip(*words_of(rows), strict=True)):
        raises = gf2.rank(rows[: place + 1]) > count
        assert bool(add_reduced(reduced, count, x, z)) == raises
        count += raises


@pytest.mark.kernel
@settings(max_examples=20)
@given(seeds, st.integers(1, 64))
def test_operators_anticommute_when_they_differ_on_an_odd_number_of_qubits(
    seed: int, n: int
) -> None:
    rows = np.random.default_rng(seed).integers(0, 2, (2, 2 * n), dtype=np.uint8)
    xs, zs = words_of(rows)
    letters = rows[:, :n] + 2 * rows[:, n:]
    differ = (letters[0] != letters[1]) & (letters != 0).all(axis=0)
    assert bool(anticommute(xs[0], zs[0], xs[1], zs[1])) == bool(differ.sum() % 2)
