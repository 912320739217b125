"""Codes by name, as the command line takes them: `hamming-3`, `best-30-4`, `surface-5`.

A name is a family's name and its numbers, joined by hyphens; `NAMES` lists what there is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from qcode_rl.codes import cyclic_stabilizer, surfaces, textbook, textbook_quantum, topological
from qcode_rl.codes.best_known import best_known_linear_code
from qcode_rl.codes.bicycle import published_bicycle
from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.errors import InputError


@dataclass(frozen=True)
class NamedFamily:
    """A family of codes that can be asked for by name.

    Attributes:
        name: what a name begins with, such as `reed-muller`.
        numbers: names of the numbers that follow, in order.
        summary: one line for help texts.
        build: makes a code from the numbers.
        quantum: whether the codes are quantum codes.
        usual: numbers that a name without any stands for; `None` if it must have them.
    """

    name: str
    numbers: tuple[str, ...]
    summary: str
    build: Callable[..., ClassicalCode | CSSCode | StabilizerCode]
    quantum: bool = False
    usual: tuple[int, ...] | None = None

    @property
    def syntax(self) -> str:
        """How a name is written, such as `bch-N-D`."""
        return "-".join([self.name, *(number.upper() for number in self.numbers)])

    def parse(self, text: str) -> list[int]:
        """Return the numbers in a name that begins with this family's.

        Raises:
            InputError: if there are too few or too many, or one is not a whole number.
        """
        if text == self.name and self.usual is not None:
            return list(self.usual)
        parts = text[len(self.name) + 1 :].split("-") if text != self.name else []
        if len(parts) == len(self.numbers) and all(map(_is_number, parts)):
            return [int(part) for part in parts]
        rule = "with whole numbers for the capital letters" if self.numbers else "without numbers"
        raise InputError(f"name: must be {self.syntax}, {rule}, got {text!r}")


_FAMILIES = {
    family.name: family
    for family in (
        NamedFamily("repetition", ("n",), "[N,1,N] with N - 1 checks", textbook.repetition),
        NamedFamily("ring", ("n",), "[N,1,N] with N checks around a cycle", textbook.ring),
        NamedFamily("hamming", ("r",), "[2^R-1, 2^R-1-R, 3]", textbook.hamming),
        NamedFamily(
            "simplex", ("r",), "[2^R-1, R, 2^(R-1)] with checks of weight 3", textbook.simplex
        ),
        NamedFamily("golay", (), "[23,12,7]", textbook.golay),
        NamedFamily("extended-golay", (), "[24,12,8]", textbook.extended_golay),
        NamedFamily("bch", ("n", "d"), "BCH code of length N, designed distance D", textbook.bch),
        NamedFamily(
            "reed-muller",
            ("r", "m"),
            "order R in M variables: [2^M, k, 2^(M-R)]",
            textbook.reed_muller,
        ),
        NamedFamily(
            "best",
            ("n", "k"),
            "linear [N,K] of the largest distance, N <= 30",
            best_known_linear_code,
        ),
        NamedFamily(
            "surface", ("d",), "surface code [[D^2+(D-1)^2, 1, D]]", surfaces.surface, quantum=True
        ),
        NamedFamily(
            "rotated-surface",
            ("d",),
            "rotated surface code [[D^2, 1, D]]",
            surfaces.rotated_surface,
            quantum=True,
        ),
        NamedFamily("toric", ("d",), "toric code [[2D^2, 2, D]]", surfaces.toric, quantum=True),
        NamedFamily("steane", (), "Steane's code [[7,1,3]]", surfaces.steane, quantum=True),
        NamedFamily(
            "five-qubit",
            (),
            "the perfect code [[5,1,3]], not CSS",
            surfaces.five_qubit,
            quantum=True,
        ),
        NamedFamily(
            "shor",
            ("m", "n"),
            "Shor's code of M blocks of N qubits; shor alone is [[9,1,3]]",
            textbook_quantum.shor,
            quantum=True,
            usual=(3, 3),
        ),
        NamedFamily(
            "carbon",
            (),
            "[[12,2,4]], the C4/C6 code of Knill",
            textbook_quantum.carbon,
            quantum=True,
        ),
        NamedFamily(
            "xzzx",
            ("a", "b"),
            "XZZX code on a tilted torus: [[A^2+B^2, 1, A+B]] if A+B is odd; not CSS",
            topological.xzzx,
            quantum=True,
        ),
        NamedFamily(
            "twisted-toric",
            ("a", "b"),
            "toric code on a tilted torus: [[2(A^2+B^2), 2, A+B]]",
            topological.twisted_toric,
            quantum=True,
        ),
        NamedFamily(
            "colour",
            ("d",),
            "colour code of hexagons [[(3D^2+1)/4, 1, D]], D odd",
            topological.hexagonal_colour,
            quantum=True,
        ),
        NamedFamily(
            "square-octagon-colour",
            ("d",),
            "colour code of squares and octagons [[(D^2+2D-1)/2, 1, D]], D odd",
            topological.square_octagon_colour,
            quantum=True,
        ),
        NamedFamily(
            "quantum-hamming",
            ("r",),
            "CSS [[2^R-1, 2^R-1-2R, 3]]",
            textbook_quantum.quantum_hamming,
            quantum=True,
        ),
        NamedFamily(
            "quantum-reed-muller",
            ("r",),
            "[[2^R-1, 1, 3]]",
            textbook_quantum.quantum_reed_muller,
            quantum=True,
        ),
        NamedFamily(
            "quantum-golay", (), "[[23,1,7]]", textbook_quantum.quantum_golay, quantum=True
        ),
        NamedFamily(
            "gottesman",
            ("r",),
            "[[2^R, 2^R-R-2, 3]], not CSS",
            textbook_quantum.gottesman,
            quantum=True,
        ),
        NamedFamily(
            "perfect",
            ("r",),
            "[[(4^R-1)/3, N-2R, 3]], the Hamming code over GF(4); not CSS",
            textbook_quantum.perfect,
            quantum=True,
        ),
        NamedFamily(
            "quadratic-residue",
            ("p",),
            "quantum code [[P, 1]] of a quadratic residue code, P = 5, 7, 13, 23, 29, ...",
            cyclic_stabilizer.quadratic_residue,
            quantum=True,
        ),
        NamedFamily(
            "eleven",
            (),
            "[[11,1,5]], from the dodecacode; not CSS",
            cyclic_stabilizer.eleven,
            quantum=True,
        ),
        NamedFamily(
            "seventeen",
            (),
            "[[17,9,4]], cyclic over GF(4); not CSS",
            cyclic_stabilizer.seventeen,
            quantum=True,
        ),
        NamedFamily(
            "bicycle",
            ("n", "k"),
            "bivariate bicycle code [[N,K]] of Bravyi et al. (72-12, 90-8, 144-12, ...)",
            published_bicycle,
            quantum=True,
        ),
    )
}

#: How each name is written, and what it stands for, in one line.
NAMES: dict[str, str] = {family.syntax: family.summary for family in _FAMILIES.values()}


def named_code(name: str) -> ClassicalCode | CSSCode | StabilizerCode:
    """Return the code with a name, classical or quantum.

    Args:
        name: a family and its numbers, such as `hamming-3` (case does not matter); see `NAMES`.

    Raises:
        InputError: if there is no such name, or a number breaks the family's rules.

    Example:
        >>> named_code("toric-3")
        HypergraphProduct[[18,2]](4,2)
    """
    family, text = _family_of(name)
    return family.build(*family.parse(text))


def classical_code(name: str) -> ClassicalCode:
    """Return the classical code with a name.

    Args:
        name: as for `named_code`.

    Raises:
        InputError: as `named_code`, and for the name of a quantum code.

    Example:
        >>> classical_code("reed-muller-1-4")
        ClassicalCode[16,5](16,11)
    """
    family, _ = _family_of(name)
    if family.quantum:
        raise InputError(f"name: must be that of a classical code, got {name!r}, a quantum code")
    code = named_code(name)
    assert isinstance(code, ClassicalCode)
    return code


def _family_of(name: str) -> tuple[NamedFamily, str]:
    """Find the family that a name begins with, and return it with the name as families read it."""
    text = name.strip().lower()
    for family in _FAMILIES.values():
        if text == family.name or text.startswith(f"{family.name}-"):
            return family, text
    # Numbers say nothing about which family was meant.
    stem = text.rstrip("0123456789-") or text
    near = get_close_matches(stem, _FAMILIES, n=3, cutoff=0.6)
    hint = "nearest: " if near else "known: "
    listed = ", ".join(_FAMILIES[family].syntax for family in near or _FAMILIES)
    raise InputError(f"name: no code is called {name!r}; {hint}{listed}")


def _is_number(text: str) -> bool:
    # Nine digits are beyond every family's range, and keep int() quick.
    return text.isascii() and text.isdigit() and len(text) <= 9
