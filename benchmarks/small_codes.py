"""The smallest CSS and stabilizer codes with light checks, ours beside what is known and annealing.

Run: qcode-rl bench small-codes --family css     (results/small_codes_css.json and .md)

For every weight, number of logical qubits and distance it is tried to find a code of fewer and
fewer qubits, each length with so many evaluations. Everything is kept after each try: a run that
was stopped goes on where it was. All but where the clock stops it follows from the seed. One
process at a time may work on a family.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from common import RESULTS
from small_codes_searches import SEARCHERS
from small_codes_state import METHODS, Cell, Code, State
from small_codes_tables import as_markdown

from qcode_rl.codes import StabilizerCode
from qcode_rl.distance import distance_of


def parsed(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--family", choices=("css", "stabilizer"), default="css")
    parser.add_argument("--weights", type=int, nargs="+", default=[4, 6, 8])
    parser.add_argument("--max-k", type=int, default=8)
    parser.add_argument("--max-d", type=int, default=6)
    parser.add_argument("--max-n", type=int, default=24)
    parser.add_argument("--evaluations", type=int, default=20_000, help="for each length tried")
    parser.add_argument("--seconds", type=float, help="stop after so long; default: at the end")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=("annealing", "ours", "render"))
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    arguments = parser.parse_args(argv)
    for name, least in (("max_k", 1), ("max_d", 2), ("max_n", 2), ("evaluations", 1), ("seed", 0)):
        if getattr(arguments, name) < least:
            flag = f"--{name.replace('_', '-')}"
            parser.error(f"{flag}: must be at least {least}, got {getattr(arguments, name)}")
    if min(arguments.weights) < 2:
        parser.error(f"--weights: must be at least 2, got {min(arguments.weights)}")
    return arguments


def cells_of(arguments: argparse.Namespace) -> list[Cell]:
    """Return the cells, in the order of the work."""
    return sorted(
        Cell(d, w, k)
        for w in arguments.weights
        for k in range(1, arguments.max_k + 1)
        for d in range(2, arguments.max_d + 1)
    )


def open_tries(
    state: State, cells: list[Cell], methods: tuple[str, ...], budget: int, most: int
) -> Iterator[tuple[str, Cell, int]]:
    """Yield what to try next, until nothing is left; each must be noted before the next."""
    while True:
        before = len(state.tries)
        for cell in cells:
            for by in methods:
                while (n := state.next_length(by, cell, budget, most)) is not None:
                    yield by, cell, n
        # What was found for a later cell may have opened lengths of an earlier one.
        if len(state.tries) == before:
            return


def attempt(state: State, by: str, cell: Cell, n: int, budget: int, seed: int) -> Code | None:
    """Try one length, and note what comes of it.

    Returns:
        The code, proved; `None` if none was found.
    """
    own = int(np.random.SeedSequence([seed, n, *cell]).generate_state(1)[0])
    run = SEARCHERS[by](state.css, n, cell.k, cell.d, cell.w, budget, own)
    state.note(by, cell, n, budget, run.evaluations)
    if run.checks is None:
        return None
    code = StabilizerCode(run.checks)
    found = distance_of(code)
    if found is None or found.stopped == "interrupted":
        raise KeyboardInterrupt
    checks = code.pauli_strings
    told = Code(
        n, code.num_logicals, found.lower, code.max_weight, by, own, run.evaluations, checks
    )  # fmt: skip
    state.codes.append(told)
    return told


def collect(state: State, arguments: argparse.Namespace, path: Path) -> bool:
    """Try what is left to try; return whether the end was reached before the clock's."""
    methods = (arguments.only,) if arguments.only else METHODS
    start, budget = time.monotonic(), arguments.evaluations
    tries = open_tries(state, cells_of(arguments), methods, budget, arguments.max_n)
    for by, cell, n in tries:
        if arguments.seconds is not None and time.monotonic() - start > arguments.seconds:
            return False
        began = time.monotonic()
        code = attempt(state, by, cell, n, budget, arguments.seed)
        state.write(path)
        told = f"[[{code.n},{code.k},{code.d}]] w {code.w}" if code else "none"
        _tell(
            f"{time.monotonic() - start:7.0f} s  w<={cell.w} k>={cell.k} d>={cell.d} n={n} "
            f"{by}: {told} ({time.monotonic() - began:.1f} s)"
        )
    return True


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> None:
    arguments = parsed(argv)
    name = f"small_codes_{arguments.family}"
    path = arguments.results / f"{name}.json"
    state = State.read(path, arguments.family)
    if arguments.only != "render":
        asked = {key: getattr(arguments, key) for key in ("seed", "max_k", "max_d", "max_n")}
        state.settings = asked | {
            "evaluations": arguments.evaluations,
            "weights": sorted(set(arguments.weights)),
        }
        if not collect(state, arguments, path):
            _tell("stopped by the clock; the same command goes on")
        state.write(path)
    if not state.settings:
        _tell(f"nothing to render: no {path}")
        return
    table = arguments.results / f"{name}.md"
    table.write_text(as_markdown(state, name), "utf-8")
    print(f"wrote {table}")


if __name__ == "__main__":
    main()
