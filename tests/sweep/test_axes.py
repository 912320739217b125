"""The axes of a sweep: how many points they make, which, and in which order."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.errors import InputError
from qcode_rl.sweep.axes import MAX_POINTS, Axes, nested, overlaid

values = st.lists(st.integers(0, 9), min_size=1, max_size=3)
tables = st.recursive(
    st.integers(0, 9),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
).filter(lambda value: isinstance(value, dict))


@st.composite
def some_axes(draw: st.DrawFn) -> Axes:
    """Axes of which no two give the same setting."""
    grid = draw(st.dictionaries(st.sampled_from(["a", "b.c"]), values, max_size=2))
    zips = []
    for names in ("de", "f"):
        if draw(st.booleans()):
            rows = draw(st.lists(st.tuples(st.integers(), st.integers()), min_size=1, max_size=3))
            zips.append(dict(zip(names, zip(*rows, strict=True), strict=False)))
    entries = st.dictionaries(st.sampled_from("ghi"), st.integers(0, 9), min_size=1)
    listed = draw(st.lists(entries, max_size=3))
    seeds = draw(st.lists(st.integers(0, 9), max_size=3))
    return Axes(grid, tuple(zips), tuple(listed), tuple(seeds))


@given(some_axes())
def test_axes_are_as_many_as_they_say(axes: Axes) -> None:
    assert len(list(axes)) == len(axes) > 0


@given(some_axes())
def test_points_are_the_product_of_the_axes(axes: Axes) -> None:
    listed = axes.listed or ({},)
    zips = [
        [
            {name: held[i] for name, held in group.items()}
            for i in range(len(next(iter(group.values()))))
        ]
        for group in axes.zips
    ]
    grid = [[{name: value} for value in held] for name, held in axes.grid.items()]
    seeds = [{"seed": seed} for seed in axes.seeds] or [{}]
    expected = [
        {name: value for part in parts for name, value in part.items()}
        for parts in itertools.product(listed, *zips, *grid, seeds)
    ]
    assert list(axes) == expected


def test_a_grid_multiplies_a_zip_goes_side_by_side_and_seeds_vary_fastest() -> None:
    axes = Axes({"d": [4, 5]}, ({"w": [6, 8], "q": [3, 4]},), (), (0, 1))
    assert list(axes) == [
        {"w": 6, "q": 3, "d": 4, "seed": 0},
        {"w": 6, "q": 3, "d": 4, "seed": 1},
        {"w": 6, "q": 3, "d": 5, "seed": 0},
        {"w": 6, "q": 3, "d": 5, "seed": 1},
        {"w": 8, "q": 4, "d": 4, "seed": 0},
        {"w": 8, "q": 4, "d": 4, "seed": 1},
        {"w": 8, "q": 4, "d": 5, "seed": 0},
        {"w": 8, "q": 4, "d": 5, "seed": 1},
    ]


def test_listed_points_may_name_different_settings() -> None:
    axes = Axes({}, (), ({"k": 4, "d": 9}, {"agent.width": 16}, {"agent": {"width": 24}}))
    assert list(axes) == [{"k": 4, "d": 9}, {"agent.width": 16}, {"agent": {"width": 24}}]


def test_without_axes_there_is_one_point() -> None:
    assert list(Axes({})) == [{}]


@given(tables, tables)
def test_overlaying_takes_what_changes_say_and_leaves_the_rest(base: dict, changes: dict) -> None:
    before = repr((base, changes))
    result = overlaid(base, changes)
    assert result.keys() == base.keys() | changes.keys()
    for name, value in result.items():
        if name not in changes:
            assert value == base[name]
        elif isinstance(changes[name], dict) and isinstance(base.get(name), dict):
            assert value == overlaid(base[name], changes[name])
        else:
            assert value == changes[name]
    assert repr((base, changes)) == before


@given(tables)
def test_overlaying_nothing_changes_nothing_and_twice_is_once(table: dict) -> None:
    assert overlaid(table, {}) == overlaid({}, table) == overlaid(table, table) == table


def test_dotted_names_become_tables() -> None:
    settings = {"distance": 9, "agent.width": 16, "agent.rounds": 2, "a.b.c": 1}
    assert nested(settings) == {
        "distance": 9,
        "agent": {"width": 16, "rounds": 2},
        "a": {"b": {"c": 1}},
    }


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"grid": {"distance": []}}, "grid.distance: must be a list of values, got []"),
        ({"grid": {"distance": 4}}, "grid.distance: must be a list of values, got 4"),
        ({"grid": {"distance": "45"}}, "grid.distance: must be a list of values, got '45'"),
        ({"grid": {"agent": {"width": [1]}}}, "grid.agent: must be a list of values, got"),
        ({"zips": ({"distance": 4},)}, "zip.distance: must be a list of values, got 4"),
        (
            {"zips": ({"max_weight": [6, 8], "max_degree": [3]},)},
            "zip: must have as many values of each setting, got max_weight 2, max_degree 1",
        ),
        (
            {"grid": {"seed": [1]}, "seeds": (0,)},
            "axes: must give each setting once, got 'seed' twice",
        ),
        (
            {"grid": {"distance": [1]}, "zips": ({"distance": [1]},)},
            "axes: must give each setting once, got 'distance' twice",
        ),
        (
            {"zips": ({"distance": [1]}, {"distance": [2]})},
            "axes: must give each setting once, got 'distance' twice",
        ),
        (
            {"grid": {"distance": [1]}, "listed": ({"logicals": 1}, {"distance": 2})},
            "axes: must give each setting once, got 'distance' twice",
        ),
        # A table, and a setting within it: whichever came first would be lost.
        (
            {"grid": {"agent.width": [16]}, "listed": ({"agent": {"width": 8}},)},
            "axes: must give each setting once, got 'agent' and 'agent.width'",
        ),
        (
            {"grid": {"distance": [4], "distance.x": [5]}},
            "axes: must give each setting once, got 'distance' and 'distance.x'",
        ),
        (
            {"listed": ({"agent": {"width": 8}, "agent.width": 8},)},
            "axes: must give each setting once, got 'agent' and 'agent.width'",
        ),
    ],
)
def test_axes_that_break_a_rule_are_refused(axes: dict, message: str) -> None:
    with pytest.raises(InputError) as refusal:
        Axes(**{"grid": {}, **axes})
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize("factors", [[MAX_POINTS + 1], [1001, 1000], [10_000] * 8])
def test_too_many_points_are_refused_without_being_made(factors: list[int]) -> None:
    grid = {f"x{i}": range(factor) for i, factor in enumerate(factors)}
    total = 1
    for factor in factors:
        total *= factor
    with pytest.raises(InputError) as refusal:
        Axes({name: list(held) for name, held in grid.items()})
    assert str(refusal.value) == f"axes: must make at most 1000000 points, got {total}"
