"""What a distance computation says: an interval, a witness, and how it was reached."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from qcode_rl.errors import InputError


@dataclass(frozen=True)
class Witness:
    """An operator whose weight bounds the distance from above.

    For quantum codes a logical operator; for classical codes a codeword, held in `x`.

    Attributes:
        x: positions with an X (or Y), increasing, 0-based.
        z: positions with a Z (or Y), increasing, 0-based.
    """

    x: tuple[int, ...] = ()
    z: tuple[int, ...] = ()

    @property
    def weight(self) -> int:
        """Number of positions on which the operator acts."""
        return len(set(self.x) | set(self.z))


@dataclass(frozen=True)
class Distance:
    """A distance that is proved (`lower == upper`) or enclosed.

    Attributes:
        lower: proved lower bound.
        upper: weight of the lightest logical operator (codeword) found.
        witness: that operator; its weight is `upper`.
        method: the algorithm that was used.
        seconds: time it took.
        dx: least weight of an X-type logical operator (CSS codes only).
        dz: least weight of a Z-type logical operator (CSS codes only).
        stopped: why the computation ended before the distance was known, "target", "budget" or
            "interrupted"; empty if it is exact.
    """

    lower: int
    upper: int
    witness: Witness | None = None
    method: str = ""
    seconds: float = 0.0
    dx: "Distance | None" = None
    dz: "Distance | None" = None
    stopped: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.lower <= self.upper:
            raise InputError(
                f"distance: must have 0 < lower <= upper, got {self.lower}..{self.upper}"
            )
        if self.witness is not None and self.witness.weight != self.upper:
            raise InputError(
                f"distance: the witness must have weight {self.upper}, got {self.witness.weight}"
            )

    @property
    def exact(self) -> bool:
        """Whether the distance is proved."""
        return self.lower == self.upper

    def __str__(self) -> str:
        """`9` when proved, `<=9` with no more than a witness, `7..9` with a proved lower bound."""
        if self.exact:
            return str(self.upper)
        return f"<={self.upper}" if self.lower == 1 else f"{self.lower}..{self.upper}"


def least_of(distances: Iterable[Distance]) -> Distance:
    """Combine distances of which the least counts.

    Returns:
        The least upper bound with its witness, the least lower bound, and all methods.
    """
    options = list(distances)
    lightest = min(options, key=lambda d: d.upper)
    return replace(
        lightest,
        lower=min(d.lower for d in options),
        method=" + ".join(dict.fromkeys(d.method for d in options)),
        seconds=max(d.seconds for d in options),
        stopped=next((d.stopped for d in options if d.stopped), ""),
    )
