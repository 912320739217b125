"""Lightest logical operators of codes with sparse checks, by depth-first search over clusters.

A lightest logical operator is connected: any of its parts that commutes with all checks could be
left out, or would itself be a lighter logical operator. So it can be grown one position at a time,
each time at a check that the part grown so far violates; if no operator of weight up to W turns up,
d > W is proved. (The search tree is that of Dumer, Kovalev and Pryadko, arXiv:1611.07164 and
arXiv:1302.1845, with stronger pruning.) Three things keep the tree small:

* siblings: once a position has been tried, its later siblings and their descendants leave it out;
* degree: a further position repairs at most as many violated checks as the largest degree;
* cover: every violated check needs a further position, which it shares with at most so many others
  as the best position on it touches.

An option is a position with what acts there: one a position for classical codes and for each Pauli
type of CSS codes, three (X, Z, Y, in blocks of n) for other stabilizer codes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import BinaryMatrix, Words

#: What `search_clusters` returns: no operator up to that weight; one was found; out of work.
NONE, FOUND, PAUSED = 0, 1, 2

#: Common multiple of the shares 1/2 to 1/8 that a position takes in repairing a check.
SHARE = 840

_FREE = 32767
#: Added to the depth at which an option is blocked because its position is taken.
_TAKEN = 4096


class ClusterGraph(NamedTuple):
    """The checks as the search reads them; N options, m distinct nonzero checks.

    Attributes:
        columns: `(N, ceil(m / 64)) uint64`, the checks that each option violates.
        members: `(m, largest weight) int32`, the options that violate each check, padded with -1.
        neighbours: `(m, ceil(m / 64)) uint64`, the other checks that share an option with each.
        observables: `(N, l) uint64`, the logical operators that each option anticommutes with;
            without columns, every nonzero operator that violates no check counts as logical.
        options: options a position, 1 or 3.
        max_degree: most checks that an option violates.
    """

    columns: Words
    members: NDArray[np.int32]
    neighbours: Words
    observables: Words
    options: int
    max_degree: int


class ClusterState(NamedTuple):
    """Where a search stands, so that it can go on after a pause.

    Attributes:
        marks: `(N,) int16`, why an option is not available, or that it is free.
        syndromes: `(depth, words) uint64`, the violated checks, by number of chosen options.
        levels: `(depth, 3) int64`, by number of chosen options: the check branched on, the next
            member of it to try, and the option chosen. Row 0 is the root level.
        control: `(1,) int64`, the number of chosen options.
    """

    marks: NDArray[np.int16]
    syndromes: Words
    levels: NDArray[np.int64]
    control: NDArray[np.int64]


@kernel
def distinct_supports(flips: BinaryMatrix) -> NDArray[np.int32]:
    """Return the supports of the nonzero rows that repeat no earlier row, padded with -1.

    Args:
        flips: `(m, N) uint8`.

    Returns:
        `(rows kept, largest weight) int32`, increasing within a row.
    """
    num_rows, num_columns = flips.shape
    supports = np.full((num_rows, num_columns), -1, dtype=np.int32)
    kept = 0
    width = 0
    for i in range(num_rows):
        weight = 0
        for j in range(num_columns):
            supports[kept, weight] = j
            weight += flips[i, j] & 1
        if weight < num_columns:
            supports[kept, weight] = -1
        new = weight > 0
        for earlier in range(kept):
            if not new:
                break
            end = 0
            while end < weight and supports[earlier, end] == supports[kept, end]:
                end += 1
            new = end < weight or (end < num_columns and supports[earlier, end] >= 0)
        if new:
            kept += 1
            width = max(width, weight)
    return supports[:kept, :width].copy()


@kernel
def cluster_graph(flips: BinaryMatrix, observables: Words, options: int) -> ClusterGraph:
    """Prepare checks for the search.

    Args:
        flips: `(m, N) uint8`, which option (column) violates which check; rows may repeat.
        observables: `(N, l) uint64`, see `ClusterGraph`.
        options: options a position, 1 or 3; N is `options` times the number of positions.
    """
    members = distinct_supports(flips)
    num_checks, num_options = members.shape[0], flips.shape[1]
    num_words = max(1, (num_checks + 63) // 64)
    columns = np.zeros((num_options, num_words), dtype=np.uint64)
    degrees = np.zeros(num_options, dtype=np.int64)
    for i in range(num_checks):
        for member in range(members.shape[1]):
            option = members[i, member]
            if option < 0:
                break
            columns[option, i >> 6] |= np.uint64(1) << np.uint64(i & 63)
            degrees[option] += 1
    neighbours = np.zeros((num_checks, num_words), dtype=np.uint64)
    for i in range(num_checks):
        for member in range(members.shape[1]):
            option = members[i, member]
            if option < 0:
                break
            for w in range(num_words):
                neighbours[i, w] |= columns[option, w]
        neighbours[i, i >> 6] &= ~(np.uint64(1) << np.uint64(i & 63))
    return ClusterGraph(columns, members, neighbours, observables, options, degrees.max())


@kernel
def cluster_state(graph: ClusterGraph, max_weight: int) -> ClusterState:
    """Return the state of a search for operators up to a weight that has not begun."""
    depth = max_weight + 2
    return ClusterState(
        np.full(graph.columns.shape[0], _FREE, dtype=np.int16),
        np.zeros((depth, graph.columns.shape[1]), dtype=np.uint64),
        np.zeros((depth, 3), dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )


# The innermost kernels take arrays, not the tuples that hold them: reading an array out of a tuple
# costs two atomic reference counts.


@kernel
def covers(
    neighbours: Words,
    members: NDArray[np.int32],
    columns: Words,
    marks: NDArray[np.int16],
    syndromes: Words,
    depth: int,
    spare: int,
) -> bool:
    """Say whether `spare` further options might between them touch all violated checks.

    Args:
        neighbours: of the graph, as `members` and `columns`.
        members: of the graph.
        columns: of the graph.
        marks: of the state.
        syndromes: of the state.
        depth: which of the syndromes is to be repaired.
        spare: how many further options there may be.
    """
    shares = SHARE * spare
    for word in range(columns.shape[1]):
        left = syndromes[depth, word]
        while left != 0:
            check = 64 * word + trailing_zeros(left)
            left &= left - np.uint64(1)
            near = np.uint64(0)
            for w in range(columns.shape[1]):
                near |= neighbours[check, w] & syndromes[depth, w]
            most = 1
            if near != 0:
                for member in range(members.shape[1]):
                    option = members[check, member]
                    if option < 0:
                        break
                    if marks[option] == _FREE:
                        touched = 0
                        for w in range(columns.shape[1]):
                            touched += popcount(columns[option, w] & syndromes[depth, w])
                        most = max(most, touched)
            shares -= SHARE // most
            if shares < 0:
                return False
    return True


@kernel
def join(columns: Words, syndromes: Words, depth: int, option: int) -> int:
    """Enter the syndrome of `depth` options with one more; return its first check, -1 if none."""
    first = -1
    for w in range(columns.shape[1]):
        syndromes[depth + 1, w] = syndromes[depth, w] ^ columns[option, w]
        if first < 0 and syndromes[depth + 1, w] != 0:
            first = 64 * w + trailing_zeros(syndromes[depth + 1, w])
    return first


@kernel
def take_position(marks: NDArray[np.int16], option: int, options: int, depth: int) -> None:
    """Block the other options on the position of the option chosen at a depth."""
    positions = marks.shape[0] // options
    for other in range(option % positions, marks.shape[0], positions):
        if marks[other] == _FREE:
            marks[other] = _TAKEN + depth


@kernel
def leave_position(marks: NDArray[np.int16], option: int, options: int, depth: int) -> None:
    """Free what `take_position` blocked."""
    positions = marks.shape[0] // options
    for other in range(option % positions, marks.shape[0], positions):
        if marks[other] == _TAKEN + depth:
            marks[other] = _FREE


@kernel
def is_nontrivial(observables: Words, levels: NDArray[np.int64], count: int) -> bool:
    """Say whether the first `count` chosen options, which violate no check, are a logical."""
    if observables.shape[1] == 0:
        return True
    for w in range(observables.shape[1]):
        value = np.uint64(0)
        for i in range(count):
            value ^= observables[levels[i, 2], w]
        if value != 0:
            return True
    return False


@kernel
def mark_root(marks: NDArray[np.int16], root: int, stride: int) -> None:
    """Leave out the options up to a root: operators with an earlier one are searched there."""
    for option in range(max(0, root - stride + 1), root + 1):
        marks[option] = 0


@kernel
def free_branch(
    members: NDArray[np.int32], marks: NDArray[np.int16], branch: int, depth: int
) -> None:
    """Free the options that were tried at a depth that is done."""
    for member in range(members.shape[1]):
        option = members[branch, member]
        if option < 0:
            break
        if marks[option] == depth:
            marks[option] = _FREE


@kernel
def search_clusters(
    graph: ClusterGraph, state: ClusterState, max_weight: int, work: int, stride: int
) -> tuple[int, int]:
    """Search for a logical operator of a weight up to `max_weight`.

    Args:
        graph: the checks.
        state: from `cluster_state(graph, max_weight)`, changed in place; another call goes on.
        max_weight: at least 1.
        work: units to spend before pausing.
        stride: 1; or with T threads, each calls this with stride T on a state of its own whose
            levels[0, 1] began as its number: together they visit all roots.

    Returns:
        `NONE` when every such operator is excluded; `FOUND` with the operator's options in
        `state.levels[: state.control[0], 2]`; `PAUSED` when the work is used up. And the work done.
    """
    columns, members, neighbours = graph.columns, graph.members, graph.neighbours
    marks, syndromes, levels = state.marks, state.syndromes, state.levels
    observables, options = graph.observables, graph.options
    depth = state.control[0]
    status, done = PAUSED, 0
    # A visited option is a unit (about 5 ns); the cover bound looks at whole checks.
    cover_work = 4 + members.shape[1] * columns.shape[1]
    while done < work and status == PAUSED:
        # The root level is a branch whose members are all options.
        branch = levels[depth, 0]
        member = levels[depth, 1]
        spare = max_weight - depth - 1
        end = members.shape[1] if depth > 0 else columns.shape[0]
        descend = False
        while member < end and not descend:
            if depth == 0:
                option = member
                member += stride
                mark_root(marks, option, stride)
            else:
                option = members[branch, member]
                if option < 0:
                    break
                member += 1
                if marks[option] != _FREE:
                    continue
                marks[option] = depth
            done += 1
            violated = 0
            for w in range(columns.shape[1]):
                violated += popcount(syndromes[depth, w] ^ columns[option, w])
            if violated > graph.max_degree * spare:
                continue
            levels[depth, 2] = option
            if violated == 0:
                if is_nontrivial(observables, levels, depth + 1):
                    status = FOUND
                    break
                continue
            levels[depth + 1, 0] = join(columns, syndromes, depth, option)
            descend = True
            if spare > 2:
                done += cover_work
                descend = covers(neighbours, members, columns, marks, syndromes, depth + 1, spare)
        levels[depth, 1] = member
        if descend or status == FOUND:
            if options > 1:
                take_position(marks, levels[depth, 2], options, depth)
            depth += 1
            levels[depth, 1] = 0
        elif depth == 0:
            status = NONE
        else:
            free_branch(members, marks, branch, depth)
            depth -= 1
            if options > 1:
                leave_position(marks, levels[depth, 2], options, depth)
    state.control[0] = depth
    return status, done
