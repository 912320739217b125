"""Which point goes to which worker next: a state machine without processes.

The pool feeds it with what happens and asks what to do; tests drive it by hand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from qcode_rl.sweep import ledger
from qcode_rl.sweep.ledger import Json
from qcode_rl.sweep.points import Point
from qcode_rl.sweep.running import BUSY, MAX_LOSSES, UNABLE


@dataclass
class Dispatcher:
    """Hands out points.

    Attributes:
        waiting: points to run, in order.
        running: points under way, by worker.
        ended: how points ended, by key.
        busy: points that others run; they may come back.
        losses: how many workers have died over a point.
        unable: why nothing can be written any more, "" while it can.
        stopping: whether no more points are handed out.
    """

    waiting: deque[Point]
    running: dict[int, Point] = field(default_factory=dict)
    ended: dict[str, Json] = field(default_factory=dict)
    busy: dict[str, Point] = field(default_factory=dict)
    losses: dict[str, int] = field(default_factory=dict)
    unable: str = ""
    stopping: bool = False

    @classmethod
    def of(cls, points: Iterable[Point]) -> Dispatcher:
        """Return a dispatcher that has handed out nothing yet."""
        return cls(deque(points))

    @property
    def over(self) -> bool:
        """Whether nothing is left to hand out or to wait for, but what others run."""
        return not self.running and (self.stopping or not self.waiting)

    def next_for(self, worker: int) -> Point | None:
        """Return the point that a worker is to run now, `None` if there is none."""
        if self.stopping or not self.waiting:
            return None
        point = self.running[worker] = self.waiting.popleft()
        return point

    def stop(self) -> None:
        """Hand out nothing more."""
        self.stopping = True

    def give_up(self, reason: str) -> None:
        """Hand out nothing more, since nothing can be done or written."""
        self.unable = self.unable or reason
        self.stop()

    def report(self, worker: int, told: Json) -> Point | None:
        """Take in how a worker's point ended.

        Returns:
            The point, `None` if the worker had none.
        """
        point = self.running.pop(worker, None)
        if point is None:
            return None
        what = told["what"]
        if what == BUSY:
            self.busy[point.key] = point
        elif what == UNABLE:
            self.waiting.appendleft(point)
            self.give_up(str(told.get("reason", "nothing can be written")))
        elif what == ledger.STOPPED:
            self.waiting.appendleft(point)
        else:
            self.ended[point.key] = told
        return point

    def died(self, worker: int) -> tuple[Point, bool] | None:
        """Take in that a worker is gone.

        Returns:
            The point that it had, and whether that is now given up; `None` if it had none.
        """
        point = self.running.pop(worker, None)
        if point is None:
            return None
        count = self.losses[point.key] = self.losses.get(point.key, 0) + 1
        given_up = count >= MAX_LOSSES
        if not given_up:
            self.waiting.appendleft(point)
        return point, given_up

    def return_busy(self) -> None:
        """Take up points again that others ran when they were last tried."""
        self.waiting.extend(self.busy.values())
        self.busy.clear()
