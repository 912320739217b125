"""Steps per second of the hypergraph-product kernel alone, on one core.

Run: python benchmarks/environment.py            (prints, and writes results/environment.json)

A step edits, takes the census (rank, distance, light words) and rewards; observations and masks are
timed apart. Actions are random legal ones, drawn outside the clock. Compile time is left out.
"""

import time

import numpy as np
from common import median_spread, save

from qcode_rl.edits import stepping
from qcode_rl.edits.hypergraph_product import ProductBatch, ProductTask

#: (checks, bits, distance asked for)
SIZES = ((14, 17, 9), (20, 30, 6), (15, 30, 4), (28, 31, 16))
NUM_GRAPHS, REPEATS, STEPS = 256, 7, 40


def batch_of(checks: int, bits: int, distance: int) -> ProductBatch:
    batch = ProductBatch(NUM_GRAPHS, checks, bits, max_row_limit=3, same_step=True, max_steps=100)
    for i in range(NUM_GRAPHS):
        batch.assign(i, ProductTask(bits, checks, distance, 3, 3))
    batch.seed_streams(range(1, NUM_GRAPHS + 1))
    batch.restart(range(NUM_GRAPHS))
    return batch


def measure(checks: int, bits: int, distance: int) -> dict[str, object]:
    batch = batch_of(checks, bits, distance)
    rng = np.random.default_rng(0)
    step_rates, observe_rates = [], []
    for _ in range(REPEATS + 1):
        stepping_time = observing_time = 0.0
        for _ in range(STEPS):
            legal = batch.observations.masks[:, :-1]
            actions = (rng.random(legal.shape, dtype=np.float32) * legal).argmax(axis=1)
            batch._make_room()
            start = time.perf_counter()
            stepping.step_batch(
                batch.graphs, actions, batch.waiting, batch.pools, batch.rules, batch.outcome,
                batch.seen, batch._log, batch.final,
            )  # fmt: skip
            between = time.perf_counter()
            batch.observe()
            stepping_time += between - start
            observing_time += time.perf_counter() - between
        step_rates.append(NUM_GRAPHS * STEPS / stepping_time)
        observe_rates.append(NUM_GRAPHS * STEPS / observing_time)
    return {
        "graph": f"{checks}x{bits}",
        "distance": distance,
        "steps_per_second": median_spread(step_rates[1:]),
        "observations_per_second": median_spread(observe_rates[1:]),
    }


def main() -> None:
    rows = [measure(*size) for size in SIZES]
    for row in rows:
        print(row)
    save("environment", {"graphs": NUM_GRAPHS, "rows": rows})


if __name__ == "__main__":
    main()
