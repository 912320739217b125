"""What a search needs to know of a family of codes."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from qcode_rl.archive import CodeRecord
from qcode_rl.archive.presentation import QuantumCode
from qcode_rl.distance import Distance
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.batches import Size
from qcode_rl.search.spec import AgentOptions
from qcode_rl.search.walk import Row


class Proved(NamedTuple):
    """A code whose distance is proved to be what was asked for.

    Attributes:
        code: the code, as it is to be archived.
        distance: what is known of its distance.
        family: the family that it is recorded under.
    """

    code: QuantumCode
    distance: Distance
    family: str


class Walk(Protocol):
    """Which size a family is to be searched at next."""

    rows: list[Row]

    def next_row(self) -> Row | None:
        """Return the row to spend the next slice on, `None` when nothing is left to look for."""

    def state(self) -> tuple[Row, ...]:
        """Return how the walk stands: copies of its rows."""

    def restore(self, rows: Iterable[Row]) -> None:
        """Go on from where `state` of a walk for the same request was taken."""


class Aside(Protocol):
    """What a family looks at between slices, without an agent; each look costs one evaluation."""

    @property
    def size(self) -> Size:
        """What its evaluations are counted under; it begins with the family's name."""

    @property
    def more(self) -> bool:
        """Whether there is anything left to look at."""

    def due(self, evaluations: int, at_all: bool = False) -> int:
        """Return how many looks to take between two slices.

        Args:
            evaluations: made so far in the family, with those of these looks.
            at_all: the family's walk has come to its end.
        """

    def look(self, known: Sequence[CodeRecord]) -> list[Proved]:
        """Take the next look, and return the codes that come of it, proved.

        Args:
            known: codes that the run has found.
        """

    def restore(self, looked: int) -> None:
        """Go on from where so many looks had been taken."""


class Family(Protocol):
    """One family of codes in a search: its walk over sizes, its environments and its proofs."""

    @property
    def name(self) -> str:
        """Its name, as in `SearchSpec.family`."""

    @property
    def stream(self) -> int:
        """What tells the random numbers of its slices from those of other families."""

    @property
    def agent(self) -> AgentOptions:
        """Settings of the agent in this family."""

    @property
    def walk(self) -> Walk:
        """The walk over its sizes."""

    @property
    def aside(self) -> Aside | None:
        """What it looks at between slices besides; `None` if nothing."""

    @property
    def proofs(self) -> int:
        """How many codes of a slice are put to proof at most."""

    def size(self, row: Row) -> Size:
        """Return what the batch for a row's next slice is made from; it begins with the name."""

    def text(self, size: Size) -> str:
        """Return what is looked at, as text."""

    def make_batch(self, size: Size) -> CodeVecEnv:
        """Return a batch of environments for a size."""

    def kinds(self, size: Size) -> int:
        """Return what `Row.fail` is to be told of a slice at a size."""

    def is_wanted(self, row: Row) -> bool:
        """Say whether codes of a row are an answer, rather than parts of one."""

    def prove(self, checks: BinaryMatrix) -> Proved | None:
        """Return the code that an environment says meets the request, proved.

        Args:
            checks: as in the environment's infos.

        Returns:
            The code; `None` if the proof refutes it, or comes to no end within its budget.
        """

    def succeed(
        self,
        row: Row,
        checks: BinaryMatrix,
        proved: Proved | None,
        known: Sequence[CodeRecord] = (),
    ) -> list[Proved]:
        """Note what a slice found; return the further codes that it makes, proved.

        Args:
            row: whose slice it was.
            checks: as in the environment's infos.
            proved: the code, unless the row's codes are only parts of what is wanted.
            known: codes that the run has found.
        """
