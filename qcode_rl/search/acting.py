"""The pretrained policy at work on one target: as it is, and fine-tuned there.

Runs are graphs of one batch, so that the network judges all of them in one pass; each has random
numbers and evaluations of its own, so that a run comes out alike whatever stands beside it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from qcode_rl.edits.hypergraph_product import ProductTask
from qcode_rl.edits.rewired_product import RewireBatch
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.agent.graphs import unflatten
from qcode_rl.search.agent.network import TannerNetwork
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.baselines import Run
from qcode_rl.search.learner import Learner, slice_seed
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions
from qcode_rl.search.targets import Target
from qcode_rl.search.weights import load_shipped

#: Slices of fine-tuning on a target, and their seed.
_TUNING_SLICES, _TUNING_SEED = 4, 0
#: An action that is no action: graphs whose run is over stand still.
_NONE = -1


def run_pretrained(target: Target, seeds: Sequence[int], budget: int) -> list[Run]:
    """Run the shipped policy as it is, once for each seed.

    Args:
        target: what to look for.
        seeds: one for each run, in [0, 2^63).
        budget: most reward evaluations of a run.

    Raises:
        InputError: if no weights ship.
    """
    learner = _learner(target)
    return act(_network(learner), target.task, seeds, budget, learner.options.episode)


def run_finetuned(target: Target, seeds: Sequence[int], budget: int) -> list[Run]:
    """Run the shipped policy after some PPO on the target; arguments as for `run_pretrained`.

    The evaluations and seconds of the tuning are shared out evenly among the runs, beyond their
    own: more runs share its cost.
    """
    started = time.perf_counter()
    learner = _learner(target)
    spent = _tune(learner, target)
    seconds = time.perf_counter() - started
    runs = act(_network(learner), target.task, seeds, budget, learner.options.episode)
    share, time_share = round(spent / len(runs)), seconds / len(runs)
    return [
        replace(run, evaluations=run.evaluations + share, seconds=run.seconds + time_share)
        for run in runs
    ]


def _environment(target: Target, options: AgentOptions) -> CodeVecEnv:
    return CodeVecEnv(
        ENVIRONMENTS["hgp"],
        options.num_envs,
        bits=target.n,
        dimension=target.k,
        distance=target.d,
        max_weight=target.w,
        max_degree=target.q,
        max_steps=options.episode,
    )


def _learner(target: Target) -> Learner:
    """Return a learner that holds the shipped weights."""
    learner = Learner(AgentOptions(), "cpu")
    # One environment is enough for the shapes of a policy.
    policy = learner.policy_for(_environment(target, replace(learner.options, num_envs=1)))
    if not load_shipped(policy):
        raise InputError("methods: pretrained is not available: no weights of this network ship")
    return learner


def _network(learner: Learner) -> TannerNetwork:
    assert learner.policy is not None
    return learner.policy.network


def _tune(learner: Learner, target: Target) -> int:
    """Train a learner on one target; return the evaluations that it took."""
    env = _environment(target, learner.options)
    for index in range(_TUNING_SLICES):
        seed = slice_seed(_TUNING_SEED, index)
        learner.train(env, learner.options.slice_rollouts, seed, lambda env: True)
    return int(env.native.batch.evaluations)


def act(
    network: TannerNetwork,
    task: ProductTask,
    seeds: Sequence[int],
    budget: int,
    episode: int,
) -> list[Run]:
    """Let a policy act on one graph for each seed until all have met the request or spent a budget.

    Args:
        network: of a policy.
        task: what to look for.
        seeds: one for each run, in [0, 2^63).
        budget: most reward evaluations of a run.
        episode: actions after which a run starts afresh.
    """
    size = len(seeds)
    batch = RewireBatch(
        size, task.checks, task.bits, max_row_limit=task.row_limit, max_steps=episode,
        same_step=True, apart=True,
    )  # fmt: skip
    for i in range(size):
        batch.assign(i, task)
    batch.seed_streams(seeds)
    batch.restart(range(size))
    uniforms = partial(_uniforms, [np.random.default_rng(seed) for seed in seeds])
    return _act(network, batch, uniforms, budget)


def _act(
    network: TannerNetwork,
    batch: RewireBatch,
    uniforms: Callable[[NDArray[np.intp]], NDArray[np.float64]],
    budget: int,
) -> list[Run]:
    started = time.perf_counter()
    seconds = np.zeros(batch.size)
    checks: dict[int, BinaryMatrix] = {}
    running = np.arange(batch.size)
    while len(running):
        actions = np.full(batch.size, _NONE)
        actions[running] = _choose(network, batch, running, uniforms(running))
        outcome = batch.step(actions)
        now = time.perf_counter() - started
        checks |= {int(i): batch.final_checks(int(i)) for i in running[outcome.met[running]]}
        over = outcome.met[running] | (batch.memory.evaluations[running] >= budget)
        seconds[running[over]] = now
        running = running[~over]
    # Time is shared by the runs that were under way; what each took alone cannot be told.
    each = seconds.max() / batch.size
    return [
        Run(int(spent), 0, i in checks, float(each), checks.get(i))
        for i, spent in enumerate(batch.memory.evaluations)
    ]


def _uniforms(
    generators: Sequence[np.random.Generator], running: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return a uniform number for each running graph, from its own generator."""
    return np.array([generators[i].random() for i in running])


def _choose(
    network: TannerNetwork,
    batch: RewireBatch,
    running: NDArray[np.intp],
    uniforms: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Sample an action for each running graph by inversion."""
    seen = batch.observations
    size = len(running)
    flat = {
        "checks": torch.from_numpy(seen.checks[running].reshape(size, -1)),
        "bits": torch.from_numpy(seen.bits[running].reshape(size, -1)),
        "edges": torch.from_numpy(seen.edges[running].reshape(size, -1)),
        "overall": torch.from_numpy(seen.overall[running]),
    }
    with torch.no_grad():
        logits, _ = network(unflatten(flat, network.layout))
    masks = torch.from_numpy(seen.masks[running])
    chances = torch.where(masks, logits.double(), -torch.inf).softmax(dim=-1).cumsum(dim=-1)
    # Rounding must not carry the number past the total, to an action that is not legal.
    drawn = torch.from_numpy(uniforms[:, np.newaxis]) * chances[:, -1:] * (1 - 1e-12)
    return (chances <= drawn).sum(dim=-1).numpy()
