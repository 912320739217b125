r"""Training on CUDA beside the CPU: steps per second, where they go, and time to a proved code.

Run: qcode-rl bench gpu [--device auto|cpu|cuda] [--budget 8m]    (writes results/gpu.json)

Columns are a device and a batch: the CPU with 128 environments, CUDA with 1024 and with 4096; a
minibatch holds 16 steps of them all, at most 16384 samples. For every target: the end-to-end rate
of PPO as `run_search` uses it, without any clock inside; then, in rollouts of their own, the
microseconds a step of each part, the device waited for before and after it; then the time to a
proved code from the weights that ship, for a few seeds. What the budget leaves no time for is
dropped with a note. Compilation is left out.

On a bare machine that has torch, numba and numpy but no network, take the other wheels along (the
same Python version and platform there as here), in the root of a checkout:

    pip download --no-deps -d wheels gymnasium farama-notifications cloudpickle networkx scipy \
        safetensors stable-baselines3 sb3-contrib

and there:

    pip install --no-index --no-deps --target travel wheels/*.whl
    PYTHONPATH=travel:.:envs OMP_NUM_THREADS=1 python benchmarks/gpu.py --budget 8m
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import torch
from common import Parts, median_spread, processor, save

from qcode_rl.errors import InputError
from qcode_rl.search.agent.ppo import BatchPPO
from qcode_rl.search.agent.rollouts import TensorRollouts
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.learner import Learner, device_for, slice_seed
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions
from qcode_rl.search.targets import Target, prove_met

#: Sizes held out of pretraining: short, of large dimension, and long.
TARGETS = (Target(30, 5, 15), Target(44, 9, 16), Target(60, 5, 30))
#: What is timed alone: owner (an environment or a policy if it is a word), function, name.
WATCHED: tuple[tuple[Any, str, str], ...] = (
    ("env", "advance", "environment"),
    ("policy", "forward", "policy forward"),
    (BatchPPO, "train", "update"),
    (BatchPPO, "observe", "transfers"),
    (TensorRollouts, "note", "buffer"),
    (TensorRollouts, "compute_returns_and_advantage", "buffer"),
    (TensorRollouts, "minibatch", "minibatches"),
)
#: Seconds that one rate is measured for, rollouts whose parts are timed, seeds of each search, and
#: seconds after which a search is given up.
RATE_SECONDS, PART_ROLLOUTS, SEEDS, SEARCH_SECONDS = 6.0, 2, 3, 20.0


@dataclass(frozen=True)
class Column:
    """What training runs on."""

    device: str
    num_envs: int

    def __str__(self) -> str:
        return f"{self.device} x {self.num_envs}"

    @property
    def options(self) -> AgentOptions:
        """The agent's settings."""
        return AgentOptions(num_envs=self.num_envs, batch_size=min(16 * self.num_envs, 16384))

    def wait(self) -> None:
        """Wait for what the device is still computing."""
        if self.device == "cuda":
            torch.cuda.synchronize()


class Clock:
    """The time that is left of a budget."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.end - time.monotonic()

    def keep_on(self, _env: CodeVecEnv) -> bool:
        """Say whether training may go on; a learner's hook."""
        return self.left > 0


def make(column: Column, target: Target) -> tuple[Learner, CodeVecEnv]:
    options = column.options
    env = CodeVecEnv(
        ENVIRONMENTS["hgp"], options.num_envs, bits=target.n, dimension=target.k,
        distance=target.d, max_weight=target.w, max_degree=target.q, max_steps=options.episode,
    )  # fmt: skip
    return Learner(options, column.device), env


def timed(column: Column, work: Callable[[], object]) -> float:
    column.wait()
    start = time.perf_counter()
    work()
    column.wait()
    return time.perf_counter() - start


def measure_rates(column: Column, target: Target, clock: Clock) -> dict[str, Any] | None:
    """Return steps per second and microseconds a step by part; `None` if the time is up."""
    learner, env = make(column, target)

    def train(rollouts: int, seed: int) -> float:
        return timed(column, lambda: learner.train(env, rollouts, seed, clock.keep_on))

    if clock.left <= 0:
        return None
    train(1, 0)  # The device loads its programs.
    once = train(1, 1)
    if clock.left < (2 + PART_ROLLOUTS) * once:
        return None
    spare = clock.left / once - PART_ROLLOUTS - 1
    rollouts = max(1, int(min(RATE_SECONDS / once, spare)))
    samples = learner.options.rollout * env.num_envs
    rate = rollouts * samples / train(rollouts, 2)
    with Parts(column.wait) as parts:
        for owner, function, name in WATCHED:
            named = {"env": env, "policy": learner.policy}
            parts.watch(named[owner] if isinstance(owner, str) else owner, function, name)
        whole = train(PART_ROLLOUTS, 3)
    if clock.left <= 0:
        return None
    return {
        "steps_per_second": float(f"{rate:.3g}"),
        "microseconds_per_step": in_microseconds(parts.seconds, whole, PART_ROLLOUTS * samples),
    }


def in_microseconds(seconds: dict[str, float], whole: float, steps: int) -> dict[str, float]:
    """Return each part's microseconds a step, and those of the rest."""
    parts = dict(seconds)
    # Minibatches are gathered within an update.
    gathering = parts.pop("minibatches", 0.0)
    parts["update"] = parts.get("update", 0.0) - gathering
    parts["buffer"] = parts.get("buffer", 0.0) + gathering
    parts["rest"] = whole - sum(parts.values())
    return {name: round(1e6 * value / steps, 3) for name, value in parts.items()}


def time_to_code(
    column: Column, target: Target, seed: int, clock: Clock
) -> dict[str, float] | None:
    """Return seconds and evaluations to a proved code; `None` if it was given up."""
    learner, env = make(column, target)
    learner.policy_for(env)
    until = Clock(min(SEARCH_SECONDS, clock.left))
    found: list[Any] = []

    def look(env: CodeVecEnv) -> bool:
        met = env.infos["met"]
        if met.any():
            found.append(env.infos["checks"][int(met.argmax())])
        return not found and until.left > 0

    def search() -> None:
        index = 0
        while not found and until.left > 0:
            rollouts = learner.options.slice_rollouts
            learner.train(env, rollouts, slice_seed(seed, index), look)
            index += 1
        if found:
            prove_met(target, found[0])

    seconds = timed(column, search)
    if not found:
        return None
    return {"seconds": round(seconds, 3), "evaluations": int(env.native.batch.evaluations)}


def measure_codes(column: Column, target: Target, clock: Clock) -> dict[str, Any] | None:
    """Return the times to a proved code for some seeds; `None` if the time is up."""
    runs: list[dict[str, float] | None] = []
    for seed in range(SEEDS):
        if clock.left <= 0:
            break
        runs.append(time_to_code(column, target, seed, clock))
    done = [run for run in runs if run is not None]
    if not runs:
        return None
    result: dict[str, Any] = {"runs": len(runs), "met": len(done), "each": runs}
    if done:
        result["seconds"] = median_spread([run["seconds"] for run in done])
    return result


def measure_all(
    columns: list[Column], clock: Clock, results: dict[str, list[dict[str, Any]]]
) -> None:
    """Fill in rates, codes, and notes of what was dropped."""
    for kind, measure in (("rates", measure_rates), ("codes", measure_codes)):
        # Every column comes to its turn before the next target does.
        for target, column in product(TARGETS, columns):
            head = {"target": asdict(target), **asdict(column)}
            print(f"{kind}: {target} on {column}, {max(0.0, clock.left):.0f} s left", flush=True)
            values = measure(column, target, clock)
            if values is None:
                print("  dropped: no time is left for it", flush=True)
                results["dropped"].append({"what": kind, **head})
            else:
                results[kind].append(head | values)


def lines_of(results: dict[str, Any], columns: list[Column]) -> Iterator[tuple[str, list[str]]]:
    """Yield the table's rows: what, and a cell for each column."""

    def cells(kind: str, target: Target, show: Callable[[Any], str]) -> list[str]:
        rows = {
            (row["device"], row["num_envs"]): row
            for row in results[kind]
            if row["target"] == asdict(target)
        }
        found = [rows.get((column.device, column.num_envs)) for column in columns]
        return ["-" if row is None else show(row) for row in found]

    parts = [*dict.fromkeys(name for *_, name in WATCHED if name != "minibatches"), "rest"]
    for target in TARGETS:
        rate = cells("rates", target, lambda row: f"{row['steps_per_second']:,.0f}")
        yield f"{target} steps/s", rate
        for part in parts:
            cost = cells(
                "rates", target, lambda row, part=part: f"{row['microseconds_per_step'][part]:.2f}"
            )
            yield f"  {part}, us/step", cost
        yield "  time to a proved code, s", cells("codes", target, show_codes)


def show_codes(row: dict[str, Any]) -> str:
    met = f"({row['met']} of {row['runs']})"
    return f"{row['seconds']['median']:.2f} {met}" if row["met"] else met


def print_table(results: dict[str, Any], columns: list[Column]) -> None:
    rows = [("", [str(column) for column in columns]), *lines_of(results, columns)]
    for name, values in rows:
        print(f"{name:32}" + "".join(f"{value:>18}" for value in values))


def seconds_of(text: str) -> float:
    """Read a time such as 90s, 8m or 480."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    unit = units.get(text[-1:])
    value = float(text if unit is None else text[:-1]) * (unit or 1.0)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--budget", type=seconds_of, default=480.0, help="such as 8m, the default")
    arguments = parser.parse_args(argv)
    clock = Clock(arguments.budget)
    cuda = Column("cuda", 1024), Column("cuda", 4096)
    columns = [Column("cpu", 128)] if arguments.device != "cuda" else []
    # A batch of this size goes to CUDA wherever there is one.
    if device_for(arguments.device, cuda[0].num_envs) == "cuda":
        columns += cuda
    elif arguments.device == "auto":
        print("there is no CUDA device: the CPU alone")
    name = torch.cuda.get_device_name() if "cuda" in {c.device for c in columns} else processor()
    results: dict[str, Any] = {"device": name, "budget_seconds": arguments.budget}
    results |= {"agent": vars(AgentOptions()), "rates": [], "codes": [], "dropped": []}
    print("compiling the environment ...", flush=True)
    learner, env = make(Column("cpu", 2), TARGETS[0])
    learner.train(env, 1, 0, clock.keep_on)
    measure_all(columns, clock, results)
    print_table(results, columns)
    save("gpu", results)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
