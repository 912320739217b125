"""What a sweep costs beyond its searches, and how fast its status answers.

Run: qcode-rl bench sweep      (writes results/sweep.json)

A thousand searches that end after one evaluation run in a sweep with one worker, and one after the
other in one process with the same options: the difference is what claims, logs and the worker's
start cost. The two take turns, since the machine is shared. Then `sweep status` answers, as a whole
process, about ten thousand points with logs as ten workers would have left them.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import median_spread, save

from qcode_rl.archive import Archive
from qcode_rl.search.files import spec_from
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import RunOptions
from qcode_rl.sweep import ledger
from qcode_rl.sweep.files import Sweep, read_sweep
from qcode_rl.sweep.ledger import LogWriter
from qcode_rl.sweep.local import prepare, run_here
from qcode_rl.sweep.points import Point, points_of

TRIVIAL = """seeds = {seeds}
[spec]
max_weight = 6
family = "hgp"
distance = 3
logicals = 1
evaluations = 1
[spec.agent]
num_envs = 4
rollout = 8
batch_size = 32
width = 8
rounds = 1
"""
WORKERS = 10


def written(folder: Path, seeds: str) -> Sweep:
    path = folder / "trivial.toml"
    path.write_text(TRIVIAL.format(seeds=seeds))
    return read_sweep(path)


def in_a_sweep(folder: Path, seeds: str) -> float:
    """Return the seconds that a sweep takes, from preparing it to its worker's end."""
    sweep, archive = written(folder, seeds), folder / "sweep-archive"
    shutil.rmtree(archive, ignore_errors=True)
    start = time.perf_counter()
    points = points_of(sweep)
    prepare(sweep, archive, points)
    ending = run_here(archive, sweep.name, points, size=1)
    seconds = time.perf_counter() - start
    if ending.done != len(points):
        raise SystemExit(f"only {ending.done} of {len(points)} points were done")
    return seconds


def one_by_one(folder: Path, seeds: str) -> float:
    """Return the seconds that the same searches take in a loop."""
    archive = folder / "loop-archive"
    shutil.rmtree(archive, ignore_errors=True)
    specs = [spec_from(point.values) for point in points_of(written(folder, seeds))]
    start = time.perf_counter()
    with Archive(archive).writer("loop") as writer:
        for spec in specs:
            options = RunOptions(archive, resume=True, judge_workers=0, alone=True)
            run_search(spec, options, writer=writer)
            (archive / "checkpoints" / f"{spec.key}.safetensors").unlink(missing_ok=True)
    return time.perf_counter() - start


def overhead(folder: Path, points: int, repeats: int) -> dict[str, Any]:
    """Measure both in turns and return milliseconds a point."""
    one_by_one(folder, "2")  # kernels are loaded
    pairs = []
    for repeat in range(repeats):
        first = repeat * points
        seeds = str(list(range(first, first + points)))
        pairs.append((one_by_one(folder, seeds), in_a_sweep(folder, seeds)))
        print(f"loop {pairs[-1][0]:.1f} s, sweep {pairs[-1][1]:.1f} s", file=sys.stderr, flush=True)
    return {
        "points": points,
        "search_ms": median_spread([1e3 * loop / points for loop, _ in pairs]),
        "sweep_ms": median_spread([1e3 * sweep / points for _, sweep in pairs]),
        "overhead_ms": median_spread([1e3 * (sweep - loop) / points for loop, sweep in pairs]),
    }


def write_logs(archive: Path, sweep: str, points: list[Point]) -> None:
    """Write logs as workers leave them: a start, a heart-beat and an end a point."""
    for worker in range(WORKERS):
        with LogWriter(archive, sweep) as log:
            for number, point in enumerate(points[worker::WORKERS]):
                codes = [f"{worker:04x}{number:012x}"] * 3
                told = {"point": point.key, "seconds": 20.0, "evaluations": 10_000, "codes": codes}
                log.write(ledger.START, point=point.key)
                log.write(ledger.BEAT, **told)
                log.write(ledger.DONE, **told, met=True, found=3, best=None)


def status_seconds(folder: Path, count: int, repeats: int) -> dict[str, Any]:
    """Time `sweep status`: at first without a plan of the points, then with it."""
    sweep, archive = written(folder, str(count)), folder / "status-archive"
    points = points_of(sweep)
    prepare(sweep, archive, points)
    write_logs(archive, sweep.name, points)
    program = Path(sys.executable).with_name("qcode-rl")
    command = [program, "sweep", "status", sweep.path, "--json", "--archive", archive]
    times: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(repeats):
        (archive / "sweeps" / sweep.name / "plan.json").unlink()
        for plan in ("without", "with"):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times[plan].append(time.perf_counter() - start)
    return {
        "points": count,
        "seconds": median_spread(times["with"]),
        "seconds_without_a_plan": median_spread(times["without"]),
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=1000, help="of the sweep that is run")
    parser.add_argument("--listed", type=int, default=10_000, help="of the one that is listed")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="qcode-rl-bench-") as name:
        folder = Path(name)
        status = status_seconds(folder, arguments.listed, arguments.repeats)
        print(status, file=sys.stderr, flush=True)
        results = {"overhead": overhead(folder, arguments.points, arguments.repeats)}
    save("sweep", results | {"status": status})


if __name__ == "__main__":
    main()
