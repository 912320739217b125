"""A policy's actions from random numbers of the runs' own, and runs on batches of one code each.

Batches of quantum codes share one count of evaluations. So that runs know nothing of one another
each has a batch to itself here; only the network's passes are shared.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from qcode_rl.edits.batches import EditBatch
from qcode_rl.edits.stepping import Observations
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.agent.graphs import unflatten
from qcode_rl.search.agent.network import TannerNetwork
from qcode_rl.search.baselines import Run

#: A run ends after so many actions for each evaluation that it may spend: of few qubits, every code
#: in reach has been seen at some time, and no further evaluation is ever spent.
_ACTIONS_PER_EVALUATION = 20


def choose(
    network: TannerNetwork, seen: Observations, uniforms: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Sample an action for each code by inversion.

    Args:
        network: of a policy.
        seen: observations of R codes, by row.
        uniforms: `(R,) float64` in [0, 1).

    Returns:
        `(R,) int64` legal actions.
    """
    size = len(uniforms)
    flat = {
        "checks": torch.from_numpy(seen.checks.reshape(size, -1)),
        "bits": torch.from_numpy(seen.bits.reshape(size, -1)),
        "edges": torch.from_numpy(seen.edges.reshape(size, -1)),
        "overall": torch.from_numpy(seen.overall),
    }
    with torch.no_grad():
        logits, _ = network(unflatten(flat, network.layout))
    masks = torch.from_numpy(seen.masks)
    chances = torch.where(masks, logits.double(), -torch.inf).softmax(dim=-1).cumsum(dim=-1)
    # Rounding must not carry the number past the total, to an action that is not legal.
    drawn = torch.from_numpy(uniforms[:, np.newaxis]) * chances[:, -1:] * (1 - 1e-12)
    return (chances <= drawn).sum(dim=-1).numpy()


def act_apart(
    network: TannerNetwork,
    batches: Sequence[EditBatch],
    seeds: Sequence[int],
    budget: int,
    is_met: Callable[[BinaryMatrix], bool],
) -> list[Run]:
    """Let a policy act on one code for each seed until all have met the request or spent a budget.

    Args:
        network: of a policy.
        batches: one code each, alike but fresh, that restart within the step that ends an episode.
        seeds: one for each batch, in [0, 2^63).
        budget: most reward evaluations of a run; the last action may take some more.
        is_met: whether checks that an environment says meet the request do; a run whose checks do
            not goes on.

    Returns:
        A run for each seed.
    """
    started = time.perf_counter()
    generators = [np.random.default_rng(seed) for seed in seeds]
    for batch, seed in zip(batches, seeds, strict=True):
        batch.seed_streams([seed])
        batch.restart([0])
    checks: dict[int, BinaryMatrix] = {}
    running, taken = list(range(len(batches))), 0
    while running and taken < _ACTIONS_PER_EVALUATION * budget:
        rows = zip(*(batches[i].observations for i in running), strict=True)
        seen = Observations._make(np.concatenate(values) for values in rows)
        uniforms = np.array([generators[i].random() for i in running])
        for i, action in zip(running, choose(network, seen, uniforms), strict=True):
            if batches[i].step(np.array([action])).met[0]:
                found = batches[i].final_checks(0)
                if is_met(found):
                    checks[i] = found
        running = [i for i in running if i not in checks and batches[i].evaluations < budget]
        taken += 1
    # Time is shared by the runs that were under way; what each took alone cannot be told.
    each = (time.perf_counter() - started) / len(batches)
    return [
        Run(batch.evaluations, 0, i in checks, each, checks.get(i))
        for i, batch in enumerate(batches)
    ]
