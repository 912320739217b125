"""A worker: a process that runs points as it is told, one JSON line at a time.

`python -m qcode_rl.sweep.worker ARCHIVE SWEEP` reads tasks from standard input and reports on
standard output. It is started with an environment of its own (`surroundings`), loads what searches
need once, and stops, with a checkpoint, on SIGTERM and when whoever started it is gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from qcode_rl.archive import Archive
from qcode_rl.search.interrupts import sigterm_interrupts
from qcode_rl.sweep import ledger
from qcode_rl.sweep.ledger import Json, LogWriter
from qcode_rl.sweep.points import Point
from qcode_rl.sweep.running import PointRunner, Task

_WATCH_SECONDS = 0.5


def encode_task(task: Task) -> str:
    """Return the line that gives a worker a task."""
    point = task.point
    told = {"key": point.key, "label": point.label, "values": point.values}
    how = {"seconds": task.seconds, "judge_workers": task.judge_workers, "device": task.device}
    return json.dumps(told | how) + "\n"


def decode_task(line: str) -> Task:
    """Return the task that a line gives."""
    held = json.loads(line)
    point = Point(held["key"], held["label"], held["values"])
    return Task(point, held["seconds"], held["judge_workers"], held["device"])


class Reporter:
    """Writes reports as lines; one that nobody reads any more is no error.

    Args:
        stream: where to.
    """

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self._lock = threading.Lock()

    def __call__(self, told: Json) -> None:
        """Write a report."""
        with self._lock:
            try:
                self.stream.write(json.dumps(told) + "\n")
                self.stream.flush()
            except (OSError, ValueError):
                pass


def serve(archive: Path, sweep: str, tasks: Iterator[str], report: Reporter) -> None:
    """Run tasks until there are no more, or one is interrupted.

    Args:
        archive: folder of the archive.
        sweep: name of the sweep.
        tasks: lines with tasks.
        report: told how each ended.
    """
    with LogWriter(archive, sweep) as log, Archive(archive).writer(sweep) as writer:
        runner = PointRunner(archive, log, writer, report)
        for line in tasks:
            task = decode_task(line)
            outcome = runner.run(task)
            report(outcome)
            if outcome["what"] == ledger.STOPPED:
                return


def _watch_parent(parent: int) -> None:
    """End this process as SIGTERM does once it is an orphan."""
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _lines(stream: Any) -> Iterator[str]:
    # Iterating over a text stream would read ahead; a line is wanted as soon as it is there.
    while line := stream.readline():
        yield line


def main(argv: list[str]) -> int:
    """Serve whoever started this process.

    Args:
        argv: folder of the archive and name of the sweep.
    """
    # Libraries that print must not garble the reports.
    reports = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # A person's Ctrl-C, and what Slurm sends to all processes of a task, is for whoever started
    # this one, who passes on what it means.
    for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    report = Reporter(reports)
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()
    try:
        with sigterm_interrupts():
            import torch

            import qcode_rl.search.runner  # noqa: F401  (loads what every search needs)

            torch.set_num_threads(1)
            report({"what": "ready"})
            serve(Path(argv[0]), argv[1], _lines(sys.stdin), report)
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
