"""Batches of graphs for the tests of edits, and recounts in plain Python."""

from itertools import pairwise
from math import exp, log

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from qcode_rl.codes import ClassicalCode
from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask

Bits = NDArray[np.uint8]


def batch_of(
    task: ProductTask,
    size: int = 1,
    seed: int = 0,
    seed_code: ClassicalCode | None = None,
    **options: object,
) -> ProductBatch:
    """Return a batch of graphs of one task, started."""
    batch = ProductBatch(
        size,
        task.checks,
        task.bits,
        max_row_limit=task.row_limit,
        **options,  # type: ignore[arg-type]
    )
    for i in range(size):
        batch.assign(i, task, seed_code)
    batch.seed_streams([seed + i for i in range(1, size + 1)])
    batch.restart(range(size))
    return batch


@st.composite
def tasks(draw: st.DrawFn, max_bits: int = 9) -> ProductTask:
    """Tasks that leave room for edits, of all shapes and limits."""
    bits = draw(st.integers(2, max_bits))
    checks = draw(st.integers(1, bits))
    limits = st.integers(1, 4)
    return ProductTask(bits, checks, draw(st.integers(1, bits)), draw(limits), draw(limits))


def set_checks(batch: ProductBatch, checks: Bits, i: int = 0) -> None:
    """Replace graph i, without judging it."""
    graphs = batch.graphs
    graphs.rows[i, :] = 0
    for check, row in enumerate(checks):
        graphs.rows[i, check] = sum(1 << int(bit) for bit in np.flatnonzero(row))
    graphs.degrees[i, :] = 0
    graphs.degrees[i, : checks.shape[1]] = checks.sum(axis=0)


def state(batch: ProductBatch, i: int = 0) -> tuple[list[int], list[int]]:
    """Return the rows and degrees of a graph."""
    return batch.graphs.rows[i].tolist(), batch.graphs.degrees[i].tolist()


def plain_census(checks: Bits, target: int, beta: float) -> tuple[int, int, float]:
    """Return the distance of the square product, k', and the soft distance, by enumeration."""
    weights = [w for matrix in (checks, checks.T) for w in word_weights(matrix)]
    mass = sum(exp(beta * (target - w)) for w in weights if w < target)
    left = len(word_weights(checks.T)) + 1
    soft = target - log(1 + mass) / beta if weights else 0.0
    return min(weights, default=0), left.bit_length() - 1, soft


def word_weights(checks: Bits) -> list[int]:
    """Return the weights of all nonzero words that every check meets evenly."""
    n = checks.shape[1]
    words = np.indices((2,) * n, dtype=np.uint8).reshape(n, -1)
    even = ~(checks @ words & 1).any(axis=0)
    return [int(w) for w in words[:, even].sum(axis=0) if w]


def differences(values: list[float]) -> list[float]:
    """Return each value less the one before it."""
    return [after - before for before, after in pairwise(values)]
