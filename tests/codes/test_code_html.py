"""Codes as notebooks show them: a picture with one mark for each entry of the checks."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from qcode_rl.codes import ClassicalCode, CSSCode, StabilizerCode
from qcode_rl.codes.html import checks_svg, code_html
from qcode_rl.codes.named import named_code

RED, BLUE, GREEN, GREY = "#D55E00", "#0072B2", "#009E73", "#555555"


def marks(svg: str) -> dict[str, list[tuple[int, int]]]:
    """Return the squares of a picture, (row, column), by colour."""
    found: dict[str, list[tuple[int, int]]] = {}
    for path in ElementTree.fromstring(svg):
        if path.tag.endswith("path"):
            steps = re.findall(r"M(\d+) (\d+)\.5h1", path.attrib["d"])
            found[path.attrib["stroke"]] = [(int(row), int(column)) for column, row in steps]
    return found


def test_x_checks_stand_above_z_checks_in_their_colours() -> None:
    code = CSSCode([[1, 1, 1, 1]], [[1, 1, 0, 0], [0, 0, 1, 1]])
    assert marks(checks_svg(code)) == {
        RED: [(0, 0), (0, 1), (0, 2), (0, 3)],
        BLUE: [(1, 0), (1, 1), (2, 2), (2, 3)],
    }


def test_letters_have_colours_and_bits_are_grey() -> None:
    code = StabilizerCode.from_pauli_strings(["XYZ", "IYI"])
    assert marks(checks_svg(code)) == {RED: [(0, 0)], GREEN: [(0, 1), (1, 1)], BLUE: [(0, 2)]}
    assert marks(checks_svg(ClassicalCode([[0, 1], [1, 0]]))) == {GREY: [(0, 1), (1, 0)]}


def test_large_codes_are_drawn_coarsely_within_bounds() -> None:
    code = named_code("toric-40")
    svg = checks_svg(code)
    assert len(svg) < 100_000
    image = ElementTree.fromstring(svg)
    assert int(image.attrib["width"]) <= 640
    assert int(image.attrib["height"]) <= 320
    assert set(marks(svg)) == {RED, BLUE}


@pytest.mark.parametrize("shape", [(0, 3), (2, 3)])
def test_codes_without_ones_have_no_marks(shape: tuple[int, int]) -> None:
    svg = checks_svg(ClassicalCode(np.zeros(shape, np.uint8)))
    assert "path" not in svg


@pytest.mark.parametrize("name", ["steane", "five-qubit", "hamming-3", "toric-3"])
def test_notebooks_are_given_parameters_and_picture(name: str) -> None:
    code = named_code(name)
    html = code._repr_html_()
    assert html == code_html(code)
    root = ElementTree.fromstring(html)
    assert root.findtext("code") == repr(code)
    assert "script" not in html
