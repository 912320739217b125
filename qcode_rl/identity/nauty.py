"""Canonical labellings by nauty (through `pynauty`, an optional dependency), as a second road.

nauty decides any pair of graphs that fits in memory, but cannot be given a budget, and what it
calls canonical may change from release to release: certificates are taken from it, keys are not.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qcode_rl.errors import InputError
from qcode_rl.gf2 import Words
from qcode_rl.identity.graphs import ColourGraph, alike, keeps_edges


def nauty_isomorphism(
    one: ColourGraph, colours: Words, other: ColourGraph, others: Words
) -> NDArray[np.int64] | None:
    """Do what `qcode_rl.identity.matching.isomorphism` does, by nauty.

    Args:
        one: a graph.
        colours: its settled colours, `(v,) uint64`.
        other: another graph.
        others: its settled colours.

    Returns:
        `(v,) int64`, where each vertex goes; `None` if there is no such bijection.

    Raises:
        InputError: if pynauty is not installed.
    """
    if not alike(colours, others):
        return None
    mapping = np.empty(len(colours), dtype=np.int64)
    mapping[_canonical_order(one, colours)] = _canonical_order(other, others)
    return mapping if keeps_edges(one, other, mapping) else None


def _canonical_order(graph: ColourGraph, colours: Words) -> NDArray[np.int64]:
    """Return the vertices in canonical order, `(v,) int64`."""
    nauty = _nauty()
    size = len(graph.kinds)
    links = np.split(graph.links, graph.starts[1:-1])
    cells = [set(np.flatnonzero(colours == colour).tolist()) for colour in np.unique(colours)]
    drawn = nauty.Graph(
        size,
        adjacency_dict={vertex: near.tolist() for vertex, near in enumerate(links)},
        vertex_coloring=cells,
    )
    return np.array(nauty.canon_label(drawn), dtype=np.int64)


def _nauty() -> Any:
    try:
        import pynauty
    except ImportError as error:
        raise InputError(
            "use_nauty: must be False where pynauty is not installed (pip install pynauty)"
        ) from error
    return pynauty
