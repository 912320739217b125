"""What runs within an array task: a chunk of points, and what signals mean there.

Slurm tells a task that its time is nearly over, or that it is preempted, by signals. The searches
under way then write their checkpoints, and after SIGUSR1 or SIGUSR2 the task has itself requeued:
it runs again, passes over what is done, and goes on where it was.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qcode_rl.errors import InputError
from qcode_rl.sweep.ledger import Json, Ledger
from qcode_rl.sweep.local import Ending, run_here
from qcode_rl.sweep.owners import slurm_task
from qcode_rl.sweep.points import Point
from qcode_rl.sweep.surroundings import cores, node_environment

if TYPE_CHECKING:
    from submitit.helpers import DelayedSubmission

#: Signals that ask for another run later; SIGTERM does not: Slurm requeues what it preempts itself,
#: and what a person cancels is to stay away.
REQUEUE_ON = (signal.SIGUSR1, signal.SIGUSR2)
_REQUEUE_SECONDS = 60.0


@dataclass(frozen=True)
class Chunk:
    """Points for one array task; calling it runs them.

    Attributes:
        archive: folder of the archive.
        sweep: name of the sweep.
        points: the points.
        seconds: most that each may take.
        environment: variables that the searches get.
        numba_cache: folder of compiled kernels to begin with.
    """

    archive: Path
    sweep: str
    points: tuple[Point, ...]
    seconds: float | None = None
    environment: tuple[tuple[str, str], ...] = ()
    numba_cache: Path | None = None

    def __call__(self) -> int:
        """Run what is open of the chunk, and return how many points it brought to their end.

        Raises:
            InputError: if the archive cannot be written.
        """
        held = Ledger(self.archive).refresh()
        left = [p for p in self.points if not held.state(p.key).done and not held.failure(p.key)]
        _tell(f"{len(left)} of {len(self.points)} points to run, {cores()} at a time")
        ending = run_here(
            self.archive,
            self.sweep,
            left,
            seconds=self.seconds,
            environment=node_environment(self.numba_cache, _tell) | dict(self.environment),
            # After submitit has installed its own: these take their place.
            stopped_by=(signal.SIGINT, signal.SIGTERM, *REQUEUE_ON),
            patient=False,
            on_event=_tell_of,
        )
        _tell(f"{ending.done} points done, {ending.failed} failed, {ending.left} left")
        if ending.unable:
            raise InputError(ending.unable)
        self._requeue(ending)
        return ending.done

    def checkpoint(self) -> DelayedSubmission:
        """Return what submitit submits again if a signal comes before the points are begun."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self)

    def _requeue(self, ending: Ending) -> None:
        task = slurm_task()
        if ending.stopped_by not in REQUEUE_ON or not task:
            return
        command = ["scontrol", "requeue", task]
        told = subprocess.run(command, capture_output=True, text=True, timeout=_REQUEUE_SECONDS)
        if told.returncode:
            _tell(f"cannot be requeued: {told.stderr.strip()}; run the sweep again for the rest")
            return
        _tell(f"requeued {task}")
        # Without a result: for submitit a task that returns is over.
        sys.exit(0)


def _tell_of(told: Json, point: Point | None) -> None:
    if point is not None and told["what"] != "beat":
        reason = f": {told['reason']}" if "reason" in told else ""
        _tell(f"{told['what']}  {point.label}{reason}")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
