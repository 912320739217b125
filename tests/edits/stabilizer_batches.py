"""Batches of stabilizer codes for the tests of edits, and recounts by trying every operator."""

from itertools import product
from math import exp, log
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from qcode_rl import gf2
from qcode_rl.edits.code_batches import CodeBatch, CodeTask

Bits = NDArray[np.uint8]
BETA = 0.7
ALL: dict[int, Bits] = {}


def code_batch(
    task: CodeTask, css: bool, size: int = 1, seed: int = 0, **options: Any
) -> CodeBatch:
    """Return a batch of codes of one task, started; code i is seeded with `seed + i + 1`."""
    batch = CodeBatch(size, task.checks, task.qubits, css=css, max_weight=task.weight, **options)
    for i in range(size):
        batch.assign(i, task)
    batch.seed_streams([seed + i for i in range(1, size + 1)])
    batch.restart(range(size))
    return batch


@st.composite
def code_tasks(draw: st.DrawFn, max_qubits: int = 5) -> CodeTask:
    """Tasks of all shapes, whose distances can be judged."""
    n = draw(st.integers(2, max_qubits))
    degree = draw(st.none() | st.integers(1, 4))
    return CodeTask(
        n, draw(st.integers(1, n - 1)), draw(st.integers(1, min(n, 4))), draw(st.integers(2, 5)),
        degree,
    )  # fmt: skip


def set_checks(batch: CodeBatch, checks: Bits, i: int = 0) -> None:
    """Replace code i, without judging it."""
    n = checks.shape[1] // 2
    graphs = batch.graphs
    graphs.xs[i, :], graphs.zs[i, :] = 0, 0
    graphs.xs[i, : len(checks)] = gf2.pack_rows(np.ascontiguousarray(checks[:, :n]))[:, 0]
    graphs.zs[i, : len(checks)] = gf2.pack_rows(np.ascontiguousarray(checks[:, n:]))[:, 0]
    graphs.num_checks[i], graphs.num_bits[i] = len(checks), n


def all_operators(n: int) -> Bits:
    """Return all Pauli operators but the identity, `(4^n - 1, 2n)`."""
    if n not in ALL:
        ALL[n] = np.array(list(product((0, 1), repeat=2 * n)), dtype=np.uint8)[1:]
    return ALL[n]


def weights_of(operators: Bits) -> NDArray[np.int64]:
    """Return the numbers of qubits that operators act on."""
    n = operators.shape[1] // 2
    counted: NDArray[np.int64] = (operators[:, :n] | operators[:, n:]).sum(axis=1, dtype=np.int64)
    return counted


def anticommuting(one: Bits, other: Bits) -> Bits:
    """Return 1 where a row of one anticommutes with a row of the other."""
    n = one.shape[1] // 2
    found: Bits = (one.astype(np.int64) @ np.roll(other, n, axis=1).T % 2).astype(np.uint8)
    return found


def pure(operators: Bits) -> Bits:
    """Return the operators of X type and of Z type among some."""
    n = operators.shape[1] // 2
    mixed = operators[:, :n].any(axis=1) & operators[:, n:].any(axis=1)
    return operators[~mixed]


def sums_of(checks: Bits) -> set[bytes]:
    """Return all sums of checks."""
    choices = np.array(list(product((0, 1), repeat=len(checks))), dtype=np.int64)
    return {row.tobytes() for row in (choices @ checks % 2).astype(np.uint8)}


def logical_operators(checks: Bits, css: bool) -> Bits:
    """Return all operators that commute with checks and are no sum of them; of one type if CSS."""
    operators = all_operators(checks.shape[1] // 2)
    operators = pure(operators) if css else operators
    operators = operators[~anticommuting(operators, checks).any(axis=1)]
    sums = sums_of(checks)
    return operators[[row.tobytes() not in sums for row in operators]]


def soft_of(operators: Bits, target: int, beta: float = BETA) -> float:
    """Return the soft distance, given all logical operators."""
    mass = sum(exp(beta * (target - w)) for w in weights_of(operators).tolist() if w < target)
    return target - log(1 + mass) / beta


def shares_of(operators: Bits, target: int, beta: float = BETA) -> NDArray[np.float64]:
    """Return the shares of the qubits in the light logical operators."""
    weights = weights_of(operators)
    light = operators[weights < target]
    n = operators.shape[1] // 2
    if not len(light):
        return np.zeros(n)
    masses = np.exp(beta * (target - weights[weights < target]))
    shares: NDArray[np.float64] = masses @ (light[:, :n] | light[:, n:]) / masses.sum()
    return shares


def words_of(operators: Bits) -> tuple[Any, Any]:
    """Return the X and Z parts of operators as words."""
    n = operators.shape[1] // 2
    halves = (np.ascontiguousarray(operators[:, :n]), np.ascontiguousarray(operators[:, n:]))
    x, z = (gf2.pack_rows(half)[:, 0] for half in halves)
    return x, z


def random_checks(rng: np.random.Generator, n: int, r: int, css: bool) -> Bits:
    """Return independent commuting checks: single qubits behind random gates."""
    checks = np.zeros((r, 2 * n), dtype=np.uint8)
    of_x = rng.integers(0, r + 1) if css else 0
    for check in range(r):
        checks[check, check if check < of_x else n + check] = 1
    for _ in range(3 * n):
        a, b = rng.choice(n, 2, replace=False)
        if css:
            checks[:, b] ^= checks[:, a]
            checks[:, n + a] ^= checks[:, n + b]
        else:
            turn = rng.integers(0, 2, (1, 2 * n), dtype=np.uint8)
            checks ^= anticommuting(checks, turn) * turn
    return checks


def independent(checks: Bits) -> bool:
    """Say whether checks are independent and commute."""
    return gf2.rank(checks) == len(checks) and not anticommuting(checks, checks).any()
