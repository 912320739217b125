"""Keys that equal codes share: the coloured graph of a code's words, hashed.

The graph of all light stabilizers depends on the stabilizer group alone; where they cannot all be
listed, the graph of the checks held takes its place, and the key says so.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.identity.graphs import ColourGraph, colour_graph
from qcode_rl.identity.keys import refinement_key
from qcode_rl.identity.light import light_stabilizers
from qcode_rl.identity.subjects import QuantumCode, Subject, subject_of
from qcode_rl.identity.work import DEFAULT_BUDGET, OutOfWork, Work

Kind: TypeAlias = Literal["light stabilizers", "presentation"]


@dataclass(frozen=True)
class Identity:
    """A key that equal codes share.

    Attributes:
        kind: what the key was made from. `light stabilizers`: all of them, so that it does not
            depend on the checks held, and different keys prove that codes differ. `presentation`:
            the checks held; different keys prove nothing.
        key: SHA-256, hexadecimal. Equal keys prove nothing: see `equivalence`.
        weight: the largest weight of a listed stabilizer, or of a check held.
    """

    kind: Kind
    key: str
    weight: int


@dataclass(frozen=True, eq=False)
class Portrait:
    """A code with all that comparing it with others needs.

    Attributes:
        code: the code.
        subject: its group.
        kind: what the graph is made from.
        graph: of the words.
        weight: as of `Identity`.
    """

    code: QuantumCode
    subject: Subject
    kind: Kind
    graph: ColourGraph
    weight: int

    @property
    def columns_per_qubit(self) -> int:
        """How many columns of the graph stand for a qubit."""
        return 1 if self.subject.is_css else 3

    def identity(self) -> Identity:
        """Return the code's identity."""
        seen = (
            "qcode-rl identity 1",
            self.kind,
            "css" if self.subject.is_css else "stabilizer",
            self.subject.num_qubits,
            self.subject.ranks,
            refinement_key(self.graph, exchangeable=self.subject.is_css),
        )
        return Identity(self.kind, hashlib.sha256(repr(seen).encode()).hexdigest(), self.weight)

    def presented(self) -> "Portrait":
        """Return the portrait made from the checks held."""
        if self.kind == "presentation":
            return self
        return replace(
            self,
            kind="presentation",
            graph=_graph(self.subject, self.subject.presented()),
            weight=self.code.max_weight,
        )


def portrait_of(code: QuantumCode, budget: int, local_cliffords: bool) -> Portrait:
    """Return the portrait of a code; arguments and errors are those of `identity_of`."""
    subject = subject_of(code, local_cliffords)
    try:
        light = light_stabilizers(subject, Work(budget))
    except OutOfWork:
        graph = _graph(subject, subject.presented())
        return Portrait(code, subject, "presentation", graph, code.max_weight)
    graph = _graph(subject, light.families)
    return Portrait(code, subject, "light stabilizers", graph, light.weight)


def identity_of(
    code: QuantumCode, budget: int = DEFAULT_BUDGET, *, local_cliffords: bool = False
) -> Identity:
    """Return the identity of a code up to the numbering of its qubits.

    For CSS codes (whatever class holds them) it is also up to exchanging X and Z on all qubits; for
    other codes, up to a Clifford gate on each qubit.

    Args:
        code: a CSS or a stabilizer code.
        budget: work units of about 10 ns to spend on listing the light stabilizers. It decides
            which kind of identity is returned, and nothing else.
        local_cliffords: whether CSS codes, too, are taken up to a Clifford gate on each qubit.

    Raises:
        InputError: for another kind of code, or a budget that is not positive.

    Example:
        >>> from qcode_rl.codes import named_code
        >>> found = identity_of(named_code("steane"))
        >>> found.kind, found.weight, found.key[:8]
        ('light stabilizers', 4, 'e2cc18c7')
    """
    return portrait_of(code, budget, local_cliffords).identity()


def _graph(subject: Subject, families: Sequence[BinaryMatrix]) -> ColourGraph:
    return colour_graph(families, 1 if subject.is_css else 3)
