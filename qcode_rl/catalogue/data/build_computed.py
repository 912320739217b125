"""Codes of the catalogue that are built and proved here, from their constructions.

    python -m qcode_rl.catalogue.data.build_computed known_codes.csv

brings the rows of the source `computed` in the catalogue's file up to date and leaves the others
as they are. Each row is a recipe: a name that `named_code` takes, or zeros of a cyclic code over
GF(4).
"""

import sys
from typing import NamedTuple

import networkx as nx
import numpy as np

from qcode_rl import gf2
from qcode_rl.catalogue.known import KnownCode, catalogue
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.codes.cyclic_stabilizer import hermitian_cyclic
from qcode_rl.codes.lightest import MAX_RANK, with_lightest_checks

#: The id of the source.
SOURCE = "computed"
#: Most vertices of tilted tori: proving distances takes seconds in all.
_MOST_QUBITS = 60
_CYCLIC = "gf4-cyclic"


class Recipe(NamedTuple):
    """How a code is made.

    Attributes:
        entry: a name that `named_code` takes, or `gf4-cyclic-N ZEROS`, with one zero of each set of
            conjugates.
        family: the kind of code.
    """

    entry: str
    family: str

    def build(self) -> CSSCode | StabilizerCode:
        """Return the code: as a CSS code if it is one, by its lightest checks if these are few."""
        made = _cyclic(self.entry) if self.entry.startswith(_CYCLIC) else named_code(self.entry)
        code = as_css(made) if isinstance(made, StabilizerCode) else made
        if isinstance(code, CSSCode):
            most = max(gf2.rank(code.x_checks), gf2.rank(code.z_checks))
            return with_lightest_checks(plain(code)) if most <= MAX_RANK else code
        assert isinstance(code, StabilizerCode)
        return with_lightest_checks(code) if gf2.rank(code.checks) <= MAX_RANK else code

    def row(self) -> KnownCode:
        """Return the row of the code in the catalogue, with its distance proved.

        Raises:
            RuntimeError: if the code has no distance, or it was not settled.
        """
        code = self.build()
        distance = code.distance()
        if distance is None or not distance.exact:
            raise RuntimeError(f"{self.entry}: must have a proved distance, got {distance}")
        return KnownCode(
            n=code.num_qubits,
            k=code.num_logicals,
            d=distance.upper,
            proved=True,
            w=code.max_weight,
            q=code.max_degree,
            family=self.family,
            components=nx.number_connected_components(code.tanner_graph()),
            source=SOURCE,
            entry=self.entry,
            undominated=False,
            css=isinstance(code, CSSCode),
        )


def recipes() -> list[Recipe]:
    """Return the recipes of all rows."""
    tilted = [(a, b) for b in range(1, 8) for a in range(b + 1) if a + b >= 3]
    sizes = {(a, b): a * a + b * b for a, b in tilted}
    surfaces = [
        *(f"xzzx-{a}-{b}" for a, b in tilted if sizes[a, b] <= _MOST_QUBITS),
        *(f"twisted-toric-{a}-{b}" for a, b in tilted if sizes[a, b] <= _MOST_QUBITS),
        *(f"surface-{d}" for d in range(2, 9)),
        *(f"rotated-surface-{d}" for d in range(2, 10)),
        *(f"colour-{d}" for d in range(3, 10, 2)),
        *(f"square-octagon-colour-{d}" for d in range(3, 10, 2)),
    ]
    css = [
        *(f"shor-{m}-{n}" for m in range(2, 6) for n in range(2, 6)),
        *("carbon", "steane", "quantum-golay", "quadratic-residue-31"),
        *(f"quantum-hamming-{r}" for r in range(3, 7)),
        *(f"quantum-reed-muller-{r}" for r in range(3, 7)),
    ]
    others = [
        *(f"gottesman-{r}" for r in range(3, 7)),
        *(f"perfect-{r}" for r in range(2, 5)),
        *(f"quadratic-residue-{p}" for p in (13, 29)),
        *("five-qubit", "eleven", "seventeen"),
    ]
    # Those of lengths up to 35 that no shorter code with as much k and d outdoes.
    zeros = {
        15: ["6 7 11"],
        17: ["2 6"],
        21: ["5 9 10", "5 10"],
        25: ["2 10"],
        31: ["7 11 15", "7 15", "15"],
        35: ["3 6 15", "1 5 7", "2 3 14"],
    }
    cyclic = [f"{_CYCLIC}-{n} {each}" for n, lists in zeros.items() for each in lists]
    kinds = {"topological": surfaces, "css": css, "stabilizer": others, "cyclic": cyclic}
    return [Recipe(entry, family) for family, entries in kinds.items() for entry in entries]


def computed_codes() -> list[KnownCode]:
    """Build all recipes and prove their distances."""
    return [recipe.row() for recipe in recipes()]


def main(output: str) -> None:
    """Bring the rows that are computed up to date.

    Args:
        output: name of the catalogue's file to write.
    """
    from qcode_rl.catalogue.data.build_known_codes import write_rows

    others = [code for code in catalogue().codes if code.source != SOURCE]
    write_rows([*others, *computed_codes()], output)


def as_css(code: StabilizerCode) -> CSSCode | StabilizerCode:
    """Return a stabilizer code as a CSS code if stabilizers of X and of Z type generate it.

    Args:
        code: the code; Hadamard gates and other changes of its letters are not tried.
    """
    x, z = code.x_part, code.z_part
    # Sums of checks without a Z part, and without an X part.
    pure_x = _sums(gf2.null_space(np.ascontiguousarray(z.T)), x)
    pure_z = _sums(gf2.null_space(np.ascontiguousarray(x.T)), z)
    if gf2.rank(pure_x) + gf2.rank(pure_z) < gf2.rank(code.checks):
        return code
    return CSSCode(pure_x, pure_z)


def plain(code: CSSCode) -> CSSCode:
    """Return a product's checks as a CSS code like any other."""
    return CSSCode(code.x_checks, code.z_checks)


def _sums(which: gf2.BinaryMatrix, rows: gf2.BinaryMatrix) -> gf2.BinaryMatrix:
    return (which.astype(np.int64) @ rows % 2).astype(np.uint8)


def _cyclic(entry: str) -> StabilizerCode:
    """Build `gf4-cyclic-N ZEROS`, with the conjugates e 4^i of each zero e."""
    length, *zeros = entry.removeprefix(f"{_CYCLIC}-").split()
    n = int(length)
    return hermitian_cyclic(n, {int(zero) * 4**i % n for zero in zeros for i in range(n)})


if __name__ == "__main__":
    main(*sys.argv[1:])
