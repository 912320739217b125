"""Proved distances against the peers that pip installs: same instances, one run, one thread, warm.

Run: qcode-rl bench distance        (needs shared instances; peers: pip install ".[bench]")

For each instance: from a Python array to an exact distance (with a witness, for ours). Every method
gets one warm call, then at least five timed ones, and no more than `--limit` seconds a call; what
takes longer in the warm call is reported as such and not repeated. Peers present: `ldpc`, `qldpc`
and `codedistance`. Nothing here is a bound: methods that only estimate are left out.
"""

import argparse
import json
import multiprocessing
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


def time_one(method: str, kind: str, arrays: dict[str, Any], limit: float, out: Any) -> None:
    """Time one method on one instance; runs in its own process, which can be stopped."""
    function = PEERS[method]
    try:
        start = time.perf_counter()
        found = function(kind, arrays)
        warm = time.perf_counter() - start
        if found is None:
            out.put({"distance": None})
            return
        times: list[float] = []
        while len(times) < 5 and (warm < limit / 5 or not times):
            start = time.perf_counter()
            function(kind, arrays)
            times.append(time.perf_counter() - start)
        out.put({"distance": int(found), "seconds": float(f"{median(times):.3g}")})
    except Exception as error:
        out.put({"failed": f"{type(error).__name__}: {error}"[:120]})


def measure(method: str, kind: str, arrays: dict[str, Any], limit: float) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    process = context.Process(target=time_one, args=(method, kind, arrays, limit, out))
    process.start()
    try:
        result: dict[str, Any] = out.get(timeout=3 * limit)
    except Exception:
        result = {"over_limit": True}
        process.kill()
    process.join()
    return result


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a call")
    parser.add_argument("--only", nargs="*", help="names of instances")
    arguments = parser.parse_args(argv)
    rows = []
    for entry in json.loads((INSTANCES / "index.json").read_text()):
        if arguments.only and entry["name"] not in arguments.only:
            continue
        with np.load(INSTANCES / f"{entry['name']}.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        row = {"name": entry["name"], "n": entry["n"], "k": entry["k"], "d": entry["d"]}
        for method in PEERS:
            if method == "qcode-rl" or find_spec(method) is not None:
                row[method] = measure(method, entry["kind"], arrays, arguments.limit)
                if row[method].get("distance", entry["d"]) not in (None, entry["d"]):
                    row[method]["wrong"] = True
        rows.append(row)
        print(row, flush=True)
    save("distance", {"limit_seconds": arguments.limit, "rows": rows})


if __name__ == "__main__":
    main()
