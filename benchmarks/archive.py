"""An archive of 100,000 codes: how long its index takes, its Pareto set, and its merging.

Run: python benchmarks/archive.py      (about half a GB below the folder of temporary files)

The codes are real: small products with their proved distances, their qubits permuted at random, and
so their witnesses; thousands of events are appended at once, since synchronizing each would be the
larger part. Each measurement is a process of its own, whose peak memory is the kernel's word.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from common import median_spread, save

from qcode_rl.archive import Archive, CodeRecord, Provenance
from qcode_rl.archive.events import events_of
from qcode_rl.codes import CSSCode, hypergraph_product
from qcode_rl.distance import Distance, Witness, distance_of

LIST = ["-c", "from qcode_rl.cli import main; main()", "archive", "list"]
PARETO = ["--pareto", "n,k,d,w"]
BUILD = (
    "import sys; from qcode_rl.archive import Archive; print(len(Archive(sys.argv[1]).listing()))"
)
MERGE = (
    "import sys; from qcode_rl.archive import Archive; Archive(sys.argv[1]).merge(*sys.argv[2:])"
)


def seeds(rng: np.random.Generator, number: int) -> list[CodeRecord]:
    """Return the records of some small products, with their distances."""
    records = []
    for _ in range(number):
        shapes = rng.integers(2, 6, (2, 2))
        factors = [rng.integers(0, 2, shape, dtype=np.uint8) for shape in shapes]
        code = hypergraph_product(*factors)
        records.append(CodeRecord.of(code, distance_of(code), Provenance.now(), "css"))
    return records


def moved(distance: Distance | None, to: np.ndarray) -> Distance | None:
    """Return a distance with the positions of its witnesses moved to others."""
    if distance is None:
        return None
    parts = {name: moved(getattr(distance, name), to) for name in ("dx", "dz")}
    held = distance.witness
    assert held is not None
    x, z = (tuple(sorted(to[list(part)].tolist())) for part in (held.x, held.z))
    return replace(distance, witness=Witness(x, z), **parts)


def permuted(record: CodeRecord, rng: np.random.Generator, number: int) -> CodeRecord:
    """Return a record with its qubits permuted, under a key of its own."""
    code = record.code
    order = rng.permutation(record.n)
    shuffled = CSSCode(code.x_checks[:, order], code.z_checks[:, order])
    source = replace(record.provenance, run=f"run{number % 40}", seed=number)
    return CodeRecord.of(shuffled, moved(record.distance, np.argsort(order)), source, "css")


def fill(folder: Path, codes: int, segments: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pool = seeds(rng, 500)
    keys: set[str] = set()

    def distinct() -> Iterator[CodeRecord]:
        while len(keys) < codes:
            record = permuted(pool[rng.integers(len(pool))], rng, len(keys))
            # Codes of few qubits soon come again: those get a key that is only claimed.
            key = record.key if record.key not in keys else f"{seed:08x}{len(keys):056x}"
            keys.add(key)
            yield replace(record, key=key)

    records = distinct()
    for number in range(segments):
        with Archive(folder).writer(f"run{number}") as writer:
            for _ in range(0, codes // segments, 500):
                some = [next(records) for _ in range(min(500, codes - len(keys)))]
                writer.append(*(event for record in some for event in events_of(record)))


def measured(*command: str) -> tuple[float, float, str]:
    """Run Python, and return its wall time in seconds, its peak memory in MB and its output."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command}: ended with status {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, output


def indexed(folder: Path, repeats: int) -> dict[str, Any]:
    """Measure the making of an index, and a list with it; then without more than one segment."""
    seconds, memory, output = measured("-c", BUILD, str(folder))
    lists = [measured(*LIST, *PARETO, "--archive", str(folder)) for _ in range(repeats)]
    size = (folder / "index.sqlite").stat().st_size
    return {
        "codes": int(output),
        "segments_MB": round(sum(p.stat().st_size for p in folder.glob("segments/*/*")) / 1e6, 1),
        "index_MB": round(size / 1e6, 1),
        "build": {"seconds": round(seconds, 2), "peak_MB": round(memory)},
        "list_pareto": {
            "seconds": median_spread([each[0] for each in lists]),
            "peak_MB": round(max(each[1] for each in lists)),
            "codes": sum(line.startswith("[[") for line in lists[0][2].splitlines()),
        },
    }


def state(folder: Path) -> Any:
    archive = Archive(folder)
    return archive.listing(), [re.sub(r"^\S+:\d+", "", str(one)) for one in archive.damage]


def merges(folder: Path, one: Path, two: Path) -> dict[str, Any]:
    """Merge two archives twice, in both orders, and compare what comes out."""
    results = {}
    for name, order in (("one_two", (one, two)), ("two_one", (two, one))):
        target = str(folder / name)
        first, again = (measured("-c", MERGE, target, *map(str, order)) for _ in range(2))
        for what, (seconds, memory, _) in (("first", first), ("again", again)):
            results[f"{name}_{what}"] = {"seconds": round(seconds, 2), "peak_MB": round(memory)}
    states = [state(folder / name) for name in ("one_two", "two_one")]
    if states[0] != states[1]:
        raise SystemExit("the two orders of merging give different states")
    return {**results, "same_state": True, "codes": len(states[0][0])}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codes", type=int, default=100_000)
    parser.add_argument("--segments", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=7)
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        one, two = Path(name) / "one", Path(name) / "two"
        for seed, folder in enumerate((one, two)):
            fill(folder, arguments.codes, arguments.segments, seed)
        results = {"index": indexed(one, arguments.repeats)}
        results["merge"] = merges(Path(name), one, two)
    print(json.dumps(results, indent=1))
    save("archive", results)


if __name__ == "__main__":
    main()
