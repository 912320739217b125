"""Listings: what is shown of a code in a list of many, without its checks.

A listing has the names of `CodeRecord` and prints the same, but is read from the index, and needs
neither matrices nor the kernels that they come with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from qcode_rl.archive.records import CodeRecord

#: The members of a listing that decide whether it is in a Pareto set.
POINT = ("n", "k", "lower", "upper", "w", "q")


class Enclosed(Protocol):
    """What lists ask of a distance: `Distance` and `Bounds` have it."""

    @property
    def lower(self) -> int:
        """Proved lower bound."""

    @property
    def upper(self) -> int:
        """Weight of the lightest logical operator found."""


class Listed(Protocol):
    """What Pareto sets ask of a code: `CodeRecord` and `Listing` have it, and more."""

    @property
    def key(self) -> str:
        """The code's key."""

    @property
    def n(self) -> int:
        """Number of qubits."""

    @property
    def k(self) -> int:
        """Number of logical qubits."""

    @property
    def w(self) -> int:
        """Largest check weight."""

    @property
    def q(self) -> int:
        """Largest number of checks (of one Pauli type, for CSS codes) on one qubit."""

    @property
    def d(self) -> int:
        """The distance that is proved, 0 if there is none."""

    @property
    def distance(self) -> Enclosed | None:
        """What is known of the distance."""


@dataclass(frozen=True)
class Conflict:
    """Bounds that contradict each other: one of the two claims is wrong.

    Attributes:
        key: the code.
        pauli: "X" or "Z" for the bounds of that type of operator, "" for the distance.
        lower: the lower bound, greater than `upper`.
        upper: the weight of the witness.
        methods: how the two were reached.
    """

    key: str
    pauli: str
    lower: int
    upper: int
    methods: tuple[str, str]

    def __str__(self) -> str:
        name = f"d{self.pauli.lower()}"
        return (
            f"code {self.key[:12]}: {name} >= {self.lower} ({self.methods[0]}) contradicts "
            f"{name} <= {self.upper} ({self.methods[1]})"
        )


class Bounds(NamedTuple):
    """A distance without witness and method.

    Attributes:
        lower: proved lower bound.
        upper: weight of the lightest logical operator found.
    """

    lower: int
    upper: int

    @property
    def exact(self) -> bool:
        """Whether the distance is proved."""
        return self.lower == self.upper

    def __str__(self) -> str:
        """As `Distance` prints it: `9`, `<=9` or `7..9`."""
        if self.exact:
            return str(self.upper)
        return f"<={self.upper}" if self.lower == 1 else f"{self.lower}..{self.upper}"


class Origin(NamedTuple):
    """Where a code came from, as far as lists tell.

    Attributes:
        created: when it was archived, `YYYY-MM-DDThh:mm:ssZ` (UTC).
        seed: random seed of the run that found it.
        run: name of that run.
    """

    created: str
    seed: int | None
    run: str


class Listing(NamedTuple):
    """A code in a list, as a row of the index; the other names of `CodeRecord` are properties.

    Attributes:
        key: the code's key.
        n: number of qubits.
        k: number of logical qubits.
        w: largest check weight.
        q: largest number of checks (of one Pauli type, for CSS codes) on one qubit.
        lower: proved lower bound on the distance, `None` if nothing is known or k = 0.
        upper: upper bound on the distance, likewise.
        family: the family it was searched in.
        created: when it was archived.
        seed: random seed of the run that found it.
        run: name of that run.
        css: whether it is held as a CSS code.
    """

    key: str
    n: int
    k: int
    w: int
    q: int
    lower: int | None
    upper: int | None
    family: str
    created: str
    seed: int | None
    run: str
    css: bool = True

    @classmethod
    def of(cls, record: CodeRecord) -> Listing:
        """Return the listing of a record."""
        n, k, w, q = record.presentation.parameters
        d, source = record.distance, record.provenance
        lower, upper = (d.lower, d.upper) if d else (None, None)
        found = (record.family, source.created, source.seed, source.run)
        return cls(record.key, n, k, w, q, lower, upper, *found, record.css)

    @property
    def distance(self) -> Bounds | None:
        """What is known of its distance; `None` if k = 0, or if nothing is."""
        if self.lower is None or self.upper is None:
            return None
        return Bounds(self.lower, self.upper)

    @property
    def provenance(self) -> Origin:
        """Where it came from."""
        return Origin(self.created, self.seed, self.run)

    @property
    def d(self) -> int:
        """The distance that is proved: the lower bound, 0 if there is no distance."""
        return self.lower or 0

    @property
    def merit(self) -> float:
        """k d^2 / n with the proved d."""
        return self.k * self.d**2 / self.n

    @property
    def label(self) -> str:
        """`[[n,k,d]](w,q)`; d is "-" with k = 0, and "?" if nothing is known of it."""
        distance = str(self.distance) if self.distance else ("?" if self.k else "-")
        return f"[[{self.n},{self.k},{distance}]]({self.w},{self.q})"

    def summary(self) -> dict[str, Any]:
        """Return one entry of `codes`, as `search --json` and `archive list --json` print them."""
        return {
            "key": self.key,
            **{"n": self.n, "k": self.k, "d": self.distance and self.distance._asdict()},
            **{"w": self.w, "q": self.q, "family": self.family, "seed": self.seed},
            "catalogue": None,
        }
