"""The part of the `logical-error` reward that a decoder gives."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qcode_envs.arguments import options_of
from qcode_rl.decoding.judging.capacity import product_rate
from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.decoding.judging.pool import JudgePool
from qcode_rl.edits.batches import EditBatch
from qcode_rl.errors import InputError

#: Name of the reward.
LOGICAL_ERROR = "logical-error"


class ErrorJudge:
    """Pays for the logical error rates of a batch's codes.

    A code's score is minus log10 of its rate. A judgement pays `weight` times what the score has
    changed since the last one of the same episode, which began at 0. So an episode is paid `weight`
    times its last score in all, however often it is judged in between.

    Args:
        size: B, the number of graphs.
        options: what is judged, when, and what it is worth.
        workers: processes that judge; 0: this one. Results do not depend on it.
    """

    def __init__(self, size: int, options: LogicalErrorOptions, workers: int = 0) -> None:
        self.options = options
        self.pool = JudgePool(partial(product_rate, options=options), workers)
        self._scores = np.zeros(size)

    def begin(self, indices: Iterable[int]) -> None:
        """Forget the scores of graphs whose episodes begin anew."""
        self._scores[list(indices)] = 0.0

    def pay(self, batch: EditBatch, outcome: Any) -> NDArray[np.float64]:
        """Judge what the last step makes due, and add what that pays to the rewards.

        Args:
            batch: as the step left it.
            outcome: of the step; its rewards change.

        Returns:
            Logical error rates, `(B,)`; NaN where nothing was judged.
        """
        due = outcome.ended.copy()
        if self.options.every:
            # What has just restarted stands at 0.
            steps = batch.graphs.steps
            due |= (steps > 0) & (steps % self.options.every == 0)
        judged = np.flatnonzero(due)
        rates = np.full(batch.size, np.nan)
        rates[judged] = self.pool.rates([batch.final_checks(int(i)) for i in judged])
        scores = -np.log10(rates[judged])
        outcome.rewards[judged] += self.options.weight * (scores - self._scores[judged])
        self._scores[judged] = np.where(outcome.ended[judged], 0.0, scores)
        return rates

    def close(self) -> None:
        """Let go of the workers."""
        self.pool.close()


def make_judge(
    size: int,
    reward: str,
    options: LogicalErrorOptions | Mapping[str, Any] | None,
    workers: int,
) -> ErrorJudge | None:
    """Return what judges the codes of a batch, `None` if the reward does not ask for it.

    Raises:
        InputError: if an option is not known or not possible, or another reward is given options.
    """
    if reward != LOGICAL_ERROR:
        if options is not None:
            raise InputError(f"logical_error: needs reward {LOGICAL_ERROR!r}, got {reward!r}")
        return None
    options = options_of(LogicalErrorOptions, "logical_error", options)
    return ErrorJudge(size, options, workers)
