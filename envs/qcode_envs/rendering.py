"""Drawings of a graph under edit: text, and a small picture of its check matrix."""

import numpy as np
from numpy.typing import NDArray

_CELL = 12


def as_text(checks: NDArray[np.uint8], distance: int, target: int) -> str:
    """Return the check matrix as lines of dots and ones, with what its product has reached."""
    m, n = checks.shape
    title = f"{m} checks on {n} bits, product distance {distance} (asked: {target})"
    return "\n".join([title, *("".join(".1"[int(v)] for v in row) for row in checks)])


def as_picture(checks: NDArray[np.uint8], participation: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return an RGB picture `(12 m + 12, 12 n, 3)`: edges black, and bits red on the top line.

    The redder a bit, the more it takes part in the light codewords.
    """
    m, n = checks.shape
    cells = np.full((m + 1, n, 3), 255, dtype=np.uint8)
    cells[1:][checks == 1] = 0
    shade = (255 * (1 - np.clip(participation[:n], 0, 1))).astype(np.uint8)
    cells[0, :, 1] = cells[0, :, 2] = shade
    picture = cells.repeat(_CELL, axis=0).repeat(_CELL, axis=1)
    picture[::_CELL, :] = picture[:, ::_CELL] = 208
    return picture
