"""PPO end to end against the bare rate of its network, on one core, with the parts.

Run: python benchmarks/training.py               (prints, and writes results/training.json)

Bare rate: what one rollout and its update cost in forward and backward passes of the same network
at the same batch sizes, on graphs already in tensors, and nothing else. End to end: MaskablePPO as
`run_search` uses it, warm. Both alternate within one run, medians are compared.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from common import median_spread, save
from sb3_contrib import MaskablePPO

from qcode_rl.search.agent.graphs import unflatten
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.learner import Learner
from qcode_rl.search.spec import AgentOptions

ENV_ID = "qcode_envs:qcode/HypergraphProduct-v0"
#: (bits, dimension, distance)
SIZES = ((30, 15, 4), (17, 3, 9), (31, 3, 16))


class Parts:
    """Adds up the time spent in some functions, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def wrap(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time added up under a name."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[name] += time.perf_counter() - start

        return timed


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
        ENV_ID, options.num_envs, bits=bits, dimension=dimension, distance=distance,
        max_steps=options.episode,
    )  # fmt: skip
    learner = Learner(options, "cpu", 1)
    learner.train(env, 1, 0, lambda env: True)
    steps = options.rollout * options.num_envs
    parts = Parts()
    _instrument(parts, env, learner)
    whole, bare = [], []
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


def _instrument(parts: Parts, env: CodeVecEnv, learner: Learner) -> None:
    policy: Any = learner.policy
    policy.forward = parts.wrap("policy", policy.forward)
    env.step_wait = parts.wrap("environment", env.step_wait)  # type: ignore[method-assign]
    env.env_method = parts.wrap("masks", env.env_method)  # type: ignore[method-assign]
    # A plain function set on a class becomes a method of it.
    MaskablePPO.train = parts.wrap("update", MaskablePPO.train)  # type: ignore[method-assign]


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
