"""Where episodes start: random graphs within the limits, or sparse presentations of a seed code."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qcode_rl import gf2
from qcode_rl.codes import ClassicalCode
from qcode_rl.edits.graphs import GraphBatch, count_degrees, has_edge, toggle_edge
from qcode_rl.edits.streams import below
from qcode_rl.errors import InputError
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import BinaryMatrix, Words

_ONE = np.uint64(1)
#: Presentations of a seed use dual words up to this weight, and its own checks beyond.
_MAX_LISTED_WEIGHT = 4


@kernel
def fill_randomly(graphs: GraphBatch, i: int) -> None:
    """Add edges to graph i until every check is full or no bit has room.

    Each check, in turn, takes a random bit among those of least degree, so degrees stay even.
    """
    n, limit = graphs.num_bits[i], graphs.column_limits[i]
    rows, degrees, streams = graphs.rows[i], graphs.degrees[i], graphs.streams
    for _ in range(graphs.row_limits[i]):
        for check in range(graphs.num_checks[i]):
            if popcount(rows[check]) >= graphs.row_limits[i]:
                continue
            best, least, ties = -1, limit, 0
            for bit in range(n):
                degree = degrees[bit]
                if degree > least or degree >= limit or has_edge(rows, check, bit):
                    continue
                ties = 1 if degree < least or best < 0 else ties + 1
                least = degree
                if ties == 1 or below(streams, i, ties) == 0:
                    best = bit
            if best >= 0:
                toggle_edge(rows, degrees, check, best)


@kernel
def start_randomly(graphs: GraphBatch, i: int) -> None:
    """Replace graph i by a random one of its size within its limits."""
    graphs.rows[i, :] = 0
    graphs.degrees[i, :] = 0
    fill_randomly(graphs, i)


@kernel
def start_from(graphs: GraphBatch, i: int, presentation: Words) -> None:
    """Replace graph i by a presentation of a seed code, trimmed to the limits and padded to size.

    Bits and checks that the seed lacks come in pairs: a check joins the new bit to a random older
    one, which keeps k and does not lower the distance. Edges beyond the limits are dropped at
    random.

    Args:
        graphs: the batch.
        i: which graph.
        presentation: `(m0,) uint64` checks, m0 <= num_checks[i], m - m0 = n - n0.
    """
    m0 = presentation.shape[0]
    added = graphs.num_checks[i] - m0
    n0 = graphs.num_bits[i] - added
    graphs.rows[i, :] = 0
    for check in range(m0):
        graphs.rows[i, check] = presentation[check]
    count_degrees(graphs, i)
    for extra in range(added):
        toggle_edge(graphs.rows[i], graphs.degrees[i], m0 + extra, n0 + extra)
        toggle_edge(
            graphs.rows[i], graphs.degrees[i], m0 + extra, below(graphs.streams, i, n0 + extra)
        )
    trim_randomly(graphs, i)


@kernel
def trim_randomly(graphs: GraphBatch, i: int) -> None:
    """Drop random edges at overfull nodes until graph i keeps its limits.

    A bit's last edge is kept as long as another can go.
    """
    for check in range(graphs.num_checks[i]):
        while popcount(graphs.rows[i, check]) > graphs.row_limits[i]:
            word = graphs.rows[i, check]
            best, ties = trailing_zeros(word), 0
            while word:
                bit = trailing_zeros(word)
                word &= word - _ONE
                if graphs.degrees[i, bit] > 1:
                    ties += 1
                    if below(graphs.streams, i, ties) == 0:
                        best = bit
            toggle_edge(graphs.rows[i], graphs.degrees[i], check, best)
    for bit in range(graphs.num_bits[i]):
        while graphs.degrees[i, bit] > graphs.column_limits[i]:
            best, ties = -1, 0
            for check in range(graphs.num_checks[i]):
                if has_edge(graphs.rows[i], check, bit):
                    ties += 1
                    if below(graphs.streams, i, ties) == 0:
                        best = check
            toggle_edge(graphs.rows[i], graphs.degrees[i], best, bit)


def presentations(code: ClassicalCode, count: int, seed: int) -> NDArray[np.uint64]:
    """Return random sparse presentations of a code: generating sets of light checks.

    Checks are taken greedily in order of weight, evenly over the bits, from all dual words of
    weight at most 4 and then from the reduced checks of the code.

    Args:
        code: a code of at most 64 bits.
        count: how many presentations.
        seed: of the random choices.

    Returns:
        `(count, rank) uint64`, one packed check a word.

    Raises:
        InputError: if the code is longer than 64 bits.
    """
    if code.n > 64:
        raise InputError(f"seed code: must have at most 64 bits, got {code.n}")
    rng = np.random.default_rng(seed)
    reduced, _ = gf2.row_reduce(code.checks)
    candidates = np.vstack([light_dual_words(code, _MAX_LISTED_WEIGHT), reduced])
    result = np.zeros((count, code.rank), dtype=np.uint64)
    for index in range(count):
        chosen = _even_basis(candidates, code.rank, rng)
        result[index] = gf2.pack_rows(chosen)[:, 0] if len(chosen) else 0
    return result


def light_dual_words(code: ClassicalCode, max_weight: int) -> BinaryMatrix:
    """Return all words of weight at most `max_weight` in the span of a code's checks, `(c, n)`.

    They are the sets of columns of a generator matrix that add up to zero.
    """
    powers = np.left_shift(np.int64(1), np.arange(code.k, dtype=np.int64))
    columns = powers @ code.generator.astype(np.int64)
    found = [
        support
        for weight in range(1, max_weight + 1)
        for support in combinations(range(code.n), weight)
        if not np.bitwise_xor.reduce(columns[list(support)])
    ]
    words = np.zeros((len(found), code.n), dtype=np.uint8)
    for row, support in enumerate(found):
        words[row, list(support)] = 1
    return words


def _even_basis(candidates: BinaryMatrix, rank: int, rng: np.random.Generator) -> BinaryMatrix:
    """Pick independent candidates, light ones first, then those on bits with few checks so far."""
    weights = candidates.sum(axis=1, dtype=np.int64)
    noise = rng.random(len(candidates))
    degrees = np.zeros(candidates.shape[1], dtype=np.int64)
    chosen: list[int] = []
    for weight in np.unique(weights):
        pool = [int(i) for i in np.flatnonzero(weights == weight)]
        while pool and len(chosen) < rank:
            crowding = candidates[pool] @ degrees**2 + noise[pool]
            best = pool.pop(int(np.argmin(crowding)))
            if gf2.rank(candidates[[*chosen, best]]) == len(chosen) + 1:
                chosen.append(best)
                degrees += candidates[best]
    return candidates[chosen]
