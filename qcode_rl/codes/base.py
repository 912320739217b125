"""What all codes share: identity by content, and the way to a distance."""

import hashlib
from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import networkx as nx
import numpy as np

from qcode_rl.gf2 import BinaryMatrix, pack_rows
from qcode_rl.gf2.elimination import reduced_rows

if TYPE_CHECKING:
    from qcode_rl.distance import Distance

#: A `networkx.Graph` whose nodes `("qubit", i)` and `("check", j)` carry `kind` and (checks of CSS
#: and classical codes) `pauli`, and whose edges carry `pauli`.
TannerGraph: TypeAlias = "nx.Graph[tuple[str, int]]"


class Code(ABC):
    """A code given by checks: immutable, equal and hashed by the space its checks span.

    No claim (distance, name, date) is part of a code's identity; nor is the choice of generators.
    """

    @property
    @abstractmethod
    def max_weight(self) -> int:
        """w: the largest weight of a check as given (0 without checks)."""

    @property
    @abstractmethod
    def max_degree(self) -> int:
        """q: the largest number of checks (of one Pauli type, for CSS codes) on one position."""

    @abstractmethod
    def tanner_graph(self) -> TannerGraph:
        """Return the Tanner graph of the checks as given."""

    @abstractmethod
    def _identity(self) -> tuple[str, list[BinaryMatrix]]:
        """Return the kind of code and the matrices whose row spaces make it what it is."""

    @cached_property
    def key(self) -> str:
        """SHA-256 (hexadecimal) of the kind, the length and the reduced row echelon forms."""
        kind, matrices = self._identity()
        digest = hashlib.sha256(kind.encode())
        for matrix in matrices:
            reduced, _ = reduced_rows(pack_rows(matrix))
            digest.update(f":{matrix.shape[1]},{len(reduced)}:".encode())
            digest.update(np.ascontiguousarray(reduced, dtype="<u8").tobytes())
        return digest.hexdigest()

    def distance(self, **options: Any) -> "Distance | None":
        """Compute the distance, `None` if k = 0; as `qcode_rl.distance.distance_of` does."""
        # The single upward import of this room: codes are the natural place to ask for a
        # distance, and the algorithms cannot live below the codes that they work on.
        from qcode_rl.distance import distance_of

        return distance_of(self, **options)

    def _repr_html_(self) -> str:
        # Pictures are for notebooks alone, and their module knows every kind of code.
        from qcode_rl.codes.html import code_html

        return code_html(self)

    def __getstate__(self) -> dict[str, Any]:
        # Derived values are computed again at need: pickles stay small.
        cached = {
            name
            for kind in type(self).__mro__
            for name, member in vars(kind).items()
            if isinstance(member, cached_property)
        }
        return {name: value for name, value in vars(self).items() if name not in cached}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for value in state.values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Code) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def largest_weight(matrix: BinaryMatrix, axis: int) -> int:
    """Return the largest row (axis 1) or column (axis 0) weight of a matrix, 0 if it is empty."""
    return int(matrix.sum(axis=axis, dtype=np.int64).max()) if matrix.size else 0
