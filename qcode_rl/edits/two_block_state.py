"""Batches of two-block codes under edit: tasks, and the state that moves and rewards work on."""

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.codes.groups import FiniteGroup
from qcode_rl.codes.two_block import as_support, is_connected
from qcode_rl.edits.graphs import Floats, Integers
from qcode_rl.edits.hypergraph_product import split_limits
from qcode_rl.edits.stepping import Flags
from qcode_rl.edits.two_block_bounds import LightSearch, light_search
from qcode_rl.edits.two_block_ranks import GroupTables, group_tables
from qcode_rl.errors import InputError
from qcode_rl.gf2.packing import Words


class TwoBlockTask(NamedTuple):
    """What one code is asked to become.

    Attributes:
        logicals: least number of logical qubits.
        distance: distance asked for.
        terms: elements in the supports a and b, which are the weights of the two blocks.
    """

    logicals: int
    distance: int
    terms: tuple[int, int] = (3, 3)


def check_task(task: TwoBlockTask, order: int) -> None:
    """Refuse a task that no code over a group of this order can be given.

    Raises:
        InputError: naming what is wrong.
    """
    if not 1 <= task.logicals <= 2 * order:
        raise InputError(f"logicals: must be between 1 and {2 * order}, got {task.logicals}")
    if not 1 <= task.distance <= 2 * order:
        raise InputError(f"distance: must be between 1 and {2 * order}, got {task.distance}")
    if not 1 <= min(task.terms) <= max(task.terms) <= order:
        first, second = task.terms
        raise InputError(f"terms: must be between 1 and {order}, got {first} and {second}")


def check_seed(
    group: FiniteGroup, seed: tuple[object, object], weight: int, degree: int | None
) -> tuple[Integers, Integers]:
    """Return the supports of a seed code.

    Args:
        group: of the code.
        seed: a pair of supports.
        weight: most elements in both together.
        degree: most in either of them.

    Raises:
        InputError: if they are not supports of a connected code within the limits.
    """
    if not isinstance(seed, tuple | list) or len(seed) != 2:
        raise InputError(f"seed code: must be a pair of supports, got {seed!r}")
    a, b = as_support(group, seed[0], "seed code a"), as_support(group, seed[1], "seed code b")
    if len(a) + len(b) > weight:
        raise InputError(f"seed code: must have at most {weight} terms, got {len(a) + len(b)}")
    if degree is not None and max(len(a), len(b)) > degree:
        most = max(len(a), len(b))
        raise InputError(f"seed code: must have at most {degree} terms a block, got {most}")
    if not is_connected(group, a, b):
        raise InputError(
            f"seed code: must connect all of {group.name}, got {a.tolist()} and {b.tolist()}"
        )
    return a, b


def splits_of(max_weight: int, max_degree: int | None = None) -> list[tuple[int, int]]:
    """Return all ways to share the weight of a check among two blocks, the most even ones first.

    Args:
        max_weight: w, at least 2.
        max_degree: q, largest number of X (or Z) checks on a qubit, which is the larger share;
            default: no limit. Where it leaves no room for all of w, both shares are q.

    Raises:
        InputError: if a limit is too small.

    Example:
        >>> splits_of(6), splits_of(6, 3)
        ([(3, 3), (4, 2), (2, 4), (5, 1), (1, 5)], [(3, 3)])
    """
    even = split_limits(max_weight, max_degree)
    most = max_weight if max_degree is None else max_degree
    total = sum(even)
    others = [(first, total - first) for first in range(1, total)]
    kept = [split for split in others if max(split) <= most and split != even]
    return [even, *sorted(kept, key=lambda split: (abs(split[0] - split[1]), -split[0]))]


class TwoBlockGraphs(NamedTuple):
    """State of B two-block codes over one group of order g, with at most M terms each.

    Attributes:
        terms: `(B, M) int64` elements: the terms of a, then those of b; 0 beyond.
        sizes: `(B, 2) int64` numbers of terms in a and in b.
        logicals: `(B,) int64` K, the least number of logical qubits asked for.
        targets: `(B,) int64` distance asked for.
        steps: `(B,) int64` steps taken in this episode.
        distances: `(B,) int64` least weight found of a logical operator; 0 before there has been a
            search, without logical qubits, and of codes that are not connected.
        dimensions: `(B,) int64` k.
        soft: `(B,) float64` soft distance, at most the target.
        potentials: `(B,) float64` whose differences are the reward.
        participation: `(B, 2 g) float64` share of each qubit in the light logical operators.
        streams: `(B,) uint64` random streams.
        opened: `(B, M) int64`: how many changes there had been when a term was last resampled, -1
            if it has not been.
        changes: `(B,) int64`: edits that changed the code.
        tries: `(B,) int64`: edits since the potential last grew.
        loads: `(B, M) int64`: most logical qubits that a term could give, when last resampled.
        gains: `(B, M) float64`: by how much the potential grew when a term was last edited.
        judged: `(B,) bool`: whether there has been a search since the start.
        places: `(B, g) int64`: k for each place of the term resampled last, -1 where another term
            of its block is; all 0 before.
        search: room for searches.
    """

    terms: Integers
    sizes: Integers
    logicals: Integers
    targets: Integers
    steps: Integers
    distances: Integers
    dimensions: Integers
    soft: Floats
    potentials: Floats
    participation: Floats
    streams: Words
    opened: Integers
    changes: Integers
    tries: Integers
    loads: Integers
    gains: Floats
    judged: Flags
    places: Integers
    search: LightSearch


class BlockPools(NamedTuple):
    """What episodes begin with.

    Attributes:
        tasks: `(B, 4) int64` K, target, and terms in a and in b of each code's next episode.
        seeds: `(B, M) int64` terms of each code's seed.
        seeded: `(B,) bool` whether there is one.
        seed_share: chance, in 1/1024, that an episode starts from the seed rather than at random.
    """

    tasks: Integers
    seeds: Integers
    seeded: Flags
    seed_share: int


class BlockOutcome(NamedTuple):
    """What a step reports besides observations; one entry a code.

    Attributes:
        rewards: `(B,) float64`.
        ended: `(B,) bool`, the episode is over.
        met: `(B,) bool`, it is over because the request seems met: no lighter operator was found.
        illegal: `(B,) bool`, the action was illegal and changed nothing.
        distances: `(B,) int64` least weight found after the edit (before any restart).
        final_terms: `(B, M) int64` terms after the edit (before any restart).
        final_sizes: `(B, 2) int64` numbers of terms in a and in b.
        counters: `(3,) int64`: evaluations (searches of codes not seen before, up to shifts of the
            blocks), searches, edits.
        ranks: `(1,) int64`: codes whose logical qubits alone were counted.
    """

    rewards: Floats
    ended: Flags
    met: Flags
    illegal: Flags
    distances: Integers
    final_terms: Integers
    final_sizes: Integers
    counters: Integers
    ranks: Integers


class BlockWork(NamedTuple):
    """What kernels read besides the codes.

    Attributes:
        tables: the group.
        salt: `(1,) uint64` that tells codes over this group from those over others.
        seen: hash table of codes evaluated in this run.
    """

    tables: GroupTables
    salt: Words
    seen: Words


def two_block_graphs(size: int, max_terms: int, order: int) -> TwoBlockGraphs:
    """Return an empty batch of B codes of at most M terms over groups of an order."""

    def vector() -> Integers:
        return np.zeros(size, dtype=np.int64)

    return TwoBlockGraphs(
        terms=np.zeros((size, max_terms), dtype=np.int64),
        sizes=np.zeros((size, 2), dtype=np.int64),
        logicals=vector(),
        targets=vector(),
        steps=vector(),
        distances=vector(),
        dimensions=vector(),
        soft=np.zeros(size),
        potentials=np.zeros(size),
        participation=np.zeros((size, 2 * order)),
        streams=np.zeros(size, dtype=np.uint64),
        opened=np.full((size, max_terms), -1, dtype=np.int64),
        changes=vector(),
        tries=vector(),
        loads=np.zeros((size, max_terms), dtype=np.int64),
        gains=np.zeros((size, max_terms)),
        judged=np.zeros(size, dtype=np.bool_),
        places=np.zeros((size, order), dtype=np.int64),
        search=light_search(order),
    )


def block_outcome(size: int, max_terms: int) -> BlockOutcome:
    """Return room for what a step of B codes of at most M terms reports."""

    def flags() -> NDArray[np.bool_]:
        return np.zeros(size, dtype=np.bool_)

    return BlockOutcome(
        rewards=np.zeros(size),
        ended=flags(),
        met=flags(),
        illegal=flags(),
        distances=np.zeros(size, dtype=np.int64),
        final_terms=np.zeros((size, max_terms), dtype=np.int64),
        final_sizes=np.zeros((size, 2), dtype=np.int64),
        counters=np.zeros(3, dtype=np.int64),
        ranks=np.zeros(1, dtype=np.int64),
    )


def block_tables(group: FiniteGroup) -> tuple[GroupTables, Words]:
    """Return a group's tables, and a word that differs from group to group."""
    digest = hashlib.sha256(group.table.astype("<i8").tobytes()).digest()
    return group_tables(group), np.frombuffer(digest[:8], dtype="<u8").astype(np.uint64)
