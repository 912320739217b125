"""Stabilizer codes: checks that are any commuting Pauli operators, as symplectic rows `[X|Z]`."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from qcode_rl import gf2
from qcode_rl.codes.base import Code, TannerGraph, largest_weight
from qcode_rl.codes.css import CSSCode, quotient_basis
from qcode_rl.codes.symplectic import (
    first_anticommuting_pair,
    pauli_letters,
    swap_halves,
    symplectic_pairs,
    symplectic_rows,
)
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix


class StabilizerCode(Code):
    """A stabilizer code, CSS or not. Signs of checks are no part of it.

    Args:
        checks: `(r, 2n)` symplectic rows `[X|Z]`: entry j says that X (or Y) acts on qubit j,
            entry n + j that Z (or Y) does. Rows may repeat, be zero or depend on each other.

    Raises:
        InputError: if `checks` is not a binary matrix of even width, or two rows anticommute (which
            two is said).

    Example:
        >>> code = StabilizerCode.from_pauli_strings(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"])
        >>> code
        StabilizerCode[[5,1]](4,4)
    """

    def __init__(self, checks: Any) -> None:
        self.checks: BinaryMatrix = gf2.as_binary_matrix(checks, "checks")
        if self.checks.shape[1] % 2:
            raise InputError(
                f"checks: must have an even number of columns, [X|Z], got {self.checks.shape[1]}"
            )
        pair = first_anticommuting_pair(self.checks)
        if pair is not None:
            raise InputError(f"checks {pair[0]} and {pair[1]} anticommute: all checks must commute")

    @classmethod
    def from_xz_matrix(cls, matrix: Any) -> "StabilizerCode":
        """Return the code of symplectic rows `[X|Z]`, `(r, 2n)`; the same as the constructor."""
        return cls(matrix)

    @classmethod
    def from_zx_matrix(cls, matrix: Any) -> "StabilizerCode":
        """Return the code of symplectic rows in the order `[Z|X]`, `(r, 2n)`."""
        checked = gf2.as_binary_matrix(matrix, "matrix")
        return cls(swap_halves(checked) if checked.shape[1] % 2 == 0 else checked)

    @classmethod
    def from_pauli_strings(cls, strings: Iterable[str]) -> "StabilizerCode":
        """Return the code of checks written as Pauli strings.

        Args:
            strings: one a check, all of one length; letters I (or _), X, Y, Z, after an optional +.

        Raises:
            InputError: for another letter, differing lengths, no strings at all, or checks that do
                not commute.

        Example:
            >>> StabilizerCode.from_pauli_strings(["XX", "+ZZ"]).num_logicals
            0
        """
        return cls(symplectic_rows(list(strings)))

    @classmethod
    def from_css(cls, code: CSSCode) -> "StabilizerCode":
        """Return a CSS code as a stabilizer code: its X checks, then its Z checks."""
        x, z = code.x_checks, code.z_checks
        return cls(np.block([[x, np.zeros_like(x)], [np.zeros_like(z), z]]))

    @classmethod
    def from_file(cls, path: str | Path) -> "StabilizerCode":
        """Read a code from a file in any format of `qcode_rl.codes.io`.

        Raises:
            InputError: if the file is missing, damaged or holds something else.
        """
        from qcode_rl.codes.io import read_stabilizer

        return read_stabilizer(path)

    def to_css(self) -> CSSCode:
        """Return the code as a CSS code; zero rows become X checks.

        Raises:
            InputError: if a check, as given, has both an X and a Z part (which is said).
        """
        x, z = self.x_part, self.z_part
        mixed = np.flatnonzero(x.any(axis=1) & z.any(axis=1))
        if len(mixed):
            raise InputError(f"checks: must each be of X or of Z type, check {mixed[0]} is mixed")
        of_z_type = z.any(axis=1)
        return CSSCode(x[~of_z_type], z[of_z_type])

    @property
    def num_qubits(self) -> int:
        """n: the number of physical qubits."""
        return int(self.checks.shape[1]) // 2

    @property
    def x_part(self) -> BinaryMatrix:
        """Left half of the checks, `(r, n)`: where X or Y acts."""
        return self.checks[:, : self.num_qubits]

    @property
    def z_part(self) -> BinaryMatrix:
        """Right half of the checks, `(r, n)`: where Z or Y acts."""
        return self.checks[:, self.num_qubits :]

    @cached_property
    def num_logicals(self) -> int:
        """k: the number of logical qubits, n - rank(checks)."""
        return self.num_qubits - gf2.rank(self.checks)

    @property
    def max_weight(self) -> int:
        """w: largest number of qubits in a check."""
        return largest_weight(self.x_part | self.z_part, axis=1)

    @property
    def max_degree(self) -> int:
        """q: largest number of checks on one qubit."""
        return largest_weight(self.x_part | self.z_part, axis=0)

    @cached_property
    def logicals(self) -> BinaryMatrix:
        """Logical operators as symplectic rows, `(2k, 2n)`; rows i and k + i anticommute.

        All other pairs of rows commute, and all rows commute with all checks.
        """
        centralizer = gf2.null_space(swap_halves(self.checks))
        logicals = symplectic_pairs(quotient_basis(centralizer, self.checks))
        logicals.setflags(write=False)
        return logicals

    @property
    def pauli_strings(self) -> tuple[str, ...]:
        """The checks as strings of I, X, Y, Z."""
        return pauli_letters(self.checks)

    def tanner_graph(self) -> TannerGraph:
        """Return the Tanner graph; each edge's `pauli` is the letter that acts there."""
        graph: TannerGraph = nx.Graph()
        graph.add_nodes_from((("qubit", i) for i in range(self.num_qubits)), kind="qubit")
        for row, string in enumerate(self.pauli_strings):
            graph.add_node(("check", row), kind="check")
            for qubit, letter in enumerate(string):
                if letter != "I":
                    graph.add_edge(("check", row), ("qubit", qubit), pauli=letter)
        return graph

    def _identity(self) -> tuple[str, list[BinaryMatrix]]:
        return "stabilizer", [self.checks]

    # Pickled as bits, without what can be computed again; unpickled arrays would be writable.
    def __getstate__(self) -> dict[str, Any]:
        return {"shape": self.checks.shape, "bits": np.packbits(self.checks).tobytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        rows, columns = state["shape"]
        bits = np.frombuffer(state["bits"], dtype=np.uint8)
        self.checks = np.unpackbits(bits, count=rows * columns).reshape(rows, columns)
        self.checks.setflags(write=False)

    def __repr__(self) -> str:
        parameters = f"[[{self.num_qubits},{self.num_logicals}]]"
        return f"{type(self).__name__}{parameters}({self.max_weight},{self.max_degree})"
