"""Logs of sweeps made of bytes, for tests that care in which order and pieces they are read."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from qcode_rl.archive.segments import encode_line
from qcode_rl.sweep.ledger import Ledger

Event = dict[str, Any]
#: Some points, so that events are of the same ones.
KEYS = ("a" * 64, "b" * 64, "c" * 64)

#: Few moments, so that events come at the same one; seconds that add up exactly.
times = st.integers(0, 3)
halves = st.integers(0, 8).map(lambda n: n / 2)
timed = {"time": times, "point": st.sampled_from(KEYS)}
events = st.one_of(
    st.fixed_dictionaries({"what": st.just("start"), **timed}),
    st.fixed_dictionaries(
        {"what": st.sampled_from(["beat", "stopped"]), "seconds": halves, **timed}
    ),
    st.fixed_dictionaries({"what": st.just("done"), "found": st.integers(0, 3), **timed}),
    st.fixed_dictionaries(
        {"what": st.just("failed"), "cause": st.sampled_from(["killed", "error"]), **timed}
    ),
    st.fixed_dictionaries({"what": st.just("lost"), "reason": st.sampled_from("xy"), **timed}),
    st.fixed_dictionaries({"what": st.just("worker"), "time": times}),
)
#: What other versions, or nobody, would write.
odd = st.sampled_from(
    [
        {"what": "later", "time": 1, "point": KEYS[0]},
        {"what": "done", "point": KEYS[0]},
        {"what": "done", "time": "noon", "point": KEYS[0]},
        {"what": "done", "time": 1, "point": 5},
        {"what": "beat", "time": 1, "point": KEYS[0], "seconds": "many"},
        {"what": "stopped", "time": 1, "point": KEYS[0]},
        {"what": "retry", "time": 1, "forgives": "all"},
        {"what": "retry", "time": 1, "forgives": [1, None, ["x"]]},
        {"what": "submitted", "time": 1, "jobs": {"1_0": "x", "1_1": [1, 2]}},
        {"what": "submitted", "time": 1, "jobs": 7},
        {"what": ["done"], "time": 1, "point": KEYS[0]},
        {"time": 1},
    ]
)


def identity(event: Event) -> str:
    """Return the id under which an event is known."""
    return encode_line(event)[7:39].decode()


@st.composite
def logs(draw: st.DrawFn) -> list[list[Event]]:
    """Events of several writers, with retries that forgive some of them."""
    held = draw(st.lists(st.lists(events | odd, max_size=6), min_size=1, max_size=4))
    ids = [identity(event) for log in held for event in log]
    for _ in range(draw(st.integers(0, 2)) if ids else 0):
        forgiven = draw(st.lists(st.sampled_from(ids), max_size=3))
        event = {"what": "retry", "time": draw(times), "forgives": forgiven}
        log = draw(st.sampled_from(held))
        log.insert(draw(st.integers(0, len(log))), event)
    return held


def content(log: list[Event]) -> bytes:
    """Return the bytes of a log."""
    return b"".join(map(encode_line, log))


def place(archive: Path, number: int) -> Path:
    """Return where a log is; they are read by number."""
    path = archive / "sweeps" / f"s{number % 2}" / f"{number}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def told(ledger: Ledger) -> dict[str, Any]:
    """Return all that a ledger tells of the points, and of jobs."""
    points = {
        key: (
            state.done,
            {one: state.failures[one] for one in sorted(state.failures)},
            {one: state.losses[one] for one in sorted(state.losses)},
            state.seconds,
            state.last,
            state.began,
            ledger.failure(key),
            ledger.losses(key),
            {one: sorted(ids) for one, ids in ledger.blemishes([key], ["killed"]).items()},
        )
        for key, state in sorted(ledger.points.items())
    }
    return {**points, "jobs": ledger.jobs}
