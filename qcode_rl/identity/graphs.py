"""The coloured graph of words of one or two kinds, and colours refined until they settle.

A colour is a 64-bit hash of all that has been seen of a vertex's surroundings, so it means the same
in every graph: equal vertices of isomorphic graphs have equal colours, and where colours
differ, so do the vertices. (Refinement and individualization: McKay and Piperno, arXiv:1301.1493.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2 import BinaryMatrix, Words
from qcode_rl.gf2.jit import kernel


@dataclass(frozen=True, eq=False)
class ColourGraph:
    """Vertices: N columns (a qubit each, or three a qubit), then the words of each kind.

    Attributes:
        starts: `(v + 1,) int64`, where each vertex's neighbours begin and end in `links`.
        links: `(e,) int64`, the neighbours of all vertices, each edge from both ends.
        kinds: `(v,) int64`, 0 for columns, 1 and 2 for words.
        num_columns: N.
    """

    starts: NDArray[np.int64]
    links: NDArray[np.int64]
    kinds: NDArray[np.int64]
    num_columns: int

    @property
    def refinement_work(self) -> int:
        """Work units that refining all colours takes, roughly; the same for isomorphic graphs."""
        return 1000 + 8 * (len(self.links) + 4 * len(self.kinds))

    @cached_property
    def busy(self) -> NDArray[np.int64]:
        """The columns that are in some word, all if none is, `(b,) int64`."""
        in_words = self.kinds[self.links] > 0
        sources = np.repeat(np.arange(len(self.kinds)), np.diff(self.starts))[in_words]
        found: NDArray[np.int64] = np.unique(sources[sources < self.num_columns])
        return found if len(found) else np.arange(self.num_columns)

    def colours(self, exchanged: bool = False) -> Words:
        """Return the settled colours `(v,) uint64` of a graph of which nothing else is known.

        Args:
            exchanged: whether to take the words of kind 1 for those of kind 2, and the reverse.
        """
        kinds = np.where(self.kinds > 0, 3 - self.kinds, 0) if exchanged else self.kinds
        return refined(self.starts, self.links, 1 + kinds.astype(np.uint64))

    def with_fixed(self, colours: Words, vertex: int) -> Words:
        """Give a vertex a colour of its own, and return the colours when they have settled."""
        colours = colours.copy()
        colours[vertex] = ~colours[vertex]
        return refined(self.starts, self.links, colours)

    def cell(self, colours: Words) -> NDArray[np.int64]:
        """Return the columns of one colour that several have; none if all columns differ.

        It is the smallest such class of columns, of columns that are in words if there are such.
        """
        for columns in (self.busy, np.arange(self.num_columns)):
            seen = colours[columns]
            values, counts = np.unique(seen, return_counts=True)
            shared = np.flatnonzero(counts > 1)
            if len(shared):
                chosen = values[shared[counts[shared].argmin()]]
                members: NDArray[np.int64] = columns[seen == chosen]
                return members
        return np.zeros(0, dtype=np.int64)


def colour_graph(families: Sequence[BinaryMatrix], columns_per_qubit: int = 1) -> ColourGraph:
    """Return the graph of words, each joined to the columns in which it has ones.

    Args:
        families: `(m_i, N) uint8`, the words of each kind; no two of a kind are equal.
        columns_per_qubit: 1, or 3: the columns q, q + n, q + 2n of a qubit are joined as well.
    """
    num_columns = families[0].shape[1]
    n = num_columns // columns_per_qubit
    rows, ones = np.nonzero(np.concatenate(families))
    blocks = np.arange(num_columns).reshape(columns_per_qubit, n)
    pairs = [(blocks[a], blocks[b]) for a in range(columns_per_qubit) for b in range(a)]
    one_end = np.concatenate([rows + num_columns, *(a for a, _ in pairs)])
    other_end = np.concatenate([ones, *(b for _, b in pairs)])
    sources = np.concatenate([one_end, other_end])
    order = np.argsort(sources, kind="stable")
    kinds = np.repeat(np.arange(1 + len(families)), [num_columns, *map(len, families)])
    starts = np.searchsorted(sources[order], np.arange(len(kinds) + 1))
    links = np.concatenate([other_end, one_end])[order]
    return ColourGraph(starts, links, kinds, num_columns)


@kernel
def mixed(word: np.uint64) -> np.uint64:
    """Hash a 64-bit word (splitmix64)."""
    word += np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@kernel
def num_distinct(values: Words) -> int:
    """Count different nonzero words, by a table in which each looks for its place."""
    size = 4
    while size < 2 * values.shape[0]:
        size *= 2
    table = np.zeros(size, dtype=np.uint64)
    count = 0
    for value in values:
        place = np.int64(value & np.uint64(size - 1))
        while table[place] != 0 and table[place] != value:
            place = (place + 1) & (size - 1)
        if table[place] == 0:
            table[place] = value
            count += 1
    return count


@kernel
def refined(starts: NDArray[np.int64], links: NDArray[np.int64], colours: Words) -> Words:
    """Recolour vertices by their neighbours' colours until no more of them can be told apart.

    Args:
        starts: of the graph.
        links: of the graph.
        colours: `(v,) uint64`, where to begin.
    """
    num_colours = 0
    told = np.empty_like(colours)
    while True:
        count = num_distinct(colours)
        if count == num_colours:
            return colours
        num_colours = count
        for vertex in range(colours.shape[0]):
            told[vertex] = mixed(colours[vertex])
        fresh = np.empty_like(colours)
        for vertex in range(colours.shape[0]):
            # Sums do not depend on the order of the neighbours.
            heard = np.uint64(0)
            for link in range(starts[vertex], starts[vertex + 1]):
                heard += told[links[link]]
            fresh[vertex] = mixed(mixed(~told[vertex]) + heard)
        colours = fresh


def alike(colours: Words, others: Words) -> bool:
    """Say whether as many vertices have each colour in one graph as in another."""
    return np.array_equal(np.sort(colours), np.sort(others))


def keeps_edges(one: ColourGraph, other: ColourGraph, mapping: NDArray[np.int64]) -> bool:
    """Say whether a bijection `(v,) int64` of vertices takes the edges of a graph to another's."""
    size = len(one.kinds)
    if size != len(other.kinds) or len(one.links) != len(other.links):
        return False

    def codes(graph: ColourGraph, images: NDArray[np.int64]) -> NDArray[np.int64]:
        sources = np.repeat(np.arange(size), np.diff(graph.starts))
        return np.sort(images[sources] * size + images[graph.links])

    return np.array_equal(codes(one, mapping), codes(other, np.arange(size)))
