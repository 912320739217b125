"""Batches of two-block group-algebra codes under edit, all over one group.

The codes are those of `codes.two_block`; the kernels are in `two_block_stepping`.
"""

import numpy as np

from qcode_rl.codes.groups import FiniteGroup
from qcode_rl.codes.two_block import block_checks
from qcode_rl.edits.batches import REMEMBERED, EditBatch
from qcode_rl.edits.graphs import Integers
from qcode_rl.edits.rewards import RewardOptions
from qcode_rl.edits.rewired_product import (
    BIT_FEATURES,
    CHECK_FEATURES,
    GLOBAL_FEATURES,
    LEVELS,
    RESTART,
    SKIP,
)
from qcode_rl.edits.stepping import Observations, Rules
from qcode_rl.edits.two_block_moves import CANDIDATES
from qcode_rl.edits.two_block_state import (
    BlockOutcome,
    BlockPools,
    BlockWork,
    TwoBlockGraphs,
    TwoBlockTask,
    block_outcome,
    block_tables,
    check_task,
    two_block_graphs,
)
from qcode_rl.edits.two_block_stepping import observe_batch, step_batch
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix


class TwoBlockBatch(EditBatch):
    """A batch of two-block codes under edit.

    An evaluation is a search for light logical operators of a code not seen before, up to shifts of
    a from the left and of b from the right. Codes that are only asked for their logical qubits are
    counted apart, in `rank_calls`.

    Args:
        size: B, the number of codes.
        group: of order g, over which all of them are.
        max_terms: M, terms of both supports together that every code is padded to.
        reward: `shaped`, the only one: degrees are constant here, so that `paper` would be blind.
        options: constants of the reward.
        max_steps: edits in an episode.
        same_step: restart finished episodes within the step that ended them.
        seed_share: share of episodes of a code with a seed that start from it.
        remember: as for `EditBatch`.

    Raises:
        InputError: for another reward.
    """

    feature_sizes = (CHECK_FEATURES, BIT_FEATURES, GLOBAL_FEATURES)
    # A resampled term's places, its own, and the code that is arrived at.
    most_censuses = CANDIDATES + 2
    outcome: BlockOutcome
    graphs: TwoBlockGraphs

    def __init__(
        self,
        size: int,
        group: FiniteGroup,
        max_terms: int,
        *,
        reward: str = "shaped",
        options: RewardOptions | None = None,
        max_steps: int = 60,
        same_step: bool = False,
        seed_share: float = 0.5,
        remember: int = REMEMBERED,
    ) -> None:
        if reward != "shaped":
            raise InputError(f"reward: must be shaped, got {reward!r}")
        super().__init__(size, max_terms, group.order, max_terms, remember)
        self.group = group
        self.graphs = two_block_graphs(size, max_terms, group.order)
        self.rules = Rules(0, (options or RewardOptions()).as_array(), max_steps, same_step)
        self.outcome = block_outcome(size, max_terms)
        self.pools = BlockPools(
            tasks=np.zeros((size, 4), dtype=np.int64),
            seeds=np.zeros((size, max_terms), dtype=np.int64),
            seeded=np.zeros(size, dtype=np.bool_),
            seed_share=round(1024 * seed_share),
        )
        self._tables, self._salt = block_tables(group)

    def count_actions(self) -> int:
        """Return the number of actions: moves of terms, resamplings, and starting afresh."""
        return self.max_checks * (self.max_bits + LEVELS) + 1

    @property
    def rank_calls(self) -> int:
        """Codes whose logical qubits alone were counted, so far."""
        return int(self.outcome.ranks[0])

    def assign(
        self, i: int, task: TwoBlockTask, seed: tuple[Integers, Integers] | None = None
    ) -> None:
        """Give code i a task, which holds from its next episode on.

        Args:
            i: which code.
            task: its logical qubits, distance and numbers of terms.
            seed: supports where episodes start (in part, see `seed_share`), of as many terms.

        Raises:
            InputError: if the task or the seed does not fit; nothing has changed then.
        """
        check_task(task, self.group.order)
        if sum(task.terms) > self.max_checks:
            raise InputError(
                f"task: must fit {self.max_checks} terms, got {task.terms[0]} and {task.terms[1]}"
            )
        if seed is not None and (len(seed[0]), len(seed[1])) != task.terms:
            raise InputError(
                f"seed code: must have {task.terms[0]} and {task.terms[1]} terms, "
                f"got {len(seed[0])} and {len(seed[1])}"
            )
        self.pools.tasks[i] = (task.logicals, task.distance, *task.terms)
        self.pools.seeded[i] = seed is not None
        self.pools.seeds[i] = 0
        if seed is not None:
            self.pools.seeds[i, : sum(task.terms)] = np.concatenate(seed)

    def supports(self, i: int) -> tuple[Integers, Integers]:
        """Return the supports a and b of code i."""
        return _split(self.graphs.terms[i], self.graphs.sizes[i])

    def final_supports(self, i: int) -> tuple[Integers, Integers]:
        """Return the supports of code i as the last step left it, before any restart."""
        return _split(self.outcome.final_terms[i], self.outcome.final_sizes[i])

    def checks(self, i: int) -> BinaryMatrix:
        """Return the checks of code i as symplectic rows `[X|Z]`, `(2 g, 4 g) uint8`: X, then Z."""
        return self._symplectic(*self.supports(i))

    def final_checks(self, i: int) -> BinaryMatrix:
        """Return the checks of code i as the last step left it, before any restart."""
        return self._symplectic(*self.final_supports(i))

    def observe(self) -> Observations:
        """Refresh and return the observation arrays."""
        observe_batch(self.graphs, self.rules, self._work(), self.observations)
        return self.observations

    def _symplectic(self, a: Integers, b: Integers) -> BinaryMatrix:
        x_checks, z_checks = block_checks(self.group, a, b)
        zeros = np.zeros_like(x_checks)
        return np.block([[x_checks, zeros], [zeros, z_checks]])

    def _restart_one(self, i: int) -> None:
        actions = np.full(self.size, SKIP)
        actions[i] = RESTART
        self._advance(actions)

    def _advance(self, actions: Integers) -> None:
        step_batch(
            self.graphs, actions, self.waiting, self.pools, self.rules, self.outcome,
            self._work(), self.final,
        )  # fmt: skip

    def _work(self) -> BlockWork:
        return BlockWork(self._tables, self._salt, self.seen)


def _split(terms: Integers, sizes: Integers) -> tuple[Integers, Integers]:
    first, second = int(sizes[0]), int(sizes[1])
    return terms[:first].copy(), terms[first : first + second].copy()
