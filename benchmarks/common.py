"""What all benchmark programs share: medians, and results with the machine they belong to."""

import json
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

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
