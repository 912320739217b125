"""What the logical-error reward gains: codes found with it beside codes found with `shaped`.

Run: qcode-rl bench reward      (prints a table, and writes results/logical_error_reward.json)

For each target, PPO as `run_search` uses it, but with small rollouts, plays one size for the same
time with either reward, with the same seeds, on one core, and every matrix that meets the request
is kept. (`run_search` itself goes on to shorter codes after each success, which leaves about one
code a size: too few for a median.) Episodes are short here, and most of the time with
`logical-error` is spent on decoding: small rollouts and few shots let the policy be updated often
all the same.

Codes found are then judged on errors that no search has met, at another rate. The median is that of
codes drawn at random. The best is chosen from these, and with `logical-error` from as many that the
search itself judged best, which is knowledge that it has paid for; it is judged once more on fresh
errors, since the best of many is partly luck. Whether the policy has learned anything, rather than
that its codes are sorted, is told by the median and by the scores while searching. Intervals are of
95%: Jeffreys' for a rate, that of order statistics for a median.
"""

import argparse
import json
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from common import save
from numpy.typing import NDArray
from scipy.stats import beta, quantile_test

from qcode_rl.codes import hypergraph_product
from qcode_rl.decoding.judging.capacity import product_rate
from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.decoding.judging.pool import JudgePool
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.learner import Learner, slice_seed
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions

#: (bits, dimension, distance) of the classical factor; products weigh 6 with 3 checks on a qubit.
TARGETS = ((14, 3, 7), (15, 3, 8), (17, 3, 9))
REWARDS = ("shaped", "logical-error")
AGENT = AgentOptions(num_envs=16, rollout=16, batch_size=256, learning_rate=1e-3)
#: Shots of a judgement within a search.
SEARCH_SHOTS = 25
#: Seeds of the errors that codes are chosen by, and judged by; searches have seed 0.
_CHOOSING, _JUDGING = 1_000_001, 1_000_002
_FEWEST_FOR_AN_INTERVAL = 6


@dataclass
class Found:
    """What searches for one target came to.

    Attributes:
        codes: check matrices that meet the request, by their entries.
        own: logical error rate that the search itself found for each; none for `shaped`.
        rates: as each search judged the ends of its episodes, in order; none for `shaped`.
        evaluations: censuses of matrices not seen before.
        steps: of environments.
    """

    codes: dict[bytes, BinaryMatrix] = field(default_factory=dict)
    own: dict[bytes, float] = field(default_factory=dict)
    rates: list[list[float]] = field(default_factory=list)
    evaluations: int = 0
    steps: int = 0

    def note(self, env: CodeVecEnv) -> None:
        """Add what the last step has found."""
        infos = env.infos
        rates = infos.get("logical_error_rate")
        self.steps += env.num_envs
        for i in np.flatnonzero(infos["met"]):
            # The order of checks makes no other code.
            checks = infos["checks"][i]
            checks = checks[np.lexsort(checks.T)]
            self.codes.setdefault(checks.tobytes(), checks)
            if rates is not None:
                self.own[checks.tobytes()] = float(rates[i])
        if rates is not None:
            self.rates[-1] += rates[infos["_logical_error_rate"]].tolist()

    def drift(self) -> dict[str, float]:
        """Return the means of -log10 of rates over the first and last quarters of the searches."""
        scores = [-np.log10(rates) for rates in self.rates if len(rates) > 3]
        if not scores:
            return {}
        first = np.concatenate([values[: len(values) // 4] for values in scores])
        last = np.concatenate([values[-(len(values) // 4) :] for values in scores])
        return {"first_quarter": rounded(first.mean()), "last_quarter": rounded(last.mean())}


def make_environment(target: tuple[int, int, int], reward: str) -> CodeVecEnv:
    bits, dimension, distance = target
    options = LogicalErrorOptions(shots=SEARCH_SHOTS) if reward == "logical-error" else None
    return CodeVecEnv(
        ENVIRONMENTS["hgp"], AGENT.num_envs, bits=bits, dimension=dimension, distance=distance,
        max_weight=6, max_degree=3, reward=reward, max_steps=AGENT.episode, logical_error=options,
    )  # fmt: skip


def find(target: tuple[int, int, int], reward: str, seeds: range, seconds: float) -> Found:
    """Search for `seconds`, which the seeds share."""
    found = Found()
    for seed in seeds:
        env, learner = make_environment(target, reward), Learner(AGENT, "cpu")
        found.rates.append([])
        end = time.monotonic() + seconds / len(seeds)

        def collect(env: CodeVecEnv, end: float = end) -> bool:
            found.note(env)
            return time.monotonic() < end

        index = 0
        while time.monotonic() < end:
            learner.train(env, AGENT.slice_rollouts, slice_seed(seed, index), collect)
            index += 1
        found.evaluations += env.native.batch.evaluations
        env.close()
    return found


def interval(rate: float, shots: int) -> list[float]:
    """Return Jeffreys' interval of a rate that `product_rate` has estimated."""
    errors = rate * (shots + 1) - 0.5
    low, high = beta.ppf([0.025, 0.975], errors + 0.5, shots - errors + 0.5)
    return [rounded(low), rounded(high)]


def rounded(value: float) -> float:
    return float(f"{value:.3g}")


def judge(
    matrices: list[BinaryMatrix], seed: int, options: argparse.Namespace, shots: int
) -> NDArray[np.float64]:
    noise = LogicalErrorOptions(p=options.p, shots=shots, seed=seed)
    pool = JudgePool(partial(product_rate, options=noise), options.workers)
    rates = pool.rates(matrices)
    pool.close()
    return rates


def compare(found: Found, options: argparse.Namespace) -> dict[str, Any]:
    """Judge some of the codes found: the median of their rates, and the best."""
    codes = list(found.codes.values())
    if not codes:
        return {}
    drawn = np.random.default_rng(0).permutation(len(codes))[: options.codes]
    own = sorted(found.own, key=lambda key: found.own[key])[: options.codes]
    candidates = [codes[i] for i in drawn] + [found.codes[key] for key in own]
    all_rates = judge(candidates, _CHOOSING, options, options.shots)
    rates = all_rates[: len(drawn)]
    best = candidates[int(all_rates.argmin())]
    again = float(judge([best], _JUDGING, options, 10 * options.shots)[0])
    median: dict[str, Any] = {"rate": rounded(float(np.median(rates)))}
    if len(rates) >= _FEWEST_FOR_AN_INTERVAL:
        bounds = quantile_test(rates, q=0.0, p=0.5).confidence_interval(0.95)
        median["interval"] = [rounded(bounds.low), rounded(bounds.high)]
    return {
        "judged": len(rates),
        "candidates": len(candidates),
        "median": median,
        "best": {
            "rate": rounded(again),
            "interval": interval(again, 10 * options.shots),
            "code": repr(hypergraph_product(best)),
            "checks": ["".join(map(str, row)) for row in best.tolist()],
        },
    }


def shown(part: dict[str, Any] | None) -> str:
    if not part:
        return "-"
    bounds = part.get("interval")
    return f"{part['rate']:.3g}" + (f" ({bounds[0]:.3g}-{bounds[1]:.3g})" if bounds else "")


def table(rows: list[dict[str, Any]]) -> str:
    """Return the results as Markdown."""
    lines = [
        "| target | reward | steps | evaluations | codes | judged | median rate | best rate |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [row["target"], row["reward"], f"{row['steps']:,}", f"{row['evaluations']:,}"]
        cells += [f"{row['codes']:,}", str(row.get("judged", 0))]
        cells += [shown(row.get("median")), shown(row.get("best"))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for target in TARGETS:
        bits, dimension, distance = target
        qubits = bits**2 + (bits - dimension) ** 2
        for reward in REWARDS:
            seeds = range(options.seeds)
            found = find(target, reward, seeds, options.seconds)
            row = {
                "target": f"[[{qubits},{dimension**2},{distance}]](6,3)",
                "reward": reward,
                "steps": found.steps,
                "evaluations": found.evaluations,
                "codes": len(found.codes),
                "score_while_searching": found.drift(),
            }
            rows.append(row | compare(found, options))
            print(json.dumps(rows[-1]), flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="of each search")
    parser.add_argument("--seeds", type=int, default=2, help="which share these seconds")
    parser.add_argument("--codes", type=int, default=40, help="judged of each search, at most")
    parser.add_argument("--shots", type=int, default=2000, help="for each; the best gets 10 times")
    parser.add_argument("--p", type=float, default=0.06, help="depolarizing rate they meet")
    parser.add_argument("--workers", type=int, default=2, help="that judge")
    parser.add_argument("--smoke", action="store_true", help="print only, write no results")
    options = parser.parse_args()
    # Compiles the kernels, so that no search pays for it.
    find(TARGETS[0], "shaped", range(1), 1.0)
    rows = measure(options)
    print(table(rows))
    if not options.smoke:
        settings = vars(options) | {"search_shots": SEARCH_SHOTS, "agent": vars(AGENT)}
        save("logical_error_reward", {"options": settings, "rows": rows})


if __name__ == "__main__":
    main()
