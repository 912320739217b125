"""Settings of the logical-error reward: what they must be."""

import math
from typing import Any

import pytest

from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.errors import InputError


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"p": 0.0}, "logical_error.p: must be above 0 and at most 0.75, got 0.0"),
        ({"p": 0.76}, "logical_error.p: must be above 0 and at most 0.75, got 0.76"),
        ({"p": math.nan}, "logical_error.p: must be above 0 and at most 0.75, got nan"),
        ({"p": "x"}, "logical_error.p: must be a number, got 'x'"),
        ({"p": True}, "logical_error.p: must be a number, got True"),
        ({"shots": 0}, "logical_error.shots: must be at least 1, got 0"),
        ({"shots": 1_000_001}, "logical_error.shots: must be at most 1000000, got 1000001"),
        ({"shots": 10.0}, "logical_error.shots: must be a whole number, got 10.0"),
        ({"seed": -1}, "logical_error.seed: must be at least 0, got -1"),
        ({"seed": False}, "logical_error.seed: must be a whole number, got False"),
        ({"every": -1}, "logical_error.every: must be at least 0, got -1"),
        ({"weight": -0.5}, "logical_error.weight: must be finite and >= 0, got -0.5"),
        ({"weight": math.inf}, "logical_error.weight: must be finite and >= 0, got inf"),
        ({"weight": None}, "logical_error.weight: must be a number, got None"),
    ],
)
def test_bad_settings_are_refused_with_rule_and_value(
    setting: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        LogicalErrorOptions(**setting)
    assert str(caught.value) == message


def test_whole_numbers_for_fractions_are_the_same_setting() -> None:
    assert repr(LogicalErrorOptions(weight=2)) == repr(LogicalErrorOptions(weight=2.0))


def test_the_most_noise_leaves_nothing_of_a_state() -> None:
    assert LogicalErrorOptions(p=0.75).p == 0.75
