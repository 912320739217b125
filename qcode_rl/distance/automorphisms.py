"""Permutations of columns that keep the rows of matrices: automorphisms of codes.

They are found on the graph of columns and rows by colour refinement: fixing one column or two of a
code with few symmetries tells all columns apart, and where the colours are the same with other
columns fixed, matching them gives a permutation (McKay and Piperno, arXiv:1301.1493). Some are
found, not all; each is checked.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2 import BinaryMatrix, Words

Permutation: TypeAlias = NDArray[np.int64]

#: With this many columns fixed and some still alike, a code is left alone: it has equal columns.
MOST_FIXED = 4

#: Most rounds of refinement; codes with large graph distances need many.
MOST_ROUNDS = 64


class ColourGraph(NamedTuple):
    """Columns and rows of matrices as vertices, with an edge for each one, and first colours.

    Attributes:
        links: `(e,) int64`, the neighbours of all vertices, each vertex being its own as well.
        starts: `(v,) int64`, where each vertex's neighbours begin in `links`.
        colours: `(v,) uint64`, of the columns first, then of the rows of each matrix.
        num_columns: how many columns.
    """

    links: NDArray[np.int64]
    starts: NDArray[np.int64]
    colours: Words
    num_columns: int

    @property
    def cost(self) -> int:
        """Work units of one round of refinement, roughly."""
        return 4000 + (len(self.links) + 4 * len(self.starts)) // 2


def colour_graph(families: Sequence[BinaryMatrix]) -> ColourGraph:
    """Return the graph of matrices `(m_i, N) uint8` that share their columns."""
    rows, columns = np.nonzero(np.concatenate(families))
    num_columns = families[0].shape[1]
    kinds = np.repeat(np.arange(1 + len(families)), [num_columns, *map(len, families)])
    loops = np.arange(len(kinds))
    sources = np.concatenate((columns, rows + num_columns, loops))
    links = np.concatenate((rows + num_columns, columns, loops))
    order = np.argsort(sources, kind="stable")
    starts = np.searchsorted(sources[order], loops)
    return ColourGraph(links[order], starts, scrambled(kinds.astype(np.uint64)), num_columns)


def scrambled(values: Words) -> Words:
    """Hash 64-bit words one by one (splitmix64)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def refined(graph: ColourGraph, colours: Words, rounds: int) -> Words:
    """Recolour all vertices by the colours of their neighbours, some rounds."""
    for _ in range(rounds):
        # Sums do not depend on the order of the neighbours.
        colours = np.add.reduceat(scrambled(colours)[graph.links], graph.starts)
    return colours


def with_fixed(graph: ColourGraph, colours: Words, column: int, rounds: int) -> Words:
    """Give a column a colour of its own and refine."""
    colours = colours.copy()
    colours[column] = ~colours[column]
    return refined(graph, colours, rounds)


def rounds_needed(graph: ColourGraph) -> int:
    """Return after how many rounds colours settle if a column is fixed."""
    colours = with_fixed(graph, graph.colours, 0, 1)
    count = 0
    for rounds in range(1, MOST_ROUNDS):
        before, count = count, len(np.unique(colours))
        if count == before:
            return rounds
        colours = refined(graph, colours, 1)
    return MOST_ROUNDS


def alike(colours: Words, num_columns: int) -> NDArray[np.int64]:
    """Return the columns of the most common colour, none if all columns differ."""
    _, inverse, counts = np.unique(colours[:num_columns], return_inverse=True, return_counts=True)
    return np.flatnonzero(inverse == counts.argmax()) if counts.max() > 1 else np.zeros(0, np.int64)


def keeps_rows(families: Sequence[BinaryMatrix], permutation: Permutation) -> bool:
    """Return whether permuting the columns only permutes the rows of each matrix."""
    for rows in families:
        before = {row.tobytes() for row in np.packbits(rows, axis=1)}
        if any(row.tobytes() not in before for row in np.packbits(rows[:, permutation], axis=1)):
            return False
    return True


def automorphisms(
    graph: ColourGraph, families: Sequence[BinaryMatrix], seed: int
) -> Iterator[tuple[int, Permutation | None]]:
    """Look for permutations of the columns that keep the rows of all matrices.

    Every column that the first fixed one might go to is tried once, in random order.

    Args:
        graph: of
        families: matrices `(m_i, N) uint8`.
        seed: of the order.

    Yields:
        The work spent since the last time, and `(N,) int64`, an automorphism other than the
        identity, or None if there is none yet.
    """
    random = np.random.default_rng(seed)
    rounds = rounds_needed(graph)
    cost = graph.cost * rounds
    stages = [refined(graph, graph.colours, rounds)]
    fixed: list[int] = []
    while len(cell := alike(stages[-1], graph.num_columns)) and len(fixed) < MOST_FIXED:
        fixed.append(int(cell[0]))
        stages.append(with_fixed(graph, stages[-1], fixed[-1], rounds))
    yield 2 * cost * len(stages), None
    if len(cell) or not fixed:
        return
    for image in random.permutation(np.flatnonzero(stages[0] == stages[0][fixed[0]])):
        colours = with_fixed(graph, stages[0], image, rounds)
        for column, stage in zip(fixed[1:], stages[1:], strict=False):
            choices = np.flatnonzero(colours == stage[column])
            if len(choices) == 0:
                break
            colours = with_fixed(graph, colours, random.choice(choices), rounds)
        permutation = matching(stages[-1][: graph.num_columns], colours[: graph.num_columns])
        good = permutation is not None and keeps_rows(families, permutation)
        yield cost * len(fixed), permutation if good else None


def matching(colours: Words, others: Words) -> Permutation | None:
    """Return where each column's colour is among others, if all are there and it is no identity."""
    order, target = np.argsort(colours), np.argsort(others)
    if not np.array_equal(colours[order], others[target]) or np.array_equal(order, target):
        return None
    permutation = np.empty(len(colours), dtype=np.int64)
    permutation[order] = target
    return permutation


def orbits_of(permutation: Permutation) -> NDArray[np.int64]:
    """Return for each column the least column of its orbit under a permutation, `(N,) int64`."""
    orbits = np.full(len(permutation), -1, dtype=np.int64)
    for first in range(len(permutation)):
        column = first
        while orbits[column] < 0:
            orbits[column] = first
            column = int(permutation[column])
    return orbits
