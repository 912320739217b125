"""The light stabilizers of a group: a list that depends on the group alone.

Let w be the least weight such that the stabilizers of weight up to w generate the group (for CSS
codes: w of the X type, and w of the Z type). Listed are those of weight up to w that are not the
product of two stabilizers on disjoint sets of qubits; they generate the group as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qcode_rl.codes.base import largest_weight
from qcode_rl.distance.sectors import Sector
from qcode_rl.gf2 import BinaryMatrix, Words, unpack_rows
from qcode_rl.identity.lists import light_by_clusters
from qcode_rl.identity.samples import light_generators
from qcode_rl.identity.subjects import Subject, lightest_basis, word_weights
from qcode_rl.identity.walks import light_by_walk, without_composites
from qcode_rl.identity.work import Work

#: Dimension up to which a space is walked: without more ado, and if its generators are heavy.
WALKED, WALKED_IF_HEAVY = 22, 26
#: Generators heavier than this are heavy, in qubits.
_HEAVY = 6


@dataclass(frozen=True)
class LightStabilizers:
    """What `light_stabilizers` lists.

    Attributes:
        families: `(L, N) uint8` words of each family of the subject: N = n for CSS codes, else 3n
            columns (x | z | x + z).
        weight: the largest weight of one of them, in qubits.
    """

    families: tuple[BinaryMatrix, ...]
    weight: int


def light_stabilizers(subject: Subject, work: Work) -> LightStabilizers:
    """List the light stabilizers of a group, with proof that none is left out.

    Args:
        subject: the group.
        work: what may be spent.

    Raises:
        OutOfWork: if it costs more than that.
    """
    sectors = subject.sectors()
    if any(sector.num_trivial > WALKED for sector in sectors):
        # The search needs sparse checks, whatever checks are held.
        sectors = _with_light_checks(subject, sectors, work)
    lists = [_light_words(sector, work) for sector in sectors]
    scale = 1 if subject.is_css else 2
    weight = max(
        (int(word_weights(words)[-1]) // scale for words in lists if len(words)), default=0
    )
    num_columns = sectors[0].flips.shape[1]
    return LightStabilizers(tuple(unpack_rows(words, num_columns) for words in lists), weight)


def _with_light_checks(
    subject: Subject, sectors: Sequence[Sector], work: Work
) -> tuple[Sector, ...]:
    """Return the sectors of the same group with light generators as its checks."""
    families = []
    for sector, rows in zip(sectors, subject.families, strict=True):
        num_columns = sector.flips.shape[1]
        basis = sector.basis[: sector.num_trivial]
        light = light_generators(basis, num_columns, sector.options, work)
        families.append(unpack_rows(light, num_columns)[:, : rows.shape[1]].copy())
    return Subject(tuple(families)).sectors()


def _light_words(sector: Sector, work: Work) -> Words:
    """Return the listed words of one family, `(L, w) uint64`, the lightest first."""
    basis = sector.basis[: sector.num_trivial]
    heaviest = _heaviest(sector)
    if len(basis) <= (WALKED if heaviest <= _HEAVY else WALKED_IF_HEAVY):
        return without_composites(light_by_walk(basis, work), work)
    words = without_composites(light_by_clusters(sector, heaviest, work), work)
    enough = int(word_weights(lightest_basis(words))[-1])
    return words[: int(np.searchsorted(word_weights(words), enough, side="right"))]


def _heaviest(sector: Sector) -> int:
    """Return the largest weight of a generator held, in qubits."""
    n = sector.flips.shape[1] // sector.options
    held = sector.trivial[:, :n] | sector.trivial[:, -n:]
    return largest_weight(held, axis=1)
