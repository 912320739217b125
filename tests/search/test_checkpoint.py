"""Checkpoints: what a resumed run comes to, and which files are refused."""

import itertools
import json
import os
import re
import shutil
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

from qcode_rl.archive import Archive
from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.edits.hypergraph_product import ProductBatch
from qcode_rl.errors import InputError
from qcode_rl.search import runner, sealed
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.batches import Batches
from qcode_rl.search.checkpoint import Checkpoint
from qcode_rl.search.interrupts import sigterm_interrupts
from qcode_rl.search.keeper import CheckpointKeeper, checkpoint_path
from qcode_rl.search.learner import LearnerState
from qcode_rl.search.runner import Progress, SearchResult, run_search
from qcode_rl.search.sealed import read_sealed, write_sealed
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions, RunOptions, SearchSpec
from qcode_rl.search.walk import SizeWalk

AGENT = AgentOptions(
    width=8, rounds=1, num_envs=16, rollout=16, batch_size=128, epochs=1, episode=40
)
#: Met many times, at several sizes, within a second.
SPEC = SearchSpec(6, 4, 3, family="hgp", agent=AGENT, evaluations=1500)
#: Met once (by a repetition code); then lengths fail, and some are exhausted.
MOSTLY_FAILING = replace(SPEC, max_weight=4, max_degree=2)
SPECS = [SPEC, MOSTLY_FAILING]

Hook = Callable[[Progress], None]


def search(
    spec: SearchSpec, folder: Path, hook: Hook = lambda progress: None, **options: Any
) -> SearchResult:
    options = {"device": "cpu", **options}
    return run_search(spec, RunOptions(folder, **options), hook)


def checkpoint(spec: SearchSpec, folder: Path) -> Checkpoint:
    return Checkpoint.read(checkpoint_path(folder, spec), spec)


def interrupt_at(step: int, how: Callable[[], None]) -> Hook:
    """Return a hook that interrupts the run after so many batched steps."""
    steps = itertools.count(1)

    def hook(progress: Progress) -> None:
        if next(steps) == step:
            how()

    return hook


def press_ctrl_c() -> None:
    raise KeyboardInterrupt


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


class Whole:
    """An uninterrupted run, and what it came to."""

    def __init__(self, spec: SearchSpec, folder: Path) -> None:
        self.spec = spec
        self.result = search(spec, folder)
        self.checkpoint = checkpoint(spec, folder)
        self.steps = self.checkpoint.steps // AGENT.num_envs

    def must_be_matched(self, result: SearchResult, folder: Path) -> None:
        """Compare everything that a run comes to."""
        ends = [summary(self.result), summary(result)]
        assert ends[0] == ends[1]
        one, other = self.checkpoint, checkpoint(self.spec, folder)
        for name in ("spec", "slices", "steps", "spent", "lanes", "rows", "surroundings"):
            assert getattr(one, name) == getattr(other, name), name
        assert [found.key for found in one.records] == [found.key for found in other.records]
        must_be_equal(one.learner.weights, other.learner.weights)
        must_be_equal(one.learner.moments, other.learner.moments)
        assert one.tallies.keys() == other.tallies.keys()
        for size, tally in one.tallies.items():
            # Where a hash stands in the table depends on when the table grew: it is a set.
            must_be_equal(
                *({n: np.sort(a) for n, a in t.items()} for t in (tally, other.tallies[size]))
            )


def summary(result: SearchResult) -> dict[str, Any]:
    found = [
        (record.key, record.label, str(record.distance), record.provenance.evaluations)
        for record in result.records
    ]
    return {
        "found": found,
        "evaluations": result.evaluations,
        "complete": result.complete,
        "interrupted": result.interrupted,
        "pareto": [record.key for record in result.pareto],
    }


def must_be_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert array.dtype == other[name].dtype
        assert np.array_equal(array, other[name]), name


@pytest.fixture(scope="module")
def wholes(tmp_path_factory: pytest.TempPathFactory) -> list[Whole]:
    return [Whole(spec, tmp_path_factory.mktemp("whole")) for spec in SPECS]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a checkpoint of SPEC; not to be changed."""
    folder = tmp_path_factory.mktemp("held")
    search(SPEC, folder)
    return folder


@pytest.fixture
def copy(held: Path, tmp_path: Path) -> Path:
    """A file with a good checkpoint of SPEC."""
    path = checkpoint_path(tmp_path, SPEC)
    path.parent.mkdir()
    path.write_bytes(checkpoint_path(held, SPEC).read_bytes())
    return path


@settings(max_examples=10)
@given(data=st.data())
def test_a_resumed_run_ends_as_the_uninterrupted_one(
    wholes: list[Whole], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from(wholes))
    stops = data.draw(st.lists(st.integers(1, whole.steps), min_size=1, max_size=3))
    how = data.draw(st.sampled_from([press_ctrl_c, terminate]))
    # Zero: a checkpoint at every boundary; otherwise only when the run ends.
    seconds = data.draw(st.sampled_from([0.0, 60.0]))
    folder = tmp_path_factory.mktemp("resumed")
    for stop in stops:
        torch.manual_seed(stop)  # whatever else the process does in between
        hook = interrupt_at(stop, how)
        search(whole.spec, folder, hook, resume=True, checkpoint_seconds=seconds)
    result = search(whole.spec, folder, resume=True)
    whole.must_be_matched(result, folder)
    keys = {record.key for record in result.records}
    assert {record.key for record in Archive(folder).records()} == keys


@pytest.mark.parametrize("how", [press_ctrl_c, terminate])
def test_interruptions_early_in_the_middle_and_at_the_last_step(
    wholes: list[Whole], tmp_path: Path, how: Callable[[], None]
) -> None:
    whole = wholes[0]
    for stop in (1, whole.steps // 2, whole.steps):
        folder = tmp_path / str(stop)
        first = search(whole.spec, folder, interrupt_at(stop, how))
        assert first.interrupted
        assert not first.complete
        assert first.evaluations <= whole.result.evaluations
        whole.must_be_matched(search(whole.spec, folder, resume=True), folder)


def test_runs_that_decoders_judge_resume_as_well_with_any_number_of_workers(
    tmp_path: Path,
) -> None:
    judging = LogicalErrorOptions(shots=5, every=15)
    spec = replace(SPEC, reward="logical-error", logical_error=judging, evaluations=600)
    whole = Whole(spec, tmp_path / "whole")
    shaped = Whole(replace(SPEC, evaluations=600), tmp_path / "shaped")
    weights = [one.checkpoint.learner.weights for one in (whole, shaped)]
    assert any(not np.array_equal(weights[0][name], weights[1][name]) for name in weights[0])
    folder = tmp_path / "resumed"
    for workers, stop in ((1, whole.steps // 3), (0, whole.steps // 3)):
        hook = interrupt_at(stop, press_ctrl_c)
        assert search(spec, folder, hook, resume=True, judge_workers=workers).interrupted
    result = search(spec, folder, resume=True, judge_workers=1)
    assert result.resumed_at is not None
    whole.must_be_matched(result, folder)


def test_runs_that_forget_resume_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "Batches", partial(Batches, kept=2, remember=300))
    monkeypatch.setitem(ProductBatch.__init__.__kwdefaults__, "remember", 4 * AGENT.num_envs)
    whole = Whole(SPEC, tmp_path / "whole")
    tallies = whole.checkpoint.tallies.values()
    # A batch has forgotten part of what it saw, and one that all of them held too much.
    assert any(0 < tally["forgotten"][0] < tally["counters"][0] for tally in tallies)
    assert any(tally["forgotten"][0] == tally["counters"][0] for tally in tallies)
    assert sum(len(tally["seen"]) for tally in tallies) <= 300
    for stop in (whole.steps // 3, 2 * whole.steps // 3):
        folder = tmp_path / "resumed"
        search(SPEC, folder, interrupt_at(stop, press_ctrl_c), resume=True, checkpoint_seconds=0.0)
    whole.must_be_matched(search(SPEC, folder, resume=True), folder)


def test_what_an_interrupted_slice_found_is_reported_and_archived_once(
    wholes: list[Whole], tmp_path: Path
) -> None:
    whole = wholes[0]

    def stop_in_a_slice_that_found(progress: Progress) -> None:
        found = progress.records
        # What circulants gave was found before the step; this is of the step itself.
        if len(found) >= 3 and found[-1].provenance.evaluations == progress.evaluations:
            raise KeyboardInterrupt

    first = search(SPEC, tmp_path, stop_in_a_slice_that_found)
    assert first.interrupted
    # The slice that found it had not ended, so the checkpoint does not know of it yet.
    before = [record.key for record in checkpoint(SPEC, tmp_path).records]
    assert 2 <= len(before) < len(first.records)
    assert before == [record.key for record in first.records][: len(before)]
    result = search(SPEC, tmp_path, resume=True)
    whole.must_be_matched(result, tmp_path)
    archive = Archive(tmp_path)
    assert {record.key for record in archive.records()} == {r.key for r in result.records}
    assert {len(archive.found(record.key)) for record in first.records} == {1}
    assert archive.verify() == []
    assert archive.damage == []


def test_a_finished_run_is_reported_again_at_once(wholes: list[Whole], tmp_path: Path) -> None:
    search(SPEC, tmp_path)
    before = checkpoint_path(tmp_path, SPEC).read_bytes()

    def never(progress: Progress) -> None:
        raise AssertionError("the search went on")

    result = search(SPEC, tmp_path, never, resume=True)
    assert result.resumed_at == result.evaluations
    wholes[0].must_be_matched(result, tmp_path)
    assert checkpoint_path(tmp_path, SPEC).read_bytes() == before


def test_a_walk_that_is_finished_stays_so(tmp_path: Path) -> None:
    spec = SearchSpec(4, 3, family="hgp", seed_code="repetition-3", agent=AGENT)
    for resume in (False, True):
        result = search(spec, tmp_path, seconds=60.0, resume=resume)
        assert result.complete
        assert [record.label for record in result.pareto] == ["[[13,1,3]](4,2)"]


def test_what_the_clock_cuts_short_can_be_given_more_time(
    wholes: list[Whole], tmp_path: Path
) -> None:
    whole = wholes[0]
    stop = 2 * whole.steps // 3

    def dawdle(progress: Progress) -> None:
        # The clock runs out within this very step.
        if progress.steps == stop * AGENT.num_envs:
            threading.Event().wait(max(0.0, (progress.seconds_left or 0.0) + 0.01))

    first = search(whole.spec, tmp_path, dawdle, seconds=1.0)
    assert not first.interrupted
    assert first.evaluations < whole.result.evaluations
    whole.must_be_matched(search(whole.spec, tmp_path, seconds=600.0, resume=True), tmp_path)


def test_progress_goes_on_from_where_it_was(wholes: list[Whole], tmp_path: Path) -> None:
    whole = wholes[0]
    search(SPEC, tmp_path, interrupt_at(whole.steps // 2, press_ctrl_c))
    before = checkpoint(SPEC, tmp_path)
    told: list[tuple[int, int, int]] = []
    notes: list[str] = []

    def note(progress: Progress) -> None:
        assert progress.steps_before == before.steps
        assert progress.records_before == len(before.records)
        told.append((progress.evaluations, progress.steps, len(progress.records)))

    options = RunOptions(tmp_path, device="cpu", resume=True)
    result = run_search(SPEC, options, note, on_note=notes.append)
    assert told == sorted(told)
    assert told[0][0] >= before.evaluations
    assert told[0][1] - before.steps in (0, AGENT.num_envs)  # a look, or a step
    assert told[-1][1] == whole.checkpoint.steps
    assert result.resumed_at == before.evaluations
    count = len(before.records)
    assert notes == [f"resumed at {before.evaluations:,} evaluations with {count} codes found"]


def test_without_a_checkpoint_the_run_begins_and_says_so(
    wholes: list[Whole], tmp_path: Path
) -> None:
    notes: list[str] = []
    options = RunOptions(tmp_path, device="cpu", resume=True)
    result = run_search(SPEC, options, on_note=notes.append)
    assert result.resumed_at is None
    assert notes == [
        f"no checkpoint of this search in {tmp_path / 'checkpoints'}: starting from the beginning"
    ]
    wholes[0].must_be_matched(result, tmp_path)


def test_a_new_run_leaves_the_checkpoint_until_it_has_one_of_its_own(copy: Path) -> None:
    before, slices = copy.read_bytes(), Checkpoint.read(copy, SPEC).slices
    folder = copy.parent.parent
    search(SPEC, folder, interrupt_at(1, press_ctrl_c))
    assert copy.read_bytes() == before
    search(SPEC, folder, interrupt_at(50, press_ctrl_c))
    assert checkpoint(SPEC, folder).slices < slices


@pytest.mark.parametrize(("seconds", "expected"), [(0.0, True), (3600.0, False)])
def test_checkpoints_are_written_when_their_time_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, expected: bool
) -> None:
    # How long the last one took is another reason to wait.
    monkeypatch.setattr("qcode_rl.search.keeper._PAUSE", 0.0)
    path = checkpoint_path(tmp_path, SPEC)
    known: set[int] = set()

    def look(progress: Progress) -> None:
        if path.exists():
            known.add(Checkpoint.read(path, SPEC).slices)

    search(SPEC, tmp_path, look, checkpoint_seconds=seconds)
    last = checkpoint(SPEC, tmp_path).slices
    assert known == (set(range(1, last)) if expected else set())


def test_a_run_that_breaks_off_leaves_its_last_boundary(
    wholes: list[Whole], tmp_path: Path
) -> None:
    def break_off() -> None:
        raise RuntimeError("no more memory")

    whole = wholes[0]
    with pytest.raises(RuntimeError, match="no more memory"):
        search(SPEC, tmp_path, interrupt_at(whole.steps // 2, break_off))
    whole.must_be_matched(search(SPEC, tmp_path, resume=True), tmp_path)


def test_a_disk_that_is_full_ends_no_search(
    wholes: list[Whole], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed, "save_file", fail)
    notes: list[str] = []
    result = run_search(SPEC, RunOptions(tmp_path, device="cpu"), on_note=notes.append)
    assert summary(result) == summary(wholes[0].result)
    path = checkpoint_path(tmp_path, SPEC)
    assert notes == [f"checkpoint: cannot write {str(path)!r}: No space left on device"]


def test_an_interruption_while_saving_still_leaves_a_checkpoint(
    wholes: list[Whole], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = iter([press_ctrl_c])
    replace_file = os.replace

    def interrupted(*names: Any) -> None:
        next(once, lambda: None)()
        replace_file(*names)

    monkeypatch.setattr(os, "replace", interrupted)
    first = search(SPEC, tmp_path)
    assert first.interrupted
    wholes[0].must_be_matched(search(SPEC, tmp_path, resume=True), tmp_path)


def test_a_crash_before_the_renaming_leaves_the_old_file(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copy.read_bytes()
    good = Checkpoint.read(copy, SPEC)

    def crash(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(InputError, match=r"^checkpoint: cannot write .*: Input/output error$"):
        replace(good, slices=99).write(copy)
    assert copy.read_bytes() == before
    assert list(copy.parent.iterdir()) == [copy]


def test_files_are_synced_before_they_are_renamed(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    fsync, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda f: (calls.append("fsync"), fsync(f))[1])
    monkeypatch.setattr(os, "replace", lambda *n: (calls.append("rename"), rename(*n))[1])
    Checkpoint.read(copy, SPEC).write(copy)
    # The file, then its name.
    assert calls == ["fsync", "rename", "fsync"]


def test_a_checkpoint_is_shared_as_its_folder_is(copy: Path) -> None:
    for mode, expected in ((0o750, 0o640), (0o2775, 0o664), (0o700, 0o600)):
        copy.parent.chmod(mode)
        Checkpoint.read(copy, SPEC).write(copy)
        assert copy.stat().st_mode & 0o777 == expected


def test_a_checkpoint_survives_writing_and_reading(wholes: list[Whole], tmp_path: Path) -> None:
    for number, whole in enumerate(wholes):
        whole.checkpoint.write(tmp_path / f"{number}.safetensors")
        again = Checkpoint.read(tmp_path / f"{number}.safetensors", whole.spec)
        assert replace(again, learner=LearnerState(), tallies={}) == replace(
            whole.checkpoint, learner=LearnerState(), tallies={}
        )
        must_be_equal(again.learner.weights, whole.checkpoint.learner.weights)
        must_be_equal(again.learner.moments, whole.checkpoint.learner.moments)


def test_nothing_in_a_checkpoint_is_pickled(held: Path) -> None:
    with safe_open(checkpoint_path(held, SPEC), framework="np") as file:
        metadata = file.metadata()
        assert sorted(metadata) == ["sha256", "value", "version"]
        json.loads(metadata["value"])
        kinds = {file.get_tensor(name).dtype.kind for name in file.keys()}  # noqa: SIM118
    assert kinds <= {"f", "i", "u"}
    assert {path.suffix for path in held.rglob("*") if path.is_file()} == {
        ".jsonl",
        ".safetensors",
    }


OTHERS = {
    "another seed": (replace(SPEC, seed=5), "seed is 0 there and 5 here"),
    "other evaluations": (
        replace(SPEC, evaluations=None),
        "evaluations is 1500 there and not given here",
    ),
    "another agent": (
        replace(SPEC, agent=replace(AGENT, width=16)),
        "agent.width is 8 there and 16 here",
    ),
    "two differences": (
        replace(SPEC, distance=5, logicals=4),
        "distance is 4 there and 5 here, logicals is not given there and 4 here",
    ),
}


@pytest.mark.parametrize(("spec", "difference"), OTHERS.values(), ids=OTHERS.keys())
def test_a_checkpoint_of_another_spec_is_refused_with_the_difference(
    copy: Path, spec: SearchSpec, difference: str
) -> None:
    there = checkpoint_path(copy.parent.parent, spec)
    copy.rename(there)
    message = f"checkpoint: {str(there)!r}: is of another search: {difference}"
    assert refusal(there, spec) == message


def test_the_name_of_a_seed_code_is_no_difference(tmp_path: Path) -> None:
    named = replace(SPEC, seed_code="repetition-4", evaluations=100)
    result = search(named, tmp_path)
    spec = replace(named, seed_code=None)
    assert spec.key == named.key
    again = search(spec, tmp_path, resume=True)
    assert (again.evaluations, again.resumed_at) == (result.evaluations, result.evaluations)


def refusal(path: Path, spec: SearchSpec = SPEC) -> str:
    """Return the one line with which a run refuses to resume; it leaves everything as it was."""
    archive = path.parent.parent
    before = [(file, file.is_file() and file.read_bytes()) for file in sorted(archive.rglob("*"))]

    def never(progress: Progress) -> None:
        raise AssertionError("the search began")

    with pytest.raises(InputError) as caught:
        search(spec, archive, never, resume=True)
    after = [(file, file.is_file() and file.read_bytes()) for file in sorted(archive.rglob("*"))]
    assert before == after
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    return message


@pytest.mark.parametrize(
    ("member", "value", "difference"),
    [
        ("qcode_rl", "0.0.7", "version of qcode-rl is 0.0.7 there and 0.1.0 here"),
        ("spec_version", 0, "version of specs is 0 there and"),
        ("spec_version", None, "version of specs is not given there and"),
        ("qcode_rl", "\x1b[31m", 'version of qcode-rl is "\\u001b[31m" there and'),
    ],
)
def test_a_checkpoint_of_another_version_is_refused_with_the_difference(
    copy: Path, member: str, value: Any, difference: str
) -> None:
    state, arrays = read_sealed(copy)
    write_sealed(copy, state | {member: value}, arrays)
    message = refusal(copy)
    assert message.startswith(f"checkpoint: {str(copy)!r}: ")
    assert difference in message


def test_a_file_in_another_format_is_refused_with_the_difference(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr(sealed, "VERSION", 7)
        write_sealed(copy, *({}, {"weights/a": np.zeros(1)}))
    assert refusal(copy).endswith("its format is version 7, and version 1 is read here")


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut in the header": lambda content: content[:100],
    "cut in the middle": lambda content: content[: len(content) // 2],
    "one byte short": lambda content: content[:-1],
    "one byte long": lambda content: content + b"\0",
    "a bit of an array": lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
    "a digit of the state": lambda content: re.sub(rb"(steps..: [1-9]\d*)\d", rb"\g<1>x", content),
    "text": lambda content: b"not a checkpoint\n" * 100,
    "a pickle": lambda content: b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00" + content[:200],
    "a huge header": lambda content: b"\xff" * 8 + content[8:],
    "zeros": lambda content: bytes(1000),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_file_is_refused_in_one_line(copy: Path, kind: str) -> None:
    content = DAMAGE[kind](copy.read_bytes())
    assert content != copy.read_bytes()
    copy.write_bytes(content)
    assert refusal(copy).startswith(f"checkpoint: {str(copy)!r}: ")


def test_other_files_are_no_checkpoints(copy: Path) -> None:
    save_file({"a": np.zeros(3)}, copy)
    assert refusal(copy).endswith("is not a sealed file of qcode-rl")
    copy.unlink()
    copy.symlink_to("/no/such/file")
    assert refusal(copy).startswith(f"checkpoint: {str(copy)!r}: ")
    copy.unlink()
    copy.mkdir()
    assert refusal(copy).startswith(f"checkpoint: {str(copy)!r}: ")


CONTENT: dict[str, tuple[str, Any, str]] = {
    "no slices": ("slices", 0, "slices: must be a whole number from 1 to"),
    "a boolean": ("steps", True, "steps: must be a whole number from 0 to"),
    "no sizes": ("spent", {}, "spent: must be of type list"),
    "a size alone": ("spent", [[[9, 1]]], "spent: must be a list of pairs"),
    "negative": ("spent", [[["hgp", 9, 1], -1]], "spent: must be a whole number from 0 to"),
    "no rows": ("rows", None, "rows: must be of type list"),
    "an odd row": ("rows", [{"dimension": 1}], "rows: each must have the members of a row"),
    "an odd family": ("spent", [[["hg", 9, 1], 1]], "spent: must name one of hgp, css"),
    "a size without a family": ("spent", [[[9, 1], 1]], "spent: must name one of hgp, css"),
    "no size at all": ("spent", [[[], 1]], "spent: must name one of hgp, css"),
    "no lanes": ("lanes", None, "lanes: must be of type list"),
    "half a lane": ("lanes", [["hgp", [1]]], "lanes: must have two numbers each"),
    "slices of no lane": ("lanes", [["hgp", [0, 0]]], "lanes: must add up to the slices"),
    "no records": ("records", "", "records: must be of type list"),
    "no events": ("records", [[]], "records: number 0 must be a code that meets the request"),
    "an odd event": ("records", [[{"type": "code"}]], "key: must be 64 hexadecimal digits"),
    "no surroundings": ("surroundings", [], "surroundings: must be of type dict"),
    "no spec": ("spec", 6, "spec: must be of type dict"),
}


@pytest.mark.parametrize(("member", "value", "rule"), CONTENT.values(), ids=CONTENT.keys())
def test_content_that_no_run_writes_is_refused(
    copy: Path, member: str, value: Any, rule: str
) -> None:
    state, arrays = read_sealed(copy)
    write_sealed(copy, state | {member: value}, arrays)
    message = refusal(copy)
    assert message.startswith(f"checkpoint: {str(copy)!r}: ")
    assert rule in message


@pytest.mark.parametrize(
    ("member", "value", "rule"),
    [
        ("dimension", 2, "rows: no two may have the same dimension"),
        ("checks", ["01", "12"], "checks: must be rows of"),
        ("length", 66, "length: must be a whole number from 1 to 65"),
        ("best", 0.5, "best: must be a whole number from 1 to 64"),
        ("failures", [["9", 1]], "failures: must be a whole number from 1 to 65"),
        ("slices", None, "slices: must be a whole number from 0 to"),
        ("family", "all", "family: must name one of hgp, css"),
        ("longest", 65, "longest: must be a whole number from 1 to 64"),
        ("closed", [66], "closed: must be a whole number from 1 to 65"),
        ("vain", [[9, -1]], "vain: must be a whole number from 0 to"),
    ],
)
def test_rows_that_no_walk_makes_are_refused(
    copy: Path, member: str, value: Any, rule: str
) -> None:
    state, arrays = read_sealed(copy)
    state["rows"][0][member] = value
    write_sealed(copy, state, arrays)
    assert rule in refusal(copy)


def test_codes_that_do_not_meet_the_request_are_refused(copy: Path) -> None:
    state, arrays = read_sealed(copy)
    del state["records"][0][0]  # the evidence: no distance is proved then
    write_sealed(copy, state, arrays)
    assert "records: number 0 must be a code that meets the request" in refusal(copy)


def shapes(arrays: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    first = next(n for n in arrays if n.startswith(f"{name}/") and arrays[n].size > 1)
    rest = {n: a for n, a in arrays.items() if n != first}
    return {
        "longer": arrays | {first: np.concatenate([arrays[first], arrays[first]])},
        "missing": rest,
        "renamed": rest | {f"{name}/unheard.of": arrays[first]},
        "of another rank": arrays | {first: arrays[first].reshape(1, 1, 1, -1)},
    }


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        *(("weights", kind) for kind in ("longer", "missing", "renamed", "of another rank")),
        # Not "missing": a parameter that has not been used has no moments.
        *(("moments", kind) for kind in ("longer", "renamed", "of another rank")),
    ],
)
def test_arrays_of_another_shape_are_refused(copy: Path, part: str, kind: str) -> None:
    write_sealed(copy, *unfinished(copy, lambda arrays: shapes(arrays, part)[kind]))
    with pytest.raises(InputError) as caught:
        search(SPEC, copy.parent.parent, resume=True)
    message = str(caught.value)
    assert message.startswith(f"checkpoint: {str(copy)!r}: {part}: ")
    assert re.search(r"'\S+' must have shape (\(.*\)|none), got (\(.*\)|none)$", message)
    # The refused file is still what it was.
    assert read_sealed(copy)[0]["slices"] == 1


def test_a_tally_that_fits_no_environment_is_refused(copy: Path) -> None:
    def shorten(arrays: dict[str, Any]) -> dict[str, Any]:
        return {n: a[1:] if n.endswith("/seen") else a for n, a in arrays.items()}

    write_sealed(copy, *unfinished(copy, shorten))
    with pytest.raises(InputError, match=r"^checkpoint: '.*': tally: seen must hold \d+ hashes"):
        search(SPEC, copy.parent.parent, resume=True)


def unfinished(
    path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the content of a checkpoint, changed, as if its evaluations were not spent."""
    state, arrays = read_sealed(path)
    spent = [[size, 1] for size, _ in state["spent"]]
    # All sizes are looked at again.
    rows = [row | {"best": None, "checks": []} for row in state["rows"]]
    lanes = [["hgp", [1, 0]]]
    return state | {"slices": 1, "lanes": lanes, "spent": spent, "rows": rows}, change(arrays)


def test_a_checkpoint_without_weights_is_refused(copy: Path) -> None:
    state, arrays = read_sealed(copy)
    write_sealed(copy, state, {n: a for n, a in arrays.items() if not n.startswith("weights")})
    assert "weights: must be there" in refusal(copy)


def environment() -> CodeVecEnv:
    return CodeVecEnv(ENVIRONMENTS["hgp"], 16, bits=9, dimension=2, distance=4, max_weight=6)


def play(env: CodeVecEnv, seed: int, steps: int) -> list[int]:
    """Take random legal actions and return the evaluations after each step."""
    rng = np.random.default_rng(seed)
    env.seed(seed)
    env.reset()
    told = []
    for _ in range(steps):
        masks = env.env_method("action_masks")
        env.step_async(np.array([rng.choice(np.flatnonzero(mask)) for mask in masks]))
        env.step_wait()
        told.append(int(env.infos["evaluations"][0]))
    return told


def test_an_environment_that_takes_up_a_tally_goes_on_counting_as_the_other() -> None:
    one, other = environment(), environment()
    play(one, 1, 40)
    tally = one.tally()
    other.restore_tally({name: array.copy() for name, array in tally.items()})
    # The tally is a copy: what comes later does not change it.
    kept = {name: array.copy() for name, array in tally.items()}
    assert play(one, 2, 40) == play(other, 2, 40)
    must_be_equal(tally, kept)
    must_be_equal(*({n: np.sort(a) for n, a in env.tally().items()} for env in (one, other)))


def test_a_large_tally_gets_a_table_of_the_same_size() -> None:
    env, other = environment(), environment()
    hashes = np.arange(1, 400_001, 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    counters = np.array([len(hashes), 300_000, 5])
    env.restore_tally({"seen": hashes, "counters": counters, "forgotten": np.zeros(1, np.int64)})
    assert env.native.batch.evaluations == 200_000
    assert len(env.native.batch.seen) > 2 * 200_000
    must_be_equal({"seen": np.sort(env.tally()["seen"])}, {"seen": np.sort(hashes)})
    other.restore_tally(env.tally())
    assert len(other.native.batch.seen) == len(env.native.batch.seen)


#: Of seven evaluations, the hashes of two are still there.
TALLY = {
    "seen": np.array([5, 6], dtype=np.uint64),
    "counters": np.array([7, 9, 8]),
    "forgotten": np.array([5]),
}
TALLIES: dict[str, tuple[str, Any, str]] = {
    "a zero": ("seen", np.array([0, 1], dtype=np.uint64), "hashes other than 0"),
    "signed": ("seen", np.array([1, 2]), "vector of uint64"),
    "a matrix": ("seen", np.ones((2, 2), dtype=np.uint64), "vector of uint64"),
    "miscounted": ("seen", np.ones(3, dtype=np.uint64), "hold 2 hashes, got 3"),
    "negative": ("counters", np.array([7, 9, -8]), "a vector of 3 int64 from 0 on"),
    "two counters": ("counters", np.array([7, 9]), "a vector of 3 int64 from 0 on"),
    "forgotten less than nothing": ("forgotten", np.array([-5]), "a vector of 1 int64 from 0 on"),
    "forgotten twice": ("forgotten", np.array([5, 5]), "a vector of 1 int64 from 0 on"),
    "half forgotten": ("forgotten", np.array([5.0]), "a vector of 1 int64 from 0 on"),
    "forgotten too many": ("forgotten", np.array([6]), "hold 1 hashes, got 2"),
    "forgotten more than all": ("forgotten", np.array([8]), "hold -1 hashes, got 2"),
}


@pytest.mark.parametrize(("name", "array", "rule"), TALLIES.values(), ids=TALLIES.keys())
def test_tallies_that_no_batch_makes_are_refused(name: str, array: Any, rule: str) -> None:
    env = environment()
    env.restore_tally(TALLY)
    with pytest.raises(InputError, match=f"^tally: .* must .*{rule}"):
        env.restore_tally(TALLY | {name: array})
    for missing in TALLY:
        with pytest.raises(InputError, match=r"^tally: "):
            env.restore_tally({n: a for n, a in TALLY.items() if n != missing})
    # What was refused left no trace.
    assert env.native.batch.evaluations == 7


@given(st.lists(st.sampled_from(["found", "failed", "exhausted"]), max_size=40), st.integers(0, 40))
def test_a_walk_goes_on_from_its_state(course: list[str], cut: int) -> None:
    walk, other = (SizeWalk(5, 1, only_one=False) for _ in range(2))
    for number, outcome in enumerate(course):
        if number == cut:
            other.restore(walk.state())
        for one in [walk, other] if number >= cut else [walk]:
            row = one.next_row()
            if row is None:
                break
            row.slices += 1
            if outcome == "found":
                row.succeed(row.length)
            else:
                row.fail(outcome == "exhausted")
    if cut < len(course):
        assert walk.state() == other.state()
        assert walk.next_row() == other.next_row()


def test_another_device_or_library_is_told(copy: Path) -> None:
    state, arrays = read_sealed(copy)
    write_sealed(copy, state | {"surroundings": {"torch": "0.4", "device": "cuda"}}, arrays)
    notes: list[str] = []
    keeper = CheckpointKeeper(copy, 60.0, notes.append)
    assert keeper.read(SPEC, {"torch": "0.4", "device": "cpu"}) is not None
    assert notes[1:] == ["device was cuda and is cpu: the end may differ from one run's"]


def test_sigterm_interrupts_once_and_only_within_the_block() -> None:
    before = signal.getsignal(signal.SIGTERM)
    heard = []
    try:
        signal.signal(signal.SIGTERM, lambda *_: heard.append("mine"))
        with sigterm_interrupts():
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
            # What is saved afterwards must not be interrupted by an impatient scheduler.
            signal.raise_signal(signal.SIGTERM)
        assert heard == []
        signal.raise_signal(signal.SIGTERM)
        assert heard == ["mine"]
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with sigterm_interrupts():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_search_in_another_thread_leaves_signals_alone(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen: list[Any] = []
    results: list[SearchResult] = []

    def hook(progress: Progress) -> None:
        seen.append(signal.getsignal(signal.SIGTERM))

    spec = replace(SPEC, evaluations=100)
    thread = threading.Thread(target=lambda: results.append(search(spec, tmp_path, hook)))
    thread.start()
    thread.join()
    assert results[0].evaluations >= 100
    assert set(seen) == {before}


@pytest.mark.parametrize("alone", [False, True])
def test_a_resumed_run_archives_again_what_the_archive_has_lost(
    tmp_path: Path, alone: bool
) -> None:
    whole = search(SPEC, tmp_path / "whole", alone=alone)
    folder = tmp_path / "lost"
    steps = checkpoint(SPEC, tmp_path / "whole").steps // AGENT.num_envs
    stop = interrupt_at(steps // 2, press_ctrl_c)
    first = search(SPEC, folder, stop, alone=alone)
    before = {record.key for record in Archive(folder).records()}
    assert before
    assert first.interrupted
    shutil.rmtree(folder / "segments")
    assert search(SPEC, folder, resume=True, alone=alone).evaluations == whole.evaluations
    assert _held(folder) == _held(tmp_path / "whole")
    # What is held is not written a second time.
    lines = _lines(folder)
    search(SPEC, folder, resume=True, alone=alone)
    assert _lines(folder) == lines


def _held(folder: Path) -> set[tuple[str, int | None]]:
    return {(record.key, record.provenance.evaluations) for record in Archive(folder).records()}


def _lines(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("segments/*/*.jsonl"))
