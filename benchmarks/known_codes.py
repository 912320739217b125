"""Distances of published codes against what is recorded of them, on one thread.

Run: python benchmarks/known_codes.py      (needs shared/data/known_codes_matrices.jsonl.gz)

Codes recorded as exact are to be proved: up to 150 qubits in ten times the seconds, larger ones in
the seconds given, as far as that goes. For the others the record is an upper bound; the budgets
grow (1, 4, then all seconds, each from scratch) until an operator as light as recorded is found, or
with `--full` all seconds are spent, which may find a lighter one. Every operator is checked again,
apart from the kernels; those lighter than recorded are listed, since they refute the record. Rows
are kept as they come: a run that was stopped goes on where it was when called again.
"""

import argparse
import gzip
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from common import RESULTS, save

from qcode_rl.codes import CSSCode
from qcode_rl.distance import distance_of
from qcode_rl.distance.witness import is_logical_operator

CODES = Path(__file__).parents[2] / "shared" / "data" / "known_codes_matrices.jsonl.gz"

#: Rows of a run that has not come to its end.
UNFINISHED = RESULTS / "known_codes.unfinished.jsonl"

#: Codes of up to so many qubits that are recorded as exact get this many times the seconds.
SMALL, PATIENCE = 150, 10


def read_codes(names: list[str] | None) -> list[dict[str, Any]]:
    with gzip.open(CODES, "rt") as file:
        entries = [json.loads(line) for line in file]
    return [entry for entry in entries if not names or entry["slug"] in names]


def matrix(rows: list[list[int]], num_columns: int) -> np.ndarray:
    """Return rows given by the columns of their ones as a matrix, `(m, n) uint8`."""
    result = np.zeros((len(rows), num_columns), dtype=np.uint8)
    for row, columns in zip(result, rows, strict=True):
        row[columns] = 1
    return result


def budgets_for(entry: dict[str, Any], seconds: float, full: bool) -> list[float]:
    if entry["d_exact"]:
        return [seconds * PATIENCE if entry["n"] <= SMALL else seconds]
    return [seconds] if full else [*(early for early in (1.0, 4.0) if early < seconds), seconds]


def measure(entry: dict[str, Any], seconds: float, full: bool) -> dict[str, Any]:
    code = CSSCode(matrix(entry["hx"], entry["n"]), matrix(entry["hz"], entry["n"]))
    start = time.perf_counter()
    for budget in budgets_for(entry, seconds, full):
        begin = time.perf_counter()
        found = distance_of(code, budget=budget)
        last = time.perf_counter() - begin
        if found.upper <= entry["d"]:
            break
    total = time.perf_counter() - start
    if not is_logical_operator(code, found.witness, found.upper):
        raise AssertionError(f"{entry['slug']}: the witness of {found.upper} is none")
    row = {"name": entry["slug"], "family": entry["family"], "n": entry["n"], "k": entry["k"]}
    row |= {"recorded": entry["d"], "recorded_exact": entry["d_exact"], "allowed_seconds": seconds}
    row |= {"full": full, "reached": found.upper, "proved": found.lower, "method": found.method}
    row |= {"seconds": float(f"{last:.3g}"), "all_tries": float(f"{total:.3g}")}
    if found.upper < entry["d"]:
        row["witness"] = {"x": list(found.witness.x), "z": list(found.witness.z)}
    return row


def names_where(rows: list[dict[str, Any]], condition: Any) -> list[str]:
    return [f"{r['name']}: {r['proved']}..{r['reached']}" for r in rows if condition(r)]


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Count what was proved and reached, and name every exception."""
    result: dict[str, Any] = {}
    exact = [row for row in rows if row["recorded_exact"]]
    for name, part in (
        (f"exact_to_{SMALL}", [row for row in exact if row["n"] <= SMALL]),
        (f"exact_above_{SMALL}", [row for row in exact if row["n"] > SMALL]),
    ):
        result[name] = {
            "codes": len(part),
            "proved_as_recorded": sum(r["proved"] == r["reached"] == r["recorded"] for r in part),
            "reached": sum(r["reached"] == r["recorded"] for r in part),
            "not_proved": names_where(part, lambda r: r["proved"] < r["reached"]),
        }
    others = [row for row in rows if not row["recorded_exact"]]
    reached = sum(row["reached"] <= row["recorded"] for row in others)
    result["bounds"] = {
        "codes": len(others),
        "reached": reached,
        "share": round(reached / max(1, len(others)), 4),
        "not_reached": names_where(others, lambda r: r["reached"] > r["recorded"]),
    }
    # There must be none: a proof and an operator of somebody else would contradict each other.
    result["proved_above_record"] = names_where(rows, lambda r: r["proved"] > r["recorded"])
    result["lighter_than_recorded"] = names_where(rows, lambda r: r["reached"] < r["recorded"])
    return result


def unfinished_rows(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Return the rows of a run with the same limits that was stopped, by name."""
    if not UNFINISHED.exists():
        return {}
    rows = [json.loads(line) for line in UNFINISHED.read_text().splitlines()]
    wanted = (arguments.seconds, arguments.full)
    return {row["name"]: row for row in rows if (row["allowed_seconds"], row["full"]) == wanted}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="budget for each code")
    parser.add_argument("--names", nargs="*", help="only these codes; nothing is written")
    parser.add_argument("--full", action="store_true", help="don't stop at the recorded bound")
    arguments = parser.parse_args(argv)
    # Compile before the first clock starts.
    steane = next(entry for entry in read_codes(None) if entry["n"] == 7)
    distance_of(CSSCode(matrix(steane["hx"], 7), matrix(steane["hz"], 7)))
    done = {} if arguments.names else unfinished_rows(arguments)
    rows = []
    for entry in read_codes(arguments.names):
        row = done.get(entry["slug"]) or measure(entry, arguments.seconds, arguments.full)
        rows.append(row)
        if not arguments.names and entry["slug"] not in done:
            RESULTS.mkdir(exist_ok=True)
            with UNFINISHED.open("a") as file:
                file.write(json.dumps(row) + "\n")
        sign = "<=>"[(row["reached"] > row["recorded"]) - (row["reached"] < row["recorded"]) + 1]
        proved = f"{row['proved']}..{row['reached']}"
        print(f"{row['name']}: {proved} {sign} {row['recorded']}, {row['seconds']} s", flush=True)
    results = summary(rows)
    print(json.dumps(results, indent=1))
    if not arguments.names:
        limits = {"allowed_seconds": arguments.seconds, "full": arguments.full}
        save("known_codes", limits | {"summary": results, "rows": rows})
        UNFINISHED.unlink()


if __name__ == "__main__":
    main()
