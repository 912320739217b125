"""Logical error rates from counts: estimates, intervals, and how they are shared out."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qcode_rl.codes import CSSCode, named_code
from qcode_rl.decoding.decoders import DecoderSpec
from qcode_rl.decoding.experiments import Experiment, Setup, experiments
from qcode_rl.decoding.rates import Rate, per_round_and_logical, row_of, shot_rate

counts = st.integers(1, 10**6).flatmap(
    lambda shots: st.tuples(st.just(shots), st.integers(0, shots))
)


@given(counts)
def test_an_interval_holds_the_best_rate(held: tuple[int, int]) -> None:
    shots, errors = held
    rate = shot_rate(shots, errors)
    assert rate is not None
    assert math.isclose(rate.best, errors / shots)
    assert 0 <= rate.low <= rate.best <= rate.high <= 1


@pytest.mark.parametrize(("shots", "errors"), [(100, 0), (1000, 10), (50, 25), (20, 20)])
def test_the_ends_of_an_interval_are_a_thousand_times_less_likely(shots: int, errors: int) -> None:
    rate = shot_rate(shots, errors)
    assert rate is not None

    def log_likelihood(p: float) -> float:
        hit = errors * math.log(p) if errors else 0.0
        missed = (shots - errors) * math.log1p(-p) if shots > errors else 0.0
        return hit + missed

    for end in {rate.low, rate.high} - {0.0, 1.0}:
        ratio = log_likelihood(rate.best) - log_likelihood(end)
        # sinter rounds the ends outwards, to three digits.
        assert ratio == pytest.approx(math.log(1000), rel=0.1)


def test_without_shots_there_is_no_rate() -> None:
    assert shot_rate(0, 0) is None


rounds, observables = st.integers(1, 40), st.integers(1, 24)


@given(st.floats(1e-6, 0.4), rounds, observables, st.integers(1, 24))
def test_shared_out_rates_add_up_to_that_of_a_shot(
    piece: float, rounds: int, observables: int, k: int
) -> None:
    # From the rate of one observable in one round: an odd number of flips in the end.
    flipped = (1 - (1 - 2 * piece) ** rounds) / 2
    shot = 1 - (1 - flipped) ** observables
    assume(shot < 0.99)
    # Close to one half hardly anything is left to tell rates apart by.
    assume(flipped < 0.49 or rounds == 1)
    wanted = 1 - (1 - piece) ** (observables / k)
    found = per_round_and_logical(Rate(shot, shot, shot), rounds, observables, k)
    assert found.best == pytest.approx(wanted, rel=1e-3)


@given(st.floats(0, 1), st.floats(0, 1), rounds, observables)
def test_larger_rates_stay_larger(one: float, two: float, rounds: int, observables: int) -> None:
    low, high = sorted((one, two))
    found = per_round_and_logical(Rate(low, low, high), rounds, observables, observables)
    assert found.low == found.best <= found.high + 1e-4


@given(st.floats(0.5, 1), st.integers(2, 40))
def test_what_is_lost_in_several_rounds_fails_in_half_of_them_at_most(
    value: float, rounds: int
) -> None:
    assert per_round_and_logical(Rate(value, value, value), rounds, 1, 1).best == 0.5


def test_one_round_of_one_qubit_is_the_shot() -> None:
    rate = Rate(0.7, 0.6, 0.8)
    assert per_round_and_logical(rate, 1, 1, 1) == pytest.approx(rate)


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    code = named_code("toric-3")
    assert isinstance(code, CSSCode)
    setup = Setup(model="phenomenological", rounds=2, decoder=DecoderSpec.of("matching"))
    (made,) = experiments(code, [0.05], setup)
    return made


def counted(experiment: Experiment, shots: int, errors: int, discards: int = 0) -> object:
    import sinter

    return sinter.TaskStats(
        strong_id="a" * 64,
        decoder=experiment.decoder.label,
        json_metadata=experiment.as_json(),
        shots=shots,
        errors=errors,
        discards=discards,
        seconds=1.23456,
    )


def test_a_row_holds_what_was_done_and_what_came_out(experiment: Experiment) -> None:
    row = row_of(experiment, counted(experiment, 1010, 100, discards=10), "mine")
    wanted = {
        "name": "mine",
        "code": experiment.code.key,
        "patches": 1,
        **{"n": 18, "k": 2, "w": 4, "q": 2},
        **{"model": "phenomenological", "p": 0.05, "rounds": 2, "basis": "Z", "schedule": ""},
        "decoder": "matching",
        "decoder_settings": {"correlated": False},
        "circuit_distance": 3,
        **{"shots": 1010, "errors": 100, "discards": 10, "seconds": 1.235},
        "rate": 0.1,
    }
    assert {name: row[name] for name in wanted} == wanted
    assert row["noise"] == {"x": 0.05 / 3, "y": 0.05 / 3, "z": 0.05 / 3, "measurement": 0.05}
    low, high = row["rate_interval"]
    assert low < 0.1 < high
    piece, (low, high) = (row[f"rate_per_round_and_logical{end}"] for end in ("", "_interval"))
    assert low < piece < high
    # Small rates share out evenly among 2 rounds and 2 logical qubits.
    assert piece == pytest.approx(0.1 / 4, rel=0.1)


def test_patches_fail_if_one_of_them_does(experiment: Experiment) -> None:
    stats = counted(experiment, 1000, 100)
    one, three = row_of(experiment, stats), row_of(experiment, stats, patches=3)
    assert (three["n"], three["k"], three["patches"]) == (54, 6, 3)
    assert three["rate"] == pytest.approx(1 - 0.9**3)
    assert three["rate_interval"] == pytest.approx([1 - (1 - e) ** 3 for e in one["rate_interval"]])
    # A logical qubit is no worse for standing beside others.
    assert three["rate_per_round_and_logical"] == one["rate_per_round_and_logical"]
    assert one["name"] == "[[18,2]](4,2)"


def test_a_row_without_shots_has_no_rates(experiment: Experiment) -> None:
    for stats in (counted(experiment, 0, 0), counted(experiment, 3, 0, discards=3)):
        row = row_of(experiment, stats)
        names = [name for name in row if name.startswith("rate")]
        assert len(names) == 4
        assert all(row[name] is None for name in names)
