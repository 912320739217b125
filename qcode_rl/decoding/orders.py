"""Named schedules: zig-zag, bivariate bicycle, edge colouring, layers for checks of mixed type.

`qcode_rl.decoding.order_search` looks for a better one where none of these is made for a code.
"""

import networkx as nx
import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.bicycle import bicycle_polynomials
from qcode_rl.codes.surfaces import MAX_DISTANCE, rotated_surface
from qcode_rl.decoding.schedules import (
    NEVER,
    Schedule,
    entangled_pairs,
    one_after_another,
    schedule_of_times,
    symplectic_checks,
)
from qcode_rl.errors import InputError
from qcode_rl.gf2 import BinaryMatrix

#: Order in which a check of each type meets its four neighbours, (down, right) of its corner: the
#: last two of an X check lie side by side, across the X logicals, and so for Z.
_ZIGZAG = {"X": ((0, 0), (0, 1), (1, 0), (1, 1)), "Z": ((0, 0), (1, 0), (0, 1), (1, 1))}
#: Which term X and Z checks follow at each of seven steps: A1..A3 are 0..2 and B1..B3 are 3..5
#: (Table 5 of arXiv:2308.07915, which fixes all but the labels of the terms).
_BICYCLE_X = (None, 1, 4, 3, 5, 0, 2)
_BICYCLE_Z = (0, 2, 3, 4, 5, 1, None)
#: Colourings tried for a schedule with the fewest steps, where layers must be found.
_TRIES = 8


def zigzag(code: CSSCode) -> Schedule:
    """Return the schedule of a rotated surface code that hook errors do not harm.

    X and Z checks go together, in four steps, in orders that leave hook errors across the logical
    operators of their type (Tomita and Svore, arXiv:1404.3747).

    Args:
        code: a rotated surface code with qubits numbered as in `named_code("rotated-surface-D")`,
            rows in any order; X and Z may be exchanged.

    Raises:
        InputError: for any other code.
    """
    d = _side(code)
    if d is None:
        raise InputError(f"schedule: zigzag is for rotated surface codes, got {code!r}")
    swapped = not _same_rows(code.x_checks, rotated_surface(d).x_checks)
    times = np.full((len(code.x_checks) + len(code.z_checks), d * d), NEVER, dtype=np.int64)
    for check, support in enumerate(np.vstack([code.x_checks, code.z_checks])):
        is_x = (check < len(code.x_checks)) != swapped
        rows, columns = np.divmod(np.flatnonzero(support), d)
        top, left = _corner(rows), _corner(columns)
        order = _ZIGZAG["X" if is_x else "Z"]
        for row, column in zip(rows, columns, strict=True):
            times[check, row * d + column] = order.index((int(row - top), int(column - left)))
    return schedule_of_times("zigzag", times)


def bicycle(code: CSSCode) -> Schedule:
    """Return the depth-7 schedule of a bivariate bicycle code, of arXiv:2308.07915.

    Args:
        code: as `qcode_rl.codes.bicycle.bivariate_bicycle` numbers it, with weight-6 checks.

    Raises:
        InputError: for any other code.
    """
    held = bicycle_polynomials(code)
    if held is None or {len(held[2]), len(held[3])} != {3}:
        raise InputError(f"schedule: bicycle is for bivariate bicycle codes, got {code!r}")
    rows_of_torus, columns_of_torus, a, b = held
    size = rows_of_torus * columns_of_torus
    rows = np.arange(size)
    steps = []
    for x_term, z_term in zip(_BICYCLE_X, _BICYCLE_Z, strict=True):
        step: list[tuple[int, int]] = []
        for kind, term in enumerate((x_term, z_term)):
            if term is None:
                continue
            i, j = (a, b)[term // 3][term % 3]
            sign = 1 - 2 * kind
            down, right = divmod(rows, columns_of_torus)
            down, right = (down + sign * i) % rows_of_torus, (right + sign * j) % columns_of_torus
            columns = down * columns_of_torus + right
            # X checks find A to the left, Z checks find the transpose of A to the right.
            columns += size * ((term >= 3) != bool(kind))
            step += zip((rows + kind * size).tolist(), columns.tolist(), strict=True)
        steps.append(tuple(step))
    return Schedule("bicycle", tuple(steps))


def coloring(code: CSSCode | StabilizerCode, rng: np.random.Generator | None = None) -> Schedule:
    """Return a generic schedule: edge colourings of the Tanner graph, as few steps as can be.

    Args:
        code: a CSS code: its X checks, then its Z checks, each in as many steps as the largest
            weight or degree. Any other: as for `layers`.
        rng: shuffles the order; default: as it comes.
    """
    if isinstance(code, StabilizerCode):
        return layers(code, rng)
    parts = []
    for matrix, first in ((code.x_checks, 0), (code.z_checks, len(code.x_checks))):
        times = _color_edges(matrix, rng)
        padded = np.full((first + len(matrix), code.num_qubits), NEVER, dtype=np.int64)
        padded[first:] = times
        parts.append(schedule_of_times("", padded))
    return one_after_another("coloring", parts)


def layers(code: CSSCode | StabilizerCode, rng: np.random.Generator | None = None) -> Schedule:
    """Return a schedule for checks of any kind: layers within which no two get entangled.

    Args:
        code: any code.
        rng: shuffles the order; default: the shortest of a few orders.
    """
    checks = symplectic_checks(code)
    if rng is not None:
        return _in_layers(checks, rng)
    tries = (_in_layers(checks, np.random.default_rng(seed)) for seed in range(_TRIES))
    return min(tries, key=lambda schedule: schedule.num_steps)


def _in_layers(checks: BinaryMatrix, rng: np.random.Generator) -> Schedule:
    """Colour the edges, then put checks that would get entangled into different layers."""
    n = checks.shape[1] // 2
    times = _color_edges(checks[:, :n] | checks[:, n:], rng)
    conflicts: nx.Graph[int] = nx.Graph()
    conflicts.add_nodes_from(range(len(checks)))
    conflicts.add_edges_from(entangled_pairs(checks, times))
    layer_of = nx.greedy_color(conflicts, strategy="largest_first")
    parts = []
    for layer in range(max(layer_of.values(), default=-1) + 1):
        own = np.array([layer_of[check] == layer for check in range(len(checks))])
        parts.append(schedule_of_times("", np.where(own[:, np.newaxis], times, NEVER)))
    return one_after_another("layers", parts)


def _color_edges(matrix: BinaryMatrix, rng: np.random.Generator | None) -> NDArray[np.int64]:
    """Colour the edges of a Tanner graph `(r, n)` with as many colours as its largest degree.

    Returns:
        `(r, n)` colours, `NEVER` where there is no edge. With a generator, edges are presented in
        random order and colours are shuffled.
    """
    rows, columns = np.nonzero(matrix)
    times = np.full(matrix.shape, NEVER, dtype=np.int64)
    if not len(rows):
        return times
    order = np.arange(len(rows)) if rng is None else rng.permutation(len(rows))
    graph: rx.PyGraph[None, None] = rx.PyGraph()
    graph.add_nodes_from([None] * sum(matrix.shape))
    ends = zip(rows[order].tolist(), (len(matrix) + columns[order]).tolist(), strict=True)
    graph.add_edges_from_no_data(list(ends))
    colors = rx.graph_bipartite_edge_color(graph)
    found = np.array([colors[edge] for edge in range(len(rows))])
    if rng is not None:
        found = rng.permutation(found.max() + 1)[found]
    times[rows[order], columns[order]] = found
    return times


def _side(code: CSSCode) -> int | None:
    """Return d if a code is the rotated surface code of that distance, else `None`."""
    d = round(code.num_qubits**0.5)
    if d * d != code.num_qubits or not 2 <= d <= MAX_DISTANCE or not isinstance(code, CSSCode):
        return None
    model = rotated_surface(d)
    pairs = ((code.x_checks, code.z_checks), (code.z_checks, code.x_checks))
    same = (_same_rows(x, model.x_checks) and _same_rows(z, model.z_checks) for x, z in pairs)
    return d if any(same) else None


def _same_rows(one: BinaryMatrix, other: BinaryMatrix) -> bool:
    return sorted(map(bytes, one)) == sorted(map(bytes, other))


def _corner(places: NDArray[np.int64]) -> int:
    """Return the first row (or column) of a check's cell, -1 if that lies outside of the grid."""
    return int(places.min()) if places.any() else -1
