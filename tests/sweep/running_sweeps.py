"""Sweeps as real processes: started, watched by their logs, killed, and compared with searches."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from qcode_rl.archive import Archive
from qcode_rl.archive.segments import Line, scan_segment, segment_paths
from qcode_rl.search.files import spec_from
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import RunOptions
from qcode_rl.sweep.claims import claimed
from qcode_rl.sweep.points import Point

PROGRAM = Path(sys.executable).with_name("qcode-rl")
#: Far longer than anything takes on an idle machine; processes start slowly on a busy one.
PATIENCE = 240.0
#: An agent so small that searches take about a second a few thousand evaluations.
SPEC = """
[spec]
max_weight = 6
family = "hgp"
distance = 4
evaluations = 300
[spec.agent]
num_envs = 16
rollout = 16
batch_size = 128
width = 8
rounds = 1
epochs = 1
slice_rollouts = 1
episode = 40
"""

#: What was found of a spec: key, n, k, bounds on d, w, q, seed, evaluations.
Found: TypeAlias = dict[str, set[tuple[Any, ...]]]


@dataclass
class Run:
    """A command under way, in a session of its own, and what it has said."""

    process: "subprocess.Popen[bytes]"
    out: Path
    err: Path

    @classmethod
    def start(
        cls,
        folder: Path,
        *arguments: object,
        before: Sequence[str] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> "Run":
        """Start `qcode-rl`.

        Args:
            folder: where it runs, and where its output is kept.
            *arguments: of `qcode-rl`.
            before: a command that runs it in turn.
            environment: variables besides those of this process.
        """
        # Who is killed leaves temporary files: they go with the folder.
        temporary = folder / "tmp"
        temporary.mkdir(exist_ok=True)
        number = len(list(folder.glob("*.err")))
        out, err = folder / f"{number}.out", folder / f"{number}.err"
        command = [*before, str(PROGRAM), *map(str, arguments)]
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=os.environ | {"OMP_NUM_THREADS": "1", "TMPDIR": str(temporary)} | environment,
                start_new_session=True,
            )
        return cls(process, out, err)

    def end(self) -> int:
        """Wait for its end and return its status."""
        return self.process.wait(PATIENCE)

    @property
    def said(self) -> list[str]:
        """The lines that it has written to standard error."""
        return self.err.read_text().splitlines()

    @property
    def printed(self) -> str:
        return self.out.read_text()

    def json(self) -> dict[str, Any]:
        """Return the JSON that it has printed."""
        value: dict[str, Any] = json.loads(self.printed)
        return value

    def workers(self) -> list[int]:
        """Return the numbers of its workers' processes."""
        return [pid for pid in children(self.process.pid) if is_worker(pid)]

    def kill_all(self) -> None:
        """End it and all that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def ending_all() -> Iterator[list[Run]]:
    """A list of runs, of which nothing is left at the end."""
    runs: list[Run] = []
    try:
        yield runs
    finally:
        for run in runs:
            run.kill_all()


def done_with(folder: Path, *arguments: object, **options: Any) -> tuple[int, Run]:
    """Run `qcode-rl` to its end and return its status."""
    run = Run.start(folder, *arguments, **options)
    try:
        return run.end(), run
    finally:
        run.kill_all()


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def is_worker(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"qcode_rl.sweep.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def runs_on(pid: int) -> bool:
    """Say whether a process has not ended; as a zombie it has."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def await_that(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds, for a bounded time."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, f"not within {PATIENCE} s: {what}"
        time.sleep(0.02)


def logs_of(archive: Path) -> list[list[dict[str, Any]]]:
    """Return the events of each log of an archive."""
    paths = segment_paths(archive / "sweeps")
    return [[line.event for line in scan_segment(p) if isinstance(line, Line)] for p in paths]


def events(archive: Path, *what: str) -> list[dict[str, Any]]:
    """Return what all logs of an archive tell, by time: all, or certain events."""
    told = [event for log in logs_of(archive) for event in log]
    held = [event for event in told if not what or event["what"] in what]
    return sorted(held, key=lambda event: event["time"])


def points_in(archive: Path, *what: str) -> list[str]:
    """Return the keys of the points that events are of."""
    return [event["point"] for event in events(archive, *what)]


def codes_in(archive: Path) -> int:
    """Return how many lines the archive's segments hold by now."""
    return sum(path.read_bytes().count(b"\n") for path in segment_paths(archive / "segments"))


def leftovers(archive: Path) -> list[str]:
    """Return the names of claims and checkpoints."""
    checkpoints = (archive / "checkpoints").glob("*")
    return [*claimed(archive), *(path.name for path in checkpoints)]


def search_one_by_one(archive: Path, points: Sequence[Point]) -> None:
    """Search what a sweep would, without it."""
    for point in points:
        options = RunOptions(archive, resume=True, judge_workers=0, alone=True)
        result = run_search(spec_from(point.values), options)
        assert not result.interrupted


def found_in(archive: Path) -> Found:
    """Return all that an archive holds: what of it was found, for each spec."""
    held = Archive(archive)
    found: Found = {}
    for record in held.records():
        d = record.distance
        assert d is not None
        for event in held.found(record.key):
            told = event.provenance
            what = (record.key, record.n, record.k, d.lower, d.upper, record.w, record.q)
            found.setdefault(told.spec_key, set()).add((*what, told.seed, told.evaluations))
    return found
