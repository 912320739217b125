"""Codes as notebooks show them: their parameters, and a picture of their checks."""

from html import escape

import numpy as np

from qcode_rl.codes.base import Code
from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.gf2 import BinaryMatrix

#: Okabe and Ito's vermilion for X, blue for Z and green for Y, as in plots; bits of classical codes
#: are grey.
_COLOURS = {"X": "#D55E00", "Z": "#0072B2", "Y": "#009E73", "": "#555555"}
#: Pixels that a picture is wide and high at most, and those that an entry takes at most.
_WIDEST, _HIGHEST, _LARGEST = 640, 320, 8
#: Entries above which rows and columns are drawn together.
_MOST = 4000


def code_html(code: Code) -> str:
    """Return a code as HTML: its parameters above a picture of its checks.

    Args:
        code: a code of any kind.

    Returns:
        HTML that needs nothing else: no scripts, styles or files.
    """
    return f"<div><code>{escape(repr(code))}</code><br/>{checks_svg(code)}</div>"


def checks_svg(code: Code) -> str:
    """Return a picture of the checks of a code: one row a check, one column a qubit.

    Args:
        code: a code of any kind.

    Returns:
        An SVG element; X is red, Z blue, Y green. Of a large code each square stands for several
        rows and columns, and is filled if any entry of them is one. Empty without checks.
    """
    layers = _layers(code)
    height, width = layers[0][1].shape
    if not height or not width:
        return ""
    merged = 1
    while sum(_marks(matrix, merged) for _, matrix in layers) > _MOST:
        merged += 1
    rows, columns = -(-height // merged), -(-width // merged)
    size = min(_LARGEST, _WIDEST / columns, _HIGHEST / rows)
    drawn = "".join(_path(_coarse(matrix, merged), _COLOURS[letter]) for letter, matrix in layers)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * size:.0f}" '
        f'height="{rows * size:.0f}" viewBox="0 0 {columns} {rows}" preserveAspectRatio="none" '
        f'style="background:#fff;border:1px solid #bbb"><title>checks of {escape(repr(code))}'
        f"</title>{drawn}</svg>"
    )


def _layers(code: Code) -> list[tuple[str, BinaryMatrix]]:
    """Return the letters of the checks, each with where it stands; all of one shape."""
    if isinstance(code, CSSCode):
        x, z = code.x_checks, code.z_checks
        below, above = np.zeros_like(z), np.zeros_like(x)
        return [("X", np.vstack([x, below])), ("Z", np.vstack([above, z]))]
    if isinstance(code, StabilizerCode):
        x, z = code.x_part, code.z_part
        return [("X", x & ~z), ("Z", z & ~x), ("Y", x & z)]
    assert isinstance(code, ClassicalCode)
    return [("", code.checks)]


def _coarse(matrix: BinaryMatrix, merged: int) -> BinaryMatrix:
    """Return a matrix with one entry for each square of entries, one if any of them is."""
    if merged == 1:
        return matrix
    rows, columns = (-(-size // merged) for size in matrix.shape)
    coarse = np.zeros((rows, columns), dtype=np.uint8)
    i, j = matrix.nonzero()
    coarse[i // merged, j // merged] = 1
    return coarse


def _marks(matrix: BinaryMatrix, merged: int) -> int:
    return int(np.count_nonzero(_coarse(matrix, merged)))


def _path(matrix: BinaryMatrix, colour: str) -> str:
    steps = "".join(f"M{j} {i + 0.5}h1" for i, j in np.argwhere(matrix).tolist())
    return f'<path d="{steps}" stroke="{colour}" stroke-width="1"/>' if steps else ""
