"""Two-block group-algebra codes: two supports in a group, which the whole group moves around."""

from math import isqrt
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qcode_rl.codes import StabilizerCode
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.batches import Size
from qcode_rl.search.families.base import Proved
from qcode_rl.search.families.quantum import QuantumCodes
from qcode_rl.search.walk import Row


class TwoBlockCodes(QuantumCodes):
    """The family `two-block`; see `Family`.

    A row's lengths are orders of groups, of which codes have twice as many qubits. The groups of
    one order take turns.
    """

    name, stream = "two-block", 3
    # The codes of an abelian group have an even number of logical qubits.
    unit, step = 2, 2
    usual_qubits = 144

    def size(self, row: Row) -> Size:
        """Return the numbers of qubits and of logical qubits, and the group's two factors."""
        groups = groups_of_order(row.length)
        turn = row.failures.get(row.length, 0) % len(groups)
        return (self.name, row.length * self.unit, row.dimension, *groups[turn])

    def text(self, size: Size) -> str:
        """Return what is looked at, as text."""
        return f"{super().text(size)} over Z{size[3]} x Z{size[4]}"

    def kinds(self, size: Size) -> int:
        """Return how many groups take turns at this order."""
        return len(groups_of_order(int(size[1]) // self.unit))

    def prove(self, checks: BinaryMatrix) -> Proved | None:
        """Return a code with its distance, if it has the one asked for and is of one piece."""
        return super().prove(checks) if is_connected(checks) else None

    def _place(self, size: Size) -> dict[str, Any]:
        return {"group": (size[3], size[4])}

    def _open_row(self, dimension: int) -> Row | None:
        row = super()._open_row(dimension)
        # A group of one element has no supports to move.
        return row if row is None or row.floor > 1 else None


def groups_of_order(order: int) -> list[tuple[int, int]]:
    """Return the groups Z_l x Z_m of an order, each once: those of which l divides m.

    Example:
        >>> groups_of_order(12), groups_of_order(7)
        ([(1, 12), (2, 6)], [(1, 7)])
    """
    factors = range(1, isqrt(order) + 1)
    return [(one, order // one) for one in factors if order % one**2 == 0]


def is_connected(checks: BinaryMatrix) -> bool:
    """Say whether the Tanner graph of a code is of one piece.

    Args:
        checks: `(r, 2n)` symplectic rows.
    """
    code = StabilizerCode(checks[checks.any(axis=1)])
    check, qubit = (code.x_part | code.z_part).nonzero()
    r, n = len(code.checks), code.num_qubits
    joined = coo_array((np.ones(len(check)), (check, qubit + r)), shape=(r + n, r + n))
    count, _ = connected_components(joined, directed=False)
    return bool(count == 1)
