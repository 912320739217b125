"""Pictures of check matrices in plain text, for a terminal or a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from qcode_rl.codes import CSSCode, StabilizerCode
    from qcode_rl.gf2 import BinaryMatrix

#: Characters across and lines down that a picture of one matrix takes at most.
MAX_ACROSS, MAX_DOWN = 76, 20
# Bits of a Unicode braille pattern: 4 dots down, 2 across.
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_BLANK = "\u2800"
_BRAILLE_CELL = (4, 2)


def draw_code(code: CSSCode | StabilizerCode, braille: bool | None = None) -> str:
    """Draw the checks of a code, a row for each and a column for each qubit.

    Args:
        code: the code. CSS codes are drawn as two matrices (large hypergraph products as those of
            their factors), others as one line of letters for each check.
        braille: whether to set a braille character for eight entries; else `#` and `.` for one
            each. Default: if standard output can show it.

    Returns:
        Lines of at most 76 characters; what does not fit is cut off, and that is said.
    """
    from qcode_rl.codes import CSSCode, HypergraphProduct

    if not isinstance(code, CSSCode):
        letters = np.array([".", "X", "Z", "Y"])[code.x_part + 2 * code.z_part]
        return _picture("checks", letters)
    small = can_print(_BLANK) if braille is None else braille
    parts = {"X checks": code.x_checks, "Z checks": code.z_checks}
    if isinstance(code, HypergraphProduct) and not all(_fits(p, small) for p in parts.values()):
        parts = {"factor H1": code.first.checks, "factor H2": code.second.checks}
        if code.first == code.second:
            parts = {"factors H1 = H2": code.first.checks}
    return "\n\n".join(draw_matrix(name, matrix, small) for name, matrix in parts.items())


def draw_matrix(name: str, matrix: BinaryMatrix, braille: bool) -> str:
    """Draw a matrix.

    Args:
        name: what to call it.
        matrix: shape (m, n).
        braille: as for `draw_code`.

    Returns:
        A caption and the picture.
    """
    if not braille:
        return _picture(name, np.array([".", "#"])[matrix])
    cut = matrix[: 4 * MAX_DOWN, : 2 * MAX_ACROSS]
    padded = np.pad(cut, [(0, -cut.shape[0] % 4), (0, -cut.shape[1] % 2)])
    blocks = padded.reshape(padded.shape[0] // 4, 4, padded.shape[1] // 2, 2)
    dots = (blocks * _DOTS[:, None, :]).sum(axis=(1, 3))
    lines = ["".join(chr(ord(_BLANK) + cell) for cell in row) for row in dots]
    return "\n".join([_caption(name, matrix.shape, _BRAILLE_CELL), *lines])


def can_print(text: str) -> bool:
    """Say whether standard output can show a text."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _fits(matrix: BinaryMatrix, braille: bool) -> bool:
    rows, columns = _BRAILLE_CELL if braille else (1, 1)
    return len(matrix) <= rows * MAX_DOWN and len(matrix.T) <= columns * MAX_ACROSS


def _picture(name: str, letters: NDArray[np.str_]) -> str:
    return "\n".join([_caption(name, letters.shape), *_lines(letters[:MAX_DOWN, :MAX_ACROSS])])


def _lines(cells: NDArray[np.str_]) -> list[str]:
    return ["".join(row) for row in cells]


def _caption(name: str, shape: tuple[int, ...], cell: tuple[int, int] = (1, 1)) -> str:
    """Name a matrix, and say how much of it is drawn where a character takes `cell` entries."""
    rows, columns = shape
    shown = min(rows, MAX_DOWN * cell[0]), min(columns, MAX_ACROSS * cell[1])
    if not rows:
        return f"{name}: none"
    cut = f", the first {shown[0]} x {shown[1]} drawn" if shown != (rows, columns) else ""
    return f"{name}, {rows} x {columns}{cut}"
