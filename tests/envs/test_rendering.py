"""Drawings of environments: text and pictures."""

from typing import Any

import numpy as np
import pytest
from env_registry import IDS, make, make_vector
from qcode_envs.rendering import as_pauli_picture, as_picture, as_text

from qcode_rl.codes import StabilizerCode

CHECKS = np.array([[1, 0, 1], [0, 1, 1]], dtype=np.uint8)

#: Families that show checks as Pauli operators.
PAULI_IDS = {"qcode/CSS-v0", "qcode/Stabilizer-v0"}

every_id = pytest.mark.parametrize("env_id", IDS)


def test_text_shows_the_matrix_below_what_its_product_has_reached() -> None:
    assert as_text(CHECKS, 2, 3).splitlines() == [
        "2 checks on 3 bits, product distance 2 (asked: 3)",
        "1.1",
        ".11",
    ]


def test_the_picture_shows_edges_black_and_bits_in_light_codewords_red() -> None:
    picture = as_picture(CHECKS, np.array([1.0, 0.5, 0.0, 0.7]))
    assert picture.dtype == np.uint8
    assert picture.shape == (36, 36, 3)
    # The middle of each cell of 12 pixels; the top line belongs to the bits.
    centres = picture[6::12, 6::12]
    assert centres[0].tolist() == [[255, 0, 0], [255, 127, 127], [255, 255, 255]]
    assert ((centres[1:] == 0).all(axis=2) == (CHECKS == 1)).all()
    assert ((centres[1:] == 255).all(axis=2) == (CHECKS == 0)).all()


def test_the_picture_of_pauli_operators_has_a_colour_for_each_letter() -> None:
    code = StabilizerCode.from_pauli_strings(["XZI", "ZYI"])
    centres = as_pauli_picture(code.checks, np.array([0.0, 1.0, 0.0]))[6::12, 6::12].tolist()
    assert centres[0] == [[255, 255, 255], [255, 0, 0], [255, 255, 255]]
    (x, z, white), (again, y, blank) = centres[1:]
    assert white == blank == [255, 255, 255]
    assert z == again
    # The strongest channel: X is blue, Z green, Y both red and blue.
    assert [int(np.argmax(letter)) for letter in (x, z, y)] == [2, 1, 2]
    assert y[0] > y[1]


def test_participation_beyond_its_range_is_clipped() -> None:
    picture = as_picture(CHECKS, np.array([7.0, -1.0, 0.0]))
    assert picture[6, 6::12].tolist() == [[255, 0, 0], [255, 255, 255], [255, 255, 255]]


@every_id
def test_text_follows_the_edits(env_id: str) -> None:
    env = make(env_id, render_mode="ansi")
    env.reset(seed=1)
    before = env.render()
    assert before.splitlines()[1:] == rows_as_text(env_id, env.batch.checks(0))
    env.step(np.int64(env.action_masks().argmax()))
    assert env.render() != before


def rows_as_text(env_id: str, checks: Any) -> list[str]:
    if env_id in PAULI_IDS:
        return list(StabilizerCode(checks).pauli_strings)
    return ["".join("1" if entry else "." for entry in row) for row in checks]


@every_id
def test_pictures_have_one_cell_for_each_entry(env_id: str) -> None:
    env = make(env_id, render_mode="rgb_array")
    env.reset(seed=1)
    m, n = env.batch.checks(0).shape
    columns = n // 2 if env_id in PAULI_IDS else n
    assert env.render().shape == (12 * m + 12, 12 * columns, 3)


@every_id
def test_without_a_mode_nothing_is_drawn(env_id: str) -> None:
    env, batch = make(env_id), make_vector(env_id, 2)
    env.reset(seed=1)
    batch.reset(seed=1)
    assert env.render() is None
    assert batch.render() is None


@every_id
def test_a_batch_draws_each_of_its_environments(env_id: str) -> None:
    for mode, kind in (("ansi", str), ("rgb_array", np.ndarray)):
        batch, single = make_vector(env_id, 2, render_mode=mode), make(env_id, render_mode=mode)
        batch.reset(seed=3)
        drawings = batch.render()
        assert len(drawings) == 2
        assert all(isinstance(drawing, kind) for drawing in drawings)
        single.reset(seed=4)
        assert np.array_equal(drawings[1], single.render())
