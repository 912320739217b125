"""Batches of classical Tanner graphs whose square hypergraph products are judged.

`ProductBatch` is what the single and the batched environment, the SB3 adapter and the baselines
drive; it only holds arrays and calls the kernels of `stepping`.
"""

from dataclasses import astuple, dataclass

import numpy as np

from qcode_rl.codes import ClassicalCode
from qcode_rl.edits import stepping
from qcode_rl.edits.batches import REMEMBERED, EditBatch
from qcode_rl.edits.graphs import GraphBatch, Integers, graph_batch
from qcode_rl.edits.moves import MAX_TOGGLES
from qcode_rl.edits.rewards import RewardOptions, reward_code
from qcode_rl.edits.starts import presentations
from qcode_rl.edits.stepping import Observations, Outcome, Pools, Rules
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix, unpack_rows

MAX_BITS = 64
#: Sparse presentations drawn from each seed code.
_PRESENTATIONS = 64


@dataclass(frozen=True)
class ProductTask:
    """What one graph is asked to become.

    Attributes:
        bits: n of the classical code, at most 64.
        checks: m of the classical code; k = n - m when they are independent.
        distance: distance asked for.
        row_limit: largest weight of a classical check.
        column_limit: largest number of classical checks on a bit.
    """

    bits: int
    checks: int
    distance: int
    row_limit: int
    column_limit: int

    def __post_init__(self) -> None:
        if not 2 <= self.bits <= MAX_BITS:
            raise InputError(f"bits: must be between 2 and {MAX_BITS}, got {self.bits}")
        if not 1 <= self.checks <= self.bits:
            raise InputError(f"checks: must be between 1 and bits, got {self.checks}")
        if not 1 <= self.distance <= self.bits:
            raise InputError(f"distance: must be between 1 and bits, got {self.distance}")
        if min(self.row_limit, self.column_limit) < 1:
            limits = f"{self.row_limit} and {self.column_limit}"
            raise InputError(f"row_limit and column_limit: must be at least 1, got {limits}")


def split_limits(max_weight: int, max_degree: int | None = None) -> tuple[int, int]:
    """Split limits on a square product into limits on its classical factor.

    X and Z checks weigh a row plus a column of the factor, and a qubit lies in at most as many X
    (or Z) checks as a row or a column weighs, whichever is larger.

    Args:
        max_weight: w, largest weight of a check of the product, at least 2.
        max_degree: q, largest number of X (or Z) checks on a qubit; default: no limit.

    Returns:
        The row and column limits; the row gets the larger half.

    Example:
        >>> split_limits(6), split_limits(7), split_limits(8, 3)
        ((3, 3), (4, 3), (3, 3))
    """
    if max_weight < 2:
        raise InputError(f"max_weight: must be at least 2, got {max_weight}")
    if max_degree is not None and max_degree < 1:
        raise InputError(f"max_degree: must be at least 1, got {max_degree}")
    most = max_weight if max_degree is None else max_degree
    row = min((max_weight + 1) // 2, most)
    return row, min(max_weight - row, most)


class ProductBatch(EditBatch):
    """A batch of classical graphs under edit.

    Args:
        size: B, the number of graphs.
        max_checks: M, checks that every graph is padded to.
        max_bits: N, bits that every graph is padded to, at most 64.
        max_row_limit: largest row limit of any task to come; observations have room for M times
            as many edges.
        reward: `shaped` or `paper`; `logical-error` is `shaped` here.
        options: constants of the reward.
        max_steps: edits in an episode.
        same_step: restart finished episodes within the step that ended them.
        seed_share: share of episodes of a graph with a seed code that start from it.
        remember: as for `EditBatch`.
    """

    feature_sizes = (stepping.CHECK_FEATURES, stepping.BIT_FEATURES, stepping.GLOBAL_FEATURES)
    outcome: Outcome
    graphs: GraphBatch

    def __init__(
        self,
        size: int,
        max_checks: int,
        max_bits: int,
        *,
        max_row_limit: int,
        reward: str = "shaped",
        options: RewardOptions | None = None,
        max_steps: int = 250,
        same_step: bool = False,
        seed_share: float = 0.5,
        remember: int = REMEMBERED,
    ) -> None:
        super().__init__(size, max_checks, max_bits, max_checks * max_row_limit, remember)
        options = options or RewardOptions()
        self.graphs = graph_batch(size, max_checks, max_bits, options.beta)
        self.rules = Rules(reward_code(reward), options.as_array(), max_steps, same_step)
        self.outcome = _outcome(size, max_checks)
        self._log = np.zeros((MAX_TOGGLES, 2), dtype=np.int64)
        self._seeds: dict[str, int] = {}
        self.pools = Pools(
            tasks=np.zeros((size, 5), dtype=np.int64),
            rows=np.zeros((0, _PRESENTATIONS, max_checks), dtype=np.uint64),
            counts=np.zeros(0, dtype=np.int64),
            num_checks=np.zeros(0, dtype=np.int64),
            chosen=np.full(size, -1, dtype=np.int64),
            seed_share=round(1024 * seed_share),
        )

    def count_actions(self) -> int:
        """Return the number of actions: each pair of a check and a bit, and stopping."""
        return self.max_checks * self.max_bits + 1

    def assign(self, i: int, task: ProductTask, seed_code: ClassicalCode | None = None) -> None:
        """Give graph i a task, which holds from its next restart on.

        Args:
            i: which graph.
            task: its size, limits and distance.
            seed_code: where episodes start (in part, see `seed_share`); at most as long as the
                task's code and of the same k.
        """
        if task.bits > self.max_bits or task.checks > self.max_checks:
            raise InputError(
                f"task: must fit {self.max_checks} checks and {self.max_bits} bits, "
                f"got {task.checks} and {task.bits}"
            )
        self.pools.chosen[i] = -1 if seed_code is None else self._pool_of(seed_code, task)
        # Only noted here: the episode under way must not lose its graph or change its size.
        self.pools.tasks[i] = astuple(task)

    def _pool_of(self, code: ClassicalCode, task: ProductTask) -> int:
        """Return the pool of a seed code, made at its first use."""
        if code.n > task.bits or code.n - code.rank != task.bits - task.checks:
            raise InputError(
                f"seed code: must have k = {task.bits - task.checks} and at most {task.bits} bits, "
                f"got [{code.n},{code.k}]"
            )
        if code.key not in self._seeds:
            self._seeds[code.key] = len(self._seeds)
            found = presentations(code, _PRESENTATIONS, seed=0)
            padded = np.zeros((1, _PRESENTATIONS, self.max_checks), dtype=np.uint64)
            padded[0, :, : found.shape[1]] = found
            self.pools = self.pools._replace(
                rows=np.concatenate([self.pools.rows, padded]),
                counts=np.append(self.pools.counts, len(found)),
                num_checks=np.append(self.pools.num_checks, found.shape[1]),
            )
        return self._seeds[code.key]

    def _restart_one(self, i: int) -> None:
        stepping.restart(self.graphs, i, self.pools, self.rules, self.outcome, self.seen)

    def _advance(self, actions: Integers) -> None:
        stepping.step_batch(
            self.graphs, actions, self.waiting, self.pools, self.rules, self.outcome, self.seen,
            self._log, self.final,
        )  # fmt: skip

    def observe(self) -> Observations:
        """Refresh and return the observation arrays."""
        stepping.observe_batch(self.graphs, self.rules, self.observations)
        return self.observations

    def checks(self, i: int) -> BinaryMatrix:
        """Return the check matrix of graph i, `(m, n) uint8`."""
        m, n = int(self.graphs.num_checks[i]), int(self.graphs.num_bits[i])
        return unpack_rows(self.graphs.rows[i, :m, np.newaxis], n)

    def final_checks(self, i: int) -> BinaryMatrix:
        """Return the check matrix of graph i as the last step left it, before any restart."""
        m, n = (int(size) for size in self.outcome.final_sizes[i])
        return unpack_rows(self.outcome.final_rows[i, :m, np.newaxis], n)


def _outcome(size: int, max_checks: int) -> Outcome:
    return Outcome(
        rewards=np.zeros(size),
        ended=np.zeros(size, dtype=np.bool_),
        met=np.zeros(size, dtype=np.bool_),
        illegal=np.zeros(size, dtype=np.bool_),
        distances=np.zeros(size, dtype=np.int64),
        final_rows=np.zeros((size, max_checks), dtype=np.uint64),
        final_sizes=np.zeros((size, 2), dtype=np.int64),
        counters=np.zeros(3, dtype=np.int64),
    )
