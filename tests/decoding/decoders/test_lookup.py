"""The exact decoder against enumeration, and other decoders against the exact one."""

from math import comb

import numpy as np
import pytest
import stim
from decoder_models import (
    all_syndromes,
    compiled,
    decode,
    enumerated_distribution,
    exact_error_rate,
    repetition,
    steane,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from qcode_rl.decoding.decoders.lookup import joint_distribution

TARGETS = [*(f"D{i}" for i in range(4)), "L0", "L1"]


@st.composite
def models(draw: st.DrawFn) -> stim.DetectorErrorModel:
    """Up to eight errors, some of them in parts that share detectors."""
    lines = ["detector D3", "logical_observable L1"]
    part = st.lists(st.sampled_from(TARGETS), min_size=1, unique=True).map(" ".join)
    for _ in range(draw(st.integers(1, 8))):
        p = draw(st.sampled_from([0.0, 1e-9, 1e-3, 0.1, 0.3, 0.5, 0.9, 1.0]))
        lines.append(f"error({p}) {' ^ '.join(draw(st.lists(part, min_size=1, max_size=3)))}")
    return stim.DetectorErrorModel("\n".join(lines))


@given(models())
def test_the_distribution_is_the_sum_over_all_sets_of_errors(
    model: stim.DetectorErrorModel,
) -> None:
    np.testing.assert_allclose(joint_distribution(model), enumerated_distribution(model), rtol=1e-9)


@given(models())
def test_every_prediction_is_a_likeliest_one(model: stim.DetectorErrorModel) -> None:
    joint = enumerated_distribution(model)
    possible = np.flatnonzero(joint.max(axis=0) > 0)
    predicted = decode(compiled(model, "lookup"), all_syndromes(4)[possible])[:, 0]
    np.testing.assert_allclose(
        joint[predicted, possible], joint[:, possible].max(axis=0), rtol=1e-9
    )


@given(models().filter(lambda model: "0.9" not in str(model) and "error(1)" not in str(model)))
@settings(max_examples=30)
def test_no_decoder_beats_the_exact_one(model: stim.DetectorErrorModel) -> None:
    joint = enumerated_distribution(model)
    possible = np.flatnonzero(joint.max(axis=0) > 0)
    shots = all_syndromes(4)[possible]
    exact = joint[decode(compiled(model, "lookup"), shots)[:, 0], possible].sum()
    for name in ("bposd", "bplsd"):
        guesses = decode(compiled(model, name), shots)[:, 0]
        assert joint[guesses, possible].sum() <= exact + 1e-12


def test_what_is_all_but_certain_keeps_what_is_left() -> None:
    model = stim.DetectorErrorModel("error(1e-9) D0\nerror(1) D0")
    assert joint_distribution(model)[0] == pytest.approx([1e-9, 1 - 1e-9], rel=1e-12)


def test_rare_syndromes_are_as_exact_as_frequent_ones() -> None:
    joint = joint_distribution(repetition(9, 1e-6))
    # D0, D2, D4 and D6 fire together when bits 1, 2, 5 and 6 flip, and bit 0, of L0, does not.
    syndrome = sum(1 << i for i in (0, 2, 4, 6))
    assert joint[0, syndrome] == pytest.approx(1e-24, rel=1e-4)


@pytest.mark.parametrize("n", [3, 5, 9, 13])
@pytest.mark.parametrize("p", [0.001, 0.1, 0.4])
def test_the_repetition_code_fails_when_most_bits_flip(n: int, p: float) -> None:
    model = repetition(n, p)
    binomial = sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n // 2 + 1, n + 1))
    joint = joint_distribution(model)
    assert 1 - joint.max(axis=0).sum() == pytest.approx(binomial, rel=1e-9, abs=1e-14)
    for name in ("lookup", "matching"):
        rate = exact_error_rate(model, compiled(model, name), joint)
        assert rate == pytest.approx(binomial, rel=1e-9, abs=1e-14)


def test_steanes_code_fails_as_often_as_its_cosets_say() -> None:
    p = 0.05
    model = steane(p)
    joint = joint_distribution(model)
    # Flips are corrected when they are a codeword of Hamming's [7,4,3] code of weight 0 or 4, or
    # one flip away from one: from a word of weight 4, four flips lead to weight 3, three to 5.
    words = {0: 1, 1: 7, 4: 7, 3: 7 * 4, 5: 7 * 3}
    right = sum(count * p**w * (1 - p) ** (7 - w) for w, count in words.items())
    assert exact_error_rate(model, compiled(model, "lookup"), joint) == pytest.approx(1 - right)
    for name in ("bposd", "bplsd"):
        assert exact_error_rate(model, compiled(model, name), joint) >= 1 - right - 1e-12


def test_more_than_eight_observables_are_predicted() -> None:
    model = stim.DetectorErrorModel("\n".join(f"error(0.1) D{i} L{9 - i}" for i in range(10)))
    shots = all_syndromes(10)
    reversed_bits = np.unpackbits(shots, axis=1, count=10, bitorder="little")[:, ::-1]
    expected = np.packbits(reversed_bits, axis=1, bitorder="little")
    for name in ("lookup", "bposd", "bplsd", "matching"):
        assert np.array_equal(decode(compiled(model, name), shots), expected)
