"""Batches whose checks are rewired, and what rewirings come to in plain Python."""

from itertools import combinations
from math import exp, log
from typing import NamedTuple

import numpy as np
from edit_batches import Bits, word_weights

from qcode_rl.codes import ClassicalCode
from qcode_rl.edits.hypergraph_product import ProductTask
from qcode_rl.edits.rewired_product import LEVELS, RewireBatch
from qcode_rl.edits.stepping import Outcome


class Judgement(NamedTuple):
    """What a graph should be said to be."""

    distance: int
    k: int
    k_left: int
    soft: float


def rewire_batch(
    task: ProductTask,
    size: int = 1,
    seed: int = 0,
    seed_code: ClassicalCode | None = None,
    **options: object,
) -> RewireBatch:
    """Return a batch of graphs of one task, started; graph i is seeded with `seed + i`."""
    batch = RewireBatch(
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


def take(batch: RewireBatch, check: int, level: int = 0) -> Outcome:
    """Rewire a check of the only graph of a batch."""
    return batch.step(np.array([check * LEVELS + level], dtype=np.int64))


def words_of(checks: Bits) -> Bits:
    """Return all nonzero words that every check meets evenly, `(c, n)`."""
    n = checks.shape[1]
    words = np.indices((2,) * n, dtype=np.uint8).reshape(n, -1)
    return words[:, ~(checks @ words & 1).any(axis=0)].T[1:]


def mass_of(words: Bits, target: int, beta: float) -> float:
    """Return the mass of those of some words that are lighter than a target."""
    weights = words.sum(axis=1, dtype=int).tolist()
    return sum(exp(beta * (target - w)) for w in weights if w < target)


def plain_judgement(checks: Bits, target: int, beta: float) -> Judgement:
    """Judge a graph from scratch: by its light codewords or, if there are none, as a product."""
    own, other = word_weights(checks), word_weights(checks.T)
    light = [w for w in own if w < target]
    counted = light or [w for w in own + other if w < target]
    distance = min(light or own + other, default=0)
    soft = target - log(1 + sum(exp(beta * (target - w)) for w in counted)) / beta
    k, k_left = ((len(words) + 1).bit_length() - 1 for words in (own, other))
    return Judgement(distance, k, k_left, soft if distance else 0.0)


def allowed_supports(room: list[int], limit: int) -> list[tuple[int, ...]]:
    """Return all supports of two bits up to a limit (of one, if no more may be)."""
    least = min(limit, 2)
    return [s for weight in range(least, limit + 1) for s in combinations(room, weight)]


def kept_by(words: Bits, support: tuple[int, ...]) -> Bits:
    """Return those of some words that are even on a support."""
    return words[words[:, list(support)].sum(axis=1) % 2 == 0]


def bits_of(word: int) -> tuple[int, ...]:
    """Return which bits of a word are set."""
    return tuple(j for j in range(64) if int(word) >> j & 1)
