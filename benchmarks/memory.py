"""Resident memory of a long search, looked at from outside while it runs.

Run: qcode-rl bench memory [--seconds 3600]    (writes results/memory.json and results/memory.png)

The search is one process on one thread, as on a node of a sweep. Its resident set is read from
/proc every few seconds; of a run's six equal parts, the last is compared with the second, as by
then everything is loaded, compiled and in use. tests/search/test_memory.py asks the same.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from common import RESULTS, save
from matplotlib.figure import Figure

from qcode_rl.plots.files import COLOURS, save_axes

REQUEST = ("--family", "hgp", "--max-weight", "6", "--distance", "9")
#: Seconds between two looks.
EVERY = 5.0


class Sample(NamedTuple):
    """A look at a process.

    Attributes:
        seconds: since its start.
        mebibytes: its resident set.
    """

    seconds: float
    mebibytes: float


class Growth(NamedTuple):
    """How much a process grew once it was under way.

    Attributes:
        before: median resident set in the second sixth of the time, in MiB.
        after: that in the last sixth.
    """

    before: float
    after: float

    @property
    def mebibytes(self) -> float:
        """By how much the later median is above the earlier one."""
        return self.after - self.before

    @property
    def percent(self) -> float:
        """The same, of the earlier one."""
        return 100 * self.mebibytes / self.before


def resident(pid: int) -> float | None:
    """Return the resident set of a process in MiB; `None` once there is none."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    return None if found is None else int(found[1]) / 1024


def watch(process: "subprocess.Popen[Any]", every: float = EVERY) -> list[Sample]:
    """Look at a process now and then until it ends."""
    started, samples = time.monotonic(), []
    while process.poll() is None:
        now = resident(process.pid)
        if now is not None:
            samples.append(Sample(time.monotonic() - started, now))
        try:
            process.wait(every)
        except subprocess.TimeoutExpired:
            continue
    return samples


def watch_search(
    seconds: float, folder: Path, every: float = EVERY
) -> tuple[list[Sample], dict[str, Any]]:
    """Run a search and look at its memory.

    Args:
        seconds: how long it may take.
        folder: for its archive.
        every: seconds between two looks.

    Returns:
        The samples, and what the search printed as JSON.
    """
    command = [
        sys.executable, "-c", "from qcode_rl.cli import main; main()", "search", *REQUEST,
        "--time", f"{seconds:g}s", "--device", "cpu", "--archive", str(folder), "--json",
    ]  # fmt: skip
    printed = folder.with_name("found.json")
    with printed.open("w") as out:
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        with subprocess.Popen(command, stdout=out, env=environment) as process:
            try:
                samples = watch(process, every)
            finally:
                process.terminate()
    return samples, json.loads(printed.read_text())


def growth(samples: Sequence[Sample]) -> Growth:
    """Return how much a process grew from the second sixth of its time to the last."""
    end = samples[-1].seconds
    parts = [
        [sample.mebibytes for sample in samples if first <= 6 * sample.seconds / end <= first + 1]
        for first in (1, 5)
    ]
    return Growth(median(parts[0]), median(parts[1]))


def by_minute(samples: Sequence[Sample]) -> list[float]:
    """Return the median resident set of each minute, in MiB."""
    minutes: dict[int, list[float]] = defaultdict(list)
    for sample in samples:
        minutes[int(sample.seconds // 60)].append(sample.mebibytes)
    return [round(median(held), 1) for _, held in sorted(minutes.items())]


def draw(samples: Sequence[Sample], path: Path) -> None:
    """Plot the resident set against time."""
    axes = Figure(figsize=(6.5, 3.6), layout="constrained").subplots()
    minutes = [sample.seconds / 60 for sample in samples]
    held = [sample.mebibytes for sample in samples]
    axes.plot(minutes, held, color=COLOURS[5], linewidth=0.6, label=f"every {EVERY:g} seconds")
    medians = by_minute(samples)
    centres = [minute + 0.5 for minute in range(len(medians))]
    axes.plot(centres, medians, color=COLOURS[0], linewidth=1.4, label="median of a minute")
    axes.set_xlim(0, minutes[-1])
    axes.set_ylim(0, None)
    axes.set_xlabel("minutes")
    axes.set_ylabel("resident set [MiB]")
    axes.grid(alpha=0.3, linewidth=0.5)
    axes.legend(frameon=False, fontsize="small", loc="lower right")
    save_axes(axes, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600.0, help="of the search")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        samples, found = watch_search(seconds, Path(folder) / "archive")
    grown = growth(samples)
    results = {
        "request": " ".join(REQUEST),
        "seconds": seconds,
        "evaluations": found["evaluations"],
        "codes_found": found["found"],
        "median_mib_by_minute": by_minute(samples),
        "most_mib": round(max(sample.mebibytes for sample in samples), 1),
        "second_sixth_mib": round(grown.before, 1),
        "last_sixth_mib": round(grown.after, 1),
        "growth_mib": round(grown.mebibytes, 1),
        "growth_percent": round(grown.percent, 2),
    }
    print(json.dumps(results))
    save("memory", results)
    draw(samples, RESULTS / "memory.png")


if __name__ == "__main__":
    main()
