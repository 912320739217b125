"""Edits of two-block codes, each of which moves one term of a support, and what they are worth.

Any two supports give checks that commute: an edit cannot break the code, but only few keep its
logical qubits. So the strongest edit resamples a term: the number of logical qubits is counted for
every place that it could go to, and places that keep enough of them compete by soft distance.
"""

import numpy as np

from qcode_rl.edits.graphs import Integers
from qcode_rl.edits.moves import note_seen
from qcode_rl.edits.rewards import soft_distance
from qcode_rl.edits.stepping import Rules
from qcode_rl.edits.streams import below, uniform
from qcode_rl.edits.two_block_bounds import Effort, mixed, search_light
from qcode_rl.edits.two_block_ranks import (
    GroupTables,
    connects,
    count_everywhere,
    count_logicals,
)
from qcode_rl.edits.two_block_state import BlockOutcome, BlockWork, TwoBlockGraphs
from qcode_rl.gf2.jit import kernel

#: Places of a resampled term whose codes are searched for light operators, besides its own.
CANDIDATES = 8
#: Times that a random start resamples a term for more logical qubits.
_START_TRIES = 8
#: Of candidates; of the code that an edit arrives at; and of one that has too few logical qubits.
#: Only what seems to meet its request uses all of its patience: at 16, half of the claims of d = 18
#: at n = 288 were wrong, while none were up to d = 12 at n = 144.
_QUICK, _PATIENT, _SHORT = Effort(0.5, 0.5), Effort(1.0, 128.0), Effort(1.0, 1.0)
_BETA, _RANK = 0, 6
_ONE = np.uint64(1)


@kernel
def support(graphs: TwoBlockGraphs, i: int, block: int) -> Integers:
    """Return the terms of a (block 0) or b (block 1) of code i, as a view."""
    first = graphs.sizes[i, 0]
    if block == 0:
        return graphs.terms[i, :first]
    return graphs.terms[i, first : first + graphs.sizes[i, 1]]


@kernel
def is_free(graphs: TwoBlockGraphs, i: int, term: int, element: int) -> bool:
    """Say whether a term could move to an element where no term of its block is yet."""
    if not 0 <= term < graphs.sizes[i, 0] + graphs.sizes[i, 1]:
        return False
    own = support(graphs, i, 0 if term < graphs.sizes[i, 0] else 1)
    return not (own == element).any()


@kernel
def hash_code(graphs: TwoBlockGraphs, i: int, work: BlockWork) -> np.uint64:
    """Return a hash of code i, never 0, that shifting a from the left or b from the right keeps."""
    tables = work.tables
    a = _least_shift(support(graphs, i, 0), tables.left, tables.inverse)
    b = _least_shift(support(graphs, i, 1), tables.right, tables.inverse)
    return mixed(mixed(a ^ work.salt[0]) ^ b) | _ONE


@kernel
def _least_shift(terms: Integers, moves: Integers, inverse: Integers) -> np.uint64:
    """Return the least sum of hashes of a support, shifted to have each term at the identity."""
    least = np.uint64(0xFFFFFFFFFFFFFFFF)
    for base in range(terms.shape[0]):
        images = moves[inverse[terms[base]]]
        total = np.uint64(0)
        for index in range(terms.shape[0]):
            total += mixed(np.uint64(images[terms[index]]))
        least = min(least, total)
    return least


@kernel
def seek_light(
    graphs: TwoBlockGraphs,
    i: int,
    most_mass: float,
    effort: Effort,
    rules: Rules,
    work: BlockWork,
    outcome: BlockOutcome,
) -> int:
    """Search code i for light operators, and count the evaluation.

    Returns:
        The least weight found; the rest is in `graphs.search`.
    """
    mark = hash_code(graphs, i, work)
    outcome.counters[1] += 1
    if note_seen(work.seen, mark):
        outcome.counters[0] += 1
    return search_light(
        work.tables, support(graphs, i, 0), support(graphs, i, 1), graphs.targets[i],
        rules.constants[_BETA], most_mass, effort, mark, graphs.search,
    )  # fmt: skip


@kernel
def judge(
    graphs: TwoBlockGraphs, i: int, k: int, rules: Rules, work: BlockWork, outcome: BlockOutcome
) -> None:
    """Refresh what follows from the terms of code i, whose k is known."""
    graphs.dimensions[i] = k
    graphs.distances[i] = 0
    graphs.soft[i] = 0.0
    graphs.participation[i, :] = 0.0
    missing = max(0, graphs.logicals[i] - k)
    connected = connects(work.tables, support(graphs, i, 0), support(graphs, i, 1))
    if k > 0 and connected:
        effort = _PATIENT if missing == 0 else _SHORT
        graphs.distances[i] = seek_light(graphs, i, np.inf, effort, rules, work, outcome)
        search, target = graphs.search, graphs.targets[i]
        mass = search.mass[0]
        graphs.soft[i] = soft_distance(mass, target, rules.constants[_BETA])
        if mass > 0.0:
            graphs.participation[i] = search.use / mass
    elif k > 0:
        # Copies of a shorter code side by side are worth no more than no code.
        missing = graphs.logicals[i]
    graphs.potentials[i] = graphs.soft[i] - rules.constants[_RANK] * missing


@kernel
def meets_request(graphs: TwoBlockGraphs, i: int) -> bool:
    """Say whether code i has its logical qubits and no operator below the target was found."""
    if graphs.dimensions[i] < graphs.logicals[i]:
        return False
    return bool(graphs.distances[i] >= graphs.targets[i])


@kernel
def move_term(
    graphs: TwoBlockGraphs,
    i: int,
    term: int,
    element: int,
    rules: Rules,
    work: BlockWork,
    outcome: BlockOutcome,
) -> None:
    """Move a term of code i to an element that is free, and judge the code."""
    before = graphs.potentials[i] if graphs.judged[i] else -np.inf
    graphs.terms[i, term] = element
    outcome.ranks[0] += 1
    k = count_logicals(work.tables, support(graphs, i, 0), support(graphs, i, 1))
    judge(graphs, i, k, rules, work, outcome)
    _remember(graphs, i, term, before, True)


@kernel
def resample_term(
    graphs: TwoBlockGraphs,
    i: int,
    term: int,
    temperature: float,
    rules: Rules,
    work: BlockWork,
    outcome: BlockOutcome,
) -> None:
    """Give a term of code i the best of a few places that keep enough logical qubits, or draw one.

    Places compete if their codes have the logical qubits asked for; if none has, those with most.
    Where some of them give connected codes, the others are out. Of these, its own place (if it is
    one) and up to `CANDIDATES` others drawn at random are searched for light operators. One of soft
    distance s is drawn with probability proportional to exp(s / temperature), the best at 0.

    Args:
        graphs: the batch; code i changes.
        i: which code.
        term: which term.
        temperature: in units of the distance.
        rules: rules.
        work: group and memory.
        outcome: counts evaluations and ranks.
    """
    before, old = graphs.potentials[i] if graphs.judged[i] else -np.inf, graphs.terms[i, term]
    count_places(graphs, i, term, work, outcome)
    graphs.loads[i, term] = graphs.places[i].max()
    places, count = competing(graphs, i, term, work.tables)
    chosen = _compete(graphs, i, term, places, count, temperature, rules, work, outcome)
    graphs.terms[i, term] = chosen
    judge(graphs, i, graphs.places[i, chosen], rules, work, outcome)
    _remember(graphs, i, term, before, chosen != old)
    graphs.opened[i, term] = graphs.changes[i]


@kernel
def count_places(
    graphs: TwoBlockGraphs, i: int, term: int, work: BlockWork, outcome: BlockOutcome
) -> None:
    """Count the logical qubits for each place of a term of code i into `graphs.places`."""
    a, b = support(graphs, i, 0), support(graphs, i, 1)
    count_everywhere(work.tables, a, b, term, graphs.places[i])
    outcome.ranks[0] += graphs.places.shape[1]


@kernel
def competing(
    graphs: TwoBlockGraphs, i: int, term: int, tables: GroupTables
) -> tuple[Integers, int]:
    """Return the places that a term of code i may be resampled to, and how many there are.

    `graphs.places` tells of their logical qubits. Connected codes come alone, if there are any.
    """
    numbers, old = graphs.places[i], graphs.terms[i, term]
    least = min(numbers.max(), graphs.logicals[i])
    places = np.empty(numbers.shape[0], dtype=np.int64)
    count, connected = 0, 0
    for place in range(numbers.shape[0]):
        if numbers[place] < least:
            continue
        graphs.terms[i, term] = place
        places[count] = place
        if connects(tables, support(graphs, i, 0), support(graphs, i, 1)):
            places[count], places[connected] = places[connected], place
            connected += 1
        count += 1
    graphs.terms[i, term] = old
    return places, connected if connected > 0 else count


@kernel
def _compete(
    graphs: TwoBlockGraphs,
    i: int,
    term: int,
    places: Integers,
    count: int,
    temperature: float,
    rules: Rules,
    work: BlockWork,
    outcome: BlockOutcome,
) -> int:
    """Return the place that wins: the largest sum of soft distance and Gumbel noise (heat bath)."""
    old, target, beta = graphs.terms[i, term], graphs.targets[i], rules.constants[_BETA]
    best, best_score, others = -1, -np.inf, 0
    for index in range(count):
        if places[index] == old:
            # Its own place always competes, first.
            places[index], places[0] = places[0], old
            others = 1
    last = min(count, others + CANDIDATES)
    for index in range(last):
        if index >= others:
            pick = index + below(graphs.streams, i, count - index)
            places[index], places[pick] = places[pick], places[index]
        noise = 0.0
        if temperature > 0.0:
            noise = -temperature * np.log(-np.log(uniform(graphs.streams, i) + 2.0**-54))
        if last == 1:
            return int(places[0])
        if graphs.places[i, places[index]] == 0:
            score = noise
        else:
            graphs.terms[i, term] = places[index]
            # A search may end as soon as it is clear that another place wins.
            most = np.expm1(beta * min(600.0, target + noise - best_score))
            seek_light(graphs, i, most, _QUICK, rules, work, outcome)
            score = soft_distance(graphs.search.mass[0], target, beta) + noise
        if score > best_score:
            best, best_score = places[index], score
    return int(best)


@kernel
def _remember(graphs: TwoBlockGraphs, i: int, term: int, before: float, changed: bool) -> None:
    """Note what an edit has brought."""
    after = graphs.potentials[i]
    graphs.gains[i, term] = after - before if graphs.judged[i] else 0.0
    graphs.judged[i] = True
    graphs.changes[i] += changed
    graphs.tries[i] = 0 if after > before else graphs.tries[i] + 1


@kernel
def start_randomly(graphs: TwoBlockGraphs, i: int, work: BlockWork, outcome: BlockOutcome) -> None:
    """Give code i random supports that hold the identity, then raise its logical qubits.

    Terms that are drawn go to a random one of the places with enough logical qubits, or with most,
    until there are enough or the tries are over.
    """
    num_terms = graphs.sizes[i, 0] + graphs.sizes[i, 1]
    graphs.terms[i, :] = 0
    for block in range(2):
        _draw_support(graphs, i, support(graphs, i, block), work.tables)
    for _ in range(_START_TRIES):
        term = below(graphs.streams, i, num_terms)
        count_places(graphs, i, term, work, outcome)
        places, count = competing(graphs, i, term, work.tables)
        graphs.terms[i, term] = places[below(graphs.streams, i, count)]
        if graphs.places[i, graphs.terms[i, term]] >= graphs.logicals[i]:
            break


@kernel
def _draw_support(graphs: TwoBlockGraphs, i: int, own: Integers, tables: GroupTables) -> None:
    """Fill a support with distinct elements, the identity first."""
    own[:] = -1
    own[0] = tables.identity
    for index in range(1, own.shape[0]):
        element = tables.identity
        while (own == element).any():
            element = below(graphs.streams, i, tables.inverse.shape[0])
        own[index] = element
