"""Isomorphisms of coloured graphs, by individualization, refinement and backtracking.

In the first graph vertices are fixed, one after another, until all are told apart. In the second,
each of them has candidates: the vertices of the same colour. A wrong candidate shows at once, in
nearly all graphs, since the colours after it do not agree with the first graph's.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2 import Words
from qcode_rl.identity.graphs import ColourGraph, alike, keeps_edges
from qcode_rl.identity.work import Work


class Stage(NamedTuple):
    """A step on the way to telling all vertices apart.

    Attributes:
        colours: `(v,) uint64`, settled, before
        vertex: the vertex to be fixed; -1 if all are told apart.
    """

    colours: Words
    vertex: int


def isomorphism(
    one: ColourGraph, colours: Words, other: ColourGraph, others: Words, work: Work
) -> NDArray[np.int64] | None:
    """Find a bijection of vertices that keeps colours and edges.

    Args:
        one: a graph.
        colours: its settled colours, `(v,) uint64`.
        other: another graph.
        others: its settled colours.
        work: what may be spent.

    Returns:
        `(v,) int64`, where each vertex goes; `None` if there is no such bijection.

    Raises:
        OutOfWork: if the search costs more.
    """
    if not alike(colours, others):
        return None
    stages = _stages(one, colours, work)
    waiting = [(0, others, -1)]
    while waiting:
        level, seen, vertex = waiting.pop()
        if vertex >= 0:
            work.spend(2 * other.refinement_work)
            seen = other.with_fixed(seen, vertex)
            if not alike(seen, stages[level].colours):
                continue
        if stages[level].vertex < 0:
            mapping = _by_colour(stages[level].colours, seen)
            if keeps_edges(one, other, mapping):
                return mapping
            continue
        sought = stages[level].colours[stages[level].vertex]
        waiting += [(level + 1, seen, int(image)) for image in np.flatnonzero(seen == sought)[::-1]]
    return None


def _stages(graph: ColourGraph, colours: Words, work: Work) -> list[Stage]:
    """Fix vertices until all are told apart."""
    stages = []
    while len(cell := graph.cell(colours)):
        work.spend(2 * graph.refinement_work)
        stages.append(Stage(colours, int(cell[0])))
        colours = graph.with_fixed(colours, int(cell[0]))
    return [*stages, Stage(colours, -1)]


def _by_colour(colours: Words, others: Words) -> NDArray[np.int64]:
    """Return where each vertex's colour is among the other graph's."""
    mapping = np.empty(len(colours), dtype=np.int64)
    mapping[np.argsort(colours, kind="stable")] = np.argsort(others, kind="stable")
    return mapping
