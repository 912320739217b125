"""PPO end to end against the bare rate of its network, on one core, with the parts.

Run: qcode-rl bench training                      (prints, and writes results/training.json)

Bare rate: what one rollout and its update cost in forward and backward passes of the same network
at the same batch sizes, on graphs already in tensors, and nothing else. End to end: PPO as
`run_search` uses it, warm. Both alternate within one run, medians are compared.
"""

import argparse
import time
from typing import Any

import torch
from common import Parts, median_spread, save

from qcode_rl.search.agent.graphs import unflatten
from qcode_rl.search.agent.ppo import BatchPPO
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.learner import Learner
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions

#: (bits, dimension, distance)
SIZES = ((17, 3, 9), (30, 4, 15), (33, 6, 14), (50, 5, 24), (30, 15, 4))


def bare_seconds(learner: Learner, env: CodeVecEnv) -> float:
    """Return the time of the network's passes for one rollout and its update."""
    options, policy = learner.options, learner.policy
    assert policy is not None
    observations = {name: torch.as_tensor(v) for name, v in env.reset().items()}
    graphs = unflatten(observations, policy._shape[0])
    repeat = options.batch_size // env.num_envs
    large = unflatten(
        {name: v.repeat((repeat,) + (1,) * (v.dim() - 1)) for name, v in observations.items()},
        policy._shape[0],
    )
    updates = options.epochs * options.rollout * env.num_envs // options.batch_size
    start = time.perf_counter()
    with torch.no_grad():
        for _ in range(options.rollout):
            policy.network(graphs)
    for _ in range(updates):
        logits, values = policy.network(large)
        (logits.sum() + values.sum()).backward()
        policy.network.zero_grad()
    return time.perf_counter() - start


def measure(bits: int, dimension: int, distance: int, options: AgentOptions, repeats: int) -> Any:
    env = CodeVecEnv(
        ENVIRONMENTS["hgp"], options.num_envs, bits=bits, dimension=dimension, distance=distance,
        max_steps=options.episode,
    )  # fmt: skip
    learner = Learner(options, "cpu", 1)
    learner.train(env, 1, 0, lambda env: True)
    steps = options.rollout * options.num_envs
    whole, bare = [], []
    with Parts() as parts:
        parts.watch(learner.policy, "forward", "policy")
        parts.watch(env, "advance", "environment")
        parts.watch(env, "env_method", "masks")
        parts.watch(BatchPPO, "train", "update")
        for repeat in range(repeats):
            start = time.perf_counter()
            learner.train(env, 4, repeat, lambda env: True)
            whole.append(4 * steps / (time.perf_counter() - start))
            bare.append(steps / bare_seconds(learner, env))
    total = repeats * 4 * steps
    rates = {"end_to_end": median_spread(whole), "bare_network": median_spread(bare)}
    microseconds = {name: round(1e6 * s / total, 2) for name, s in sorted(parts.seconds.items())}
    share = round(rates["end_to_end"]["median"] / rates["bare_network"]["median"], 3)
    return {
        "graph": f"{bits - dimension}x{bits}",
        "steps_per_second": rates,
        "end_to_end_over_bare": share,
        "microseconds_per_step": microseconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    for name, default in vars(AgentOptions()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    values = vars(parser.parse_args())
    repeats = values.pop("repeats")
    options = AgentOptions(**values)
    rows = []
    for size in SIZES:
        rows.append(measure(*size, options, repeats))
        print(rows[-1])
    save("training", {"agent": vars(options), "rows": rows})


if __name__ == "__main__":
    main()
