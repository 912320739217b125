"""Latencies of ranks and proved distances, warm, on one core, against the project's targets.

Run: qcode-rl bench latency          (prints, and writes results/latency.json)

Ranks are timed inside a numba caller. Distances run from a Python array to a proved distance with a
witness, the code's constructor included, unless the row says otherwise. Medians over repeats.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from common import median_spread, save

from qcode_rl import gf2
from qcode_rl.codes import ClassicalCode, CSSCode, StabilizerCode, best_known_linear_code
from qcode_rl.distance import distance_of
from qcode_rl.distance.enumeration import lightest_word
from qcode_rl.gf2.elimination import kernel_basis, rank_in_place
from qcode_rl.gf2.jit import kernel

INSTANCES = Path(__file__).parents[2] / "shared" / "data" / "distance"


@kernel
def ranks(words: np.ndarray, repeats: int) -> int:
    total = 0
    for _ in range(repeats):
        total += rank_in_place(words.copy())
    return total


@kernel
def distances(words: np.ndarray, n: int, repeats: int) -> int:
    total = 0
    for _ in range(repeats):
        weight, _ = lightest_word(kernel_basis(words, n))
        total += weight
    return total


def timed(function: Callable[[], Any], repeats: int, inner: int = 1) -> dict[str, float]:
    """Return the spread of seconds a call, after one warm call."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append((time.perf_counter() - start) / inner)
    return median_spread(times)


def load(name: str) -> dict[str, np.ndarray]:
    with np.load(INSTANCES / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def rank_rows() -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    rows = []
    for m, n, inner, target in ((15, 30, 2000, 2e-6), (66, 144, 500, 8e-6), (500, 1000, 5, 2e-3)):
        words = gf2.pack_rows(rng.integers(0, 2, (m, n), dtype=np.uint8))
        seconds = timed(lambda words=words, inner=inner: ranks(words, inner), 15, inner)
        rows.append({"what": f"rank {m}x{n}, in numba", "target": target, "seconds": seconds})
    return rows


def distance_rows() -> list[dict[str, Any]]:
    checks = best_known_linear_code(30, 10).checks
    words = gf2.pack_rows(checks)
    rows = [
        {
            "what": "[30,10] proved, in numba (null space and walk)",
            "target": 15e-6,
            "seconds": timed(lambda: distances(words, 30, 500), 15, 500),
        },
        {
            "what": "[30,10] proved, in Python",
            "target": 60e-6,
            "seconds": timed(lambda: distance_of(ClassicalCode(checks)), 200),
        },
    ]
    for name, target, repeats in (
        ("ct17_1", 1e-4, 100),
        ("bb72", 3e-4, 100),
        ("bb144", 60e-3, 15),
        ("hgp225", 3e-3, 30),
        ("rand64_24", 2e-3, 30),
        ("rstab24_2", 2e-3, 30),
        ("bb288", 90.0, 3),
    ):
        arrays = load(name)
        seconds = timed(lambda arrays=arrays: prove(arrays), repeats)
        rows.append({"what": f"{name} proved, in Python", "target": target, "seconds": seconds})
    return rows


def prove(arrays: dict[str, np.ndarray]) -> None:
    if "H" in arrays:
        found = distance_of(ClassicalCode(arrays["H"]))
    elif "S" in arrays:
        found = distance_of(StabilizerCode(arrays["S"]))
    else:
        found = distance_of(CSSCode(arrays["Hx"], arrays["Hz"]))
    if found is None or not found.exact or found.witness is None:
        raise AssertionError(found)


def information_set_row() -> dict[str, Any]:
    """Time to reach weight 18 on [[288,12,18]] over 20 seeds (a run that stops at d < 19)."""
    arrays = load("bb288")
    code = CSSCode(arrays["Hx"], arrays["Hz"])

    def reach(seed: int) -> float:
        start = time.perf_counter()
        found = distance_of(code, target=19, budget=10.0, seed=seed, method="information-sets")
        if found is None or found.upper > 18:
            raise AssertionError(found)
        return time.perf_counter() - start

    reach(99)
    return {
        "what": "weight 18 on bb288 by information sets, 20 seeds",
        "target": 5e-3,
        "seconds": median_spread([reach(seed) for seed in range(20)]),
    }


def main() -> None:
    if not INSTANCES.is_dir():
        raise SystemExit(f"needs the shared instances in {INSTANCES}")
    rows = [*rank_rows(), *distance_rows(), information_set_row()]
    for row in rows:
        row["met"] = row["seconds"]["median"] <= row["target"]
        print(json.dumps(row))
    save("latency", {"rows": rows})


if __name__ == "__main__":
    main()
