"""What all benchmark programs share: medians, and results with the machine they belong to."""

import json
import platform
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

RESULTS = Path(__file__).parent / "results"
_VERSIONED = ("numba", "numpy", "sb3-contrib", "stable-baselines3", "torch")


def median_spread(values: list[float]) -> dict[str, float]:
    """Return the median and the extremes of repeated measurements, to three digits."""
    return {
        name: float(f"{value:.3g}")
        for name, value in (("median", median(values)), ("min", min(values)), ("max", max(values)))
    }


def processor() -> str:
    """Return the processor's name."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def save(name: str, results: dict[str, Any]) -> None:
    """Write results to `results/NAME.json`, with the date, the processor and versions."""
    RESULTS.mkdir(exist_ok=True)
    head = {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": processor(),
        "versions": {package: metadata.version(package) for package in _VERSIONED},
    }
    text = json.dumps(head | results, indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n")
    print(f"wrote {RESULTS / name}.json")


class Parts(ExitStack):
    """Adds up the time spent in some functions, by name, until it is closed.

    Args:
        wait: called before each look at the clock, to wait for what a device is still computing.
    """

    def __init__(self, wait: Callable[[], Any] = lambda: None) -> None:
        super().__init__()
        self.wait = wait
        self.seconds: dict[str, float] = defaultdict(float)

    def watch(self, owner: Any, function: str, name: str) -> None:
        """Time a function of a module, class or object under a name."""
        original = getattr(owner, function)

        def timed(*args: Any, **kwargs: Any) -> Any:
            self.wait()
            start = time.perf_counter()
            try:
                return original(*args, **kwargs)
            finally:
                self.wait()
                self.seconds[name] += time.perf_counter() - start

        self.enter_context(patch.object(owner, function, timed))
