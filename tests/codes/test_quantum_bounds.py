"""Upper bounds on distances of stabilizer codes."""

from fractions import Fraction

import numpy as np
import pytest

from qcode_rl import gf2
from qcode_rl.catalogue import catalogue
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.codes.quantum_bounds import (
    MAX_QUBITS,
    _conditions,
    _contradicts,
    is_excluded,
    largest_distance,
)
from qcode_rl.codes.symplectic import swap_halves
from qcode_rl.errors import InputError


# Calderbank, Rains, Shor and Sloane, quant-ph/9608006, table III: codes that reach the bound.
@pytest.mark.parametrize(
    ("n", "k", "d"),
    [(4, 2, 2), (5, 1, 3), (6, 4, 2), (8, 3, 3), (11, 1, 5), (13, 1, 5), (16, 10, 3), (17, 9, 4)],
)
def test_codes_that_are_known_to_be_optimal_reach_the_bound(n: int, k: int, d: int) -> None:
    assert largest_distance(n, k) == d
    assert is_excluded(n, k, d + 1)
    assert not is_excluded(n, k, d)


def test_no_proved_code_of_the_catalogue_breaks_the_bound() -> None:
    proved = [known for known in catalogue().codes if known.proved and known.n <= MAX_QUBITS]
    assert len(proved) > 50
    assert all(known.d <= largest_distance(known.n, known.k) for known in proved)


def weights_of(rows: gf2.BinaryMatrix, n: int) -> list[int]:
    """Count the words of a span by the number of qubits, one by one."""
    words = np.zeros((1, 2 * n), dtype=np.uint8)
    for row in gf2.row_reduce(rows)[0][: gf2.rank(rows)]:
        words = np.concatenate([words, words ^ row])
    weights = (words[:, :n] | words[:, n:]).sum(axis=1)
    return [int(count) for count in np.bincount(weights, minlength=n + 1)]


@pytest.mark.parametrize("name", ["five-qubit", "steane", "gottesman-3", "shor-2-3", "xzzx-2-2"])
def test_the_conditions_hold_for_the_weights_of_codes(name: str) -> None:
    named = named_code(name)
    code = StabilizerCode.from_css(named) if isinstance(named, CSSCode) else named
    assert isinstance(code, StabilizerCode)
    n, k = code.num_qubits, code.num_logicals
    own = np.array(weights_of(code.checks, n), dtype=object)
    commuting = weights_of(gf2.null_space(swap_halves(code.checks)), n)
    values = _conditions(n, k) @ own
    excess = [(b - int(a)) << (n - k) for a, b in zip(own, commuting, strict=True)]
    assert list(values[: n + 1]) == excess
    assert all(value >= 0 for value in values[n + 1 :])


def test_a_combination_that_proves_nothing_is_not_taken() -> None:
    conditions = _conditions(5, 1)
    none = [Fraction(0)] * len(conditions)
    assert not _contradicts(none, conditions, 3)
    for row in range(len(conditions)):
        for sign in (1, -1):
            weights = list(none)
            weights[row] = Fraction(sign)
            assert not _contradicts(weights, conditions, 3)


@pytest.mark.parametrize(
    ("n", "k", "message"),
    [(21, 1, "n: must be from 1 to 20, got 21"), (5, 0, "k: must be from 1 to 5, got 0")],
)
def test_sizes_out_of_range_are_refused(n: int, k: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        largest_distance(n, k)
