"""A pool of warm workers on this machine, and how a sweep goes through it."""

from __future__ import annotations

import itertools
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from qcode_rl.errors import InputError
from qcode_rl.sweep import ledger
from qcode_rl.sweep.claims import claim
from qcode_rl.sweep.dispatch import Dispatcher
from qcode_rl.sweep.ledger import Json, LogWriter
from qcode_rl.sweep.points import Point
from qcode_rl.sweep.running import NOTE, Task
from qcode_rl.sweep.worker import encode_task

#: Seconds that workers get to write their checkpoints before they are killed.
STOP_SECONDS = 60.0
_TICK = 0.2
#: Seconds between looks at points that others run.
_BUSY_SECONDS = 2.0
#: Workers that may end before they are ready, one after the other, before the pool gives up.
_MAX_FALSE_STARTS = 3
#: How many of a worker's last words are kept to say why it ended.
_LAST_WORDS = 4096


class Worker:
    """A worker's process, as the pool sees it.

    Args:
        number: which one.
        command: that starts it.
        environment: of the process.
        words: file that its standard error goes to.
    """

    def __init__(
        self, number: int, command: Sequence[str], environment: dict[str, str], words: Path
    ) -> None:
        self.number, self.ready, self._words = number, False, words
        with words.open("wb") as errors:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
            )
        assert self.process.stdout is not None
        self.output = self.process.stdout
        os.set_blocking(self.output.fileno(), False)
        self._rest = b""

    def give(self, task: Task) -> None:
        """Give it a task; a worker that is gone is found so when its reports end."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.write(encode_task(task).encode())
            self.process.stdin.flush()

    def reports(self) -> tuple[list[Json], bool]:
        """Return what it has reported since, and whether its reports have ended."""
        block = self.output.read()
        if block is None:
            return [], False
        *lines, self._rest = (self._rest + block).split(b"\n")
        return [json.loads(line) for line in lines], not block

    def stop(self) -> None:
        """Ask it to write a checkpoint and end."""
        with suppress(OSError):
            self.process.terminate()

    def end(self) -> str:
        """Wait for its end, close what is open, and return why it ended, as one line."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        self.output.close()
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        return _ending(status, self._last_words())

    def _last_words(self) -> str:
        try:
            said = self._words.read_bytes()[-_LAST_WORDS:].decode(errors="replace").strip()
        except OSError:
            return ""
        return " ".join(said.splitlines()[-1].split()) if said else ""


def _ending(status: int, words: str) -> str:
    if status >= 0:
        return f"it ended with status {status}" + (f": {words}" if words else "")
    # Real-time signals have no names.
    name = next((s.name for s in signal.Signals if s == -status), f"signal {-status}")
    killed = f"it was ended by {name}"
    return killed + (" (out of memory, or by hand)" if name == "SIGKILL" else "")


@dataclass
class Pool:
    """Runs points of a sweep in workers of this machine until none is left, or it is stopped.

    Attributes:
        archive: folder of the archive, which holds what `prepare` makes.
        sweep: name of the sweep.
        size: how many workers.
        environment: of the workers.
        task_of: what to tell a worker about a point.
        words: folder for what workers say on standard error.
        log: of this process, for what workers can no longer tell.
        on_event: called with everything that happens, and the point that it happens to.
        patient: wait for points that somebody else runs, until they are done or free again.
    """

    archive: Path
    sweep: str
    size: int
    environment: dict[str, str]
    task_of: Callable[[Point], Task]
    words: Path
    log: LogWriter
    on_event: Callable[[Json, Point | None], None] = lambda told, point: None
    patient: bool = True
    #: The signal that asked for a stop, 0 for none.
    stopped_by: int = 0
    _workers: dict[int, Worker] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _false_starts: int = 0
    _told_to_stop: bool = False

    def run(self, points: Sequence[Point]) -> Dispatcher:
        """Run points.

        Returns:
            How they ended. Points that are stopped, or that somebody else runs, are not among them.
        """
        dispatcher = Dispatcher.of(points)
        selector = selectors.DefaultSelector()
        busy_since = time.monotonic()
        try:
            while True:
                self._fill(dispatcher, selector)
                if dispatcher.over and not (self.patient and dispatcher.busy):
                    break
                if (self.stopped_by or dispatcher.unable) and not self._told_to_stop:
                    self._begin_to_stop(dispatcher)
                if dispatcher.stopping and not dispatcher.running:
                    break
                for key, _ in selector.select(_TICK):
                    self._hear(key.data, dispatcher, selector)
                if (
                    self.patient
                    and dispatcher.busy
                    and time.monotonic() - busy_since > _BUSY_SECONDS
                ):
                    dispatcher.return_busy()
                    busy_since = time.monotonic()
        finally:
            self._end_all(dispatcher)
            selector.close()
        return dispatcher

    def stop(self, number: int, _frame: FrameType | None = None) -> None:
        """Ask for a stop, as a handler of signals; asked a second time, workers are killed."""
        if self.stopped_by:
            for worker in self._workers.values():
                worker.process.kill()
        self.stopped_by = number

    def _fill(self, dispatcher: Dispatcher, selector: selectors.BaseSelector) -> None:
        """Start as many workers as there is work for, and hand out points to those at leisure."""
        wanted = min(self.size, len(dispatcher.waiting) + len(dispatcher.running))
        while len(self._workers) < wanted and not (self.stopped_by or dispatcher.stopping):
            number = next(self._numbers)
            worker = Worker(number, self._command(), self.environment, self.words / f"{number}.txt")
            self._workers[number] = worker
            selector.register(worker.output, selectors.EVENT_READ, worker)
        for number, worker in self._workers.items():
            if worker.ready and number not in dispatcher.running:
                point = dispatcher.next_for(number)
                if point is not None:
                    worker.give(self.task_of(point))

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "qcode_rl.sweep.worker", str(self.archive), self.sweep]

    def _hear(
        self, worker: Worker, dispatcher: Dispatcher, selector: selectors.BaseSelector
    ) -> None:
        reports, ended = worker.reports()
        for told in reports:
            if told["what"] == "ready":
                worker.ready, self._false_starts = True, 0
            elif told["what"] in (ledger.BEAT, NOTE):
                self.on_event(told, dispatcher.running.get(worker.number))
            else:
                self.on_event(told, dispatcher.report(worker.number, told))
        if ended:
            selector.unregister(worker.output)
            del self._workers[worker.number]
            reason = worker.end()
            if (self.stopped_by or self._told_to_stop) and worker.process.returncode == 0:
                # It was asked to end before it had begun, or could tell.
                dispatcher.report(worker.number, {"what": ledger.STOPPED})
            self._bury(worker, reason, dispatcher)

    def _bury(self, worker: Worker, reason: str, dispatcher: Dispatcher) -> None:
        """Take in that a worker has ended, and tell what becomes of its point."""
        lost = dispatcher.died(worker.number)
        if lost is None:
            self._false_starts += not (worker.ready or self.stopped_by or dispatcher.stopping)
            if self._false_starts >= _MAX_FALSE_STARTS:
                dispatcher.give_up(f"sweep: workers do not start: {reason}")
            return
        point, given_up = lost
        reason = f"the worker is gone: {reason}"
        told: dict[str, Any] = {"what": ledger.LOST, "point": point.key, "reason": reason}
        if given_up:
            told |= {"what": ledger.FAILED, "cause": "killed"}
            dispatcher.ended[point.key] = told
        try:
            self._tell_loss(point, told)
        except InputError as error:
            dispatcher.give_up(str(error))
        self.on_event(told, point)

    def _tell_loss(self, point: Point, told: Json) -> None:
        """Log the loss of a worker, once: who takes over its claim does so too."""
        held = claim(self.archive, point.key)
        if held is None:
            return
        try:
            self.log.write(**told)
        finally:
            held.release()

    def _begin_to_stop(self, dispatcher: Dispatcher) -> None:
        self._told_to_stop = True
        dispatcher.stop()
        self.on_event({"what": "stopping"}, None)
        for worker in self._workers.values():
            worker.stop()

    def _end_all(self, dispatcher: Dispatcher) -> None:
        """Let idle workers go, and those at work once they have written their checkpoints."""
        for number, worker in self._workers.items():
            if number in dispatcher.running:
                worker.stop()
            elif worker.process.stdin is not None:
                with suppress(OSError):
                    worker.process.stdin.close()
        for worker in self._workers.values():
            worker.end()
        self._workers.clear()


@contextmanager
def stopping_on(pool: Pool, *numbers: signal.Signals) -> Iterator[None]:
    """Have signals stop a pool while the block runs; only in the main thread."""
    before = {number: signal.signal(number, pool.stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
