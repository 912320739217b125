"""Drawings of a graph under edit: text, and small pictures of check matrices."""

import numpy as np
from numpy.typing import NDArray

_CELL = 12
_BLACK, _BLUE, _GREEN, _PURPLE = (0, 0, 0), (0, 90, 181), (26, 133, 62), (122, 46, 140)


def as_text(checks: NDArray[np.uint8], distance: int, target: int) -> str:
    """Return the check matrix as lines of dots and ones, with what its product has reached."""
    m, n = checks.shape
    title = f"{m} checks on {n} bits, product distance {distance} (asked: {target})"
    return "\n".join([title, *("".join(".1"[int(v)] for v in row) for row in checks)])


def as_picture(checks: NDArray[np.uint8], participation: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return an RGB picture `(12 m + 12, 12 n, 3)`: edges black, and bits red on the top line.

    The redder a bit, the more it takes part in the light codewords.
    """
    return _as_cells(checks, (_BLACK,), participation)


def as_pauli_picture(
    checks: NDArray[np.uint8], participation: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Return an RGB picture `(12 r + 12, 12 n, 3)` of symplectic checks `(r, 2n)`, rows `[X|Z]`.

    X is blue, Z green and Y purple; the top line shows the qubits as `as_picture` does.
    """
    n = checks.shape[1] // 2
    return _as_cells(checks[:, :n] + 2 * checks[:, n:], (_BLUE, _GREEN, _PURPLE), participation)


def _as_cells(
    entries: NDArray[np.uint8],
    colours: tuple[tuple[int, int, int], ...],
    participation: NDArray[np.float64],
) -> NDArray[np.uint8]:
    """Return entries 1, 2 .. in their colours, 0 white, below a line of shares in red."""
    m, n = entries.shape
    cells = np.full((m + 1, n, 3), 255, dtype=np.uint8)
    for entry, colour in enumerate(colours, start=1):
        cells[1:][entries == entry] = colour
    shade = (255 * (1 - np.clip(participation[:n], 0, 1))).astype(np.uint8)
    cells[0, :, 1] = cells[0, :, 2] = shade
    picture = cells.repeat(_CELL, axis=0).repeat(_CELL, axis=1)
    picture[::_CELL, :] = picture[:, ::_CELL] = 208
    return picture
