"""The independent recheck of witnesses."""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.codes import ClassicalCode, CSSCode, hypergraph_product
from qcode_rl.codes.base import Code
from qcode_rl.distance import Witness, distance_of
from qcode_rl.distance.witness import fault_in_witness, is_logical_operator
from qcode_rl.errors import InputError

RING = [[1, 1, 0], [0, 1, 1], [1, 0, 1]]
STEANE = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]


def all_supports(n: int) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(range(n), size) for size in range(n + 1)))


def test_it_finds_exactly_the_logical_operators_of_the_steane_code() -> None:
    code = CSSCode(STEANE, STEANE)
    # By definition: orthogonal to all checks, and none of the eight sums of checks.
    checks = np.array(STEANE)
    group = {tuple((np.array(c) @ checks % 2).tolist()) for c in np.ndindex(2, 2, 2)}
    for support in all_supports(7):
        word = np.isin(np.arange(7), support).astype(int)
        logical = not (checks @ word % 2).any() and tuple(word.tolist()) not in group
        assert is_logical_operator(code, Witness(x=support)) == logical
        assert is_logical_operator(code, Witness(z=support)) == logical


def test_it_finds_exactly_the_nonzero_codewords_of_the_hamming_code() -> None:
    code = ClassicalCode(STEANE)
    found = [s for s in all_supports(7) if is_logical_operator(code, Witness(x=s))]
    assert len(found) == 15
    assert min(map(len, found)) == 3


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_witnesses_of_the_distance_room_pass(seed: int) -> None:
    rng = np.random.default_rng(seed)
    h1, h2 = (rng.integers(0, 2, rng.integers(1, 5, 2), dtype=np.uint8) for _ in range(2))
    code = hypergraph_product(h1, h2)
    distance = distance_of(code)
    if distance is None:
        return
    for part in (distance, distance.dx, distance.dz):
        assert part is not None
        assert part.witness is not None
        assert fault_in_witness(code, part.witness, part.upper) is None


@pytest.mark.parametrize(
    ("code", "witness", "weight", "fault"),
    [
        (hypergraph_product(RING), Witness(x=(0,)), None, "it anticommutes with Z check 0"),
        (hypergraph_product(RING), Witness(z=(0,)), None, "it anticommutes with X check 0"),
        (CSSCode(STEANE, STEANE), Witness(x=(0, 2, 4, 6)), None, "it is a product of checks"),
        (CSSCode(STEANE, STEANE), Witness(), None, "it is a product of checks"),
        (CSSCode(STEANE, STEANE), Witness(x=tuple(range(7))), 3, "its weight is 7, not 3"),
        (CSSCode(STEANE, STEANE), Witness(x=(7,)), None, "distinct numbers from 0 to 6"),
        (CSSCode(STEANE, STEANE), Witness(z=(-1,)), None, "distinct numbers from 0 to 6"),
        (CSSCode(STEANE, STEANE), Witness(x=(1, 1)), None, "distinct numbers from 0 to 6"),
        (ClassicalCode(RING), Witness(), None, "it is not a nonzero word"),
        (ClassicalCode(RING), Witness(z=(0, 1, 2)), None, "it is not a nonzero word"),
        (ClassicalCode(RING), Witness(x=(0, 1)), None, "check 1 does not hold"),
    ],
)
def test_a_false_witness_is_named(
    code: Code, witness: Witness, weight: int | None, fault: str
) -> None:
    assert fault in str(fault_in_witness(code, witness, weight))
    assert not is_logical_operator(code, witness, weight)


def test_a_mixed_operator_is_logical_if_either_part_is() -> None:
    code = CSSCode(STEANE, STEANE)
    check, logical = (0, 2, 4, 6), tuple(range(7))
    assert is_logical_operator(code, Witness(x=check, z=logical))
    assert is_logical_operator(code, Witness(x=logical, z=check))
    assert not is_logical_operator(code, Witness(x=check, z=check))


def test_a_code_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InputError, match="no witness can be checked"):
        is_logical_operator(object(), Witness(x=(0,)))  # type: ignore[arg-type]
