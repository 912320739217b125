"""The strongest edit of a stabilizer code: the best operator in place of a check.

Opening a check leaves a code of one more logical qubit; any operator of that code that is not a
sum of the checks left can take the check's place, and the light operators tell for each of them
which distance comes of it. So one listing judges all the checks that there could be, and the best
of them, or one drawn from a heat bath, is put in. Gates between two qubits reach every other code.
"""

import numpy as np

from qcode_rl.distance.light_paulis import listed_up_to
from qcode_rl.edits.code_census import Classes, CodeScratch, sort_light
from qcode_rl.edits.code_state import CodeGraphs, count_excess, hash_checks, weight_of
from qcode_rl.edits.graphs import Integers
from qcode_rl.edits.moves import note_seen
from qcode_rl.edits.rewards import soft_distance
from qcode_rl.edits.stepping import Rules
from qcode_rl.edits.streams import below, uniform
from qcode_rl.edits.tableaus import add_reduced, anticommute
from qcode_rl.gf2.jit import kernel, trailing_zeros
from qcode_rl.gf2.packing import Words

_ONE = np.uint64(1)
_ZERO = np.uint64(0)
#: Candidates that are judged of all there are, among them the check as it is if it is one.
_MOST_CANDIDATES = 96
_NEGLIGIBLE = 1e-9


@kernel
def judge(
    graphs: CodeGraphs, i: int, css: bool, rules: Rules, counters: Integers, seen: Words,
    s: CodeScratch,
) -> None:  # fmt: skip
    """List the light operators of code i and refresh all that follows from them.

    Checks are replaced by lighter sums of checks where the list holds them.

    Args:
        graphs: the batch.
        i: which code.
        css: whether it is a CSS code.
        rules: rules; the constants decide the potential.
        counters: `(3,) int64`; the first counts codes not seen before, the second all listings.
        seen: hash table of codes.
        s: room to work in.
    """
    renew(graphs, i, int(np.int64(-1)), 0.0, css, rules, counters, seen, s)


@kernel
def _count(graphs: CodeGraphs, i: int, opened: np.uint64, counters: Integers, seen: Words) -> None:
    counters[1] += 1
    if note_seen(seen, hash_checks(graphs, i, opened) | _ONE):
        counters[0] += 1


@kernel
def _settle(
    graphs: CodeGraphs, i: int, css: bool, rules: Rules, mass: float, s: CodeScratch
) -> None:
    """Refresh soft distance, excess and potential, given the mass of the light operators."""
    constants = rules.constants
    graphs.soft[i] = soft_distance(mass, graphs.targets[i], constants[0])
    count_excess(graphs, i, css, s.degrees)
    graphs.potentials[i] = (
        graphs.soft[i] - constants[4] * graphs.excess[i, 0] - constants[5] * graphs.excess[i, 1]
    )


@kernel
def share_out(graphs: CodeGraphs, i: int, chosen: int, s: CodeScratch) -> None:
    """Refresh the distance and each qubit's share in the light logical operators.

    Args:
        graphs: the batch.
        i: which code.
        chosen: class, by place, of a check put in since the operators were listed, -1 for none.
        s: holds the list and its classes.
    """
    n, target, classes = graphs.num_bits[i], graphs.targets[i], s.classes
    taken = classes.names[chosen] if chosen >= 0 else _ZERO
    graphs.participation[i, :n] = 0.0
    least, total = 65, 0.0
    for index in range(s.found.sizes[0]):
        x, z, weight = s.found.xs[index], s.found.zs[index], s.found.weights[index]
        name = s.found.labels[index]
        # Not a tuple's `in`, which takes numba seconds to compile.
        if (weight >= target and weight >= least) or name == 0 or name == taken:
            continue
        if chosen >= 0 and anticommute(x, z, classes.xs[chosen], classes.zs[chosen]):
            continue
        least = min(least, weight)
        if weight < target:
            total += s.boost[target - weight]
            _share(graphs, i, x | z, s.boost[target - weight])
    if total > 0.0:
        graphs.participation[i, :n] /= total
    # If nothing was found, the distance is beyond what is listed; if not all could be, it is 1 for
    # all that is known.
    graphs.distances[i] = min(least, listed_up_to(s.found) + 1)


@kernel
def _share(graphs: CodeGraphs, i: int, support: np.uint64, share: float) -> None:
    while support:
        graphs.participation[i, trailing_zeros(support)] += share
        support &= support - _ONE


@kernel
def lighten(graphs: CodeGraphs, i: int, s: CodeScratch) -> None:
    """Replace the checks of code i by a generating set of least weight, as far as listed.

    Light sums of checks are taken first, in order of weight, as long as they are independent (that
    is least by the exchange property of bases); then checks as they are, the lightest first.
    """
    r, reduced = graphs.num_checks[i], s.words
    heaviest = 0
    for check in range(r):
        heaviest = max(heaviest, weight_of(graphs.xs[i, check], graphs.zs[i, check]))
    if heaviest <= 1:
        return
    old_x, old_z = s.tableau.gx, s.tableau.gz
    for check in range(r):
        old_x[check], old_z[check] = graphs.xs[i, check], graphs.zs[i, check]
    sums = _gather_sums(s)
    count = 0
    for weight in range(1, heaviest + 1):
        for place in range(sums):
            index = s.table.nexts[place]
            if count < r and s.found.weights[index] == weight:
                x, z = s.found.xs[index], s.found.zs[index]
                if add_reduced(reduced, count, x, z):
                    graphs.xs[i, count], graphs.zs[i, count] = x, z
                    count += 1
        for check in range(r):
            x, z = old_x[check], old_z[check]
            if count < r and weight_of(x, z) == weight and add_reduced(reduced, count, x, z):
                graphs.xs[i, count], graphs.zs[i, count] = x, z
                count += 1


@kernel
def _gather_sums(s: CodeScratch) -> int:
    """Note which listed operators are sums of checks, in `table.nexts`; return how many are."""
    count = 0
    for index in range(s.found.sizes[0]):
        if s.found.labels[index] == 0:
            s.table.nexts[count] = index
            count += 1
    return count


@kernel
def renew(
    graphs: CodeGraphs, i: int, check: int, temperature: float, css: bool, rules: Rules,
    counters: Integers, seen: Words, s: CodeScratch,
) -> bool:  # fmt: skip
    """Give a check of code i the best operator, or one drawn from a heat bath; or only judge it.

    An operator that gives soft distance s is drawn with probability proportional to
    exp(s / temperature); at temperature 0, evenly among the best. Both are one kernel because what
    they share takes long to compile.

    Args:
        graphs: the batch; code i changes, with all that follows from it.
        i: which code.
        check: 0-based check; -1 for none, which is `judge`.
        temperature: in units of the distance.
        css: whether it is a CSS code.
        rules: rules.
        counters: as for `judge`.
        seen: hash table of codes.
        s: room to work in.

    Returns:
        Whether the check changed.
    """
    opened = _ZERO if check < 0 else _ONE << np.uint64(check)
    _count(graphs, i, opened, counters, seen)
    sort_light(graphs, i, opened, css, s)
    classes, chosen, changed = s.classes, -1, False
    if check < 0:
        lighten(graphs, i, s)
    else:
        chosen = _choose(graphs, i, temperature, rules.constants[0], s)
        if chosen < 0:
            return False
        x, z = classes.check_xs[chosen], classes.check_zs[chosen]
        changed = graphs.xs[i, check] != x or graphs.zs[i, check] != z
        graphs.xs[i, check], graphs.zs[i, check] = x, z
    mass = classes.lost[0] + _kept_mass(classes, chosen)
    _settle(graphs, i, css, rules, mass, s)
    share_out(graphs, i, chosen, s)
    return bool(changed)


@kernel
def _kept_mass(classes: Classes, chosen: int) -> float:
    """Return the mass of the operators that stay logical ones beside a new check (-1: none)."""
    x = classes.xs[chosen] if chosen >= 0 else _ZERO
    z = classes.zs[chosen] if chosen >= 0 else _ZERO
    mass = 0.0
    for index in range(classes.sizes[1]):
        place = classes.massive[index]
        if place != chosen and not anticommute(classes.xs[place], classes.zs[place], x, z):
            mass += classes.masses[place]
    return mass


@kernel
def _choose(graphs: CodeGraphs, i: int, temperature: float, beta: float, s: CodeScratch) -> int:
    """Choose the class of a new check by its place; -1 if no operator can be one."""
    classes, order, scores = s.classes, s.order, s.scores
    count = 0
    for place in range(classes.sizes[0]):
        if classes.fitting[place] > 0:
            order[count] = place
            count += 1
    if count > _MOST_CANDIDATES:
        # The check as it is always competes, so that the best of a sample is no worse. Of all its
        # class's marks it has that of its own destabilizer alone.
        own = _ONE << np.uint64(2 * (graphs.num_bits[i] - graphs.num_checks[i]) + 1)
        held = 0
        for index in range(count):
            if classes.names[order[index]] == own:
                order[index], order[0] = order[0], order[index]
                held = 1
        for index in range(held, _MOST_CANDIDATES):
            other = index + int(np.int64(below(graphs.streams, i, count - index)))
            order[index], order[other] = order[other], order[index]
        count = _MOST_CANDIDATES
    best = np.inf
    for index in range(count):
        scores[index] = np.log1p(classes.lost[0] + _kept_mass(classes, order[index])) / beta
        best = min(best, scores[index])
    total, chosen = 0.0, -1
    for index in range(count):
        worse = scores[index] - best
        if temperature > 0.0:
            share = np.exp(-worse / temperature)
        else:
            share = 1.0 if worse < _NEGLIGIBLE else 0.0
        total += share
        if share > 0.0 and uniform(graphs.streams, i) * total < share:
            chosen = order[index]
    return int(chosen)
