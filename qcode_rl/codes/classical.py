"""Binary linear codes given by parity checks."""

from functools import cached_property
from pathlib import Path
from typing import Any

import networkx as nx

from qcode_rl import gf2
from qcode_rl.codes.base import Code, TannerGraph, largest_weight
from qcode_rl.gf2 import BinaryMatrix


class ClassicalCode(Code):
    """The binary linear code `{x : checks x = 0}`.

    Args:
        checks: `(m, n)` parity checks with entries 0 and 1; rows may repeat, be zero or depend on
            each other, since k goes by rank.

    Raises:
        InputError: if `checks` is not a binary matrix.

    Example:
        >>> code = ClassicalCode([[1, 1, 0], [0, 1, 1]])
        >>> code.n, code.k, str(code.distance())
        (3, 1, '3')
    """

    def __init__(self, checks: Any) -> None:
        self.checks: BinaryMatrix = gf2.as_binary_matrix(checks, "checks")

    @classmethod
    def from_generator(cls, generator: Any) -> "ClassicalCode":
        """Return the code spanned by the rows of a generator matrix `(k, n)`."""
        return cls(gf2.null_space(gf2.as_binary_matrix(generator, "generator")))

    @classmethod
    def from_file(cls, path: str | Path) -> "ClassicalCode":
        """Read a code from a file (npz with `H`, alist, Matrix Market).

        Raises:
            InputError: if the file is missing, damaged or holds something else.
        """
        from qcode_rl.codes.io import read_classical

        return read_classical(path)

    @property
    def n(self) -> int:
        """Length: the number of bits."""
        return int(self.checks.shape[1])

    @cached_property
    def rank(self) -> int:
        """Number of independent checks."""
        return gf2.rank(self.checks)

    @property
    def k(self) -> int:
        """Dimension: the number of encoded bits, n - rank."""
        return self.n - self.rank

    @property
    def max_weight(self) -> int:
        """Largest row weight of the checks as given."""
        return largest_weight(self.checks, axis=1)

    @property
    def max_degree(self) -> int:
        """Largest column weight of the checks as given."""
        return largest_weight(self.checks, axis=0)

    @cached_property
    def generator(self) -> BinaryMatrix:
        """A generator matrix, `(k, n) uint8`, rows independent."""
        return gf2.null_space(self.checks)

    @property
    def transpose(self) -> "ClassicalCode":
        """The code whose checks are the transposed matrix (`n` checks on `m` bits)."""
        return ClassicalCode(self.checks.T)

    def tanner_graph(self) -> TannerGraph:
        """Return the Tanner graph; bits are the nodes `("qubit", i)`."""
        graph: TannerGraph = nx.Graph()
        graph.add_nodes_from((("qubit", i) for i in range(self.n)), kind="qubit")
        add_checks(graph, self.checks, "Z", first=0)
        return graph

    def _identity(self) -> tuple[str, list[BinaryMatrix]]:
        return "classical", [self.checks]

    def __repr__(self) -> str:
        return f"ClassicalCode[{self.n},{self.k}]({self.max_weight},{self.max_degree})"


def add_checks(graph: TannerGraph, checks: BinaryMatrix, pauli: str, first: int) -> None:
    """Add checks of one Pauli type to a Tanner graph, numbered from `first`."""
    for row, check in enumerate(checks):
        node = ("check", first + row)
        graph.add_node(node, kind="check", pauli=pauli)
        graph.add_edges_from(((node, ("qubit", int(i))) for i in check.nonzero()[0]), pauli=pauli)
