"""A key of a coloured graph: equal for isomorphic graphs, and seldom equal for others.

Plain refinement sees nothing in a graph whose vertices are all alike, such as that of a two-block
code. So each vertex of one class is fixed in turn, and what refinement then sees is hashed as well;
again below each, as far as that is cheap.
"""

import hashlib
from collections.abc import Iterable

import numpy as np

from qcode_rl.gf2 import Words
from qcode_rl.identity.graphs import ColourGraph

# Keys depend on these two: another value makes other keys.
#: Work units that fixing one vertex in turn may cost.
FIRST_LEVEL = 50_000_000
#: Work units for all that is fixed below the first vertex.
DEEPER_LEVELS = 1_000_000


def refinement_key(graph: ColourGraph, exchangeable: bool) -> str:
    """Return the key of a graph, hexadecimal.

    Args:
        graph: of a code's words.
        exchangeable: whether the two kinds of words may be exchanged.
    """
    roots = [graph.colours(exchanged) for exchanged in (False, True)[: 1 + exchangeable]]
    shallow = [_digest(graph, colours) for colours in roots]
    # Only what looks like the lesser of the two can be the lesser.
    chosen = (colours for colours, seen in zip(roots, shallow, strict=True) if seen == min(shallow))
    return min(_tree_digest(graph, colours, FIRST_LEVEL) for colours in chosen).hex()


def _tree_digest(graph: ColourGraph, colours: Words, allowance: int) -> bytes:
    """Hash what is seen, and what is seen with each vertex of the chosen class fixed."""
    cell = graph.cell(colours)
    if len(cell) == 0 or len(cell) * graph.refinement_work > allowance:
        return _digest(graph, colours)
    below = min(allowance, DEEPER_LEVELS) // len(cell) - graph.refinement_work
    fixed = (graph.with_fixed(colours, int(vertex)) for vertex in cell)
    return _digest(graph, colours, sorted(_tree_digest(graph, one, below) for one in fixed))


def _digest(graph: ColourGraph, colours: Words, parts: Iterable[bytes] = ()) -> bytes:
    """Hash how many columns and how many words have each colour, and digests of parts."""
    digest = hashlib.sha256()
    for seen in (colours[: graph.num_columns], colours[graph.num_columns :]):
        digest.update(len(seen).to_bytes(8, "little"))
        digest.update(np.sort(seen).astype("<u8").tobytes())
    for part in parts:
        digest.update(part)
    return digest.digest()
