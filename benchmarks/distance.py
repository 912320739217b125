"""Proved distances against the peers that pip installs: same instances, one run, one thread, warm.

Run: qcode-rl bench distance        (needs shared instances; peers: pip install ".[bench]")

For each instance: from a Python array to an exact distance (with a witness, for ours). Every method
gets one warm call, then at least five timed ones, and no more than `--limit` seconds a call; what
takes longer is reported as over the limit and not repeated. Peers present: `ldpc`, `qldpc`
and `codedistance`. Nothing here is a bound: methods that only estimate are left out.
"""

import argparse
import contextlib
import json
import multiprocessing
import queue
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from common import save

INSTANCES = Path(__file__).parents[2] / "shared" / "data" / "distance"


def ours(kind: str, arrays: dict[str, Any]) -> Any:
    from qcode_rl.codes import ClassicalCode, CSSCode, StabilizerCode
    from qcode_rl.distance import distance_of

    if kind == "classical":
        return distance_of(ClassicalCode(arrays["H"])).upper
    if kind == "css":
        return distance_of(CSSCode(arrays["Hx"], arrays["Hz"])).upper
    return distance_of(StabilizerCode(arrays["S"])).upper


#: One tiny code of each kind, for warming up.
TINY = {
    "classical": {"H": np.array([[1, 1, 0], [0, 1, 1]], dtype=np.uint8)},
    "css": {name: np.ones((1, 4), dtype=np.uint8) for name in ("Hx", "Hz")},
    "stabilizer": {"S": np.kron(np.eye(2, dtype=np.uint8), np.ones((1, 4), dtype=np.uint8))},
}


def with_ldpc(kind: str, arrays: dict[str, Any]) -> Any:
    from ldpc.code_util import compute_exact_code_distance

    if kind != "classical":
        return None
    return compute_exact_code_distance(arrays["H"])


def with_qldpc(kind: str, arrays: dict[str, Any]) -> Any:
    from qldpc import codes

    if kind == "classical":
        return codes.ClassicalCode(arrays["H"]).get_distance()
    if kind == "css":
        return codes.CSSCode(arrays["Hx"], arrays["Hz"]).get_distance()
    return codes.QuditCode(arrays["S"]).get_distance()


def with_codedistance(kind: str, arrays: dict[str, Any]) -> Any:
    from codedistance import CSScodeDistance, codeDistance

    method = "connectedClusterMW"
    if kind == "classical":
        return codeDistance(arrays["H"].astype(np.int8), method=method)["d"]
    if kind == "css":
        x, z = arrays["Hx"].astype(np.int8), arrays["Hz"].astype(np.int8)
        return min(
            CSScodeDistance(x, z, method=method, component=component)["d"]
            for component in ("X", "Z")
        )
    return codeDistance(arrays["S"].astype(np.int8), tB=2, method=method)["d"]


PEERS: dict[str, Callable[..., Any]] = {
    "qcode-rl": ours,
    "ldpc": with_ldpc,
    "qldpc": with_qldpc,
    "codedistance": with_codedistance,
}


def serve(method: str, tasks: Any, results: Any) -> None:
    """Time one method on instances as they come; runs in a process that can be stopped."""
    function = PEERS[method]
    # Imports, and compilers at their start, are not what is measured.
    for kind, arrays in TINY.items():
        with contextlib.suppress(Exception):
            function(kind, arrays)
    results.put("ready")
    while True:
        kind, arrays, limit = tasks.get()
        try:
            results.put(time_one(function, kind, arrays, limit))
        except Exception as error:
            results.put({"failed": f"{type(error).__name__}: {error}"[:120]})


def time_one(
    function: Callable[..., Any], kind: str, arrays: dict[str, Any], limit: float
) -> dict[str, Any]:
    """Return the distance found and the median of at least five warm calls, if the limit allows."""
    start = time.perf_counter()
    found = function(kind, arrays)
    warm = time.perf_counter() - start
    if found is None:
        return {"distance": None}
    times: list[float] = []
    while len(times) < 5 and (warm < limit / 5 or not times):
        start = time.perf_counter()
        function(kind, arrays)
        times.append(time.perf_counter() - start)
    return {"distance": int(found), "seconds": float(f"{median(times):.3g}"), "calls": len(times)}


class Worker:
    """A process that times one method, started again when an instance takes too long."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.process: Any = None

    def measure(self, kind: str, arrays: dict[str, Any], limit: float) -> dict[str, Any]:
        """Return what `time_one` returns, or that the limit was passed."""
        if self.process is None:
            context = multiprocessing.get_context("spawn")
            self.tasks, self.results = context.Queue(), context.Queue()
            arguments = (self.method, self.tasks, self.results)
            self.process = context.Process(target=serve, args=arguments, daemon=True)
            self.process.start()
            self.results.get(timeout=600)
        self.tasks.put((kind, arrays, limit))
        try:
            result: dict[str, Any] = self.results.get(timeout=2 * limit)
        except queue.Empty:
            self.process.kill()
            self.process = None
            return {"over_limit": True}
        return result


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a call")
    parser.add_argument("--only", nargs="*", help="names of instances")
    arguments = parser.parse_args(argv)
    methods = [m for m in PEERS if m == "qcode-rl" or find_spec(m) is not None]
    workers = {method: Worker(method) for method in methods}
    rows = []
    for entry in json.loads((INSTANCES / "index.json").read_text()):
        if arguments.only and entry["name"] not in arguments.only:
            continue
        with np.load(INSTANCES / f"{entry['name']}.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        row = {"name": entry["name"], "n": entry["n"], "k": entry["k"], "d": entry["d"]}
        for method in methods:
            row[method] = workers[method].measure(entry["kind"], arrays, arguments.limit)
            if row[method].get("distance", entry["d"]) not in (None, entry["d"]):
                row[method]["wrong"] = True
        rows.append(row)
        print(row, flush=True)
    save("distance", {"limit_seconds": arguments.limit, "rows": rows})


if __name__ == "__main__":
    main()
