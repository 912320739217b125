"""CSS codes: stabilizer codes whose checks are all of X type or all of Z type."""

from functools import cached_property
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from qcode_rl import gf2
from qcode_rl.codes.base import Code, TannerGraph, largest_weight
from qcode_rl.codes.classical import add_checks
from qcode_rl.codes.symplectic import first_odd_overlap
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.gf2.elimination import rank_in_place


class CSSCode(Code):
    """A Calderbank-Shor-Steane code.

    Args:
        x_checks: `(rx, n)` supports of the X-type checks.
        z_checks: `(rz, n)` supports of the Z-type checks. Either may have no rows.

    Raises:
        InputError: if the matrices differ in n, are not binary, or two checks anticommute (which
            two is said).

    Example:
        >>> code = CSSCode([[1, 1, 1, 1]], [[1, 1, 1, 1]])
        >>> code
        CSSCode[[4,2]](4,1)
    """

    def __init__(self, x_checks: Any, z_checks: Any) -> None:
        self.x_checks: BinaryMatrix = gf2.as_binary_matrix(x_checks, "x_checks")
        self.z_checks: BinaryMatrix = gf2.as_binary_matrix(z_checks, "z_checks")
        if self.x_checks.shape[1] != self.z_checks.shape[1]:
            raise InputError(
                "x_checks and z_checks: must have the same number of qubits, got "
                f"{self.x_checks.shape[1]} and {self.z_checks.shape[1]}"
            )
        self._require_commutation()

    def _require_commutation(self) -> None:
        pair = first_odd_overlap(self.x_checks, self.z_checks)
        if pair is not None:
            x, z = pair
            shared = int(np.count_nonzero(self.x_checks[x] & self.z_checks[z]))
            raise InputError(
                f"X check {x} and Z check {z} anticommute: checks {x} and {z} share "
                f"{shared} qubits, which must be an even number"
            )

    @classmethod
    def from_file(cls, path: str | Path) -> "CSSCode":
        """Read a code from a file in any format of `qcode_rl.codes.io`.

        Raises:
            InputError: if the file is missing, damaged or holds something else.
        """
        from qcode_rl.codes.io import read_css

        return read_css(path)

    @property
    def num_qubits(self) -> int:
        """n: the number of physical qubits."""
        return int(self.x_checks.shape[1])

    @cached_property
    def num_logicals(self) -> int:
        """k: the number of logical qubits, n - rank(x_checks) - rank(z_checks)."""
        # The matrices were checked when the code was made; readers of archives make many.
        ranks = (rank_in_place(gf2.pack_rows(checks)) for checks in (self.x_checks, self.z_checks))
        return self.num_qubits - sum(map(int, ranks))

    @property
    def max_weight(self) -> int:
        """w: largest weight of a check of either type."""
        return max(largest_weight(self.x_checks, 1), largest_weight(self.z_checks, 1))

    @property
    def max_degree(self) -> int:
        """q: largest number of X-type, or of Z-type, checks on one qubit."""
        return max(largest_weight(self.x_checks, 0), largest_weight(self.z_checks, 0))

    @cached_property
    def x_logicals(self) -> BinaryMatrix:
        """Supports of k logical X operators, `(k, n)`, paired with `z_logicals` row by row."""
        return quotient_basis(gf2.null_space(self.z_checks), self.x_checks)

    @cached_property
    def z_logicals(self) -> BinaryMatrix:
        """Supports of k logical Z operators, `(k, n)`; row i is paired with `x_logicals[i]`."""
        candidates = quotient_basis(gf2.null_space(self.x_checks), self.z_checks)
        pairing = self.x_logicals.astype(np.int64) @ candidates.T % 2
        return (inverse(pairing).T.astype(np.int64) @ candidates % 2).astype(np.uint8)

    @cached_property
    def logicals(self) -> BinaryMatrix:
        """Logical operators as symplectic rows `[X|Z]`, `(2k, 2n)`: X type, then Z type."""
        zeros = np.zeros_like(self.x_logicals)
        return np.block([[self.x_logicals, zeros], [zeros, self.z_logicals]])

    def tanner_graph(self) -> TannerGraph:
        """Return the Tanner graph: qubits, then X checks, then Z checks."""
        graph: TannerGraph = nx.Graph()
        graph.add_nodes_from((("qubit", i) for i in range(self.num_qubits)), kind="qubit")
        add_checks(graph, self.x_checks, "X", first=0)
        add_checks(graph, self.z_checks, "Z", first=len(self.x_checks))
        return graph

    def _identity(self) -> tuple[str, list[BinaryMatrix]]:
        return "css", [self.x_checks, self.z_checks]

    def __repr__(self) -> str:
        parameters = f"[[{self.num_qubits},{self.num_logicals}]]"
        return f"{type(self).__name__}{parameters}({self.max_weight},{self.max_degree})"


def quotient_basis(space: BinaryMatrix, subspace: BinaryMatrix) -> BinaryMatrix:
    """Return rows of `space` that, with the rows of `subspace`, span both: a basis of the quotient.

    Args:
        space: `(a, n)` rows spanning a space that contains the subspace.
        subspace: `(b, n)` rows.

    Returns:
        `(a' , n)` with a' the difference of the ranks.
    """
    # Pivots of the transposed stack pick, from the left, the rows not spanned by earlier ones.
    stacked = np.vstack([subspace, space])
    _, pivots = gf2.row_reduce(stacked.T) if stacked.size else (stacked, np.zeros(0, np.int64))
    return stacked[pivots[pivots >= len(subspace)]]


def inverse(matrix: BinaryMatrix | np.ndarray[Any, np.dtype[np.int64]]) -> BinaryMatrix:
    """Return the inverse over GF(2) of an invertible square matrix `(k, k)`."""
    size = len(matrix)
    if size == 0:
        return np.zeros((0, 0), dtype=np.uint8)
    reduced, _ = gf2.row_reduce(np.hstack([matrix, np.eye(size, dtype=np.uint8)]))
    return reduced[:, size:]
