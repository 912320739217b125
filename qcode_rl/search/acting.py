"""The pretrained policy at work on one target: as it is, and fine-tuned there.

Runs are graphs of one batch, so that the network judges all of them in one pass; each has random
numbers and evaluations of its own, so that a run comes out alike whatever stands beside it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qcode_rl.edits.hypergraph_product import ProductTask
from qcode_rl.edits.rewired_product import RewireBatch
from qcode_rl.edits.stepping import Observations
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.agent.network import TannerNetwork
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.baselines import Run
from qcode_rl.search.choosing import act_apart, choose
from qcode_rl.search.code_targets import CodeTarget
from qcode_rl.search.families.quantum import EPISODE
from qcode_rl.search.learner import Learner, slice_seed
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions
from qcode_rl.search.targets import AnyTarget, Target, prove_met
from qcode_rl.search.weights import load_shipped, load_weights

#: Slices of fine-tuning on a target, and their seed.
_TUNING_SLICES, _TUNING_SEED = 4, 0
#: An action that is no action: graphs whose run is over stand still.
_NONE = -1


def run_pretrained(
    target: AnyTarget, seeds: Sequence[int], budget: int, weights: Path | None = None
) -> list[Run]:
    """Run the shipped policy, or one of other weights, as it is, once for each seed.

    Args:
        target: what to look for.
        seeds: one for each run, in [0, 2^63).
        budget: most reward evaluations of a run.
        weights: a file of weights; `None`: those that ship.

    Raises:
        InputError: if no weights ship, or those of the file do not fit.
    """
    learner = _learner(target, weights)
    if isinstance(target, CodeTarget):
        envs = [_environment(target, replace(learner.options, num_envs=1)) for _ in seeds]
        batches = [env.native.batch for env in envs]
        return act_apart(_network(learner), batches, seeds, budget, partial(_is_met, target))
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


def _environment(target: AnyTarget, options: AgentOptions) -> CodeVecEnv:
    if isinstance(target, CodeTarget):
        blocks = target.family == "two-block"
        size: dict[str, Any] = {"group": target.over} if blocks else {"qubits": target.n}
        return CodeVecEnv(
            ENVIRONMENTS[target.family],
            options.num_envs,
            **size,
            logicals=target.k,
            distance=target.d,
            max_weight=target.w,
            max_degree=target.q,
            max_steps=min(options.episode, EPISODE),
        )
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


def _is_met(target: CodeTarget, checks: BinaryMatrix) -> bool:
    """Say whether a code that an environment says meets a target does: two-block codes may not."""
    try:
        prove_met(target, checks)
    except AssertionError:
        if target.family != "two-block":
            raise
        return False
    return True


def _learner(target: AnyTarget, weights: Path | None = None) -> Learner:
    """Return a learner that holds the shipped weights, or those of a file."""
    learner = Learner(AgentOptions(), "cpu")
    # One environment is enough for the shapes of a policy.
    policy = learner.policy_for(_environment(target, replace(learner.options, num_envs=1)))
    if weights is not None:
        load_weights(policy, weights)
    elif not load_shipped(policy):
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
        seen = Observations._make(values[running] for values in batch.observations)
        actions[running] = choose(network, seen, uniforms(running))
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
