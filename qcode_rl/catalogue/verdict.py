"""What the catalogue says of a code that was found."""

from typing import Any, NamedTuple, Protocol

from qcode_rl.catalogue.known import KnownCode, at_least_as_good, catalogue, copies_as_good


class Parameters(Protocol):
    """Whatever has the parameters of a code; its d is the distance that is proved."""

    @property
    def n(self) -> int:
        """Number of qubits."""

    @property
    def k(self) -> int:
        """Number of logical qubits."""

    @property
    def d(self) -> int:
        """The proved lower bound on the distance, 0 if nothing is known."""

    @property
    def w(self) -> int:
        """Largest check weight."""

    @property
    def css(self) -> bool:
        """Whether it is held as a CSS code, which only CSS codes are as good as."""


class Match(NamedTuple):
    """What the catalogue has that is at least as good as a code.

    Attributes:
        code: a published code.
        copies: how many of it side by side are as good; 1 if it is so by itself.
    """

    code: KnownCode
    copies: int

    @property
    def label(self) -> str:
        """The code's label, with the number of copies."""
        return self.code.label if self.copies == 1 else f"{self.copies} x {self.code.label}"


def counterpart(code: Parameters) -> Match | None:
    """Return what has been published at least as good as a code is known to be, in n, k, d and w.

    Args:
        code: the code; of its distance what is proved counts. A CSS code is set against CSS codes,
            any other against all.

    Returns:
        A published code; copies of one if no single one will do; `None` if there is nothing as
        good, or nothing to compare (no logical qubits, or no distance).
    """
    if not _is_comparable(code):
        return None
    parameters = (code.n, code.k, code.d, code.w, code.css)
    known = at_least_as_good(*parameters)
    if known is not None:
        return Match(known, 1)
    several = copies_as_good(*parameters)
    return Match(several[1], several[0]) if several else None


def verdict(code: Parameters) -> str:
    """Say whether the catalogue has a code at least as good, with its source.

    Args:
        code: the code; of its distance what is proved counts.

    Returns:
        One line.

    Example:
        >>> from types import SimpleNamespace
        >>> verdict(SimpleNamespace(n=9, k=1, d=3, w=6, css=True))
        'the catalogue has one at least as good: [[7,1,3]](4,3), qldpc-challenge 2026-08-21 7-1-3'
    """
    if not _is_comparable(code):
        what = "no distance is proved" if code.k else "it has no logical qubits"
        return f"not compared with the catalogue: {what}"
    match = counterpart(code)
    if match is None:
        return catalogue().absence
    known = match.code
    doubt = "" if known.proved else f" if its recorded d<={known.d} is its distance"
    if match.copies == 1:
        found = f"the catalogue has one at least as good{doubt}: {known.label}"
    else:
        copies = f"{match.copies} copies side by side of one there are as good{doubt}"
        found = f"{catalogue().absence}, but {copies}: {known.label}"
    return f"{found}, {known.citation}"


def verdict_json(code: Parameters) -> dict[str, Any]:
    """Return the verdict as summaries of codes hold it, under `catalogue`.

    Args:
        code: the code; of its distance what is proved counts.

    Returns:
        `{"verdict", "code", "copies", "date"}`: the line, the published code (or `None`), how many
        copies of it are as good (1: one is), the snapshot's day.
    """
    match = counterpart(code)
    return {
        "verdict": verdict(code),
        "code": match.code.to_json() if match else None,
        "copies": match.copies if match else None,
        "date": catalogue().date,
    }


def _is_comparable(code: Parameters) -> bool:
    return code.k > 0 and code.d > 0
