"""Training curves: what had been found by when."""

from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qcode_rl.archive import CodeRecord, Provenance
from qcode_rl.codes.named import named_code
from qcode_rl.distance import distance_of
from qcode_rl.errors import InputError
from qcode_rl.plots.training import by_run, plot_lengths, plot_training
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import AgentOptions, RunOptions, SearchSpec


def found(name: str, evaluations: int | None, run: str = "one") -> CodeRecord:
    code: Any = named_code(name)
    origin = Provenance(run=run, evaluations=evaluations)
    return CodeRecord.of(code, distance_of(code), origin)


RECORDS = [
    found("toric-3", 900),
    found("surface-3", 0),
    found("rotated-surface-3", 100),
    found("steane", 50, "two"),
    found("bicycle-72-12", None, "three"),
]


def curves(axes: Axes) -> dict[str, list[tuple[float, float]]]:
    return {
        str(held.get_label()): list(zip(held.get_xdata(), held.get_ydata(), strict=True))
        for held in axes.lines
        if not str(held.get_label()).startswith("_")
    }


def test_curves_never_fall_and_codes_come_in_the_order_found() -> None:
    axes = plot_training({"mine": RECORDS[:3]})
    assert curves(axes) == {"mine": [(1, 9 / 13), (100, 1.0), (900, 1.0), (900, 1.0)]}
    assert (axes.get_xscale(), axes.get_xlabel()) == ("log", "reward evaluations")
    counted = plot_training({"mine": iter(RECORDS[:3])}, quantity="codes")
    assert curves(counted) == {"mine": [(1, 1), (100, 2), (900, 3), (900, 3)]}


def test_records_of_an_archive_are_sorted_by_run_and_others_left_out() -> None:
    runs = by_run([*RECORDS, found("steane", 3, "")])
    assert list(runs) == ["one", "two"]
    assert len(runs["one"]) == 3
    assert set(curves(plot_training({**runs, "none": []}))) == {"one", "two"}


def test_lengths_fall_for_each_number_of_logical_qubits() -> None:
    axes = plot_lengths(RECORDS)
    assert curves(axes) == {
        "k = 1": [(1, 13), (50, 7), (100, 7), (100, 7)],
        "k = 2": [(900, 18), (900, 18)],
    }


def test_a_quantity_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match=r"^quantity: must be one of merit, codes, got 'reward'$"):
        plot_training({}, quantity="reward")


def test_the_curve_of_a_search_ends_where_its_evaluations_end(tmp_path: Path) -> None:
    agent = AgentOptions(num_envs=16, rollout=8, batch_size=64)
    spec = SearchSpec(6, 3, 3, family="hgp", evaluations=500, agent=agent)
    result = run_search(spec, RunOptions(tmp_path))
    axes = Figure().subplots()
    assert plot_training({"search": result}, axes) is axes
    (curve,) = curves(axes).values()
    assert len(curve) == len(result.records) + 1
    assert curve[-1] == (result.evaluations, max(record.merit for record in result.records))
    assert all(
        points[-1][0] == result.evaluations for points in curves(plot_lengths(result)).values()
    )
