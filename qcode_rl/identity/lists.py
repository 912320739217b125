"""All light words of a space with sparse checks, by the cluster search, which leaves none out.

The search of `qcode_rl.distance.clusters` stops at the first operator that violates no check. Taken
up again behind each, it visits every operator up to a weight that is not two such operators side by
side.
"""

import numpy as np
from numpy.typing import NDArray

from qcode_rl.distance.clusters import (
    FOUND,
    ClusterGraph,
    ClusterState,
    cluster_graph,
    cluster_state,
    is_nontrivial,
    leave_position,
    search_clusters,
)
from qcode_rl.distance.sectors import Sector, word_from_options
from qcode_rl.gf2 import BinaryMatrix, Words, unpack_rows
from qcode_rl.gf2.jit import kernel
from qcode_rl.identity.walks import MOST_WORDS
from qcode_rl.identity.work import OutOfWork, Work


@kernel
def list_clusters(
    graph: ClusterGraph,
    state: ClusterState,
    sector: Sector,
    max_weight: int,
    work: int,
    found: Words,
) -> tuple[int, int, int, int]:
    """Fill a list with the stabilizers that the cluster search meets.

    Args:
        graph: the checks, without observables.
        state: of a search up to `max_weight` that has not begun.
        sector: what the checks are of; its `observables` tell logical operators.
        max_weight: at least 1.
        work: units to spend.
        found: `(room, w) uint64`, receives the words.

    Returns:
        How the search ended, `FOUND` if the list was too short; how many words it has; the least
        weight of a logical operator met, 0 if none was; and the work done.
    """
    filled, lightest, done = 0, 0, 0
    while True:
        status, units = search_clusters(graph, state, max_weight, work - done, 1)
        done += units
        if status != FOUND:
            return status, filled, lightest, done
        depth = state.control[0]
        observables = sector.observables
        if observables.shape[1] > 0 and is_nontrivial(observables, state.levels, depth):
            lightest = depth if lightest == 0 else min(lightest, depth)
        elif filled == found.shape[0]:
            return status, filled, lightest, done
        else:
            found[filled] = word_from_options(sector, state.levels[:depth, 2].copy())
            filled += 1
        # Back to before the last option, which stays excluded: the search goes on behind it.
        if graph.options > 1:
            leave_position(state.marks, state.levels[depth - 1, 2], graph.options, depth - 1)
        state.control[0] = depth - 1


def light_by_clusters(sector: Sector, max_weight: int, work: Work) -> Words:
    """List the stabilizers up to a weight that are not two stabilizers side by side.

    Args:
        sector: a CSS code's of one type or another stabilizer code's; the sparser its `flips`, the
            better.
        max_weight: in qubits, at least 1.
        work: what may be spent.

    Returns:
        `(L, w) uint64` words of the sector's columns; all those and perhaps some others.

    Raises:
        OutOfWork: if the search costs more, or there are too many.
    """
    words, lightest = _listed(sector, sector.flips, max_weight, work)
    if lightest == 0 or 2 * lightest > max_weight:
        return words
    # Two logical operators side by side can be a stabilizer, and the search went behind neither.
    # With logical operators among the checks it does; they come last, since they are not sparse.
    logicals = unpack_rows(sector.observables, 64 * sector.observables.shape[1]).T
    flips = np.ascontiguousarray(np.vstack([sector.flips, logicals]))
    words, _ = _listed(sector, flips, max_weight, work)
    return words


def _listed(sector: Sector, flips: BinaryMatrix, max_weight: int, work: Work) -> tuple[Words, int]:
    """Return the stabilizers met and the least weight of a logical operator met, 0 if none was."""
    nothing: NDArray[np.uint64] = np.zeros((flips.shape[1], 0), dtype=np.uint64)
    graph = cluster_graph(flips, nothing, sector.options)
    state = cluster_state(graph, max_weight)
    found = np.empty((MOST_WORDS, sector.basis.shape[1]), dtype=np.uint64)
    # The search counts a step as if few checks were violated.
    unit = 1 + int(graph.max_degree) // 4
    status, filled, lightest, done = list_clusters(
        graph, state, sector, max_weight, work.left // unit, found
    )
    work.spend(unit * done)
    if status != 0:
        raise OutOfWork
    return found[:filled].copy(), int(lightest)
