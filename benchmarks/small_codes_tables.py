"""The state of the small codes as a readable document."""

from small_codes_searches import AGENT
from small_codes_state import METHODS, Cell, Shortest, State, known_shortest, lower_bound

_HEAD = """\
The smallest number of qubits n of {kind} found with at least k logical qubits, distance at least
d (proved) and checks of weight at most w. A cell reads

    ours / catalogue / annealing (bound)

in qubits; -: none found, or not looked for yet, since the run may be stopped and go on.
**Bold**: fewer qubits than the smallest code of the catalogue, plain: as many, *italic*: more;
=: as few as the bound allows; +: several codes side by side. The catalogue is that of qcode-rl, its
codes with proved distances. The bound holds for all stabilizer codes of any weight: linear
programming with exact certificates up to 20 qubits, the quantum Singleton and Hamming bounds
beyond. Codes of more than {most} qubits were not looked for.

"Ours" is `qcode-rl search` for a single n and k. About half of its evaluations go to codes that are
drawn with a cyclic symmetry of the qubits, the other half to edits by the agent in the environment
`{environment}`: it begins with the shipped policy and learns on the way ({agent}).
A search ends with the first code, or after as many evaluations as each
table says; annealing over gates had as many for each of its lengths.
Lengths are tried from the catalogue's, down from each code that was found, and up to one where none
was; a code counts for every weaker cell{also}. In all, ours took
{ours:,} evaluations, and annealing {annealing:,}.

Made by

    {command}

which goes on from `{name}.json`, where the codes are."""


def as_markdown(state: State, name: str) -> str:
    """Return the tables of a family.

    Args:
        state: what is held.
        name: of its file, without the suffix.
    """
    settings = state.settings
    evaluations = settings["evaluations"]
    command = f"qcode-rl bench small-codes --family {state.family} --evaluations {evaluations}"
    if settings["seed"]:
        command += f" --seed {settings['seed']}"
    text = _HEAD.format(
        kind="a CSS code" if state.css else "a stabilizer code",
        most=settings["max_n"],
        agent=f"batches of {AGENT.num_envs}, rollouts of {AGENT.rollout} steps",
        environment="qcode/CSS-v0" if state.css else "qcode/Stabilizer-v0",
        also="" if state.css else ", and a CSS code of the other table as well",
        command=command,
        name=name,
        **state.spent,
    )
    title = "CSS" if state.css else "stabilizer"
    lines = [f"# Small {title} codes with light checks", "", text]
    for w in settings["weights"]:
        distances = range(2, settings["max_d"] + 1)
        lines += ["", f"## Checks of weight at most {w}", "", counted(state, w)]
        lines += ["", _row(["k", *(f"d = {d}" for d in distances)])]
        lines += [_row(["---"] * (len(distances) + 1))]
        for k in range(1, settings["max_k"] + 1):
            lines.append(_row([str(k), *(entry(state, Cell(d, w, k)) for d in distances)]))
    return "\n".join(lines) + "\n"


def entry(state: State, cell: Cell) -> str:
    """Return one cell of the tables."""
    ours, known = state.shortest("ours", cell), known_shortest(cell, state.css)
    bound = lower_bound(cell.k, cell.d)
    told = _told(ours)
    if ours is not None and ours.n == bound:
        told += "="
    sign = {"better": "**", "equal": "", "worse": "*"}[standing(ours, known)]
    told = f"{sign}{told}{sign}" if ours is not None else told
    return f"{told} / {_told(known)} / {_told(state.shortest('annealing', cell))} ({bound})"


def standing(ours: Shortest | None, known: Shortest | None) -> str:
    """Say whether what was found is better than what is known, equal, or worse."""
    if ours is None:
        return "worse" if known is not None else "equal"
    if known is None or ours.n < known.n:
        return "better"
    return "equal" if ours.n == known.n else "worse"


def counted(state: State, w: int) -> str:
    """Return where the cells of one weight stand, as a sentence for each comparison."""
    settings = state.settings
    cells = [
        Cell(d, w, k)
        for d in range(2, settings["max_d"] + 1)
        for k in range(1, settings["max_k"] + 1)
    ]
    found = [cell for cell in cells if state.shortest("ours", cell) is not None]
    sentences = [f"Ours: codes in {len(found)} of {len(cells)} cells."]
    budgets = state.budgets(w)
    if budgets is not None:
        told = " to ".join(f"{one:,}" for one in sorted(set(budgets)))
        sentences.insert(0, f"{told} evaluations a try.")
    for name, by in (("the catalogue", None), ("annealing", METHODS[1])):
        places = []
        for cell in cells:
            ours = state.shortest("ours", cell)
            other = known_shortest(cell, state.css) if by is None else state.shortest(by, cell)
            if (ours, other) != (None, None):
                places.append(standing(ours, other))
        sentences.append(
            f"Against {name}: {places.count('better')} cells with fewer qubits, "
            f"{places.count('equal')} with as many, {places.count('worse')} with more or none."
        )
    return " ".join(sentences)


def _told(shortest: Shortest | None) -> str:
    if shortest is None:
        return "-"
    return f"{shortest.n}{'+' if shortest.parts > 1 else ''}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
