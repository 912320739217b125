"""Points: one a spec, and the plan that spares making them for a status."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.errors import InputError
from qcode_rl.search.files import spec_from
from qcode_rl.sweep import points as points_module
from qcode_rl.sweep.files import Sweep, read_sweep
from qcode_rl.sweep.points import Point, planned, points_of, write_plan

SPEC = "[spec]\nmax_weight = 6\ndistance = 4\n"


def swept(folder: Path, text: str) -> Sweep:
    path = folder / "some.toml"
    path.write_text(text)
    return read_sweep(path)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    return folder


def plan_of(sweep: Sweep, archive: Path) -> Path:
    return archive / "sweeps" / sweep.name / "plan.json"


@pytest.fixture
def unmade(monkeypatch: pytest.MonkeyPatch) -> list[Sweep]:
    """Sweeps whose points were made, rather than read from a plan."""
    made: list[Sweep] = []
    make = points_module.points_of

    def noting(sweep: Sweep) -> list[Point]:
        made.append(sweep)
        return make(sweep)

    monkeypatch.setattr(points_module, "points_of", noting)
    return made


def named(points: list[Point]) -> list[tuple[str, str]]:
    return [(point.key, point.label) for point in points]


def test_a_point_has_the_key_of_its_spec_and_says_what_sets_it_apart(tmp_path: Path) -> None:
    text = "seeds = [0, 5]\n" + SPEC + '[grid]\n"agent.width" = [16]\nlogicals = [1]\n'
    points = points_of(swept(tmp_path, text))
    assert [point.label for point in points] == [
        "width=16 logicals=1 seed=0",
        "width=16 logicals=1 seed=5",
    ]
    assert points[1].values == {
        "max_weight": 6,
        "distance": 4,
        "agent": {"width": 16},
        "logicals": 1,
        "seed": 5,
    }
    assert [point.key for point in points] == [spec_from(p.values).key for p in points]


def test_a_sweep_of_one_has_the_base_spec(tmp_path: Path) -> None:
    [point] = points_of(swept(tmp_path, SPEC))
    assert point.label == "the base spec"
    assert point.key == spec_from({"max_weight": 6, "distance": 4}).key


def test_axes_win_over_the_base_spec_setting_by_setting(tmp_path: Path) -> None:
    text = SPEC + 'agent = {width = 8, rounds = 1}\n[grid]\n"agent.width" = [16]\ndistance = [5]\n'
    [point] = points_of(swept(tmp_path, text))
    assert point.values["distance"] == 5
    assert point.values["agent"] == {"width": 16, "rounds": 1}


@pytest.mark.parametrize(
    ("axes", "labels"),
    [
        ("[grid]\ndistance = [4, 5, 4]\n", ["distance=4", "distance=5"]),
        # What is the default anyway makes no other spec, and neither do 1 and 1.0.
        ("[[list]]\nlogicals = 1\n[[list]]\nlogicals = 1\nseed = 0\n", ["logicals=1"]),
        ('[grid]\n"agent.discount" = [1, 1.0]\n', ["discount=1"]),
    ],
)
def test_specs_that_are_the_same_are_one_point(
    tmp_path: Path, axes: str, labels: list[str]
) -> None:
    assert [point.label for point in points_of(swept(tmp_path, SPEC + axes))] == labels


@given(st.lists(st.integers(0, 3), min_size=1), st.lists(st.integers(3, 5), min_size=1))
def test_each_spec_comes_once_in_the_order_of_the_axes(
    tmp_path_factory: pytest.TempPathFactory, seeds: list[int], distances: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("axes")
    points = points_of(swept(folder, f"seeds = {seeds}\n{SPEC}[grid]\ndistance = {distances}\n"))
    expected = dict.fromkeys((d, s) for d in distances for s in seeds)
    assert [(p.values["distance"], p.values["seed"]) for p in points] == list(expected)
    assert len({point.key for point in points}) == len(points)


def test_a_plan_is_written_once_and_used_from_then_on(
    tmp_path: Path, archive: Path, unmade: list[Sweep]
) -> None:
    sweep = swept(tmp_path, "seeds = 3\n" + SPEC)
    points = planned(sweep, archive)
    assert len(unmade) == 1
    assert [p.name for p in plan_of(sweep, archive).parent.iterdir()] == ["plan.json"]
    again = planned(sweep, archive)
    assert named(again) == named(points)
    assert all(point.values == {} for point in again)
    assert len(unmade) == 1


def test_a_plan_of_another_file_is_made_anew(
    tmp_path: Path, archive: Path, unmade: list[Sweep], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(swept(tmp_path, "seeds = 3\n" + SPEC), archive)
    sweep = swept(tmp_path, "seeds = 4\n" + SPEC)
    assert len(planned(sweep, archive)) == 4
    assert len(planned(sweep, archive)) == 4
    assert len(unmade) == 2
    # So is one of another version: the same file then gives other keys.
    monkeypatch.setattr(points_module, "SPEC_VERSION", -1)
    planned(sweep, archive)
    assert len(unmade) == 3


hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["digest", "points", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    "plan",
    [
        b"",
        b"\xff\xfe",
        b"{" * 100_000,
        b"[" * 100_000,
        b"null",
        b"[]",
        b"{}",
        b'{"digest": 5, "points": []}',
        b'{"points": []}',
    ],
)
def test_a_plan_that_is_none_is_passed_over_and_replaced(
    tmp_path: Path, archive: Path, plan: bytes
) -> None:
    sweep = swept(tmp_path, SPEC)
    path = plan_of(sweep, archive)
    path.parent.mkdir(parents=True)
    path.write_bytes(plan)
    assert named(planned(sweep, archive)) == named(points_of(sweep))
    assert len(json.loads(path.read_bytes())["points"]) == 1


@given(hostile)
def test_points_of_a_plan_that_are_none_are_made_anew(
    tmp_path_factory: pytest.TempPathFactory, told: Any
) -> None:
    folder = tmp_path_factory.mktemp("plan")
    sweep = swept(folder, SPEC)
    write_plan(sweep, folder, [])
    path = plan_of(sweep, folder)
    digest = json.loads(path.read_bytes())["digest"]
    path.write_text(json.dumps({"digest": digest, "points": told}))
    for point in planned(sweep, folder):
        assert isinstance(point.key, str)
        assert isinstance(point.label, str)


def test_a_plan_that_is_a_folder_does_no_harm(tmp_path: Path, archive: Path) -> None:
    sweep = swept(tmp_path, SPEC)
    plan_of(sweep, archive).mkdir(parents=True)
    assert named(planned(sweep, archive)) == named(points_of(sweep))
    with pytest.raises(InputError) as refused:
        write_plan(sweep, archive, [])
    path = str(plan_of(sweep, archive))
    assert str(refused.value) == f"archive: cannot write {path!r}: Is a directory"
    assert [p.name for p in plan_of(sweep, archive).parent.iterdir()] == ["plan.json"]


def test_planning_makes_no_archive(tmp_path: Path) -> None:
    sweep, archive = swept(tmp_path, SPEC), tmp_path / "none"
    assert len(planned(sweep, archive)) == 1
    assert not archive.exists()
    with pytest.raises(InputError, match=r"cannot write .*: no such folder"):
        write_plan(sweep, archive, [])


def test_reading_a_plan_needs_neither_numba_nor_torch(tmp_path: Path, archive: Path) -> None:
    sweep = swept(tmp_path, "seeds = 3\n" + SPEC)
    planned(sweep, archive)
    script = f"""
import sys
from pathlib import Path
from qcode_rl.sweep.files import read_sweep
from qcode_rl.sweep.ledger import Ledger
from qcode_rl.sweep.points import planned
from qcode_rl.sweep.status import status_of
archive = Path({str(archive)!r})
points = planned(read_sweep(Path({str(sweep.path)!r})), archive)
print(status_of(points, Ledger(archive).refresh()).points)
print(sorted({{"numba", "torch", "numpy", "gymnasium", "stim"}} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.split("\n", 1) == ["3", "[]\n"], done.stderr
