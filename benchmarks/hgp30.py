"""Tables I to IV of He & Liu, arXiv:2502.14372, with our agent and with annealing.

Run: qcode-rl bench hgp30      (writes results/hgp30.json and results/hgp30.md)

Every row is a request (w, q, k, d) for `run_search`; a request that several tables share is made
once. Seconds, seed, agent and tables are those of benchmarks/hgp30.toml. The codes found are in
the archive. Requests are kept as they come: a run that was stopped goes on where it was when called
again with the same settings.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from common import RESULTS, save
from he_liu import TABLES, Request, TableRow, read_tables, table_rows
from hgp30_requests import Job, measure, warm_up
from hgp30_tables import Results, as_markdown, as_row, summaries, told

from qcode_rl.errors import InputError
from qcode_rl.search.spec import AgentOptions
from qcode_rl.toml import read_toml

ROOT = Path(__file__).parents[1]
SETTINGS = Path(__file__).with_suffix(".toml")
ARCHIVE = ROOT / "search_runs" / "results" / "hgp30-archive"
#: Requests of a run that has not come to its end.
UNFINISHED = RESULTS / "hgp30.unfinished.jsonl"


def parsed(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spec", type=Path, default=SETTINGS, help="the run's definition")
    parser.add_argument("--table", nargs="*", choices=TABLES, help="only these tables")
    parser.add_argument("--rows", nargs="*", help="only requests such as 6,3,81,12 (w,q,k,d)")
    parser.add_argument("--seconds", type=float, help="for each request, instead of the file's")
    parser.add_argument("--workers", type=int, help="processes, instead of the file's")
    parser.add_argument("--archive", type=Path, default=ARCHIVE)
    return parser.parse_args(argv)


def chosen_rows(arguments: argparse.Namespace, values: dict[str, Any]) -> list[TableRow]:
    """Return the rows that are asked for.

    Raises:
        InputError: if a request is in none of the tables.
    """
    tables = arguments.table or values["tables"]
    rows = table_rows(read_tables(), tables, values["limits"])
    if not arguments.rows:
        return rows
    known = {",".join(map(str, row.request)) for row in rows}
    for name in arguments.rows:
        if name not in known:
            raise InputError(f"--rows: must be w,q,k,d of a row of the tables, got {name!r}")
    return [row for row in rows if ",".join(map(str, row.request)) in arguments.rows]


def jobs_for(
    requests: Iterable[Request], values: dict[str, Any], seconds: float | None
) -> list[Job]:
    """Return a job for every request, the longest first, so that no worker ends long after all."""
    agent = AgentOptions(**values.get("agent", {}))
    jobs = [
        Job(request, seconds or float(values["seconds"][request.size]), values["seed"], agent)
        for request in dict.fromkeys(requests)
    ]
    return sorted(jobs, key=lambda job: (-job.seconds, -job.request.dimension))


def finished(jobs: list[Job], path: Path) -> Results:
    """Return what an unfinished run has for jobs with exactly these settings."""
    if not path.exists():
        return {}
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    wanted = {json.dumps(job.settings): job.request for job in jobs}
    held = {json.dumps(entry["settings"]): entry for entry in entries}
    return {request: held[name] for name, request in wanted.items() if name in held}


def run_jobs(jobs: list[Job], archive: Path, workers: int) -> Iterator[tuple[Job, dict[str, Any]]]:
    """Yield jobs with their results as they end."""
    # Forked children would share the locks of numba and torch.
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, context, warm_up) as pool:
        futures: dict[Future[dict[str, Any]], Job] = {
            pool.submit(measure, job, archive): job for job in jobs
        }
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def collect(jobs: list[Job], archive: Path, workers: int) -> Results:
    """Run the jobs that are not finished yet, keep each result, and say how it goes."""
    results = finished(jobs, UNFINISHED)
    left = [job for job in jobs if job.request not in results]
    seconds = sum(job.seconds for job in left) / workers
    _tell(f"{len(results)} requests held, {len(left)} to go, some {seconds / 60:.0f} minutes")
    RESULTS.mkdir(exist_ok=True)
    start = time.monotonic()
    for done, (job, result) in enumerate(run_jobs(left, archive, workers), 1):
        with UNFINISHED.open("a") as file:
            file.write(json.dumps(result) + "\n")
        results[job.request] = result
        _tell(f"{done}/{len(left)}  {time.monotonic() - start:.0f} s  {_told(job, result)}")
    return results


def _told(job: Job, result: dict[str, Any]) -> str:
    agent = result["agent"]
    ending = ", complete" if agent["complete"] else ""
    others = ", ".join(f"{name} {result[name]['n']}" for name in ("annealing", "annealing-edges"))
    spent = f"{agent['evaluations']} evaluations, {agent['seconds']} s{ending}"
    return f"{job.request}: {agent['label']}; {others}; {spent}"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> None:
    arguments = parsed(argv)
    values, data = read_toml(arguments.spec), read_tables()
    workers = arguments.workers or values["workers"]
    wanted = chosen_rows(arguments, values)
    jobs = jobs_for((row.request for row in wanted), values, arguments.seconds)
    start = time.monotonic()
    results = collect(jobs, arguments.archive, workers)
    rows = [as_row(row, results[row.request], data["known_problems"]) for row in wanted]
    for name, one in summaries(rows).items():
        print(f"Table {name}: {told(one)}")
    if arguments.rows or arguments.table:
        # A part of the tables must not take the place of all of them.
        print(as_markdown(rows, "A part of the rows.", data["source"]))
        return
    limits = {"seconds": arguments.seconds or values["seconds"], "workers": workers}
    limits |= {"seed": values["seed"], "agent": values.get("agent", {})}
    minutes = math.ceil((time.monotonic() - start) / 60)
    text = f"Seconds for each request: {limits['seconds']}; seed {limits['seed']}."
    (RESULTS / "hgp30.md").write_text(as_markdown(rows, text, data["source"]))
    head = {"source": data["source"], "settings": limits, "minutes": minutes}
    save("hgp30", head | {"summary": summaries(rows), "rows": rows})
    UNFINISHED.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
