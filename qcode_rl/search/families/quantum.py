"""Codes that are edited as they are: CSS codes and stabilizer codes of few qubits."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from qcode_rl.archive import CodeRecord
from qcode_rl.archive.presentation import QuantumCode
from qcode_rl.catalogue import smallest_known
from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.bounds import shortest_quantum_length
from qcode_rl.codes.quantum_bounds import MAX_QUBITS, is_excluded
from qcode_rl.distance.budget import Budget
from qcode_rl.edits.code_batches import MAX_LOGICALS
from qcode_rl.edits.layouts import layout_balls
from qcode_rl.gf2 import BinaryMatrix, unpack_rows
from qcode_rl.identity.css_form import css_form
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.batches import Size
from qcode_rl.search.families.base import Aside, Proved
from qcode_rl.search.families.draws import SymmetricDraws
from qcode_rl.search.families.shared import batch_for, distance_or_interrupt
from qcode_rl.search.requests import most_qubits
from qcode_rl.search.spec import SearchSpec
from qcode_rl.search.walk import Row, RowWalk, first_length

#: Most qubits that are tried where a request names none: proofs and censuses are quick up to there.
USUAL_QUBITS = 40
#: Work units (about 5 ns) of one proof, some seconds at most.
PROOF_WORK = 1 << 29
#: Most edits of an episode: in more, hardly anything is found that was not found by then.
EPISODE = 60


class QuantumCodes:
    """What families of codes that are edited as they are have in common; see `Family`.

    A row's dimension is k, the least number of logical qubits. Its lengths are numbers of qubits,
    in units of `unit`.

    Args:
        spec: the request.
    """

    name: str
    stream: int
    #: Qubits in a unit of a row's lengths, and least step between numbers of logical qubits.
    unit, step = 1, 1
    usual_qubits, most_logicals = USUAL_QUBITS, MAX_LOGICALS
    proofs = 4
    aside: Aside | None = None

    def __init__(self, spec: SearchSpec) -> None:
        self.spec = spec
        self.agent = replace(spec.agent, episode=min(spec.agent.episode, EPISODE))
        self.seed_code = spec.seed_quantum
        self.least_qubits, self.most_qubits = self._range()
        k = self._only_k()
        most = min(self.most_qubits - 1, self.most_logicals)
        dimensions = range(self.step, most + 1, self.step) if k is None else range(k, k + 1)
        self.walk: RowWalk = RowWalk(self._open_row, dimensions, only_one=k is not None)

    def size(self, row: Row) -> Size:
        """Return the number of qubits and of logical qubits."""
        return (self.name, row.length * self.unit, row.dimension)

    def text(self, size: Size) -> str:
        """Return what is looked at, as text."""
        return f"{self.name}, [[{size[1]},{size[2]},{self.spec.distance}]]"

    def make_batch(self, size: Size) -> CodeVecEnv:
        """Return a batch of codes under edit."""
        return batch_for(
            self.name,
            self.spec,
            self.agent,
            **self._place(size),
            logicals=size[2],
            seed_code=self._seed(size[1]),
        )

    def kinds(self, size: Size) -> int:
        """Say that where no code is new, none of the shorter ones is of use."""
        return 0

    def is_wanted(self, row: Row) -> bool:
        """Say that every code is an answer."""
        return True

    def prove(self, checks: BinaryMatrix) -> Proved | None:
        """Return a code with its distance, if it has the one asked for."""
        return self._proved(self._code(checks), self.name)

    def succeed(
        self,
        row: Row,
        checks: BinaryMatrix,
        proved: Proved | None,
        known: Sequence[CodeRecord] = (),
    ) -> list[Proved]:
        """Note a code in its row, and in those of fewer logical qubits that it is shorter for."""
        assert proved is not None
        length, k = proved.code.num_qubits // self.unit, proved.code.num_logicals
        self.walk.open_up_to(k)
        for other in self.walk.rows:
            shorter = other.best is None or length < other.best
            if other is row or (other.dimension <= k and shorter):
                other.succeed(length)
        return []

    def _range(self) -> tuple[int, int]:
        """Return the least and the largest number of qubits that are tried."""
        least, most = self.spec.qubits or (1, self.usual_qubits)
        seed = 0 if self.seed_code is None else self.seed_code.num_qubits
        most = min(most, most_qubits(self.name, self.spec.distance))
        if self.spec.layout_places is not None:
            most = min(most, len(self.spec.layout_places))
        return max(least, seed), max(seed, most)

    def _open_row(self, dimension: int) -> Row | None:
        """Return a fresh row, `None` if no number of qubits is possible."""
        # One check at least.
        least = max(_fewest_qubits(dimension, self.spec.distance), dimension + 1)
        floor = -(-max(least, self.least_qubits) // self.unit)
        longest = self.most_qubits // self.unit
        if floor > longest:
            return None
        start = floor if self.seed_code is not None else min(longest, self._first(dimension, floor))
        return Row(dimension, floor, start, family=self.name, longest=longest)

    def _first(self, dimension: int, floor: int) -> int:
        """Return the length to begin with: that of the shortest code known, if there is one."""
        css = self.name != "stabilizer"
        known = smallest_known(dimension, self.spec.distance, self.spec.max_weight, css)
        if known is None:
            return first_length(floor)
        return max(floor, -(-known.n // self.unit))

    def _place(self, size: Size) -> dict[str, Any]:
        """Return the arguments of an environment that say where its codes live."""
        spec, qubits = self.spec, size[1]
        places = spec.layout_places
        layout = spec.layout if places is None else np.array(places[:qubits])
        local = {} if layout is None else {"layout": layout, "radius": spec.radius}
        return {"qubits": qubits, **local}

    def _only_k(self) -> int | None:
        """Return the only k that is looked at: edits keep that of a seed. `None`: all are."""
        return self.spec.logicals if self.seed_code is None else self.seed_code.num_logicals

    def _seed(self, qubits: int) -> Any:
        """Return the seed code as environments of so many qubits take it."""
        return None if self.seed_code is None else with_idle_qubits(self.seed_code, qubits)

    def _code(self, checks: BinaryMatrix) -> QuantumCode:
        """Return the code of symplectic checks `(r, 2n)`, without rows of zeros."""
        return StabilizerCode(checks[checks.any(axis=1)]).to_css()

    def _is_local(self, supports: BinaryMatrix) -> bool:
        """Say whether checks, by the qubits that they act on, keep to the layout."""
        near = self._near(supports.shape[1])
        return near is None or all(near[np.ix_(row == 1, row == 1)].all() for row in supports)

    def _near(self, qubits: int) -> BinaryMatrix | None:
        """Return which qubits may share a check, `(n, n)`; `None` if all may."""
        place = self._place((self.name, qubits))
        sets = layout_balls(place.get("layout"), place.get("radius"), qubits)
        return None if sets is None else unpack_rows(sets[:, np.newaxis], qubits)

    def _proved(self, code: QuantumCode, family: str) -> Proved | None:
        target = self.spec.distance
        found = distance_or_interrupt(code, target=target, budget=Budget(work=PROOF_WORK))
        if found is None or found.lower < target:
            return None
        if not found.exact:
            # That is enough; the distance itself is told where it takes no more work than that.
            whole = distance_or_interrupt(code, budget=Budget(work=PROOF_WORK))
            found = whole if whole is not None and whole.exact else found
        return Proved(code, found, family)


class DrawnCodes(QuantumCodes):
    """What families have in common whose codes are drawn with a symmetry besides."""

    def __init__(self, spec: SearchSpec) -> None:
        super().__init__(spec)
        # A search from a seed code is for forms of that code, and few symmetries are local ones.
        if self.seed_code is None and spec.layout is None:
            css = self.name == "css"
            self.aside = SymmetricDraws(spec, css, self.name, self.walk, self._drawn)

    def _drawn(self, row: Row, checks: BinaryMatrix) -> list[Proved]:
        """Take in a code that was drawn for a row."""
        proved = self.prove(checks)
        if proved is None:
            return []
        code, spec = proved.code, self.spec
        n, k, d = code.num_qubits, code.num_logicals, spec.distance
        if not spec.met_by(n, k, d, code.max_weight, code.max_degree):
            return []
        self.succeed(row, checks, proved)
        return [proved]


class CSSCodes(DrawnCodes):
    """The family `css`; see `Family`."""

    name, stream = "css", 1


class StabilizerCodes(DrawnCodes):
    """The family `stabilizer`; see `Family`.

    A code that is a CSS code up to Clifford gates on single qubits is recorded as that CSS code.
    """

    name, stream = "stabilizer", 2

    def prove(self, checks: BinaryMatrix) -> Proved | None:
        """Return a code with its distance, if it has the one asked for."""
        code = StabilizerCode(checks[checks.any(axis=1)])
        proved = self._proved(code, self.name)
        form = None if proved is None else css_form(code)
        if form is None:
            return proved
        spec, k = self.spec, form.num_logicals
        # Its generators are others: a qubit may be in more checks, or a check longer, than asked.
        if not spec.met_by(form.num_qubits, k, spec.distance, form.max_weight, form.max_degree):
            return None
        if not self._is_local(np.vstack([form.x_checks, form.z_checks])):
            return None
        return self._proved(form, "css")


def with_idle_qubits(code: QuantumCode, qubits: int) -> QuantumCode:
    """Return a code with further qubits, each fixed by a Z check of its own.

    Args:
        code: a code of n qubits.
        qubits: how many it is to have, at least n.

    Example:
        >>> from qcode_rl.codes.named import named_code
        >>> with_idle_qubits(named_code("steane"), 9)
        CSSCode[[9,1]](4,3)
    """
    more = qubits - code.num_qubits
    if more == 0:
        return code
    css = isinstance(code, CSSCode)
    given = StabilizerCode.from_css(code) if isinstance(code, CSSCode) else code
    fixed = np.eye(more, qubits, code.num_qubits, dtype=np.uint8)
    x, z = (np.pad(part, ((0, 0), (0, more))) for part in (given.x_part, given.z_part))
    padded = StabilizerCode(np.block([[x, z], [0 * fixed, fixed]]))
    return padded.to_css() if css else padded


def _fewest_qubits(k: int, d: int) -> int:
    """Return a number of qubits that no stabilizer code undercuts."""
    n = shortest_quantum_length(k, d)
    # Linear programs exclude more, as far as they are exact: [[11,1,5]] is the shortest there.
    while n <= MAX_QUBITS and is_excluded(n, k, d):
        n += 1
    return n
