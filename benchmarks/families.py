"""Small codes that a search must find, family by family: how long until each is proved.

    qcode-rl bench families [--only css] [--seeds 0 1 2] [--seconds 180]

Each request is a search of its own, as `qcode-rl search` makes it without `--qubits`: no length is
given away. A code at least as good (no more qubits, no fewer logical ones, no smaller distance)
counts. Kernels are compiled before the first clock starts, which is told apart.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from common import save

from qcode_rl.search.runner import Progress, run_search
from qcode_rl.search.spec import RunOptions, SearchSpec


class Wanted(NamedTuple):
    """A code that is to be found, [[n,k,d]] with checks of weight at most w."""

    family: str
    n: int
    k: int
    d: int
    w: int

    def __str__(self) -> str:
        return f"{self.family} [[{self.n},{self.k},{self.d}]] w<={self.w}"


WANTED = (
    Wanted("css", 10, 2, 3, 6),
    Wanted("css", 11, 3, 3, 6),
    Wanted("css", 12, 4, 3, 6),
    Wanted("css", 12, 2, 4, 6),
    Wanted("css", 16, 4, 4, 6),
    Wanted("css", 16, 6, 3, 6),
    Wanted("css", 9, 1, 3, 4),
    Wanted("css", 10, 2, 3, 4),
    Wanted("stabilizer", 5, 1, 3, 4),
    Wanted("stabilizer", 13, 1, 5, 4),
    Wanted("stabilizer", 8, 3, 3, 6),
    Wanted("stabilizer", 11, 1, 5, 6),
    Wanted("two-block", 72, 12, 6, 6),
    Wanted("two-block", 90, 8, 10, 6),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Search for every code with every seed; print a line each, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="families, or parts of a code's name such as 16,4,4")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=180.0, help="for each search")
    options = parser.parse_args(arguments)
    chosen = [one for one in WANTED if not options.only or options.only in str(one)]
    rows: list[dict[str, Any]] = []
    for family in dict.fromkeys(one.family for one in chosen):
        compile_for(family)
        for one in chosen:
            if one.family == family:
                rows += [search_for(one, seed, options.seconds) for seed in options.seeds]
    if not options.only:
        save("families", {"seconds_at_most": options.seconds, "rows": rows})


def compile_for(family: str) -> None:
    """Run a search of a family that is over at once, so that its kernels are compiled."""
    started = time.monotonic()
    run(Wanted(family, 8, 2, 2, 6), 0, 600.0, evaluations=1)
    print(f"{family}: ready after {time.monotonic() - started:.1f} s", flush=True)


def search_for(wanted: Wanted, seed: int, seconds: float) -> dict[str, Any]:
    """Search for a code and say what came of it."""
    row = run(wanted, seed, seconds)
    found = f"found in {row['seconds']} s" if row["found"] else f"NOT found, best {row['best']}"
    print(f"{wanted}, seed {seed}: {found}, {row['evaluations']:,} evaluations", flush=True)
    return {"wanted": str(wanted), "seed": seed} | row


def run(
    wanted: Wanted, seed: int, seconds: float, evaluations: int | None = None
) -> dict[str, Any]:
    """Search until a code as good as the one wanted is proved, or the time is over."""
    spec = SearchSpec(
        max_weight=wanted.w, distance=wanted.d, logicals=wanted.k, family=wanted.family,
        seed=seed, evaluations=evaluations,
    )  # fmt: skip

    def stop_once_found(progress: Progress) -> None:
        if any(record.n <= wanted.n for record in progress.records):
            raise KeyboardInterrupt

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = run_search(spec, RunOptions(Path(folder), seconds), stop_once_found)
    best = min(result.records, key=lambda record: record.n, default=None)
    return {
        "found": best is not None and best.n <= wanted.n,
        "best": best.label if best else None,
        "family": best.family if best else None,
        "seconds": round(time.monotonic() - started, 1),
        "evaluations": result.evaluations,
    }


if __name__ == "__main__":
    main()
