"""Batches of classical Tanner graphs whose square hypergraph products are judged.

`ProductBatch` is what the single and the batched environment, the SB3 adapter and the baselines
drive; it only holds arrays and calls the kernels of `stepping`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qcode_rl.codes import ClassicalCode
from qcode_rl.edits import stepping
from qcode_rl.edits.graphs import Integers, graph_batch
from qcode_rl.edits.moves import MAX_TOGGLES
from qcode_rl.edits.rewards import RewardOptions, reward_code
from qcode_rl.edits.starts import presentations
from qcode_rl.edits.stepping import Observations, Outcome, Pools, Rules
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix, unpack_rows
from qcode_rl.gf2.packing import Words

#: What a batch keeps beyond restarts, as arrays by name.
Tally: TypeAlias = dict[str, NDArray[Any]]
MAX_BITS = 64
#: Sparse presentations drawn from each seed code.
_PRESENTATIONS = 64
_FIRST_TABLE = 1 << 16
#: Latest matrices that a batch remembers; the table, which holds up to twice as many, takes 32 MiB.
REMEMBERED = 1 << 20
_ONE = np.uint64(1)


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


class ProductBatch:
    """A batch of graphs under edit, with observations, masks and outcomes.

    An evaluation is a census of a matrix not seen before. So that memory stays bounded, a batch
    forgets: once `remember` matrices have been counted since it last did, those from before then
    are dropped. Evaluations are thus exact up to nearly twice as many, and an upper count from then
    on: a matrix that comes back after about `remember` or more others may be counted again.

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
        remember: how many of the latest matrices are never forgotten; 4 B if that is more.
    """

    #: Features of a check, a bit and the whole graph in observations.
    feature_sizes = (stepping.CHECK_FEATURES, stepping.BIT_FEATURES, stepping.GLOBAL_FEATURES)

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
        options = options or RewardOptions()
        # In a step each graph may take two censuses.
        self.remember = max(remember, 4 * size)
        self.size, self.max_checks, self.max_bits = size, max_checks, max_bits
        self.num_actions = self.count_actions()
        self.graphs = graph_batch(size, max_checks, max_bits, options.beta)
        self.rules = Rules(reward_code(reward), options.as_array(), max_steps, same_step)
        self.outcome = _outcome(size, max_checks)
        self.observations = self._observations(max_checks * max_row_limit)
        self.final = self._observations(max_checks * max_row_limit)
        self.waiting = np.zeros(size, dtype=np.bool_)
        #: Hashes of the matrices remembered: odd since the last forgetting, even from before.
        self.seen = np.zeros(_FIRST_TABLE, dtype=np.uint64)
        self.forgotten = 0
        self._aged_at = 0  # evaluations at the last forgetting
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

    @property
    def evaluations(self) -> int:
        """Censuses of matrices not seen before, so far; see the class for what is forgotten."""
        return int(self.outcome.counters[0])

    def seed_streams(self, seeds: Sequence[int]) -> None:
        """Start the random stream of each graph, `(B,)` integers in [0, 2^63)."""
        self.graphs.streams[:] = np.array(seeds, dtype=np.uint64)

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

    def restart(self, indices: Iterable[int]) -> None:
        """Begin new episodes of the given graphs and refresh all observations."""
        for i in indices:
            self._make_room()
            self.waiting[i] = False
            stepping.restart(self.graphs, i, self.pools, self.rules, self.outcome, self.seen)
        self.observe()

    def step(self, actions: Integers) -> Outcome:
        """Step every graph and refresh all observations.

        Args:
            actions: `(B,) int64`: check * N + bit, or M * N to stop.

        Returns:
            The outcome arrays, which the next step overwrites.
        """
        self._make_room()
        stepping.step_batch(
            self.graphs,
            actions,
            self.waiting,
            self.pools,
            self.rules,
            self.outcome,
            self.seen,
            self._log,
            self.final,
        )
        self.observe()
        return self.outcome

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

    def _observations(self, max_edges: int) -> Observations:
        size = self.size
        checks, bits, overall = self.feature_sizes
        return Observations(
            checks=np.zeros((size, self.max_checks, checks), dtype=np.float32),
            bits=np.zeros((size, self.max_bits, bits), dtype=np.float32),
            edges=np.zeros((size, max_edges, 3), dtype=np.int16),
            overall=np.zeros((size, overall), dtype=np.float32),
            masks=np.zeros((size, self.num_actions), dtype=np.bool_),
        )

    def tally(self) -> Tally:
        """Return copies of what outlives restarts.

        Returns:
            `seen (S,) uint64`, the hashes remembered; `counters (3,) int64`; and `forgotten (1,)
            int64`, evaluations whose hashes are not among them any more.
        """
        return {
            "seen": self.seen[self.seen != 0],
            "counters": self.outcome.counters.copy(),
            "forgotten": np.array([self.forgotten]),
        }

    def restore_tally(self, tally: Tally) -> None:
        """Take up what `tally` returned; everything else begins anew with the next restart.

        Raises:
            InputError: if the arrays are not such as `tally` returns.
        """
        check_tally(tally)
        seen = tally["seen"]
        if len(seen) > 2 * self.remember:
            most = 2 * self.remember
            raise InputError(f"tally: seen must hold at most {most} hashes, got {len(seen)}")
        self.outcome.counters[:] = tally["counters"]
        self.forgotten = int(tally["forgotten"][0])
        self._aged_at = self.evaluations - int(np.count_nonzero(seen & _ONE))
        self._hold(seen, _FIRST_TABLE)

    def _make_room(self) -> None:
        """Before a step: forget what is too old, and keep the table at most half full."""
        if self.evaluations - self._aged_at + 2 * self.size > self.remember:
            recent = self.seen[self.seen & _ONE != 0]
            self.forgotten = self.evaluations - len(recent)
            self._aged_at = self.evaluations
            self._hold(recent ^ _ONE, len(self.seen))
        elif 2 * (self.evaluations - self.forgotten + 2 * self.size) > len(self.seen):
            self._hold(self.seen[self.seen != 0], len(self.seen))

    def _hold(self, hashes: Words, length: int) -> None:
        """Put hashes into a new table of so many slots, or more if that leaves too little room."""
        while 2 * (len(hashes) + 2 * self.size) > length:
            length *= 4
        self.seen = np.zeros(length, dtype=np.uint64)
        # Look-ups stay short in a table that is at most half full.
        stepping.insert_all(self.seen, hashes)


def check_tally(tally: Tally) -> None:
    """Refuse arrays that are not such as `ProductBatch.tally` returns.

    Raises:
        InputError: naming the array and what it must be.
    """
    names = ("seen", "counters", "forgotten")
    seen, counters, forgotten = (tally.get(name, np.zeros(0)) for name in names)
    if seen.ndim != 1 or seen.dtype != np.uint64 or not seen.all():
        raise InputError("tally: seen must be a vector of uint64 hashes other than 0")
    own = empty_tally()
    for name, array in (("counters", counters), ("forgotten", forgotten)):
        like = own[name]
        if array.shape != like.shape or array.dtype != like.dtype or array.min() < 0:
            raise InputError(f"tally: {name} must be a vector of {len(like)} int64 from 0 on")
    left = counters[0] - forgotten[0]
    if left != len(seen):
        raise InputError(f"tally: seen must hold {left} hashes, got {len(seen)}")


def empty_tally() -> Tally:
    """Return the tally of a batch that has not begun."""
    return {
        "seen": np.zeros(0, dtype=np.uint64),
        "counters": np.zeros(3, dtype=np.int64),
        "forgotten": np.zeros(1, dtype=np.int64),
    }


def forget_seen(tally: Tally) -> Tally:
    """Return a tally that counts on from where another one stands, but remembers no matrix."""
    return empty_tally() | {
        "counters": tally["counters"],
        "forgotten": tally["counters"][:1].copy(),
    }


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
