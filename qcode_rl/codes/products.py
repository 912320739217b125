"""Hypergraph products of two classical codes (Tillich and Zemor, arXiv:0903.0566)."""

from functools import cached_property
from typing import Any

import numpy as np

from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode


class HypergraphProduct(CSSCode):
    """The hypergraph product of two classical codes, which keeps its factors.

    With H1 `(m1, n1)` and H2 `(m2, n2)`: HX = [H1 x I | I x H2^T] and HZ = [I x H2 | H1^T x I], on
    n1 n2 + m1 m2 qubits. Its parameters follow from those of H1, H2 and their transposes, so they
    cost nothing to compute.

    Args:
        first: the code with checks H1.
        second: the code with checks H2.
    """

    def __init__(self, first: ClassicalCode, second: ClassicalCode) -> None:
        self.first = first
        self.second = second
        h1, h2 = first.checks, second.checks
        identity = {size: np.eye(size, dtype=np.uint8) for size in (*h1.shape, *h2.shape)}
        (m1, n1), (m2, n2) = h1.shape, h2.shape
        super().__init__(
            np.hstack([np.kron(h1, identity[n2]), np.kron(identity[m1], h2.T)]),
            np.hstack([np.kron(identity[n1], h2), np.kron(h1.T, identity[m2])]),
        )

    @cached_property
    def num_logicals(self) -> int:
        """k = k1 k2 + k1' k2', primes standing for the transposed codes."""
        (m1, _), (m2, _) = self.first.checks.shape, self.second.checks.shape
        transposed = (m1 - self.first.rank) * (m2 - self.second.rank)
        return int(self.first.k * self.second.k + transposed)


def hypergraph_product(first: Any, second: Any = None) -> HypergraphProduct:
    """Return the hypergraph product of two classical codes.

    Args:
        first: a `ClassicalCode` or its parity checks `(m1, n1)`.
        second: the same for the second factor; default: the first once more (a square product).

    Example:
        >>> ring = [[1, 1, 0], [0, 1, 1], [1, 0, 1]]
        >>> hypergraph_product(ring)  # the toric code
        HypergraphProduct[[18,2]](4,2)
    """
    one = first if isinstance(first, ClassicalCode) else ClassicalCode(first)
    if second is None:
        return HypergraphProduct(one, one)
    other = second if isinstance(second, ClassicalCode) else ClassicalCode(second)
    return HypergraphProduct(one, other)
