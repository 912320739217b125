"""Published codes, read from the files in `data/`, and which of them outdo given parameters."""

import csv
import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple


class Source(NamedTuple):
    """Where rows of the catalogue come from.

    Attributes:
        id: a short name.
        title: how it is cited.
        url: where it is, "" for textbooks.
        note: how its distances and weights were come by.
    """

    id: str
    title: str
    url: str
    note: str


class KnownCode(NamedTuple):
    """A published code.

    Attributes:
        n: qubits.
        k: logical qubits.
        d: the distance as recorded; an upper bound unless proved.
        proved: whether it is proved.
        w: largest check weight.
        q: most X checks, or Z checks, on one qubit; `None` if that is not told.
        family: kind of code, "" if that is not told.
        components: number of parts that the code falls into.
        source: the id of its source.
        entry: its name there, "" if it has none.
        undominated: whether no other row is as good in n, k, d and w.
        css: whether it is a CSS code; if not, it is some other stabilizer code.
    """

    n: int
    k: int
    d: int
    proved: bool
    w: int
    q: int | None
    family: str
    components: int
    source: str
    entry: str
    undominated: bool
    css: bool = True

    @property
    def label(self) -> str:
        """`[[n,k,d]](w,q)`, with `<=d` where the distance is not proved and `?` for no q."""
        d = self.d if self.proved else f"<={self.d}"
        return f"[[{self.n},{self.k},{d}]]({self.w},{'?' if self.q is None else self.q})"

    @property
    def kind(self) -> str:
        """What it is: "css", or "stabilizer" for a code that is not CSS."""
        return "css" if self.css else "stabilizer"

    @property
    def citation(self) -> str:
        """The source, with the code's name there."""
        return f"{catalogue().source(self.source).title} {self.entry}".strip()

    def to_json(self) -> dict[str, Any]:
        """Return the parameters, and the source as it is cited."""
        return {
            "n": self.n,
            "k": self.k,
            "d": {"recorded": self.d, "proved": self.proved},
            "w": self.w,
            "q": self.q,
            "css": self.css,
            "family": self.family or None,
            "components": self.components,
            "source": self.citation,
            "url": catalogue().source(self.source).url or None,
        }


#: The columns of the file.
COLUMNS = KnownCode._fields
# importlib.resources would take as long to import as the data to read.
_DATA = Path(__file__).with_name("data")


def dominates(one: KnownCode, other: KnownCode) -> bool:
    """Say whether a code is no worse than another in n, k, d and w.

    A distance that is not proved outdoes none that is, nor a code that is not CSS one that is.
    """
    return (
        one.n <= other.n
        and one.k >= other.k
        and one.d >= other.d
        and one.w <= other.w
        and one.proved >= other.proved
        and one.css >= other.css
    )


@dataclass(frozen=True)
class Catalogue:
    """All published codes that are known here.

    Attributes:
        codes: the codes, by n.
        sources: where they come from.
        date: day of the snapshot; of codes published later few or none are held.
    """

    codes: tuple[KnownCode, ...]
    sources: tuple[Source, ...]
    date: str

    def source(self, name: str) -> Source:
        """Return the source with an id."""
        return next(source for source in self.sources if source.id == name)

    @cached_property
    def best(self) -> tuple[KnownCode, ...]:
        """The codes that no other one outdoes, by `dominates`: proved ones first, then by n."""
        best = (code for code in self.codes if code.undominated)
        return tuple(sorted(best, key=lambda c: (not c.proved, c.n, -c.k, -c.d, c.w)))

    def matching(
        self,
        n: int | None = None,
        k: int | None = None,
        d: int | None = None,
        w: int | None = None,
        css: bool = False,
    ) -> list[KnownCode]:
        """Return those of the best codes that are at least as good as what is asked for.

        Args:
            n: most qubits; `None` for this and the following: any.
            k: fewest logical qubits.
            d: least distance, by the distances recorded, proved or not.
            w: largest check weight.
            css: whether only CSS codes are asked for.

        Returns:
            The codes, those with proved distances first.
        """
        return [
            code
            for code in self.best
            if (n is None or code.n <= n)
            and (k is None or code.k >= k)
            and (d is None or code.d >= d)
            and (w is None or code.w <= w)
            and (code.css or not css)
        ]

    def of_size(self, n: int | None = None, k: int | None = None) -> list[KnownCode]:
        """Return every code of exactly this n and k, in the order of `codes`.

        Args:
            n: qubits; `None`: any.
            k: logical qubits; `None`: any.
        """
        return [code for code in self.codes if n in (None, code.n) and k in (None, code.k)]

    @property
    def contents(self) -> str:
        """What the catalogue holds, on one line: the day, the number of codes, the sources."""
        titles = "; ".join(source.title for source in self.sources)
        return f"the catalogue ({self.date}; {len(self.codes):,} codes from {titles})"

    @property
    def absence(self) -> str:
        """What is said of a code that nothing here is as good as: never that it is new."""
        return f"not in {self.contents}"


@cache
def catalogue() -> Catalogue:
    """Return the catalogue, read from its files at the first call (some 10 ms)."""
    about = json.loads((_DATA / "sources.json").read_text("utf-8"))
    text = (_DATA / "known_codes.csv").read_text("utf-8")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    if tuple(next(rows)) != COLUMNS:
        raise RuntimeError(f"known_codes.csv: the columns must be {', '.join(COLUMNS)}")
    sources = tuple(Source(**source) for source in about["sources"])
    return Catalogue(tuple(map(_known_code, rows)), sources, about["date"])


@cache
def at_least_as_good(n: int, k: int, d: int, w: int, css: bool = False) -> KnownCode | None:
    """Return a published code that is no worse than what is given.

    Args:
        n: qubits: it has no more.
        k: logical qubits: it has no fewer.
        d: distance: the one recorded for it is no smaller, proved or (see `KnownCode.proved`) not.
        w: largest check weight: its is no larger.
        css: whether it must be a CSS code.

    Returns:
        The code, one whose distance is proved if there is one, of those the shortest; `None` if
        the catalogue has none.

    Example:
        >>> at_least_as_good(144, 12, 12, 6).label
        '[[144,12,12]](6,3)'
    """
    return next((code for code in _good_enough(d, w, css) if code.n <= n and code.k >= k), None)


@cache
def copies_as_good(
    n: int, k: int, d: int, w: int, css: bool = False
) -> tuple[int, KnownCode] | None:
    """Return copies of one published code that, side by side, are no worse than what is given.

    They are one code with as many times the n and k of the published one, and its d and w.

    Args:
        n: as for `at_least_as_good`.
        k: as for `at_least_as_good`.
        d: as for `at_least_as_good`.
        w: as for `at_least_as_good`.
        css: as for `at_least_as_good`.

    Returns:
        How many copies, and the code: a proved one if there is one, of those the fewest qubits in
        all; `None` if no number of copies will do.

    Example:
        >>> copies_as_good(1600, 121, 12, 6)[1].label
        '[[144,12,12]](6,3)'
    """
    enough = [
        (copies, code)
        for code in _good_enough(d, w, css)
        if (copies := -(-k // code.k)) * code.n <= n
    ]
    return min(enough, key=lambda each: (not each[1].proved, each[0] * each[1].n), default=None)


@cache
def smallest_known(k: int, d: int, w: int, css: bool) -> KnownCode | None:
    """Return the shortest code here that has a proved distance, by what is asked of it.

    Args:
        k: logical qubits: it has no fewer.
        d: distance: its proved one is no smaller.
        w: largest check weight: its is no larger.
        css: whether it must be a CSS code; if not, every code counts.

    Returns:
        The code; of equally short ones that with the most logical qubits, then the largest distance
        and the lightest checks. `None` if the catalogue has none.

    Example:
        >>> smallest_known(1, 3, 4, css=False).label, smallest_known(1, 3, 4, css=True).label
        ('[[5,1,3]](4,?)', '[[7,1,3]](4,3)')
    """
    # `matching` has those with proved distances first, the shortest at their head.
    first = next(iter(catalogue().matching(k=k, d=d, w=w, css=css)), None)
    return first if first is not None and first.proved else None


@cache
def _good_enough(d: int, w: int, css: bool) -> list[KnownCode]:
    # Codes found share a few distances and weights: most of the catalogue is passed over once.
    return catalogue().matching(d=d, w=w, css=css)


def _known_code(cells: list[str]) -> KnownCode:
    n, k, d, proved, w, q, family, components, source, entry, undominated, css = cells
    return KnownCode(
        int(n),
        int(k),
        int(d),
        proved == "1",
        int(w),
        int(q) if q else None,
        family,
        int(components),
        source,
        entry,
        undominated == "1",
        css == "1",
    )
