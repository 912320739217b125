"""Quantum codes that have names: surface, rotated surface, toric, Steane's and five-qubit codes.

Kitaev's toric code (quant-ph/9707021) and the surface code (Bravyi and Kitaev, quant-ph/9811052)
are hypergraph products (Tillich and Zemor, arXiv:0903.0566) of repetition codes; the rotated
surface code is that of Bombin and Martin-Delgado (quant-ph/0703272).
"""

import numpy as np

from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.products import HypergraphProduct, hypergraph_product
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.codes.textbook import hamming, repetition, require_between, ring

#: Largest distance built here: some 3,100 qubits.
MAX_DISTANCE = 40


def surface(d: int) -> HypergraphProduct:
    """Return the surface code [[d^2 + (d - 1)^2, 1, d]] with open boundaries.

    Args:
        d: distance, 2..40.

    Raises:
        InputError: if d is out of range.

    Example:
        >>> surface(3)
        HypergraphProduct[[13,1]](4,2)
    """
    require_between("d", d, 2, MAX_DISTANCE)
    return hypergraph_product(repetition(d))


def toric(d: int) -> HypergraphProduct:
    """Return the toric code [[2 d^2, 2, d]].

    Args:
        d: distance, 2..40.

    Raises:
        InputError: if d is out of range.

    Example:
        >>> toric(3)
        HypergraphProduct[[18,2]](4,2)
    """
    require_between("d", d, 2, MAX_DISTANCE)
    return hypergraph_product(ring(d))


def rotated_surface(d: int) -> CSSCode:
    """Return the rotated surface code [[d^2, 1, d]].

    Qubit (i, j) of a d x d grid is number d i + j. Checks sit at the corners of the grid's cells,
    where X and Z type alternate; on the rim only X at the top and bottom, and only Z at the sides.

    Args:
        d: distance, 2..40.

    Raises:
        InputError: if d is out of range.

    Example:
        >>> rotated_surface(3)
        CSSCode[[9,1]](4,2)
    """
    require_between("d", d, 2, MAX_DISTANCE)
    checks: dict[str, list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]] = {"X": [], "Z": []}
    for a in range(d + 1):
        for b in range(d + 1):
            kind = "X" if (a + b) % 2 == 0 else "Z"
            rim = {"X": b in (0, d), "Z": a in (0, d)}
            if not rim[kind]:
                grid = np.zeros((d, d), dtype=np.uint8)
                grid[max(a - 1, 0) : a + 1, max(b - 1, 0) : b + 1] = 1
                checks[kind].append(grid.ravel())
    return CSSCode(checks["X"], checks["Z"])


def steane() -> CSSCode:
    """Return Steane's code [[7, 1, 3]] (quant-ph/9601029): the Hamming code for both Pauli types.

    Example:
        >>> steane()
        CSSCode[[7,1]](4,3)
    """
    checks = hamming(3).checks
    return CSSCode(checks, checks)


def five_qubit() -> StabilizerCode:
    """Return the perfect code [[5, 1, 3]] of Laflamme et al. (quant-ph/9602019), which is not CSS.

    Example:
        >>> five_qubit().pauli_strings
        ('XZZXI', 'IXZZX', 'XIXZZ', 'ZXIXZ')
    """
    return StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"])
