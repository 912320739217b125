"""The light operators of a code, or of a code without some of its checks, sorted by class.

Without its checks in a set O, a code on n qubits has |O| more logical qubits. Which logical
operator an operator without syndrome is, up to the checks that are left, follows from what it
anticommutes with among the logical operators, the checks in O and their destabilizers: its class,
with class 0 for sums of checks. All there is to know about putting other checks in place of those
in O is which classes the light operators are in.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.distance.light_paulis import (
    HalfTable,
    PauliList,
    clear,
    collision_cost,
    half_table,
    list_paulis,
    list_span,
    pauli_list,
    reach,
)
from qcode_rl.edits.code_state import CodeGraphs, fits
from qcode_rl.edits.graphs import Floats, Integers
from qcode_rl.edits.streams import below
from qcode_rl.edits.tableaus import Tableau, anticommute, complete, tableau
from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)
_ZERO = np.uint64(0)
#: Most classes that are told apart; operators of further ones are counted as `lost`.
MAX_CLASSES = 2048
_SLOTS = 4 * MAX_CLASSES
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Classes(NamedTuple):
    """The classes of the light operators, in the order found.

    Attributes:
        names: `(MAX_CLASSES,) uint64`, the class, never 0.
        masses: `(MAX_CLASSES,) float64`, sum of exp(beta (target - weight)) over its operators
            lighter than the target.
        xs: `(MAX_CLASSES,) uint64`, X part of one of its operators.
        zs: `(MAX_CLASSES,) uint64`.
        least: `(MAX_CLASSES,) int64`, weight of its lightest operator.
        fitting: `(MAX_CLASSES,) int64`, operators of it that could be a check.
        check_xs: `(MAX_CLASSES,) uint64`, X part of one of those, drawn at random.
        check_zs: `(MAX_CLASSES,) uint64`.
        slots: `(_SLOTS,) int64`, hash table of places.
        sizes: `(2,) int64`, how many classes there are, and how many have a mass.
        lost: `(1,) float64`, mass of operators that there was no room for.
        massive: `(MAX_CLASSES,) int64`, places of the classes whose mass is not 0.
    """

    names: Words
    masses: Floats
    xs: Words
    zs: Words
    least: Integers
    fitting: Integers
    check_xs: Words
    check_zs: Words
    slots: Integers
    sizes: Integers
    lost: Floats
    massive: Integers


class CodeScratch(NamedTuple):
    """Room to work in, shared by all codes of a batch.

    Attributes:
        table: of half-operators.
        found: light operators.
        tableau: of the code under edit.
        classes: of the light operators.
        columns: `(64, 3) uint64` syndromes of X, Z and Y on each qubit.
        marks: `(64, 3) uint64` their classes, which add up.
        degrees: `(2, 64) int64` checks on each qubit.
        boost: `(65,) float64`, exp(beta j).
        order: `(MAX_CLASSES,) int64`, candidates.
        scores: `(MAX_CLASSES,) float64`.
        words: `(4, 128) uint64`, checks under elimination.
    """

    table: HalfTable
    found: PauliList
    tableau: Tableau
    classes: Classes
    columns: NDArray[np.uint64]
    marks: NDArray[np.uint64]
    degrees: Integers
    boost: Floats
    order: Integers
    scores: Floats
    words: NDArray[np.uint64]


def code_scratch(beta: float) -> CodeScratch:
    """Return scratch space for a soft minimum of inverse temperature `beta`."""

    def words() -> Words:
        return np.zeros(MAX_CLASSES, dtype=np.uint64)

    def counts(size: int) -> Integers:
        return np.zeros(size, dtype=np.int64)

    classes = Classes(
        names=words(),
        masses=np.zeros(MAX_CLASSES),
        xs=words(),
        zs=words(),
        least=counts(MAX_CLASSES),
        fitting=counts(MAX_CLASSES),
        check_xs=words(),
        check_zs=words(),
        slots=counts(_SLOTS),
        sizes=counts(2),
        lost=np.zeros(1),
        massive=counts(MAX_CLASSES),
    )
    return CodeScratch(
        table=half_table(),
        found=pauli_list(),
        tableau=tableau(),
        classes=classes,
        columns=np.zeros((64, 3), dtype=np.uint64),
        marks=np.zeros((64, 3), dtype=np.uint64),
        degrees=np.zeros((2, 64), dtype=np.int64),
        boost=np.exp(beta * np.arange(65)),
        order=counts(MAX_CLASSES),
        scores=np.zeros(MAX_CLASSES),
        words=np.zeros((4, 128), dtype=np.uint64),
    )


@kernel
def listed_weight(n: int, css: bool, target: int, limit: int) -> int:
    """Return up to which weight the operators of a code are listed.

    Args:
        n: qubits.
        css: whether X and Z type are listed apart.
        target: distance asked for.
        limit: largest weight of a check.
    """
    kinds = 1 if css else 3
    # A check that is too heavy to be listed is never put in, so that only the target must be seen.
    return max(reach(n, kinds, min(max(limit, target - 1), 8)), reach(n, kinds, target - 1))


@kernel
def list_light(graphs: CodeGraphs, i: int, opened: np.uint64, css: bool, s: CodeScratch) -> None:
    """List the light operators that commute with every check but some.

    If they are too many to be listed, only a sample is kept of those that are no lighter than the
    target, so that what is said of the lighter ones holds.

    Args:
        graphs: the batch.
        i: which code.
        opened: set of checks that do not count.
        css: list operators of X type and of Z type only.
        s: its tableau is read; receives `found`, with classes as labels.
    """
    n = graphs.num_bits[i]
    most = listed_weight(n, css, graphs.targets[i], graphs.row_limits[i])
    clear(s.found, min(most, graphs.targets[i] - 1), most)
    # A loop, since numba compiles a kernel once more for every literal that it is called with.
    for kind in range(0 if css else 2, 2 if css else 3):
        _list_kind(graphs, i, opened, kind, most, s)


@kernel
def _list_kind(
    graphs: CodeGraphs, i: int, opened: np.uint64, kind: int, most: int, s: CodeScratch
) -> None:
    """List operators of X type (kind 0), of Z type (1), or all (2), in the cheaper way."""
    n, first, last = graphs.num_bits[i], 0 if kind == 2 else kind, 3 if kind == 2 else kind + 1
    dimension = _gather_basis(graphs, i, opened, kind, s)
    checks = (2 * n if kind == 2 else n) - dimension
    if 2.0**dimension <= collision_cost(n, last - first, most, checks):
        list_span(s.words[0], s.words[1], s.words[2], dimension, most, s.found)
    else:
        _fill_columns(graphs, i, opened, s)
        list_paulis(s.columns, s.marks, n, first, last, most, s.table, s.found)


@kernel
def _gather_basis(graphs: CodeGraphs, i: int, opened: np.uint64, kind: int, s: CodeScratch) -> int:
    """Put a basis of the operators that commute with every check but those opened into `words`.

    Returns:
        How many there are of the kind.
    """
    t, r, count = s.tableau, graphs.num_checks[i], 0
    for index in range(2 * graphs.num_bits[i]):
        if index < r:
            x, z = graphs.xs[i, index], graphs.zs[i, index]
        elif index < 2 * r:
            x, z = t.dx[index - r], t.dz[index - r]
            if not (opened >> np.uint64(index - r)) & _ONE:
                continue
        else:
            x, z = t.lx[index - 2 * r], t.lz[index - 2 * r]
        if (kind == 0 and z != 0) or (kind == 1 and x != 0):
            continue
        s.words[0, count], s.words[1, count] = x, z
        s.words[2, count] = class_of(graphs, i, opened, t, x, z)
        count += 1
    return count


@kernel
def _fill_columns(graphs: CodeGraphs, i: int, opened: np.uint64, s: CodeScratch) -> None:
    """Fill the syndromes and classes of single-qubit operators."""
    n, columns = graphs.num_bits[i], s.columns
    columns[:n] = 0
    for check in range(graphs.num_checks[i]):
        mark = _ONE << np.uint64(check)
        if opened & mark:
            continue
        x, z = graphs.xs[i, check], graphs.zs[i, check]
        while x:
            columns[trailing_zeros(x), 1] |= mark
            x &= x - _ONE
        while z:
            columns[trailing_zeros(z), 0] |= mark
            z &= z - _ONE
    for qubit in range(n):
        columns[qubit, 2] = columns[qubit, 0] ^ columns[qubit, 1]
        bit = _ONE << np.uint64(qubit)
        for kind in range(2):
            x, z = (bit, _ZERO) if kind == 0 else (_ZERO, bit)
            s.marks[qubit, kind] = class_of(graphs, i, opened, s.tableau, x, z)
        s.marks[qubit, 2] = s.marks[qubit, 0] ^ s.marks[qubit, 1]


@kernel
def class_of(
    graphs: CodeGraphs, i: int, opened: np.uint64, t: Tableau, x: np.uint64, z: np.uint64
) -> np.uint64:
    """Return the class of an operator; it tells those apart that commute with all other checks."""
    name = _ZERO
    place = 0
    for j in range(2 * (graphs.num_bits[i] - graphs.num_checks[i])):
        if anticommute(x, z, t.lx[j], t.lz[j]):
            name |= _ONE << np.uint64(place)
        place += 1
    while opened:
        check = trailing_zeros(opened)
        opened &= opened - _ONE
        if anticommute(x, z, graphs.xs[i, check], graphs.zs[i, check]):
            name |= _ONE << np.uint64(place)
        if anticommute(x, z, t.dx[check], t.dz[check]):
            name |= _ONE << np.uint64(place + 1)
        place += 2
    return name


@kernel
def find_class(classes: Classes, name: np.uint64) -> int:
    """Return the place of a class, a new one if it has not been seen; -1 if there is no room."""
    slot = int((name * _MIX) >> np.uint64(40)) % _SLOTS
    while classes.slots[slot] >= 0:
        place = classes.slots[slot]
        if classes.names[place] == name:
            return int(place)
        slot = (slot + 1) % _SLOTS
    place = classes.sizes[0]
    if place == MAX_CLASSES:
        return -1
    classes.sizes[0] += 1
    classes.slots[slot] = place
    classes.names[place], classes.masses[place] = name, 0.0
    classes.least[place], classes.fitting[place] = 65, 0
    return int(place)


@kernel
def sort_light(graphs: CodeGraphs, i: int, opened: np.uint64, css: bool, s: CodeScratch) -> bool:
    """List the light operators of code i without some checks, and sort them into classes.

    Args:
        graphs: the batch.
        i: which code.
        opened: set of checks left out.
        css: whether the code is a CSS code.
        s: receives `found`, `tableau` and `classes`.

    Returns:
        Whether the checks were independent and commuting, as they must be.
    """
    n, classes, target = graphs.num_bits[i], s.classes, graphs.targets[i]
    if not complete(graphs.xs[i], graphs.zs[i], graphs.num_checks[i], n, s.tableau):
        return False
    list_light(graphs, i, opened, css, s)
    _count_others(graphs, i, opened, css, s.degrees)
    classes.slots[:] = -1
    classes.sizes[:] = 0
    classes.lost[0] = 0.0
    for index in range(s.found.sizes[0]):
        x, z, weight = s.found.xs[index], s.found.zs[index], s.found.weights[index]
        name = s.found.labels[index]
        if name == 0:
            continue
        share = s.boost[target - weight] if weight < target else 0.0
        place = find_class(classes, name)
        if place < 0:
            classes.lost[0] += share
            continue
        if weight < classes.least[place]:
            classes.least[place] = weight
            classes.xs[place], classes.zs[place] = x, z
        classes.masses[place] += share
        if opened != 0 and _may_be_check(graphs, i, css, s.degrees, x, z):
            classes.fitting[place] += 1
            if below(graphs.streams, i, classes.fitting[place]) == 0:
                classes.check_xs[place], classes.check_zs[place] = x, z
    if s.found.sizes[1]:
        # As good as no code: it has more light operators than there is room for.
        classes.lost[0] += s.boost[target - 1] * s.found.xs.shape[0]
    for place in range(classes.sizes[0]):
        if classes.masses[place] > 0.0:
            classes.massive[classes.sizes[1]] = place
            classes.sizes[1] += 1
    return True


@kernel
def _count_others(
    graphs: CodeGraphs, i: int, opened: np.uint64, css: bool, degrees: Integers
) -> None:
    """Count the checks on each qubit, without those opened."""
    degrees[:, : graphs.num_bits[i]] = 0
    for check in range(graphs.num_checks[i]):
        if (opened >> np.uint64(check)) & _ONE:
            continue
        row = 1 if css and graphs.xs[i, check] == 0 else 0
        support = graphs.xs[i, check] | graphs.zs[i, check]
        while support:
            degrees[row, trailing_zeros(support)] += 1
            support &= support - _ONE


@kernel
def _may_be_check(
    graphs: CodeGraphs, i: int, css: bool, degrees: Integers, x: np.uint64, z: np.uint64
) -> bool:
    """Say whether an operator keeps the limits of a check."""
    support = x | z
    if popcount(support) > graphs.row_limits[i]:
        return False
    limit, row = graphs.column_limits[i], 1 if css and x == 0 else 0
    if limit < graphs.num_checks[i]:
        left = support
        while left:
            if degrees[row, trailing_zeros(left)] >= limit:
                return False
            left &= left - _ONE
    return fits(support, graphs.balls[i], graphs.num_bits[i])
