"""Two-block group-algebra codes: two supports in a group, which the whole group moves around."""

from functools import cache
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qcode_rl.codes import StabilizerCode
from qcode_rl.codes.group_names import groups_of_order
from qcode_rl.codes.groups import FiniteGroup
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.batches import Size
from qcode_rl.search.families.base import Proved
from qcode_rl.search.families.quantum import QuantumCodes
from qcode_rl.search.requests import MOST_QUBITS
from qcode_rl.search.seeds import two_block_form
from qcode_rl.search.spec import SearchSpec
from qcode_rl.search.walk import Row


class TwoBlockCodes(QuantumCodes):
    """The family `two-block`; see `Family`.

    A row's lengths are orders of groups, of which codes have twice as many qubits. The groups of
    one order take turns. What an environment says meets the request is a claim here, which the
    proof may refute.

    Args:
        spec: the request.
    """

    name, stream = "two-block", 3
    # The codes of an abelian group have an even number of logical qubits.
    unit, step = 2, 2
    usual_qubits = most_logicals = MOST_QUBITS["two-block"]

    def __init__(self, spec: SearchSpec) -> None:
        seed = spec.seed_quantum
        self.form = None if seed is None else two_block_form(seed)
        super().__init__(spec)

    def size(self, row: Row) -> Size:
        """Return the numbers of qubits and of logical qubits, and which group has its turn."""
        turn = row.failures.get(row.length, 0) % len(self._groups(row.length))
        return (self.name, row.length * self.unit, row.dimension, turn)

    def text(self, size: Size) -> str:
        """Return what is looked at, as text."""
        return f"{super().text(size)} over {self._group(size).name}"

    def kinds(self, size: Size) -> int:
        """Return how many groups take turns at this order."""
        return len(self._groups(size[1] // self.unit))

    def prove(self, checks: BinaryMatrix) -> Proved | None:
        """Return a code with its distance, if it has the one asked for and is of one piece."""
        return super().prove(checks) if is_connected(checks) else None

    def _place(self, size: Size) -> dict[str, Any]:
        return {"group": self._group(size)}

    def _only_k(self) -> int | None:
        # Edits change k here.
        return self.spec.logicals or super()._only_k()

    def _seed(self, qubits: int) -> Any:
        return None if self.form is None else self.form[1:]

    def _open_row(self, dimension: int) -> Row | None:
        row = super()._open_row(dimension)
        if row is None:
            return None
        # A block has room for as many terms as the group has elements, and one is nothing to move.
        row.floor = max(row.floor, 2, *self.spec.limits)
        if self.form is not None:
            row.floor = row.longest = self.form[0].order
        row.length = max(row.floor, row.length)
        return row if row.floor <= row.longest else None

    def _group(self, size: Size) -> FiniteGroup:
        return self._groups(size[1] // self.unit)[size[3]]

    def _groups(self, order: int) -> tuple[FiniteGroup, ...]:
        return groups_by_turn(order) if self.form is None else self.form[:1]


@cache
def groups_by_turn(order: int) -> tuple[FiniteGroup, ...]:
    """Return the built-in groups of an order: abelian ones first, those most unlike a cycle first.

    Example:
        >>> [group.name for group in groups_by_turn(12)]
        ['6x2', 'cyclic-12', 'dihedral-6', 'quaternion-12']
    """
    # Bivariate codes over groups such as Z6 x Z6 are the best that are known.
    groups = groups_of_order(order)
    return tuple(sorted(groups, key=lambda one: (not one.is_abelian, one.element_orders.max())))


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
