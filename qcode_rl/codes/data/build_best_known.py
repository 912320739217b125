"""Find a best binary linear code for every length up to 30, and write them to the data file.

Run as `python -m qcode_rl.codes.data.build_best_known` (about ten seconds; every run writes the
same file). A table of the best code found for each [n, k] starts from trivial and cyclic codes and
is closed under classical derivations: puncturing, shortening, subcodes, parity extension, repeating
a position, juxtaposition, (u|u+v) (MacWilliams and Sloane, The Theory of Error-Correcting Codes
(1977), chapters 1 and 2). What is then missing comes from two searches: random quasi-cyclic codes
of chosen shapes (Chen, Peterson and Weldon, Information and Control 15, 407 (1969)) and simulated
annealing over the columns of a generator matrix. All distances are exact, from weight
distributions.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np

from qcode_rl.codes.best_known import LONGEST_BEST_KNOWN
from qcode_rl.codes.bounds import linear_code_bounds
from qcode_rl.codes.cyclic import generator_polynomials, shifts
from qcode_rl.codes.data.anneal_columns import anneal_columns
from qcode_rl.codes.weights import distribution_of_span
from qcode_rl.gf2 import Words
from qcode_rl.gf2.elimination import kernel_basis, reduced_rows

#: Quasi-cyclic searches: circulant size, blocks, generators, and the dimension that is wanted
#: (of the span of the generators or of its dual). Each was chosen for a code that the
#: derivations leave open and from which the remaining ones follow.
QUASI_CYCLIC = (
    (9, 3, 1, 9),
    (15, 2, 1, 15),
    (14, 2, 1, 14),
    (13, 2, 1, 13),
    (8, 3, 1, 7),
    (9, 3, 2, 10),
    (8, 3, 2, 14),
    (15, 2, 1, 16),
    (10, 3, 2, 12),
)
QUASI_CYCLIC_DRAWS = 300_000
ANNEALED_DIMENSION = 7


@dataclass(frozen=True)
class Found:
    """A code in the table: its rows as integers (bit j for column j), distance and making."""

    rows: tuple[int, ...]
    d: int
    origin: str


class Table:
    """The best code found so far for each length and dimension.

    Args:
        longest: largest length that is kept.
    """

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.best: dict[tuple[int, int], Found] = {}

    def lacks(self, n: int, k: int) -> bool:
        """Say whether a better [n, k] code than the table's is known to exist."""
        found = self.best.get((n, k))
        return k > 0 and (found is None or found.d < linear_code_bounds(n, k)[0])

    def holes(self, longest: int) -> list[tuple[int, int]]:
        """Return the lengths, up to `longest`, and dimensions that lack a best code."""
        return [(n, k) for n in range(1, longest + 1) for k in range(1, n + 1) if self.lacks(n, k)]

    def offer(self, rows: Iterable[int], n: int, origin: str) -> bool:
        """Take a code if it is better than the one held; rows may depend on each other."""
        words = reduced(rows)
        if n > self.longest or not self.lacks(n, len(words)):
            return False
        # A position where every word is 0 would be a wasted bit of whatever grows from the code.
        if np.bitwise_or.reduce(words, axis=0)[0] != (1 << n) - 1:
            return False
        d = next(w for w, count in enumerate(distribution_of_span(words, n)) if w and count)
        held = self.best.get((n, len(words)))
        if held is not None and held.d >= d:
            return False
        self.best[n, len(words)] = Found(as_integers(words), d, origin)
        return True


def reduced(rows: Iterable[int]) -> Words:
    """Return independent packed words `(k, 1) uint64` with the same span."""
    return reduced_rows(np.array(list(rows), dtype=np.uint64).reshape(-1, 1))[0]


def as_integers(words: Words) -> tuple[int, ...]:
    """Return packed words `(k, 1)` as integers."""
    return tuple(int(word) for word in words[:, 0])


def dual(rows: Iterable[int], n: int) -> tuple[int, ...]:
    """Return a basis of the dual of a span."""
    return as_integers(kernel_basis(reduced(rows), n))


def add_families(table: Table) -> None:
    """Offer repetition codes, whole spaces, and all cyclic codes."""
    for n in range(1, table.longest + 1):
        table.offer([(1 << n) - 1], n, "repetition")
        table.offer(shifts(1, n), n, "all words")
        for generator in generator_polynomials(n)[:-1]:
            k = n + 1 - generator.bit_length()
            table.offer(shifts(generator, k), n, f"cyclic, generator {generator:#x}")


def close(table: Table) -> None:
    """Derive codes from each other until nothing gets better."""
    improved = True
    while improved:
        improved = False
        for (n, _), found in sorted(table.best.items()):
            for rows, length, origin in derived(found.rows, n):
                improved |= table.offer(rows, length, origin)
        for rows, length, origin in combined(table):
            improved |= table.offer(rows, length, origin)


def derived(rows: tuple[int, ...], n: int) -> Iterator[tuple[list[int], int, str]]:
    """Yield what a code, given by reduced rows, makes by itself: rows, length, and origin."""
    name = f"[{n},{len(rows)}]"
    if n > 1:
        # Reduced rows have lowest ones as pivots: only the first can have a one in column 0.
        yield [row >> 1 for row in rows], n - 1, f"punctured {name}"
        yield [row >> 1 for row in rows if not row & 1], n - 1, f"shortened {name}"
    yield list(rows[1:]), n, f"subcode of {name}"
    yield [row | (row.bit_count() & 1) << n for row in rows], n + 1, f"extended {name}"
    yield [row | (row & 1) << n for row in rows], n + 1, f"{name} with a position repeated"


def combined(table: Table) -> Iterator[tuple[list[int], int, str]]:
    """Yield what two codes give, where the table lacks it: rows, length, and origin."""
    for (n, k), u in sorted(table.best.items()):
        for (n2, k2), v in sorted(table.best.items()):
            if n + n2 > table.longest:
                continue
            if k == k2 and table.lacks(n + n2, k):
                joined = [a | b << n for a, b in zip(u.rows, v.rows, strict=True)]
                yield joined, n + n2, f"[{n},{k}] beside [{n2},{k2}]"
            if n == n2 and k + k2 <= 2 * n and table.lacks(2 * n, k + k2):
                rows = [a | a << n for a in u.rows] + [b << n for b in v.rows]
                yield rows, 2 * n, f"(u|u+v) of [{n},{k}] and [{n},{k2}]"


def add_quasi_cyclic(
    table: Table, size: int, blocks: int, generators: int, k: int, draws: int
) -> bool:
    """Draw quasi-cyclic codes until one fills [size * blocks, k], and say whether one did."""
    n = size * blocks
    random = Random(f"quasi-cyclic {size} {blocks} {generators} {k}")
    for _ in range(draws):
        if not table.lacks(n, k):
            return True
        rows = [
            row
            for _ in range(generators)
            for row in circulant_row([random.getrandbits(size) for _ in range(blocks)], size)
        ]
        rank = len(reduced(rows))
        origin = f"quasi-cyclic, {blocks} circulants of size {size}"
        if rank == k:
            table.offer(rows, n, origin)
        elif n - rank == k:
            table.offer(dual(rows, n), n, f"dual of {origin}")
    return False


def circulant_row(polynomials: list[int], size: int) -> list[int]:
    """Return the rows of a row of circulants, from the first row of each."""
    rows = []
    for shift in range(size):
        turned = [(p << shift | p >> size - shift) & (1 << size) - 1 for p in polynomials]
        rows.append(sum(part << size * block for block, part in enumerate(turned)))
    return rows


def build(longest: int) -> Table:
    """Fill a table for all lengths up to `longest`; what could not be found stays a hole."""
    table = Table(longest + 1)
    add_families(table)
    close(table)
    for size, blocks, generators, k in QUASI_CYCLIC:
        if size * blocks <= longest:
            add_quasi_cyclic(table, size, blocks, generators, k, QUASI_CYCLIC_DRAWS)
            close(table)
    # From the longest: shorter codes follow by puncturing and shortening.
    for n, k in reversed(table.holes(longest)):
        if k <= ANNEALED_DIMENSION and table.lacks(n, k):
            rows = anneal_columns(n, k, linear_code_bounds(n, k)[0])
            table.offer(rows or [], n, "annealed columns")
            close(table)
    return table


def as_json(table: Table, longest: int) -> str:
    """Write the data file: one line a code, with the fewer of its generators and its checks."""
    lines = []
    for (n, k), found in sorted(table.best.items()):
        if n > longest:
            continue
        kind, rows = ("generator", found.rows) if 2 * k <= n else ("checks", dual(found.rows, n))
        text = " ".join(f"{row:x}" for row in rows)
        entry = {"d": found.d, "origin": found.origin, kind: text}
        lines.append(f'"{n},{k}": {json.dumps(entry)}')
    about = (
        "Best binary linear codes [n,k]; rows in hexadecimal, bit j for column j. "
        "Made by python -m qcode_rl.codes.data.build_best_known."
    )
    return f'{{"about": {json.dumps(about)},\n"codes": {{\n' + ",\n".join(lines) + "\n}}\n"


def main() -> int:
    """Build the table and write the data file; the exit status says whether it is complete."""
    table = build(LONGEST_BEST_KNOWN)
    path = Path(__file__).with_name("best_known_linear.json")
    path.write_text(as_json(table, LONGEST_BEST_KNOWN), encoding="utf-8")
    holes = table.holes(LONGEST_BEST_KNOWN)
    print(f"{path}: {path.stat().st_size} bytes; missing: {holes or 'none'}", file=sys.stderr)
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
