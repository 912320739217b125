"""Codes on surfaces beyond the plain toric code: tilted tori, XZZX checks, colour codes.

Tilted tori are the square lattice with the periods (a, b) and (-b, a): Bombin and Martin-Delgado
(quant-ph/0605094) take them for the toric code, Kovalev and Pryadko (arXiv:1202.0928) for XZZX
checks, those of Wen's model (quant-ph/0205004). Colour codes are those of Bombin and Martin-Delgado
(quant-ph/0605138), on the triangles that Landahl, Anderson and Rice draw (arXiv:1108.5738).
"""

from collections.abc import Iterable, Sequence
from itertools import product
from math import gcd
from typing import TypeAlias, TypeVar

import numpy as np

from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.codes.textbook import require_between
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

#: Largest period of a tilted torus, and largest distance of a colour code.
MAX_PERIOD, MAX_COLOUR_DISTANCE = 30, 31

# A qubit of the square-octagon lattice: a vertex of the square lattice, and one of its four edges.
_Dart: TypeAlias = tuple[int, int, str]
_Qubit = TypeVar("_Qubit")
#: The corners of an octagon, and those edges of each that end at the octagon.
_CORNERS = ((0, 0, "ES"), (1, 0, "WS"), (0, 1, "EN"), (1, 1, "WN"))


def xzzx(a: int, b: int) -> StabilizerCode:
    """Return the XZZX code on a tilted torus: [[a^2 + b^2, 1, a + b]] if a + b is odd.

    Qubits are vertices; every face of the lattice has X at two opposite corners and Z at the other
    two. If a + b is even, the faces are of two colours, k is 2 and the distance max(a, b).

    Args:
        a: first period's steps to the east, 0..30; the second one's to the north.
        b: first period's steps to the north, 1..30; a + b must be at least 3.

    Raises:
        InputError: if a or b breaks these rules.

    Example:
        >>> xzzx(1, 2), xzzx(2, 3)
        (StabilizerCode[[5,1]](4,4), StabilizerCode[[13,1]](4,4))
    """
    one, east, north = _steps(a, b)
    return StabilizerCode(np.hstack([one ^ east @ north, east ^ north]))


def twisted_toric(a: int, b: int) -> CSSCode:
    """Return the toric code on a tilted torus: [[2 (a^2 + b^2), 2, a + b]].

    Qubits are edges, first those to the east of each vertex, then those to the north; X checks are
    vertices, Z checks faces.

    Args:
        a: as for `xzzx`.
        b: as for `xzzx`.

    Raises:
        InputError: as `xzzx`.

    Example:
        >>> twisted_toric(1, 2)
        CSSCode[[10,2]](4,2)
    """
    one, east, north = _steps(a, b)
    return CSSCode(np.hstack([one ^ east.T, one ^ north.T]), np.hstack([one ^ north, one ^ east]))


def hexagonal_colour(d: int) -> CSSCode:
    """Return the colour code [[(3 d^2 + 1) / 4, 1, d]] on a triangle of the hexagonal lattice.

    Of a triangle of the triangular lattice, with 3 (d - 1) / 2 steps a side, every third vertex is
    the centre of a face, and the others are its qubits. Both types of check are the faces.

    Args:
        d: distance, odd, 3..31.

    Raises:
        InputError: if d breaks these rules.

    Example:
        >>> hexagonal_colour(5)
        CSSCode[[19,1]](6,3)
    """
    _require_odd(d)
    places = [(x, y) for x in range(3 * (d - 1) // 2 + 1) for y in range(x + 1)]
    centres = [place for place in places if sum(place) % 3 == 1]
    around = ((1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1))
    faces = [{(x + dx, y + dy) for dx, dy in around} for x, y in centres]
    return _colour_code([place for place in places if place not in centres], faces)


def square_octagon_colour(d: int) -> CSSCode:
    """Return the colour code [[(d^2 + 2 d - 1) / 2, 1, d]] on a triangle of squares and octagons.

    Squares are the vertices (x, y) of the square lattice, its qubits their edges, octagons the
    faces. The triangle is x + y <= m = (d - 1) / 2: its long side halves squares, its short sides
    halve octagons, of which one colour is left out at each.

    Args:
        d: distance, odd, 3..31.

    Raises:
        InputError: if d breaks these rules.

    Example:
        >>> square_octagon_colour(5)
        CSSCode[[17,1]](8,3)
    """
    _require_odd(d)
    m = (d - 1) // 2
    squares = [(x, y) for x in range(m) for y in range(m - x)]
    # Of the squares on the long side what is on its inner side, but for the corner at x = 0.
    long_side = [(x, m - x, edge) for x in range(m + 1) for edge in "NW"]
    qubits: list[_Dart] = [(*square, edge) for square in squares for edge in "NESW"]
    qubits += [dart for dart in long_side if dart != (0, m, "W")]
    octagons = [*product(range(m), range(m)), *((x, -1) for x in range(m - 1, -1, -2))]
    octagons += [(-1, y) for y in range(m - 2, -1, -2)]
    faces = [{(x, y, edge) for edge in "NESW"} for x, y in squares]
    faces += [_octagon(x, y) for x, y in octagons if x + y < m]
    return _colour_code(qubits, faces)


def _octagon(x: int, y: int) -> set[_Dart]:
    """Return the qubits around the face between the vertices (x, y) and (x + 1, y + 1)."""
    return {(x + dx, y + dy, edge) for dx, dy, edges in _CORNERS for edge in edges}


def _colour_code(qubits: Sequence[_Qubit], faces: Iterable[set[_Qubit]]) -> CSSCode:
    """Return the code whose checks, of both types, are faces, as far as they have qubits."""
    checks = [[qubit in face for qubit in qubits] for face in faces]
    matrix = np.array(checks, dtype=np.uint8)
    return CSSCode(matrix, matrix)


def _steps(a: int, b: int) -> tuple[BinaryMatrix, BinaryMatrix, BinaryMatrix]:
    """Return what leads from each vertex of a tilted torus to itself, to the east, to the north.

    Returns:
        Three permutation matrices `(n, n) uint8`, n = a^2 + b^2, which commute.
    """
    require_between("a", a, 0, MAX_PERIOD)
    require_between("b", b, 1, MAX_PERIOD)
    if a + b < 3:
        # On smaller tori the corners of a face are not four vertices.
        raise InputError(f"a + b: must be at least 3, got {a} + {b}")
    # In Hermite normal form the periods are (width, 0) and (shift, rows).
    rows = gcd(a, b)
    width = (a * a + b * b) // rows
    first = pow(b // rows, -1, a // rows) if a else 1
    second = (rows - first * b) // a if a else 0
    shift = first * a - second * b
    x, y = np.arange(rows * width) % width, np.arange(rows * width) // width
    one = np.eye(rows * width, dtype=np.uint8)
    east = y * width + (x + 1) % width
    north = np.where(y + 1 < rows, (y + 1) * width + x, (x - shift) % width)
    return one, one[east], one[north]


def _require_odd(d: int) -> None:
    require_between("d", d, 3, MAX_COLOUR_DISTANCE)
    if d % 2 == 0:
        raise InputError(f"d: must be odd, got {d}")
