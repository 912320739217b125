"""Counts of logical errors: their JSON, their sums, and their way through an archive."""

import json
import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.archive import Archive, CodeRecord, Counts, CountsEvent, TaskCounts
from qcode_rl.archive.counts import MAX_DEPTH, MAX_VALUES, readable_order, total
from qcode_rl.archive.events import Source, counts_event, read_event
from qcode_rl.archive.fold import State
from qcode_rl.errors import InputError

KEY, TASK = "c" * 64, "a" * 64
EXPERIMENT = {
    "model": "circuit",
    "p": 0.003,
    "noise": {"two_qubit": 0.003, "measurement": 0.003},
    "rounds": 5,
    "decoder": "bposd",
    "settings": {"max_iter": 30, "orders": [1, None, True]},
}
COUNTS = Counts(TASK, EXPERIMENT, 1000, 7, 0, 2.5, 5, "0" * 32)


def fill(folder: Path, run: str, *counts: Counts, key: str = KEY) -> Path:
    with Archive(folder).writer(run) as writer:
        for each in counts:
            writer.add_counts(key, each)
    assert writer.path is not None
    return writer.path


def sampled(number: int, **change: Any) -> Counts:
    """Return counts of a sampling of its own."""
    return replace(COUNTS, sample=f"{number:032x}", **change)


texts = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=8)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(-1e18, 1e18), texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
experiments = st.dictionaries(texts | st.sampled_from(["model", "p", "rounds"]), values, max_size=4)
numbers = st.integers(0, 2**61)
counts_of_anything = st.builds(
    lambda task, experiment, errors, discards, rest, seconds: Counts(
        task, experiment, errors + discards + rest, errors, discards, seconds
    ),
    st.sampled_from([TASK, "b" * 64]),
    experiments,
    numbers,
    numbers,
    numbers,
    st.floats(0, 1e12),
)


def depth(value: Any) -> int:
    """Return how deep lists and objects nest."""
    if not isinstance(value, dict | list):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, inner), default=0)


@given(counts_of_anything)
def test_counts_survive_json(counts: Counts) -> None:
    if depth(counts.experiment) > MAX_DEPTH:
        return
    event = json.loads(json.dumps(counts_event(KEY, counts)))
    assert read_event("id", event, Source()) == CountsEvent("id", KEY, counts, Source())


def test_the_event_of_counts_has_the_promised_shape() -> None:
    assert counts_event(KEY, COUNTS) == {
        "type": "evidence",
        "key": KEY,
        "counts": {
            "task": TASK,
            "experiment": EXPERIMENT,
            **{"shots": 1000, "errors": 7, "discards": 0, "seconds": 2.5, "circuit_distance": 5},
            "sample": "0" * 32,
        },
    }


def test_members_of_later_versions_are_passed_over() -> None:
    assert Counts.from_json({**COUNTS.to_json(), "hits": 3}) == COUNTS


def test_each_sampling_has_a_nonce_of_its_own() -> None:
    one, two = Counts(TASK, {}, 1, 0), Counts(TASK, {}, 1, 0)
    assert one.sample != two.sample
    assert Counts.from_json(one.to_json()) == one


def nested(levels: int) -> Any:
    return {"a": nested(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"task": None}, "task: must be 64 hexadecimal digits"),
        ({"task": "A" * 64}, "task: must be 64 hexadecimal digits"),
        ({"task": "a" * 64 + "\n"}, "task: must be 64 hexadecimal digits"),
        ({"sample": "0" * 31}, "sample: must be 32 hexadecimal digits"),
        ({"sample": 7}, "sample: must be 32 hexadecimal digits"),
        ({"shots": -1}, "shots: must be a non-negative integer"),
        ({"shots": True}, "shots: must be a non-negative integer"),
        ({"shots": 1e3}, "shots: must be a non-negative integer"),
        ({"shots": 1 << 63}, "shots: must be a non-negative integer"),
        ({"errors": None}, "errors: must be a non-negative integer"),
        ({"errors": "7"}, "errors: must be a non-negative integer"),
        ({"errors": 1001}, r"errors: .* at most shots, got 1001 \+ 0 of 1000"),
        ({"discards": -1}, "discards: must be a non-negative integer"),
        ({"discards": 994}, r"errors: .* at most shots, got 7 \+ 994 of 1000"),
        ({"seconds": -0.1}, "seconds: must be a number from 0 to"),
        ({"seconds": math.inf}, "seconds: must be a number from 0 to"),
        ({"seconds": math.nan}, "seconds: must be a number from 0 to"),
        ({"seconds": 10**400}, "seconds: must be a number from 0 to"),
        ({"seconds": True}, "seconds: must be a number from 0 to"),
        ({"seconds": None}, "seconds: must be a number from 0 to"),
        ({"circuit_distance": -1}, "circuit_distance: must be a non-negative integer"),
        ({"circuit_distance": 2.5}, "circuit_distance: must be a non-negative integer"),
        ({"experiment": None}, "experiment: must be an object"),
        ({"experiment": []}, "experiment: must be an object"),
        ({"experiment": {"a\x1b[2J": 1}}, "experiment: must be printable text"),
        ({"experiment": {"a": "x" * 201}}, "experiment: must be printable text"),
        ({"experiment": {"a": ["\ud800"]}}, "experiment: must be printable text"),
        ({"experiment": {1: 2}}, "experiment: must be printable text"),
        ({"experiment": {"a": math.inf}}, "experiment: numbers must be finite"),
        ({"experiment": {"a": {"b": math.nan}}}, "experiment: numbers must be finite"),
        ({"experiment": {"a": -(10**400)}}, "experiment: numbers must be finite"),
        ({"experiment": {"a": (1, 2)}}, "experiment: must be plain JSON, has tuple"),
        ({"experiment": {"a": b"1"}}, "experiment: must be plain JSON, has bytes"),
        ({"experiment": {"a": [0] * MAX_VALUES}}, "experiment: must hold at most 1000 values"),
        ({"experiment": nested(MAX_DEPTH + 1)}, "experiment: must nest at most 6 deep"),
    ],
)
def test_counts_that_break_a_rule_are_refused_by_reader_and_writer(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Counts.from_json(COUNTS.to_json() | change)
    with pytest.raises(InputError, match=reason):
        fill(tmp_path, "run", replace(COUNTS, **change))
    assert list(tmp_path.iterdir()) == []


def test_an_experiment_may_reach_its_limits() -> None:
    for experiment in (nested(MAX_DEPTH), {"a": [0] * (MAX_VALUES - 1)}, {}):
        counts = replace(COUNTS, experiment=experiment)
        assert Counts.from_json(counts.to_json()) == counts


@pytest.mark.parametrize("value", [None, 3, [], "x"])
def test_nothing_but_an_object_is_read_as_counts(value: Any) -> None:
    with pytest.raises(ValueError, match="counts: must be an object"):
        read_event("id", {"type": "evidence", "key": KEY, "counts": value}, Source())


def test_evidence_holds_either_bounds_or_counts() -> None:
    both = counts_event(KEY, COUNTS) | {"bounds": []}
    for event in (both, {"type": "evidence", "key": KEY}):
        with pytest.raises(ValueError, match="evidence: must hold either bounds or counts"):
            read_event("id", event, Source())


@pytest.mark.parametrize("key", ["", "c" * 63, "C" * 64])
def test_counts_under_something_that_is_no_key_are_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(InputError, match="key: must be 64 hexadecimal digits"):
        fill(tmp_path, "run", COUNTS, key=key)


def test_counts_of_one_task_add_up(tmp_path: Path) -> None:
    fill(tmp_path, "one", COUNTS, sampled(1))
    fill(tmp_path, "two", sampled(2, shots=500, errors=0, discards=100, seconds=0.5))
    archive = Archive(tmp_path)
    (sums,) = archive.counts(KEY)
    assert sums == TaskCounts(TASK, EXPERIMENT, 2500, 14, 100, 5.5, 5, 3)
    assert sums.rate == 14 / 2400
    assert archive.counts_of_task(KEY, TASK) == sums
    assert archive.damage == archive.conflicts == []


def test_counts_need_no_code_in_the_archive(tmp_path: Path) -> None:
    fill(tmp_path, "run", COUNTS)
    archive = Archive(tmp_path)
    assert archive.records() == archive.damage == archive.verify() == []
    assert [counts.shots for counts in archive.counts(KEY)] == [1000]
    assert archive.counts("d" * 64) == []
    assert archive.counts_of_task(KEY, "b" * 64) is archive.counts_of_task("d" * 64, TASK) is None


def test_counts_leave_what_is_known_of_a_code_as_it_was(
    tmp_path: Path, make_record: Callable[[int], CodeRecord]
) -> None:
    record = make_record(1)
    with Archive(tmp_path).writer("run") as writer:
        writer.add(record)
    before = Archive(tmp_path)
    fill(tmp_path, "run", COUNTS, key=record.key)
    after = Archive(tmp_path)
    assert after.records() == before.records()
    assert after.evidence(record.key) == before.evidence(record.key)
    assert after.verify() == []
    assert after.counts(record.key) == [total([COUNTS])]


def test_counts_copied_between_archives_count_once(tmp_path: Path) -> None:
    paths = [fill(tmp_path / name, "run", COUNTS, sampled(int(name))) for name in "12"]
    merged = tmp_path / "merged" / "segments"
    for copy in range(2):
        for path in paths:
            target = merged / f"run{copy}"
            target.mkdir(parents=True, exist_ok=True)
            (target / path.name).write_bytes(path.read_bytes())
    (sums,) = Archive(tmp_path / "merged").counts(KEY)
    assert (sums.shots, sums.errors, sums.samplings) == (3000, 21, 3)


def test_another_experiment_of_the_same_task_is_damage_and_never_added(tmp_path: Path) -> None:
    other = sampled(9, experiment={**EXPERIMENT, "p": 0.5}, shots=77)
    path = fill(tmp_path, "run", COUNTS, other)
    archive = Archive(tmp_path)
    ids = [json.loads(line)["id"] for line in path.read_text().splitlines()]
    kept = (COUNTS, other)[ids.index(min(ids))]
    assert archive.counts(KEY) == [total([kept])]
    (damage,) = archive.damage
    assert (damage.path, damage.line) == (path, 1 + ids.index(max(ids)))
    assert damage.reason == (
        f"counts of task {TASK[:12]}: its experiment is not that of event {min(ids)}"
    )


def test_sums_are_sorted_so_as_to_be_read(tmp_path: Path) -> None:
    told = [
        {"model": "circuit", "p": 0.001, "rounds": 9},
        {"model": "circuit", "p": 0.01, "rounds": 3},
        {"model": "circuit", "p": 0.01, "rounds": 10},
        {"model": "data", "p": 0},
        {"model": "data", "p": "unknown"},
        {"model": "data", "p": [1]},
        {},
    ]
    counts = [sampled(i, task=f"{i:064x}", experiment=each) for i, each in enumerate(told)]
    random.Random(1).shuffle(counts)
    fill(tmp_path, "run", *counts)
    assert [each.experiment for each in Archive(tmp_path).counts(KEY)] == told


def test_a_rate_needs_shots_that_were_kept() -> None:
    assert total([replace(COUNTS, shots=0, errors=0)]).rate is None
    assert total([replace(COUNTS, shots=3, errors=0, discards=3)]).rate is None


def test_counts_are_values() -> None:
    assert len({COUNTS, replace(COUNTS), sampled(1)}) == 2
    assert total([COUNTS]) in {total([COUNTS])}
    assert TaskCounts(**total([COUNTS]).to_json()) == total([COUNTS])


@given(st.lists(counts_of_anything, min_size=1, max_size=6), st.randoms())
def test_sums_do_not_depend_on_the_order(counts: list[Counts], random: Any) -> None:
    same = [replace(each, task=TASK, experiment={}) for each in counts]
    shuffled = list(same)
    random.shuffle(shuffled)
    assert total(shuffled) == total(same)
    assert total(same).shots == sum(each.shots for each in counts)


@given(st.lists(counts_of_anything, max_size=6))
def test_every_event_is_counted_or_damage(counts: list[Counts]) -> None:
    events = [CountsEvent(str(i), KEY, each, Source()) for i, each in enumerate(counts)]
    sums, damage = State(events).counts(KEY)
    assert sum(each.samplings for each in sums) + len(damage) == len(events)
    assert len(sums) == len({each.task for each in counts})
    assert [readable_order(each) for each in sums] == sorted(map(readable_order, sums))


def test_a_cut_or_flipped_segment_never_gives_other_counts(tmp_path: Path) -> None:
    path = fill(tmp_path, "run", *(sampled(i, shots=1 << i, errors=0) for i in range(4)))
    whole = path.read_bytes()
    source = random.Random(4)
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[source.randrange(len(whole))] ^= source.randrange(1, 256)
        path.write_bytes(damaged[: source.choice([None, source.randrange(len(whole))])])
        archive = Archive(tmp_path)
        # Shots are powers of two: the sum tells which events were counted, each at most once.
        shots = sum(each.shots for each in archive.counts(KEY))
        assert shots == sum(1 << i for i in range(4) if shots >> i & 1)
        assert shots < 16
        assert bytes(damaged) == whole or archive.damage or archive.torn or shots == 15


def test_of_bounds_on_the_circuit_distance_the_least_counts() -> None:
    bounds = (None, 6, 5, None)
    held = [sampled(i, circuit_distance=bound) for i, bound in enumerate(bounds)]
    assert total(held).circuit_distance == 5
    assert total(held[:1]).circuit_distance is None
