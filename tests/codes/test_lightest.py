"""Checks of least weight."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl import gf2
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.codes.lightest import with_lightest_checks
from qcode_rl.errors import InputError


def least_weights(checks: gf2.BinaryMatrix, n: int) -> list[int]:
    """Raise the weight one by one and see how far stabilizers of up to that weight generate."""
    rows = [
        np.bitwise_xor.reduce(checks[list(chosen)], axis=0)
        for size in range(1, len(checks) + 1)
        for chosen in combinations(range(len(checks)), size)
    ]
    weights = [int((row[:n] | row[-n:]).sum()) for row in rows]
    found: list[int] = []
    for bound in range(1, n + 1):
        light = [row for row, weight in zip(rows, weights, strict=True) if 0 < weight <= bound]
        found += [bound] * ((gf2.rank(np.array(light)) if light else 0) - len(found))
    return found


@given(st.integers(0, 2**32 - 1), st.integers(2, 7))
def test_each_check_is_as_light_as_it_can_be(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    checks = rng.integers(0, 2, (rows, 9), dtype=np.uint8)
    code = CSSCode(checks, np.zeros((0, 9), dtype=np.uint8))
    light = with_lightest_checks(code)
    assert light == code
    assert sorted(light.x_checks.sum(axis=1)) == least_weights(checks, 9)


@pytest.mark.parametrize("name", ["eleven", "gottesman-3", "perfect-2"])
def test_stabilizers_are_weighed_by_qubits(name: str) -> None:
    code = named_code(name)
    assert isinstance(code, StabilizerCode)
    rng = np.random.default_rng(5)
    mixed = code.checks.copy()
    for i, j in rng.permuted(np.tile(np.arange(len(mixed)), (50, 1)), axis=1)[:, :2]:
        mixed[i] ^= mixed[j]
    light = with_lightest_checks(StabilizerCode(mixed))
    assert light == code
    n = code.num_qubits
    assert sorted((light.x_part | light.z_part).sum(axis=1)) == least_weights(mixed, n)


def test_too_many_checks_are_refused() -> None:
    golay = named_code("quantum-golay")
    assert isinstance(golay, CSSCode)
    message = r"^code: must have at most 16 independent checks, got 22$"
    with pytest.raises(InputError, match=message):
        with_lightest_checks(StabilizerCode.from_css(golay))
