"""Where the nodes of a Tanner graph stand: on a grid where the code has one, else by springs."""

import math
from typing import TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from qcode_rl.codes import ClassicalCode, Code, CSSCode, HypergraphProduct
from qcode_rl.codes.base import TannerGraph
from qcode_rl.codes.bicycle import bicycle_polynomials

Node: TypeAlias = tuple[str, int]
Places: TypeAlias = dict[Node, tuple[float, float]]

#: Nodes up to which the springs are those of Kamada and Kawai, which take the cube of that in time.
_FEW = 150


def grid_places(code: Code) -> Places | None:
    """Return places on a grid: of rotated surface codes, products and bivariate bicycle codes.

    Args:
        code: any code; what counts is how its qubits and checks are numbered.

    Returns:
        A place for each node of `code.tanner_graph()`, y growing upwards; `None` without a grid.
    """
    if isinstance(code, HypergraphProduct):
        return _product_places(code)
    if isinstance(code, CSSCode):
        return _patch_places(code) or _torus_places(code)
    return None


def spring_places(graph: TannerGraph) -> Places:
    """Return places by springs along the edges, always the same for a graph."""
    if len(graph) == 0:
        return {}
    if len(graph) <= _FEW and nx.is_connected(graph):
        found = nx.kamada_kawai_layout(graph)
    else:
        found = nx.spring_layout(graph, seed=0)
    return {node: (float(x), float(y)) for node, (x, y) in found.items()}


def _patch_places(code: CSSCode) -> Places | None:
    """Place a code whose checks each lie in a cell of a square patch of qubits."""
    size = math.isqrt(code.num_qubits)
    if size < 2 or size * size != code.num_qubits:
        return None
    places: Places = {("qubit", i): (i % size, -(i // size)) for i in range(code.num_qubits)}
    for index, support in enumerate(np.vstack([code.x_checks, code.z_checks])):
        rows, columns = np.divmod(np.flatnonzero(support), size)
        if not len(rows) or max(np.ptp(rows), np.ptp(columns)) > 1:
            return None
        place = np.array([columns.mean(), -rows.mean()])
        if len(rows) == 2:
            place += _outwards(rows, columns, size)
        places["check", index] = (float(place[0]), float(place[1]))
    return places


def _outwards(rows: NDArray[np.int64], columns: NDArray[np.int64], size: int) -> list[float]:
    """Return how far a check of two qubits on the rim stands outside of the patch."""
    across = [columns == 0, columns == size - 1], [rows == 0, rows == size - 1]
    (left, right), (top, bottom) = ([side.all() for side in pair] for pair in across)
    return [0.5 * (int(right) - int(left)), 0.5 * (int(top) - int(bottom))]


def _product_places(code: HypergraphProduct) -> Places:
    """Place a product on the grid that the bits and checks of its factors span."""
    bits1, checks1 = _factor_places(code.first)
    bits2, checks2 = _factor_places(code.second)
    qubits = [*_pairs(bits1, bits2), *_pairs(checks1, checks2)]
    checks = [*_pairs(checks1, bits2), *_pairs(bits1, checks2)]
    places: Places = {("qubit", i): place for i, place in enumerate(qubits)}
    return places | {("check", i): place for i, place in enumerate(checks)}


def _pairs(downwards: list[float], across: list[float]) -> list[tuple[float, float]]:
    return [(x, -y) for y in downwards for x in across]


def _factor_places(factor: ClassicalCode) -> tuple[list[float], list[float]]:
    """Place bits and checks of a factor on a line: checks between bits of a chain, else after."""
    m, n = factor.checks.shape
    chain = _chain(factor)
    if chain is None:
        return [float(i) for i in range(n)], [n + 1.0 + i for i in range(m)]
    at = {node: 0.5 * step for step, node in enumerate(chain)}
    return [at["qubit", i] for i in range(n)], [at["check", j] for j in range(m)]


def _chain(factor: ClassicalCode) -> list[Node] | None:
    """Return bits and checks in turn if they make a path or a cycle, however they are numbered."""
    graph = factor.tanner_graph()
    degrees = dict(graph.degree)
    if len(graph) < 2 or max(degrees.values()) > 2 or not nx.is_connected(graph):
        return None
    ends = [node for node in graph if degrees[node] == 1]
    # A path is walked from an end that is a bit, if there is one.
    start = max(ends, default=("qubit", 0))
    return list(nx.dfs_preorder_nodes(graph, start))


def _torus_places(code: CSSCode) -> Places | None:
    """Place a bivariate bicycle code as arXiv:2308.07915 does, one cell of four nodes a shift."""
    found = bicycle_polynomials(code)
    if found is None:
        return None
    l, m = found[:2]  # noqa: E741
    shifts = [(float(i), float(-j)) for i in range(l) for j in range(m)]

    def cells(dx: float, dy: float) -> list[tuple[float, float]]:
        return [(x + dx, y - dy) for x, y in shifts]

    qubits, checks = [*cells(0, 0), *cells(0.5, 0.5)], [*cells(0.5, 0), *cells(0, 0.5)]
    places: Places = {("qubit", i): place for i, place in enumerate(qubits)}
    return places | {("check", i): place for i, place in enumerate(checks)}
