"""Layouts of qubits: distances, who is near whom, and files of coordinates."""

from itertools import product
from math import dist, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.edits.layouts import (
    balls,
    grid_places,
    layout_balls,
    layout_distances,
    read_coordinates,
    sets_of,
    torus_shape,
)
from qcode_rl.errors import InputError

places = st.lists(st.tuples(*[st.integers(-9, 9)] * 2), min_size=1, max_size=12)


def members(ball: Any) -> list[int]:
    return [qubit for qubit in range(64) if int(ball) >> qubit & 1]


@given(places)
def test_distances_of_coordinates_are_euclidean(pairs: list[tuple[int, int]]) -> None:
    expected = [[dist(one, other) for other in pairs] for one in pairs]
    np.testing.assert_allclose(layout_distances(pairs, len(pairs)), expected)


@given(places, st.integers(1, 7), st.integers(1, 7))
def test_distances_on_a_torus_are_the_least_over_all_images(
    pairs: list[tuple[int, int]], width: int, height: int
) -> None:
    found = layout_distances(pairs, len(pairs), (width, height))
    shifts = [(width * i, height * j) for i, j in product(range(-19, 20), repeat=2)]
    one = np.array(pairs[0])
    for other, distance in zip(pairs, found[0], strict=True):
        images = [dist(one, np.array(other) + shift) for shift in shifts]
        assert distance == pytest.approx(min(images))


@given(st.integers(1, 64))
def test_a_grid_is_as_square_as_its_number_of_places_allows(n: int) -> None:
    width, height = (int(most) + 1 for most in grid_places(n).max(axis=0))
    assert width - 1 <= height <= width
    assert (height - 1) * width < n <= height * width
    assert len({tuple(place) for place in grid_places(n)}) == n


@given(st.integers(1, 64))
def test_a_torus_is_a_full_rectangle_in_which_all_qubits_are_alike(n: int) -> None:
    width, height = torus_shape(n)
    assert width * height == n
    assert not any(n % h == 0 for h in range(height + 1, int(sqrt(n)) + 1))
    rows = np.sort(layout_distances("torus", n), axis=1)
    np.testing.assert_allclose(rows, np.tile(rows[0], (n, 1)))


def test_neighbours_on_a_grid_and_on_a_torus() -> None:
    grid, torus = (balls(layout_distances(name, 9), 1) for name in ("grid", "torus"))
    assert [members(ball) for ball in (grid[0], grid[4])] == [[0, 1, 3], [1, 3, 4, 5, 7]]
    assert members(torus[0]) == [0, 1, 2, 3, 6]
    assert members(balls(layout_distances("grid", 9), sqrt(2))[0]) == [0, 1, 3, 4]
    # A root in a few digits reaches as far.
    assert members(balls(layout_distances("grid", 9), 1.414214)[0]) == [0, 1, 3, 4]


@given(places, st.integers(1, 9))
def test_balls_hold_whom_the_distances_say(pairs: list[tuple[int, int]], radius: int) -> None:
    distances = layout_distances(pairs, len(pairs))
    for row, ball in zip(distances, balls(distances, radius), strict=True):
        assert members(ball) == np.flatnonzero(row <= radius).tolist()


def test_a_matrix_says_outright_who_is_near() -> None:
    near = [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    found = layout_balls(near, None, 3)
    assert found is not None
    assert [members(ball) for ball in found] == [[0, 1], [0, 1], [2]]
    assert layout_balls(None, None, 3) is None


def test_all_of_64_qubits_fit_into_a_set() -> None:
    assert balls(layout_distances("grid", 64), 99).tolist() == [2**64 - 1] * 64


def test_a_file_of_coordinates_is_read(tmp_path: Path) -> None:
    file = tmp_path / "places.txt"
    file.write_text("# a triangle\n0 0\n\n3 0  # east\n 0\t4e0\n")
    assert read_coordinates(file).tolist() == [[0, 0], [3, 0], [0, 4]]
    assert layout_distances(str(file), 3).tolist() == [[0, 3, 4], [3, 0, 5], [4, 5, 0]]
    found = layout_balls(file, 4, 3)
    assert found is not None
    assert [members(ball) for ball in found] == [[0, 1, 2], [0, 1], [0, 2]]


@pytest.mark.parametrize("line", ["1", "1 2 3", "one 2", "1 nan", "inf 0"])
def test_a_line_that_is_no_pair_of_numbers_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "places.txt"
    file.write_text(f"0 0\n{line}\n")
    with pytest.raises(InputError) as caught:
        read_coordinates(file)
    assert str(caught.value) == f"{file} line 2: must be two numbers, got {line!r}"


@pytest.mark.parametrize(
    ("layout", "radius", "message"),
    [
        ("gird", 1.0, "layout: must be grid, torus or a file, got 'gird'"),
        ("grid", None, "layout: must come with a radius, got 'grid' alone"),
        (None, 2.0, "radius: must come with a layout, got 2.0 alone"),
        ("grid", 0, "radius: must be a positive number, got 0"),
        ("grid", float("nan"), "radius: must be a positive number, got nan"),
        ("grid", "far", "radius: must be a positive number, got 'far'"),
        ([[0, 0], [1, 1]], 1.0, "layout: must place 3 qubits, got 2"),
        ([[0, 1], [1, 0]], None, "layout: must place 3 qubits, got 2"),
        ([[0, 1, 0]], 1.0, "layout: coordinates must be pairs of numbers, got [[0, 1, 0]]"),
        ([[0, 1, 0]], None, "layout: must be a square matrix, got shape (1, 3)"),
        (["a", "b"], 1.0, "layout: coordinates must be pairs of numbers, got ['a', 'b']"),
        (
            [[0, 1, 0], [0, 0, 0], [0, 0, 0]],
            None,
            "layout: must be symmetric, got a difference for 0 and 1",
        ),
    ],
)
def test_bad_layouts_are_refused_with_rule_and_value(
    layout: Any, radius: Any, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        layout_balls(layout, radius, 3)
    assert str(caught.value) == message


def test_periods_must_be_positive() -> None:
    with pytest.raises(InputError, match=r"^torus: periods must be positive, got \(0, 2\)$"):
        layout_distances([[0, 0]], 1, (0, 2))


def test_a_folder_is_no_file_of_coordinates(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a file that can be read"):
        read_coordinates(tmp_path)


def test_every_qubit_is_near_itself() -> None:
    assert sets_of(np.zeros((2, 2), dtype=np.uint8)).tolist() == [1, 2]
