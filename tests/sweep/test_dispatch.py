"""Handing out points, driven by hand: whatever happens, no point is lost or handed out twice."""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from qcode_rl.sweep.dispatch import Dispatcher
from qcode_rl.sweep.points import Point
from qcode_rl.sweep.running import MAX_LOSSES


def points(count: int) -> list[Point]:
    return [Point(f"key {number}", f"seed={number}", {}) for number in range(count)]


class Dispatching(RuleBasedStateMachine):
    """A pool whose workers do whatever workers may do."""

    @initialize(count=st.integers(0, 6))
    def begin(self, count: int) -> None:
        self.points = points(count)
        self.dispatcher = Dispatcher.of(self.points)
        self.deaths: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()

    def worker(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.dispatcher.running)))

    @rule(worker=st.integers(0, 3))
    def a_worker_at_leisure_asks(self, worker: int) -> None:
        if worker in self.dispatcher.running:
            return
        could = bool(self.dispatcher.waiting) and not self.dispatcher.stopping
        point = self.dispatcher.next_for(worker)
        assert (point is not None) == could
        assert self.dispatcher.running.get(worker) == point

    @precondition(lambda self: self.dispatcher.running)
    @rule(data=st.data(), what=st.sampled_from(["done", "failed"]))
    def a_point_ends(self, data: st.DataObject, what: str) -> None:
        worker = self.worker(data)
        point = self.dispatcher.running[worker]
        assert self.dispatcher.report(worker, {"what": what}) == point
        assert self.dispatcher.ended[point.key] == {"what": what}
        self.ends[point.key] += 1

    @precondition(lambda self: self.dispatcher.running)
    @rule(data=st.data())
    def a_point_is_stopped_and_is_the_next(self, data: st.DataObject) -> None:
        worker = self.worker(data)
        point = self.dispatcher.report(worker, {"what": "stopped"})
        assert self.dispatcher.waiting[0] == point

    @precondition(lambda self: self.dispatcher.running)
    @rule(data=st.data())
    def somebody_else_runs_a_point(self, data: st.DataObject) -> None:
        worker = self.worker(data)
        point = self.dispatcher.report(worker, {"what": "busy"})
        assert point is not None
        assert self.dispatcher.busy[point.key] == point

    @rule()
    def what_others_run_is_tried_again(self) -> None:
        self.dispatcher.return_busy()
        assert not self.dispatcher.busy

    @precondition(lambda self: self.dispatcher.running)
    @rule(data=st.data())
    def a_worker_dies(self, data: st.DataObject) -> None:
        worker = self.worker(data)
        point = self.dispatcher.running[worker]
        self.deaths[point.key] += 1
        given_up = self.deaths[point.key] == MAX_LOSSES
        assert self.dispatcher.died(worker) == (point, given_up)
        if given_up:  # then the pool tells of it
            self.dispatcher.ended[point.key] = {"what": "failed"}
            self.ends[point.key] += 1

    @rule(worker=st.integers(0, 4))
    def a_worker_at_leisure_dies_or_talks(self, worker: int) -> None:
        if worker not in self.dispatcher.running:
            assert self.dispatcher.died(worker) is None
            assert self.dispatcher.report(worker, {"what": "done"}) is None

    @precondition(lambda self: self.dispatcher.running)
    @rule(data=st.data())
    def nothing_can_be_written(self, data: st.DataObject) -> None:
        first = not self.dispatcher.unable
        reason = f"no space for {self.worker(data)}"
        self.dispatcher.report(self.worker(data), {"what": "unable", "reason": reason})
        assert self.dispatcher.stopping
        assert self.dispatcher.unable
        assert not first or self.dispatcher.unable == reason

    @rule()
    def it_is_stopped(self) -> None:
        self.dispatcher.stop()

    @invariant()
    def every_point_is_in_one_place(self) -> None:
        dispatcher = self.dispatcher
        places = [point.key for point in dispatcher.waiting]
        places += [point.key for point in dispatcher.running.values()]
        places += [*dispatcher.busy, *dispatcher.ended]
        assert Counter(places) == Counter(point.key for point in self.points)

    @invariant()
    def no_point_ends_twice(self) -> None:
        assert all(count == 1 for count in self.ends.values())

    @invariant()
    def it_is_over_once_nothing_is_left_to_do_here(self) -> None:
        dispatcher = self.dispatcher
        assert dispatcher.over == (
            not dispatcher.running and (dispatcher.stopping or not dispatcher.waiting)
        )


TestDispatching = Dispatching.TestCase
TestDispatching.settings = settings(max_examples=150, stateful_step_count=40)


def test_points_are_handed_out_in_their_order() -> None:
    given = points(3)
    dispatcher = Dispatcher.of(given)
    assert [dispatcher.next_for(worker) for worker in range(4)] == [*given, None]


def test_a_point_is_given_up_once_three_workers_died_over_it() -> None:
    [point, other] = points(2)
    dispatcher = Dispatcher.of([point, other])
    for death in range(1, 4):
        assert dispatcher.next_for(death) == point
        assert dispatcher.died(death) == (point, death == 3)
    assert dispatcher.next_for(4) == other
    assert not dispatcher.waiting


def test_deaths_over_different_points_do_not_add_up() -> None:
    given = points(5)
    dispatcher = Dispatcher.of(given)
    for worker, point in enumerate(given):
        assert dispatcher.next_for(worker) == point
        assert dispatcher.died(worker) == (point, False)
        assert dispatcher.next_for(worker) == point
        dispatcher.report(worker, {"what": "done"})
    assert dispatcher.over
    assert len(dispatcher.ended) == 5


@pytest.mark.parametrize("reason", [{"reason": "the disk is full"}, {}])
def test_once_nothing_can_be_written_nothing_more_is_handed_out(reason: dict[str, str]) -> None:
    given = points(3)
    dispatcher = Dispatcher.of(given)
    dispatcher.next_for(0)
    dispatcher.next_for(1)
    assert dispatcher.report(0, {"what": "unable", **reason}) == given[0]
    assert dispatcher.unable == reason.get("reason", "nothing can be written")
    assert dispatcher.next_for(0) is None
    assert not dispatcher.over  # the other worker is at work
    dispatcher.report(1, {"what": "unable", "reason": "another reason, later"})
    assert dispatcher.unable == reason.get("reason", "nothing can be written")
    assert dispatcher.over
    assert sorted(point.key for point in dispatcher.waiting) == [point.key for point in given]
