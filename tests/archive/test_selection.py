"""Pareto sets, against their definition."""

import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.archive import Listing, pareto
from qcode_rl.archive.selection import AXES, most_distance

ORIGIN = ("hgp", "2026-01-01T00:00:00Z", 1, "run")
listings = st.builds(
    lambda n, k, w, q, lower, more, key: Listing(
        f"{key:064x}",
        n,
        k,
        w,
        q,
        *((lower, lower + more) if k and lower else (None, None)),
        *ORIGIN,
    ),
    *(st.integers(1, 6), st.integers(0, 3), st.integers(1, 3), st.integers(1, 3)),
    *(st.integers(0, 4), st.sampled_from([0, 0, 0, 1, 2]), st.integers(0, 99)),
)


def span(code: Listing, axis: str) -> tuple[int, int]:
    if axis == "d":
        return code.d, most_distance(code)
    value = AXES[axis] * int(getattr(code, axis))
    return value, value


def by_definition(codes: list[Listing], axes: str) -> list[Listing]:
    """Compare each point with each other one."""
    points: dict[tuple[tuple[int, int], ...], Listing] = {}
    for code in codes:
        points.setdefault(tuple(span(code, axis) for axis in axes), code)
    return [
        code
        for point, code in points.items()
        if not any(
            other != point and all(a[0] >= b[1] for a, b in zip(other, point, strict=True))
            for other in points
        )
    ]


@given(st.lists(listings, max_size=30), st.sampled_from(["nkdw", "nkdwq", "kd", "n", "d", "nd"]))
def test_a_pareto_set_is_what_its_definition_says(codes: list[Listing], axes: str) -> None:
    assert pareto(codes, axes) == by_definition(codes, axes)


def test_a_hundred_thousand_codes_have_their_pareto_set_at_once() -> None:
    rng = np.random.default_rng(1)
    columns = [rng.integers(1, high, 100_000).tolist() for high in (3000, 200, 12, 12, 40)]
    codes = [
        Listing("k", n, k, w, q, d, d, *ORIGIN) for n, k, w, q, d in zip(*columns, strict=True)
    ]
    start = time.perf_counter()
    found = pareto(codes, "nkdwq")
    assert time.perf_counter() - start < 5  # about 0.3 where nothing else runs
    assert 10 < len(found) < 5000
    assert pareto(found, "nkdwq") == found
