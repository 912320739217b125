"""Two independent distance algorithms on random codes: how many they agree on, and how fast.

    python benchmarks/distance_agreement.py [--codes 100000] [--seed 0] > results/FILE.json

Every code goes through the algorithm that `distance_of` picks, through enumeration, and through the
cluster search or the Brouwer-Zimmermann algorithm in turn. A summary goes to stdout as JSON; a
disagreement is printed with the seed that makes the code, and the exit status is 1.
"""

import argparse
import collections
import json
import sys
import time

import numpy as np

from qcode_rl import __version__, gf2
from qcode_rl.codes import ClassicalCode, Code, CSSCode
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.distance import Distance, distance_of
from qcode_rl.distance.witness import is_logical_operator
from qcode_rl.gf2 import BinaryMatrix

DENSITIES = (0.1, 0.2, 0.35, 0.5)


def random_sums(rng: np.random.Generator, count: int, space: BinaryMatrix) -> BinaryMatrix:
    choice = rng.integers(0, 2, (count, len(space)), dtype=np.int64)
    return (choice @ space.astype(np.int64) % 2).astype(np.uint8)


def random_classical(rng: np.random.Generator) -> ClassicalCode:
    n = int(rng.integers(1, 29))
    m = int(rng.integers(max(0, n - 18), n + 3))
    return ClassicalCode((rng.random((m, n)) < rng.choice(DENSITIES)).astype(np.uint8))


def random_css(rng: np.random.Generator) -> CSSCode:
    n = int(rng.integers(1, 21))
    rx, rz = (int(r) for r in rng.integers(0, n // 2 + 2, 2))
    x_checks = (rng.random((rx, n)) < rng.choice(DENSITIES)).astype(np.uint8)
    return CSSCode(x_checks, random_sums(rng, rz, gf2.null_space(x_checks)))


def random_stabilizer(rng: np.random.Generator) -> StabilizerCode:
    n = int(rng.integers(1, 10))
    checks = np.zeros((1, 2 * n), dtype=np.uint8)
    for _ in range(int(rng.integers(0, n + 1))):
        centralizer = gf2.null_space(np.roll(checks, n, axis=1))
        checks = np.vstack([checks, random_sums(rng, 1, centralizer)])
    return StabilizerCode(checks)


KINDS = {"classical": random_classical, "css": random_css, "stabilizer": random_stabilizer}
SECOND = ("clusters", "brouwer-zimmermann")


def bounds_of(distance: Distance | None) -> object:
    if distance is None:
        return None
    parts = (distance, distance.dx, distance.dz)
    return tuple((part.lower, part.upper) for part in parts if part is not None)


def fault(code: Code, method: str) -> str | None:
    """Return what is wrong with the distances of a code, `None` if all agree."""
    answers = {name: distance_of(code, method=name) for name in (None, "enumeration", method)}
    if len({bounds_of(answer) for answer in answers.values()}) > 1:
        return "; ".join(f"{name}: {answer}" for name, answer in answers.items())
    for name, answer in answers.items():
        if answer is None:
            continue
        if not answer.exact:
            return f"{name}: not proved"
        # The independent check may not know all kinds of codes.
        if isinstance(code, ClassicalCode | CSSCode) and not is_logical_operator(
            code, answer.witness, answer.upper
        ):
            return f"{name}: false witness"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codes", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start = time.perf_counter()
    counts: collections.Counter[str] = collections.Counter()
    without = 0
    faults: list[str] = []
    for index in range(options.codes):
        kind = list(KINDS)[index % len(KINDS)]
        method = SECOND[index // len(KINDS) % len(SECOND)]
        code = KINDS[kind](np.random.default_rng([options.seed, index]))
        counts[f"{kind}, {method}"] += 1
        without += distance_of(code) is None
        problem = fault(code, method)
        if problem is not None:
            faults.append(f"[{options.seed}, {index}] {code!r} {problem}")
            print(faults[-1], file=sys.stderr)
        if index % 5000 == 4999:
            print(f"{index + 1} codes, {len(faults)} faults", file=sys.stderr, flush=True)
    summary = {
        "benchmark": "distance_agreement",
        "version": __version__,
        "seed": options.seed,
        "codes": options.codes,
        "without_distance": without,
        "by_kind_and_second_method": dict(sorted(counts.items())),
        "disagreements": faults,
        "seconds": round(time.perf_counter() - start, 1),
    }
    print(json.dumps(summary, indent=1))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
