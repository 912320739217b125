"""Noise models: what their rates are, and what is refused by which name."""

import math
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.decoding.noise import (
    CIRCUIT_RATES,
    CapacityNoise,
    CircuitNoise,
    PauliChannel,
    PhenomenologicalNoise,
    noise_of,
    rates_of,
)
from qcode_rl.errors import InputError

rates = st.floats(0, 1)
small = st.floats(0, 0.75)
biases = st.floats(1e-3, 1e6)


@given(small)
def test_a_depolarizing_channel_has_its_rate_in_three_even_parts(p: float) -> None:
    channel = PauliChannel.of(p)
    assert channel.depolarizes
    assert math.isclose(channel.x + channel.y + channel.z, p, abs_tol=1e-300)


@given(rates, biases)
def test_a_biased_channel_keeps_its_rate_and_its_bias(p: float, bias: float) -> None:
    channel = PauliChannel.of(p, "biased", bias)
    assert math.isclose(channel.x + channel.y + channel.z, p, abs_tol=1e-300)
    assert channel.x == channel.y
    # The definition of Tuckett et al., arXiv:1708.08474: p_Z over p_X + p_Y.
    assert math.isclose(channel.z, bias * (channel.x + channel.y), rel_tol=1e-6, abs_tol=1e-12)


@given(small)
def test_a_bias_of_one_half_depolarizes(p: float) -> None:
    found, wanted = PauliChannel.of(p, "biased", 0.5), PauliChannel.of(p)
    for name, value in asdict(wanted).items():
        assert math.isclose(asdict(found)[name], value, abs_tol=1e-15)


@given(rates, st.sampled_from("xz"))
def test_one_type_of_errors_may_happen_always(p: float, letter: str) -> None:
    assert asdict(PauliChannel.of(p, letter)) == {"x": 0.0, "y": 0.0, "z": 0.0, letter: p}


@given(st.floats(0, 0.1), st.dictionaries(st.sampled_from(CIRCUIT_RATES), st.floats(0, 7)))
def test_circuit_rates_are_p_or_a_multiple_of_it(p: float, factors: dict[str, float]) -> None:
    found = rates_of(noise_of("circuit", p, factors=factors))
    assert tuple(found) == CIRCUIT_RATES
    assert found == {name: p * factors.get(name, 1) for name in CIRCUIT_RATES}


def test_models_are_what_their_names_say() -> None:
    assert noise_of("capacity", 0.3) == CapacityNoise(PauliChannel.of(0.3))
    noise = noise_of("phenomenological", 0.1, "x", factors={"measurement": 2})
    assert noise == PhenomenologicalNoise(PauliChannel.of(0.1, "x"), 0.2)
    assert rates_of(noise) == {"x": 0.1, "y": 0.0, "z": 0.0, "measurement": 0.2}
    assert noise_of("circuit", 0.01) == CircuitNoise(*[0.01] * 5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("capacity", 0.75), None),
        (("phenomenological", 1.0, "z"), None),
        (("circuit", 0.75), None),
        (("circuit", 0.9375, "depolarizing", None, {"one_qubit": 0.5, "idle": 0.5}), None),
        (("capacity", 0.7501), "noise: must be between 0 and 3/4, got 0.7501"),
        (("phenomenological", 0.8), "noise: must be between 0 and 3/4, got 0.8"),
        (("capacity", 1.1, "x"), "noise: must be between 0 and 1, got 1.1"),
        (("circuit", -0.1), "noise: must be between 0 and 1, got -0.1"),
        (("circuit", math.nan), "noise: must be between 0 and 1, got nan"),
        (("capacity", "0.1"), "noise: must be between 0 and 3/4, got 0.1"),
        (("capacity", True), "noise: must be between 0 and 3/4, got True"),
        (("circuit", 0.8), "noise: one_qubit must be between 0 and 3/4, got 0.8"),
        (("circuit", 0.95), "noise: two_qubit must be between 0 and 15/16, got 0.95"),
        (
            ("circuit", 0.1, "depolarizing", None, {"idle": 9}),
            "rates: idle must be between 0 and 3/4, got 0.9",
        ),
        (
            ("phenomenological", 0.5, "depolarizing", None, {"measurement": 3}),
            "rates: measurement must be between 0 and 1, got 1.5",
        ),
        (
            ("phenomenological", 0.5, "depolarizing", None, {"measurement": -1}),
            "rates: measurement must be a finite factor from 0 on, got -1",
        ),
        (
            ("circuit", 0.1, "depolarizing", None, {"idle": math.inf}),
            "rates: idle must be a finite factor from 0 on, got inf",
        ),
        (
            ("circuit", 0.1, "depolarizing", None, {"wait": 1}),
            "rates: must be of two_qubit, one_qubit, preparation, measurement, idle, got 'wait'",
        ),
        (
            ("capacity", 0.1, "depolarizing", None, {"measurement": 1}),
            "rates: model capacity has no measurement to scale",
        ),
        (
            ("phenomenological", 0.1, "depolarizing", None, {"idle": 1}),
            "rates: model phenomenological has no idle to scale",
        ),
        (("gates", 0.1), "model: must be one of capacity, phenomenological, circuit, got 'gates'"),
        (("capacity", 0.1, "y"), "channel: must be one of depolarizing, x, z, biased, got 'y'"),
        (("circuit", 0.1, "x"), "channel: model circuit has depolarizing alone, got 'x'"),
        (("circuit", 0.1, "depolarizing", 2.0), "bias: model circuit has none, got 2.0"),
        (("capacity", 0.1, "x", 2.0), "bias: must be given with channel biased alone, got 2.0"),
        (("capacity", 0.1, "biased"), "bias: must be a positive number, got None"),
        (("capacity", 0.1, "biased", 0.0), "bias: must be a positive number, got 0.0"),
        (("capacity", 0.1, "biased", math.inf), "bias: must be a positive number, got inf"),
        (("capacity", 0.1, "biased", math.nan), "bias: must be a positive number, got nan"),
    ],
)
def test_limits_are_told_by_the_name_that_users_type(
    arguments: tuple[Any, ...], said: str | None
) -> None:
    if said is None:
        noise_of(*arguments)
        return
    with pytest.raises(InputError) as caught:
        noise_of(*arguments)
    assert str(caught.value) == said


def test_models_made_by_hand_are_checked_too() -> None:
    with pytest.raises(InputError, match=r"^two_qubit: must be between 0 and 15/16, got 0\.95$"):
        CircuitNoise(0.95, 0, 0, 0, 0)
    with pytest.raises(InputError, match=r"^measurement: must be between 0 and 1, got 2$"):
        PhenomenologicalNoise(PauliChannel(0, 0, 0), 2)
    with pytest.raises(InputError, match=r"^channel: x \+ y \+ z must be at most 1, got 1\.5$"):
        PauliChannel(0.5, 0.5, 0.5)
    with pytest.raises(InputError, match=r"^channel y: must be between 0 and 1, got -1$"):
        PauliChannel(0.5, -1, 0.5)
