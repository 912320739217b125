"""All Pauli operators of small weight without a syndrome, in one of two ways.

Where few operators commute with every check, they are all walked through. Else an operator of
weight t that commutes with every check is two halves of equal syndrome, so that the halves of
weight t / 2 are put into a hash table and looked up there: for n = 24 qubits and t = 5
some fifty thousand look-ups instead of ten million operators, however many logical qubits there
are. Codes here have at most 64 qubits and 64 checks: rows and syndromes are one word each.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.gf2.jit import kernel, popcount, trailing_zeros
from qcode_rl.gf2.packing import Words

Integers = NDArray[np.int64]
#: Most halves that a table holds.
MAX_HALVES = 1 << 17
#: Most operators that a list holds.
MAX_LISTED = 1 << 12
#: Mask of the sparsest sample.
_SPARSEST = (1 << 20) - 1
_MIX = np.uint64(0x9E3779B97F4A7C15)
_MAX_DEPTH = 8
_HEADS = 1 << 18
_END = -1


class PauliList(NamedTuple):
    """Pauli operators.

    Attributes:
        xs: `(MAX_LISTED,) uint64`, which qubits X or Y acts on.
        zs: `(MAX_LISTED,) uint64`, which qubits Z or Y acts on.
        labels: `(MAX_LISTED,) uint64`, sums of the labels of their parts.
        weights: `(MAX_LISTED,) int64`.
        sizes: `(5,) int64`: operators listed; whether some did not fit that should have (0 or 1);
            the weight up to which all are wanted; which of the heavier ones are left out, as a mask
            of bits of a hash: 0 for none; and the weight up to which operators were looked for.
    """

    xs: Words
    zs: Words
    labels: Words
    weights: Integers
    sizes: Integers


class HalfTable(NamedTuple):
    """The hash table of half-operators, and the stack of the walk over them.

    Attributes:
        heads: `(_HEADS,) int64`, first entry of each bucket.
        nexts: `(MAX_HALVES,) int64`, next entry of the same bucket.
        keys: `(MAX_HALVES,) uint64` syndromes.
        labels: `(MAX_HALVES,) uint64`.
        xs: `(MAX_HALVES,) uint64`.
        zs: `(MAX_HALVES,) uint64`.
        tops: `(MAX_HALVES,) int64`, last qubit of each.
        counts: `(MAX_HALVES,) int64`, weight of each.
        used: `(2,) int64`: entries, and buckets less one, a power of two.
        places: `(2, _MAX_DEPTH) int64`, qubit and Pauli at each depth.
        partial: `(4, _MAX_DEPTH + 1) uint64`, syndrome, X and Z part and label so far.
    """

    heads: Integers
    nexts: Integers
    keys: Words
    labels: Words
    xs: Words
    zs: Words
    tops: Integers
    counts: Integers
    used: Integers
    places: NDArray[np.int64]
    partial: NDArray[np.uint64]


def pauli_list() -> PauliList:
    """Return an empty list."""
    return PauliList(
        xs=np.zeros(MAX_LISTED, dtype=np.uint64),
        zs=np.zeros(MAX_LISTED, dtype=np.uint64),
        labels=np.zeros(MAX_LISTED, dtype=np.uint64),
        weights=np.zeros(MAX_LISTED, dtype=np.int64),
        sizes=np.zeros(5, dtype=np.int64),
    )


def half_table(most: int = MAX_HALVES) -> HalfTable:
    """Return an empty table for at most so many halves."""
    words = [np.zeros(most, dtype=np.uint64) for _ in range(4)]
    return HalfTable(
        heads=np.zeros(_HEADS, dtype=np.int64),
        nexts=np.zeros(most, dtype=np.int64),
        keys=words[0],
        labels=words[3],
        xs=words[1],
        zs=words[2],
        tops=np.zeros(most, dtype=np.int64),
        counts=np.zeros(most, dtype=np.int64),
        used=np.zeros(2, dtype=np.int64),
        places=np.zeros((2, _MAX_DEPTH), dtype=np.int64),
        partial=np.zeros((4, _MAX_DEPTH + 1), dtype=np.uint64),
    )


@kernel
def clear(found: PauliList, wanted: int, most: int) -> None:
    """Empty a list that is to hold all operators up to a weight, and of heavier ones a sample.

    Args:
        found: a list.
        wanted: weight up to which all are wanted.
        most: weight up to which operators will be looked for.
    """
    found.sizes[0] = found.sizes[1] = found.sizes[3] = 0
    found.sizes[2], found.sizes[4] = wanted, most


@kernel
def listed_up_to(found: PauliList) -> int:
    """Return the weight up to which all operators are listed."""
    if found.sizes[1]:
        return 0
    return int(found.sizes[4] if found.sizes[3] == 0 else found.sizes[2])


@kernel
def _is_left_out(found: PauliList, place: int) -> bool:
    """Say whether a listed operator is too heavy to be wanted and not in the sample."""
    if found.weights[place] <= found.sizes[2]:
        return False
    mixed = (found.xs[place] * _MIX) ^ (found.zs[place] * np.uint64(0xD1B54A32D192ED03))
    return bool((mixed >> np.uint64(32)) & np.uint64(found.sizes[3]) != 0)


@kernel
def _admit(found: PauliList, x: np.uint64, z: np.uint64, label: np.uint64, weight: int) -> None:
    """Add an operator to a list; once it is nearly full, only a sample of the heavy ones stays."""
    place, room = found.sizes[0], found.xs.shape[0]
    if place == room:
        found.sizes[1] = 1
        return
    found.xs[place], found.zs[place], found.labels[place] = x, z, label
    found.weights[place] = weight
    if _is_left_out(found, place):
        return
    found.sizes[0] += 1
    if found.sizes[0] == room - 1 and found.sizes[3] < _SPARSEST:
        found.sizes[3] = 2 * found.sizes[3] + 1
        kept = 0
        for other in range(found.sizes[0]):
            if not _is_left_out(found, other):
                found.xs[kept], found.zs[kept] = found.xs[other], found.zs[other]
                found.labels[kept] = found.labels[other]
                found.weights[kept] = found.weights[other]
                kept += 1
        found.sizes[0] = kept


@kernel
def count_halves(n: int, kinds: int, size: int) -> int:
    """Return how many operators of at most some weight there are.

    Args:
        n: qubits.
        kinds: Paulis that may act on a qubit, 1 or 3.
        size: most weight.
    """
    total, of_size = 1, 1
    for weight in range(1, min(size, n) + 1):
        of_size = of_size * (n - weight + 1) * kinds // weight
        total += of_size
    return total


@kernel
def reach(n: int, kinds: int, wanted: int) -> int:
    """Return up to which weight operators can be listed, at most `wanted`.

    Args:
        n: qubits.
        kinds: Paulis that may act on a qubit, 1 or 3.
        wanted: weight that is wanted.
    """
    weight = min(wanted, 2 * _MAX_DEPTH)
    while weight > 1 and (
        count_halves(n, kinds, weight // 2) > MAX_HALVES
        or count_halves(n, kinds, (weight + 1) // 2) > 16 * MAX_HALVES
    ):
        weight -= 1
    return weight


@kernel
def list_span(
    xs: Words, zs: Words, labels: Words, dimension: int, most: int, found: PauliList
) -> None:
    """Append all operators of weight 1 to `most` that a basis spans, by a walk in Gray-code order.

    Args:
        xs: `(>= dimension,) uint64` X parts of independent operators.
        zs: `(>= dimension,) uint64` Z parts.
        labels: `(>= dimension,) uint64` their labels, which add up.
        dimension: how many there are.
        most: largest weight.
        found: operators are added to it; those beyond its room are left out and noted.
    """
    x, z, label = np.uint64(0), np.uint64(0), np.uint64(0)
    for step in range(1, 1 << dimension):
        change = trailing_zeros(np.uint64(step))
        x ^= xs[change]
        z ^= zs[change]
        label ^= labels[change]
        weight = popcount(x | z)
        if weight <= most:
            _admit(found, x, z, label, weight)


@kernel
def collision_cost(n: int, kinds: int, most: int, checks: int) -> float:
    """Return about how many steps `list_paulis` takes, a walk's step counting 1.

    Args:
        n: qubits.
        kinds: Paulis that may act on a qubit, 1 or 3.
        most: largest weight.
        checks: how many checks, so that two halves agree with chance 2^-checks.
    """
    left = float(count_halves(n, kinds, most // 2))
    right = float(count_halves(n, kinds, most - most // 2))
    # A look-up takes about as long as sixteen steps of a walk.
    return 16.0 * (4.0 * (left + right) + left * right / 2.0**checks)


@kernel
def list_paulis(
    columns: NDArray[np.uint64],
    marks: NDArray[np.uint64],
    n: int,
    first: int,
    last: int,
    most: int,
    table: HalfTable,
    found: PauliList,
) -> None:
    """Append all operators of weight 1 to `most` whose syndrome is 0.

    Args:
        columns: `(>= n, 3) uint64`, syndromes of X, Z and Y on each qubit.
        marks: `(>= n, 3) uint64`, labels of X, Z and Y on each qubit: what else is to be known of
            an operator and adds up over its qubits.
        n: qubits.
        first: first Pauli that may act (0 for X, 1 for Z, 2 for Y).
        last: one beyond the last.
        most: largest weight, within `reach`.
        table: room to work in.
        found: operators are added to it, each once; those beyond its room are left out and noted.
    """
    left = most // 2
    buckets = 64
    while buckets < 2 * count_halves(n, last - first, left) and buckets < _HEADS:
        buckets *= 2
    table.heads[:buckets] = _END
    table.used[0], table.used[1] = 0, buckets - 1
    table.partial[:, 0] = 0
    none = np.uint64(0)
    _insert(table, none, none, none, none, int(np.int64(-1)), int(np.int64(0)))
    # One call, since numba compiles a kernel once more for every literal that it is called with.
    for step in range(most):
        inserting = step < left
        size = step + 1 if inserting else step - left + 1
        _walk(columns, marks, n, first, last, size, inserting, most, table, found)


@kernel
def _walk(
    columns: NDArray[np.uint64],
    marks: NDArray[np.uint64],
    n: int,
    first: int,
    last: int,
    size: int,
    inserting: bool,
    most: int,
    table: HalfTable,
    found: PauliList,
) -> None:
    """Visit all operators of one weight: put each into the table, or look it up there."""
    qubits, paulis, partial = table.places[0], table.places[1], table.partial
    depth = 0
    qubits[0], paulis[0] = 0, first
    while depth >= 0:
        qubit, pauli = qubits[depth], paulis[depth]
        if qubit > n - (size - depth):
            depth -= 1
            continue
        # This place moves on to its next Pauli or qubit, for when the walk comes back.
        paulis[depth] = pauli + 1
        if pauli + 1 == last:
            qubits[depth], paulis[depth] = qubit + 1, first
        bit = np.uint64(1) << np.uint64(qubit)
        key = partial[0, depth] ^ columns[qubit, pauli]
        x = partial[1, depth] | (bit if pauli != 1 else np.uint64(0))
        z = partial[2, depth] | (bit if pauli != 0 else np.uint64(0))
        label = partial[3, depth] ^ marks[qubit, pauli]
        if depth < size - 1:
            depth += 1
            partial[0, depth], partial[1, depth] = key, x
            partial[2, depth], partial[3, depth] = z, label
            qubits[depth], paulis[depth] = qubit + 1, first
        elif inserting:
            _insert(table, key, x, z, label, qubit, size)
        else:
            start = qubit if size == 1 else trailing_zeros(partial[1, 1] | partial[2, 1])
            _look_up(table, key, x, z, label, start, size, most, found)


@kernel
def _bucket(table: HalfTable, key: np.uint64) -> int:
    return int(((key * _MIX) >> np.uint64(40)) & np.uint64(table.used[1]))


@kernel
def _insert(
    table: HalfTable, key: np.uint64, x: np.uint64, z: np.uint64, label: np.uint64, top: int,
    count: int,
) -> None:  # fmt: skip
    entry = table.used[0]
    table.used[0] += 1
    bucket = _bucket(table, key)
    table.nexts[entry] = table.heads[bucket]
    table.heads[bucket] = entry
    table.keys[entry], table.xs[entry], table.zs[entry] = key, x, z
    table.labels[entry], table.tops[entry], table.counts[entry] = label, top, count


@kernel
def _look_up(
    table: HalfTable,
    key: np.uint64,
    x: np.uint64,
    z: np.uint64,
    label: np.uint64,
    start: int,
    size: int,
    most: int,
    found: PauliList,
) -> None:
    """List the operators whose right half is given: their left halves lie before it."""
    entry = table.heads[_bucket(table, key)]
    while entry != _END:
        count = table.counts[entry]
        # The left half is as heavy as the right one, or by one lighter: each has one split.
        if (
            table.keys[entry] == key
            and table.tops[entry] < start
            and (count == size or count == size - 1)
            and count + size <= most
        ):
            whole_label = table.labels[entry] ^ label
            _admit(found, table.xs[entry] | x, table.zs[entry] | z, whole_label, count + size)
        entry = table.nexts[entry]
