"""Light words with a symmetry: information sets among the words that a permutation leaves alone.

Many good codes are built from a group, and the lightest words of such a code often share part of
its symmetry. The words that an automorphism of order r fixes form a space of about a rth of the
dimension, in which information sets find light words that are out of reach in the whole space.
Every one of them is a word of the code. So this bounds distances from above and proves nothing.
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from qcode_rl.distance.automorphisms import Permutation, automorphisms, colour_graph, orbits_of
from qcode_rl.distance.progress import Progress
from qcode_rl.distance.provers import InformationSets
from qcode_rl.distance.sectors import Sector, split_space
from qcode_rl.gf2 import BinaryMatrix, Words
from qcode_rl.gf2.elimination import kernel_basis
from qcode_rl.gf2.packing import pack_rows, unpack_rows

#: Automorphisms to look for (their powers come for free), and the highest order to make use of.
ENOUGH_AUTOMORPHISMS, HIGHEST_ORDER = 48, 12

#: Spaces to search of those whose orbits have the same sizes; most are images of one another.
SPACES_OF_A_KIND = 3


def row_families(sector: Sector) -> list[BinaryMatrix]:
    """Return the matrices, with a column each for the words' columns, whose rows have to stay.

    A permutation of the columns that permutes the rows of each is an automorphism of the sector. It
    may also swap the letters X, Z and Y of a position, as long as those of one go to those of one.
    """
    if sector.options == 1:
        return [sector.flips, sector.trivial]
    positions = np.eye(sector.flips.shape[1] // sector.options, dtype=np.uint8)
    return [sector.flips, np.tile(positions, sector.options)]


def powers_of_small_order(permutation: Permutation) -> list[Permutation]:
    """Return the powers of a permutation that have order 2 to `HIGHEST_ORDER`, one an order."""
    sizes = np.bincount(orbits_of(permutation))
    order = math.lcm(*sizes[sizes > 0].tolist())
    powers = []
    for small in range(2, HIGHEST_ORDER + 1):
        if order % small == 0:
            power = np.arange(len(permutation))
            for bit in f"{order // small:b}":
                power = power[power]
                power = permutation[power] if bit == "1" else power
            powers.append(power)
    return powers


def fixed_words(rows: BinaryMatrix, permutation: Permutation) -> BinaryMatrix:
    """Return a basis of the words that a permutation fixes in the span of rows.

    Args:
        rows: `(k, N) uint8`, independent; their span goes to itself.
        permutation: `(N,) int64`.

    Returns:
        `(f, N) uint8`.
    """
    moved = rows ^ rows[:, permutation]
    # Sums of rows that do not move.
    sums = unpack_rows(kernel_basis(pack_rows(moved.T.copy()), len(rows)), len(rows))
    # Ones are counted exactly in floats, whose matrix products are the fast ones.
    counts = sums.astype(np.float32) @ rows.astype(np.float32)
    fixed: BinaryMatrix = (counts.astype(np.int64) & 1).astype(np.uint8)
    return fixed


def symmetric_space(sector: Sector, permutation: Permutation) -> tuple[Words, int]:
    """Return a basis of a sector's words that an automorphism fixes, and how many are trivial.

    Returns:
        `(f, w) uint64` independent words, the trivial ones first, as in `Sector`.
    """
    rows = unpack_rows(sector.basis, sector.flips.shape[1])
    trivial = fixed_words(rows[: sector.num_trivial], permutation)
    basis, num_trivial = split_space(pack_rows(trivial), pack_rows(fixed_words(rows, permutation)))
    return basis, int(num_trivial)


class SymmetricWords:
    """The search for light words among those that automorphisms fix; it proves nothing.

    It looks for automorphisms first, and does nothing more if there are none.

    Args:
        progress: gets the words.
        seeds: one a thread, not zero.
    """

    def __init__(self, progress: Progress, seeds: Sequence[int]) -> None:
        self.progress = progress
        self.seeds = seeds
        self.spaces: list[InformationSets] = []
        self._shares: list[float] = []
        self._kinds: Counter[tuple[int, ...]] = Counter()
        self._seen: set[bytes] = set()
        self._missing = ENOUGH_AUTOMORPHISMS
        families = row_families(progress.sector)
        self._candidates = automorphisms(colour_graph(families), families, seeds[0])
        basis = progress.sector.basis
        self._cost_per_space = basis.size * (64 + len(basis) // 8)

    @property
    def exhausted(self) -> bool:
        """Whether there is nothing to search."""
        return self._missing == 0 and not self.spaces

    def advance(self, work: int) -> int:
        """Look for automorphisms, then search the spaces, each in proportion to its size."""
        done = 0
        while self._missing > 0 and done < work:
            cost, permutation = next(self._candidates, (0, None))
            if permutation is not None:
                self._missing -= 1
                cost += sum(map(self._add, powers_of_small_order(permutation)))
            elif cost == 0:
                self._missing = 0
            done += cost
        if self._missing > 0 or self.exhausted:
            return done
        turn = self._shares.index(min(self._shares))
        spent = self.spaces[turn].advance(max(1, work - done))
        # A pivot step takes as long as there are rows, and as many more are needed.
        self._shares[turn] += spent / self.spaces[turn].dimension ** 2
        return done + spent

    def _add(self, permutation: Permutation) -> int:
        """Add the space that a permutation fixes, if it is new; return what that has cost."""
        orbits = orbits_of(permutation)
        kind = tuple(np.sort(np.unique(orbits, return_counts=True)[1]).tolist())
        if orbits.tobytes() in self._seen or self._kinds[kind] == SPACES_OF_A_KIND:
            return 20 * len(orbits)
        self._seen.add(orbits.tobytes())
        self._kinds[kind] += 1
        basis, num_trivial = symmetric_space(self.progress.sector, permutation)
        if num_trivial < len(basis):
            self.spaces.append(InformationSets(self.progress, self.seeds, (basis, num_trivial)))
            self._shares.append(0.0)
        return self._cost_per_space
