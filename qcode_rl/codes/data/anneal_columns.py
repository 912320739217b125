"""Simulated annealing for linear codes of small dimension, over the columns of a generator matrix.

A codeword of an [n, k] code is a message v times the generator matrix; its weight is the number of
columns c with an odd inner product v.c. Exchanging a column changes all 2^k weights at once by rows
of one fixed table, and the search lowers the sum of squares of what the weights lack to d.
"""

from dataclasses import dataclass
from math import exp
from random import Random

import numpy as np
from numpy.typing import NDArray

HOTTEST, COLDEST = 3.0, 0.3
STEPS = 400_000
SEEDS = 20


def anneal_columns(n: int, k: int, d: int) -> list[int] | None:
    """Search for an [n, k] code of distance d.

    Args:
        n: length.
        k: dimension, at most 10 (the table has 4^k entries).
        d: distance to reach.

    Returns:
        k generator rows as integers, bit j for column j; `None` if no seed led to a code.
    """
    for seed in range(SEEDS):
        columns = _Walk.start(n, k, d, Random(f"anneal {n} {k} {d} {seed}")).run(STEPS)
        if columns is not None:
            return [sum((c >> i & 1) << j for j, c in enumerate(columns)) for i in range(k)]
    return None


@dataclass
class _Walk:
    """One annealing run: the columns chosen, and the weights of the 2^k - 1 nonzero codewords."""

    columns: list[int]
    weights: NDArray[np.int64]
    products: NDArray[np.int64]
    d: int
    random: Random

    @classmethod
    def start(cls, n: int, k: int, d: int, random: Random) -> "_Walk":
        """Choose n random columns; entry [c, v - 1] of `products` is the inner product v.c."""
        messages = np.arange(1, 1 << k, dtype=np.uint64)
        columns = np.arange(1 << k, dtype=np.uint64)
        products = (np.bitwise_count(columns[:, None] & messages) & 1).astype(np.int64)
        chosen = [random.randrange(1, 1 << k) for _ in range(n)]
        return cls(chosen, products[chosen].sum(axis=0), products, d, random)

    def run(self, steps: int) -> list[int] | None:
        """Anneal; return the columns once every codeword has weight d or more."""
        cost = self.cost(self.weights)
        for step in range(steps):
            temperature = HOTTEST * (COLDEST / HOTTEST) ** (step / steps)
            place = self.random.randrange(len(self.columns))
            column = self.random.randrange(1, len(self.products))
            change = self.products[column] - self.products[self.columns[place]]
            rise = self.cost(self.weights + change) - cost
            if rise <= 0 or self.random.random() < exp(-rise / temperature):
                self.columns[place] = column
                self.weights += change
                cost += rise
                if cost == 0:
                    return self.columns
        return None

    def cost(self, weights: NDArray[np.int64]) -> int:
        """Return the sum of squares of what the weights lack to d."""
        lack = np.maximum(self.d - weights, 0)
        return int(lack @ lack)
