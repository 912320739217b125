"""The random streams of environments, against splitmix64 in plain Python integers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.edits.streams import below, next_word, uniform

MASK = 2**64 - 1


def splitmix(state: int) -> tuple[int, int]:
    """Return the next state and the number drawn."""
    state = (state + 0x9E3779B97F4A7C15) & MASK
    z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return state, z ^ (z >> 31)


@pytest.mark.kernel
def test_the_first_numbers_are_those_published_for_splitmix64() -> None:
    # Seed 1234567: https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64
    streams = np.array([1234567], dtype=np.uint64)
    drawn = [int(next_word(streams, 0)) for _ in range(5)]
    assert drawn == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@pytest.mark.kernel
@given(st.integers(0, MASK))
def test_every_state_gives_the_number_of_splitmix64(state: int) -> None:
    streams = np.array([17, state], dtype=np.uint64)
    expected_state, expected = splitmix(state)
    assert int(next_word(streams, 1)) == expected
    assert streams.tolist() == [17, expected_state]


@pytest.mark.kernel
@given(st.integers(0, MASK), st.integers(1, 2**31))
def test_numbers_below_a_bound_are_the_high_bits_scaled(state: int, bound: int) -> None:
    streams = np.array([state], dtype=np.uint64)
    drawn = int(below(streams, 0, bound))
    assert drawn == (splitmix(state)[1] >> 32) * bound >> 32
    assert 0 <= drawn < bound


@pytest.mark.kernel
@given(st.integers(0, MASK))
def test_uniform_numbers_are_the_high_53_bits_scaled(state: int) -> None:
    streams = np.array([state], dtype=np.uint64)
    drawn = uniform(streams, 0)
    after, word = splitmix(state)
    assert drawn == (word >> 11) / 2**53
    assert 0 <= drawn < 1
    assert streams.tolist() == [after]
