"""Where the qubits of a device are, and which of them are near enough to share a check or a gate.

A layout is `grid` or `torus`, a file of coordinates, coordinates themselves, or a matrix that says
outright which qubits are near each other.
"""

from collections.abc import Sequence
from math import isfinite, isqrt
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from qcode_rl.errors import InputError
from qcode_rl.gf2 import as_binary_matrix, pack_rows
from qcode_rl.gf2.packing import Words

Places: TypeAlias = NDArray[np.float64]
#: Layouts that are known by name.
LAYOUTS = ("grid", "torus")
# Radii such as the root of 2 are given in a few digits.
_TOLERANCE = 1e-6


def grid_places(n: int) -> Places:
    """Return places row by row on a square grid, the last row perhaps not full.

    Args:
        n: how many, at least 1.

    Returns:
        `(n, 2) float64` pairs x, y.

    Example:
        >>> grid_places(5).astype(int).tolist()
        [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1]]
    """
    width = isqrt(n - 1) + 1
    return np.array([divmod(i, width)[::-1] for i in range(n)], dtype=np.float64)


def torus_shape(n: int) -> tuple[int, int]:
    """Return width and height of the full rectangle of n places that is nearest to a square.

    Example:
        >>> torus_shape(12), torus_shape(7)
        ((4, 3), (7, 1))
    """
    height = next(h for h in range(isqrt(n), 0, -1) if n % h == 0)
    return n // height, height


def layout_distances(layout: Any, n: int, torus: tuple[float, float] | None = None) -> Places:
    """Return how far apart the qubits of a layout are.

    Args:
        layout: `grid` (`grid_places`), `torus` (row by row on a rectangle of `torus_shape` whose
            edges are joined), the path of a file of coordinates, or `(n, 2)` coordinates.
        n: how many qubits it must place.
        torus: periods in x and y, of coordinates that wrap around.

    Returns:
        `(n, n) float64` Euclidean distances, the shortest ones where coordinates wrap around.

    Raises:
        InputError: if the layout is none of these, or places another number of qubits.

    Example:
        >>> layout_distances("torus", 9)[0, :3].tolist()
        [0.0, 1.0, 1.0]
    """
    if isinstance(layout, str) and layout == "grid":
        places = grid_places(n)
    elif isinstance(layout, str) and layout == "torus":
        torus = torus_shape(n)
        places = np.array([divmod(i, int(torus[0]))[::-1] for i in range(n)], dtype=np.float64)
    elif isinstance(layout, str | Path):
        places = read_coordinates(layout)
    else:
        places = _as_places(layout)
    if len(places) != n:
        raise InputError(f"layout: must place {n} qubits, got {len(places)}")
    apart = np.abs(places[:, np.newaxis] - places)
    if torus is not None:
        periods = np.array(torus, dtype=np.float64)
        if not (np.isfinite(periods).all() and (periods > 0).all()):
            raise InputError(f"torus: periods must be positive, got {torus}")
        apart %= periods
        apart = np.minimum(apart, periods - apart)
    return cast(Places, np.hypot(apart[..., 0], apart[..., 1]))


def balls(distances: Places, radius: float) -> Words:
    """Return the qubits near each qubit, itself among them.

    Args:
        distances: `(n, n) float64`, n at most 64.
        radius: largest distance of qubits that are near each other.

    Returns:
        `(n,) uint64` sets of qubits.

    Raises:
        InputError: if the radius is not a positive number.

    Example:
        >>> [bin(ball) for ball in balls(layout_distances("grid", 4), 1).tolist()]
        ['0b111', '0b1011', '0b1101', '0b1110']
    """
    number = isinstance(radius, int | float | np.number) and not isinstance(radius, bool)
    if not number or not (isfinite(radius) and radius > 0):
        raise InputError(f"radius: must be a positive number, got {radius!r}")
    return sets_of(is_within(distances, radius).astype(np.uint8))


def is_within(distances: Any, radius: float) -> Any:
    """Say of distances, a number or an array, whether they are not larger than a radius.

    Example:
        >>> is_within(2**0.5, 1.41421356)
        True
    """
    return distances <= radius * (1 + _TOLERANCE)


def nearest_pair(places: Sequence[tuple[float, float]]) -> float:
    """Return the least distance of two of some places, infinity if there are not two.

    Example:
        >>> nearest_pair([(0, 0), (3, 4), (30, 4)])
        5.0
    """
    distances = layout_distances(places, len(places))
    np.fill_diagonal(distances, np.inf)
    return float(distances.min(initial=np.inf))


def sets_of(near: Any) -> Words:
    """Return a matrix of who is near whom as sets, every qubit being near itself.

    Args:
        near: `(n, n)` symmetric matrix of 0 and 1, n at most 64.

    Returns:
        `(n,) uint64` sets of qubits.

    Raises:
        InputError: if it is not such a matrix.
    """
    matrix = as_binary_matrix(near, "layout")
    if matrix.shape[0] != matrix.shape[1]:
        raise InputError(f"layout: must be a square matrix, got shape {matrix.shape}")
    if not np.array_equal(matrix, matrix.T):
        one, other = np.argwhere(matrix != matrix.T)[0]
        raise InputError(f"layout: must be symmetric, got a difference for {one} and {other}")
    return pack_rows(matrix | np.eye(len(matrix), dtype=np.uint8))[:, 0]


def layout_balls(layout: Any, radius: float | None, n: int) -> Words | None:
    """Return the qubits near each qubit, from what environments and the command line are given.

    Args:
        layout: as for `layout_distances`, or, without a radius, an `(n, n)` matrix of 0 and 1 that
            says who is near whom; `None`: no limits.
        radius: largest distance of qubits that are near each other.
        n: qubits, at most 64.

    Returns:
        `(n,) uint64` sets of qubits, `None` without a layout.

    Raises:
        InputError: if they do not go together, or a layout is not one of n qubits.
    """
    if layout is None:
        if radius is not None:
            raise InputError(f"radius: must come with a layout, got {radius} alone")
        return None
    if radius is not None:
        return balls(layout_distances(layout, n), radius)
    if isinstance(layout, str | Path):
        raise InputError(f"layout: must come with a radius, got {str(layout)!r} alone")
    near = sets_of(layout)
    if len(near) != n:
        raise InputError(f"layout: must place {n} qubits, got {len(near)}")
    return near


def read_coordinates(path: str | Path) -> Places:
    """Read a file of coordinates: `x y` a line; empty lines and what follows # are left out.

    Args:
        path: the file.

    Returns:
        `(n, 2) float64`.

    Raises:
        InputError: if there is no such file, or a line is something else.
    """
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except FileNotFoundError:
        known = ", ".join(LAYOUTS)
        raise InputError(f"layout: must be {known} or a file, got {str(path)!r}") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise InputError(f"layout: must be a file that can be read, {path} is: {reason}") from None
    pairs = []
    for number, line in enumerate(lines, start=1):
        fields = line.split("#")[0].split()
        if fields:
            pairs.append(_as_pair(fields, f"{path} line {number}"))
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def as_places(values: Any) -> tuple[tuple[float, float], ...]:
    """Return coordinates as pairs of numbers.

    Args:
        values: a sequence of pairs `x, y`.

    Raises:
        InputError: if it is not that.
    """
    pairs = []
    for value in values if isinstance(values, list | tuple) else [values]:
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise InputError(f"layout_places: must be pairs x, y, got {value!r}")
        for part in value:
            if isinstance(part, bool) or not isinstance(part, int | float) or not isfinite(part):
                raise InputError(f"layout_places: must be pairs of numbers, got {value!r}")
        pairs.append((float(value[0]), float(value[1])))
    return tuple(pairs)


def _as_pair(fields: list[str], where: str) -> tuple[float, float]:
    try:
        x, y = (float(field) for field in fields)
        if not (isfinite(x) and isfinite(y)):
            raise ValueError
    except ValueError:
        raise InputError(f"{where}: must be two numbers, got {' '.join(fields)!r}") from None
    return x, y


def _as_places(coordinates: Any) -> Places:
    try:
        places = np.array(coordinates, dtype=np.float64)
    except (TypeError, ValueError):
        places = np.zeros(0)
    if places.ndim != 2 or places.shape[1] != 2 or not np.isfinite(places).all():
        raise InputError(f"layout: coordinates must be pairs of numbers, got {coordinates!r:.60}")
    return places
