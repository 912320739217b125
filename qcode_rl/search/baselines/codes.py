"""Simulated annealing of CSS and stabilizer codes over gates between two qubits.

The potential is that of the environments: soft distance less what is beyond the limits. Conjugating
by a CNOT, or by a quarter turn about an operator on two qubits, keeps checks commuting and
independent, so that every move is legal; one that is rejected is taken back by putting back the
checks and all that was told of them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qcode_rl.edits.code_census import CodeScratch
from qcode_rl.edits.code_moves import judge
from qcode_rl.edits.code_starts import cnot, draw, draw_pair, rotate
from qcode_rl.edits.code_state import CodeGraphs
from qcode_rl.edits.code_stepping import CodePools, meets_request, restart
from qcode_rl.edits.graphs import Floats, Integers
from qcode_rl.edits.stepping import Rules
from qcode_rl.edits.streams import uniform
from qcode_rl.gf2.jit import kernel
from qcode_rl.gf2.packing import Words
from qcode_rl.search.baselines.moves import draw_light_bit

#: A run ends after so many listings for each evaluation that it may spend: of few qubits, every
#: code in reach has been seen at some time, and no further evaluation is ever spent.
LISTINGS_PER_EVALUATION = 20


class CodeSchedule(NamedTuple):
    """How to anneal over gates; at temperature 0 throughout that is a greedy search.

    Attributes:
        hot: temperature at the start, in units of the distance.
        cold: temperature at the end; it falls linearly.
        length: moves after which to restart.
        guided: share of moves whose first qubit is drawn by its share in light logical operators.
    """

    hot: float = 0.1
    cold: float = 0.0
    length: float = 500.0
    guided: float = 0.9


class CodeWork(NamedTuple):
    """A code as it was before the move being tried.

    Attributes:
        xs: `(M,) uint64` X parts of its checks.
        zs: `(M,) uint64` Z parts.
        participation: `(N,) float64` shares of the qubits in the light logical operators.
        excess: `(2,) int64` weight and degree beyond the limits.
    """

    xs: NDArray[np.uint64]
    zs: NDArray[np.uint64]
    participation: Floats
    excess: Integers


def code_work(max_checks: int, max_bits: int) -> CodeWork:
    """Return room for one code of at most M checks on N qubits."""
    return CodeWork(
        xs=np.zeros(max_checks, dtype=np.uint64),
        zs=np.zeros(max_checks, dtype=np.uint64),
        participation=np.zeros(max_bits),
        excess=np.zeros(2, dtype=np.int64),
    )


@kernel
def anneal_codes(
    graphs: CodeGraphs, i: int, css: bool, pools: CodePools, rules: Rules, counters: Integers,
    seen: Words, s: CodeScratch, schedule: CodeSchedule, work: CodeWork, budget: int,
) -> bool:  # fmt: skip
    """Anneal from random circuits until code i meets its request or the budget is spent.

    Args:
        graphs: the batch; code i is left as the last move left it.
        i: which code.
        css: whether it is a CSS code.
        pools: its task, and where it starts.
        rules: rules; the constants decide the potential.
        counters: `(3,) int64` of this run, starts included; as for `code_moves.judge`.
        seen: hash table with room for `budget` codes.
        s: room to work in.
        schedule: how to anneal.
        work: room for what a move may have to be taken back to.
        budget: most reward evaluations; the counters may start above 0.

    Returns:
        Whether the request is met.
    """
    most = counters[1] + LISTINGS_PER_EVALUATION * budget
    while counters[0] < budget and counters[1] < most:
        restart(graphs, i, css, pools, rules, counters, seen, s)
        moves = 0
        while moves < schedule.length and not meets_request(graphs, i):
            if counters[0] >= budget or counters[1] >= most:
                return False
            share = moves / schedule.length
            temperature = schedule.hot + (schedule.cold - schedule.hot) * share
            try_gate(graphs, i, css, rules, counters, seen, s, schedule.guided, temperature, work)
            moves += 1
        if meets_request(graphs, i):
            return True
    return False


@kernel
def try_gate(
    graphs: CodeGraphs, i: int, css: bool, rules: Rules, counters: Integers, seen: Words,
    s: CodeScratch, guided: float, temperature: float, work: CodeWork,
) -> bool:  # fmt: skip
    """Conjugate code i by a random gate and keep it by the rule of Metropolis, or if it answers.

    Args:
        graphs: the batch; `judge` has told of code i as it is.
        i: which code.
        css: whether it is a CSS code.
        rules: rules.
        counters: as for `anneal_codes`.
        seen: hash table of codes.
        s: room to work in.
        guided: as in the schedule.
        temperature: in units of the distance.
        work: receives the code as it was.

    Returns:
        Whether the gate was kept; if not, code i is exactly what it was.
    """
    before, soft, distance = graphs.potentials[i], graphs.soft[i], graphs.distances[i]
    _note(graphs, i, work)
    _draw_gate(graphs, i, css, guided)
    judge(graphs, i, css, rules, counters, seen, s)
    change = graphs.potentials[i] - before
    if change >= 0.0 or meets_request(graphs, i):
        return True
    if temperature > 0.0 and uniform(graphs.streams, i) < np.exp(change / temperature):
        return True
    graphs.xs[i], graphs.zs[i] = work.xs, work.zs
    graphs.participation[i], graphs.excess[i] = work.participation, work.excess
    graphs.potentials[i], graphs.soft[i], graphs.distances[i] = before, soft, distance
    return False


@kernel
def _note(graphs: CodeGraphs, i: int, work: CodeWork) -> None:
    work.xs[:], work.zs[:] = graphs.xs[i], graphs.zs[i]
    work.participation[:], work.excess[:] = graphs.participation[i], graphs.excess[i]


@kernel
def _draw_gate(graphs: CodeGraphs, i: int, css: bool, guided: float) -> None:
    """Conjugate code i by a CNOT, or by a quarter turn, on two random qubits."""
    n = graphs.num_bits[i]
    if guided > 0.0 and uniform(graphs.streams, i) < guided:
        a = draw_light_bit(graphs.participation[i, :n], graphs.streams, i)
    else:
        a = draw(graphs.streams, i, n)
    b = draw(graphs.streams, i, n - 1)
    b += 1 if b >= a else 0
    if not css:
        x, z = draw_pair(graphs, i, a, b)
        rotate(graphs, i, x, z)
    elif draw(graphs.streams, i, 2) == 0:
        cnot(graphs, i, a, b)
    else:
        cnot(graphs, i, b, a)
