"""Named quantum codes: parameters, proved distances, and the constructions behind them."""

import numpy as np
import pytest

from qcode_rl import gf2
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.codes.cyclic_stabilizer import hermitian_cyclic, shifts_of
from qcode_rl.codes.surfaces import five_qubit, steane
from qcode_rl.codes.textbook_quantum import gottesman, perfect, quantum_reed_muller
from qcode_rl.codes.topological import hexagonal_colour, square_octagon_colour, twisted_toric, xzzx
from qcode_rl.errors import InputError

# Sources: the docstrings of the constructions, and Calderbank, Rains, Shor and Sloane
# (quant-ph/9608006), table III, for the codes over GF(4). w is what the checks held weigh.
CSS = [
    ("shor", 9, 1, 3, 6),
    ("shor-2-2", 4, 1, 2, 4),
    ("shor-3-5", 15, 1, 3, 10),
    ("carbon", 12, 2, 4, 6),
    ("twisted-toric-1-2", 10, 2, 3, 4),
    ("twisted-toric-2-2", 16, 2, 4, 4),
    ("twisted-toric-2-3", 26, 2, 5, 4),
    ("twisted-toric-0-3", 18, 2, 3, 4),
    ("colour-3", 7, 1, 3, 4),
    ("colour-5", 19, 1, 5, 6),
    ("colour-7", 37, 1, 7, 6),
    ("square-octagon-colour-3", 7, 1, 3, 4),
    ("square-octagon-colour-5", 17, 1, 5, 8),
    ("square-octagon-colour-7", 31, 1, 7, 8),
    ("quantum-hamming-3", 7, 1, 3, 4),
    ("quantum-hamming-4", 15, 7, 3, 8),
    ("quantum-hamming-5", 31, 21, 3, 16),
    ("quantum-reed-muller-3", 7, 1, 3, 4),
    ("quantum-reed-muller-4", 15, 1, 3, 8),
    ("quantum-reed-muller-5", 31, 1, 3, 16),
    ("quantum-golay", 23, 1, 7, 8),
    ("quadratic-residue-7", 7, 1, 3, 4),
    ("quadratic-residue-23", 23, 1, 7, 8),
]
OTHERS = [
    ("xzzx-1-2", 5, 1, 3, 4),
    ("xzzx-0-3", 9, 1, 3, 4),
    ("xzzx-2-3", 13, 1, 5, 4),
    ("xzzx-1-4", 17, 1, 5, 4),
    ("xzzx-3-4", 25, 1, 7, 4),
    ("xzzx-1-3", 10, 2, 3, 4),
    ("xzzx-3-3", 18, 2, 3, 4),
    ("gottesman-3", 8, 3, 3, 6),
    ("gottesman-4", 16, 10, 3, 12),
    ("gottesman-5", 32, 25, 3, 24),
    ("perfect-2", 5, 1, 3, 4),
    ("perfect-3", 21, 15, 3, 16),
    ("quadratic-residue-5", 5, 1, 3, 4),
    ("quadratic-residue-13", 13, 1, 5, 6),
    ("quadratic-residue-29", 29, 1, 11, 28),
    ("eleven", 11, 1, 5, 6),
    ("seventeen", 17, 9, 4, 12),
]


@pytest.mark.parametrize(("name", "n", "k", "d", "w"), CSS + OTHERS)
def test_quantum_codes_have_their_published_parameters(
    name: str, n: int, k: int, d: int, w: int
) -> None:
    code = named_code(name)
    assert isinstance(code, CSSCode | StabilizerCode)
    assert (code.num_qubits, code.num_logicals, code.max_weight) == (n, k, w)
    assert str(code.distance()) == str(d)


@pytest.mark.parametrize("name", [name for name, *_ in CSS])
def test_those_that_are_css_are_held_as_css_codes(name: str) -> None:
    assert isinstance(named_code(name), CSSCode)


@pytest.mark.parametrize("name", [name for name, *_ in OTHERS])
def test_those_that_are_not_css_are_not_generated_by_x_and_z_types(name: str) -> None:
    code = named_code(name)
    assert isinstance(code, StabilizerCode)
    # A CSS code's stabilizers of X type and those of Z type make up its rank.
    pure = sum(
        len(code.checks) - gf2.rank(part) - dependent(code) for part in (code.x_part, code.z_part)
    )
    assert pure < gf2.rank(code.checks)


def dependent(code: StabilizerCode) -> int:
    return len(code.checks) - gf2.rank(code.checks)


@pytest.mark.parametrize("d", range(3, 14, 2))
def test_colour_codes_have_faces_of_their_lattice_and_independent_checks(d: int) -> None:
    hexagons, octagons = hexagonal_colour(d), square_octagon_colour(d)
    assert set(hexagons.x_checks.sum(axis=1)) <= {4, 6}
    assert set(octagons.x_checks.sum(axis=1)) <= {4, 8}
    for code, n in ((hexagons, (3 * d * d + 1) // 4), (octagons, (d * d + 2 * d - 1) // 2)):
        assert code.num_qubits == n
        assert len(code.x_checks) == (n - 1) // 2
        assert (code.num_logicals, code.max_degree) == (1, 3)


@pytest.mark.parametrize(("a", "b"), [(0, 3), (1, 2), (2, 4), (3, 3), (4, 6), (6, 4), (5, 8)])
def test_tilted_tori_have_four_vertices_to_a_face_and_the_k_of_the_parity(a: int, b: int) -> None:
    code, toric = xzzx(a, b), twisted_toric(a, b)
    n = a * a + b * b
    assert (code.num_qubits, code.num_logicals) == (n, 1 if n % 2 else 2)
    assert set((code.x_part + code.z_part).sum(axis=1)) == {4}
    assert all(sorted(letters.replace("I", "")) == list("XXZZ") for letters in code.pauli_strings)
    assert (toric.num_qubits, toric.num_logicals) == (2 * n, 2)
    assert set(toric.x_checks.sum(axis=1)) == set(toric.z_checks.sum(axis=1)) == {4}
    assert toric.max_degree == 2


def test_the_least_tilted_torus_is_the_five_qubit_code_and_shifts_generate_it() -> None:
    assert shifts_of("XZZXI") == five_qubit()
    letters = sorted("".join(sorted(string)) for string in xzzx(1, 2).pauli_strings)
    assert letters == ["IXXZZ"] * 5


def test_the_smallest_members_of_families_are_steanes_code() -> None:
    assert quantum_reed_muller(3) == steane()
    assert named_code("quantum-hamming-3") == steane()


@pytest.mark.parametrize("r", range(3, 8))
def test_reed_muller_codes_have_light_independent_z_checks(r: int) -> None:
    code = quantum_reed_muller(r)
    assert set(code.z_checks.sum(axis=1)) == {4}
    assert len(code.z_checks) == gf2.rank(code.z_checks) == 2**r - r - 2
    assert code.num_logicals == 1


@pytest.mark.parametrize("code", [gottesman(3), gottesman(6), perfect(2), perfect(4)])
def test_all_errors_on_one_qubit_have_syndromes_of_their_own(code: StabilizerCode) -> None:
    x, z = code.x_part, code.z_part
    syndromes = np.hstack([x, z, x ^ z]).T
    assert len({row.tobytes() for row in syndromes if row.any()}) == 3 * code.num_qubits


def test_a_cyclic_code_over_gf4_stays_itself_when_shifted_and_multiplied() -> None:
    code = hermitian_cyclic(17, {1, 4, 13, 16})
    x, z = code.x_part, code.z_part
    shifted = np.hstack([np.roll(x, 1, axis=1), np.roll(z, 1, axis=1)])
    assert StabilizerCode(shifted) == code
    # I, X, Z, Y are 0, 1, w, w^2: w times (x, z) is (z, x + z).
    assert StabilizerCode(np.hstack([z, x ^ z])) == code


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("shor-3", "name: must be shor-M-N, with whole numbers for the capital letters"),
        ("shor-1-3", "m: must be from 2 to 40, got 1"),
        ("xzzx-1-1", "a + b: must be at least 3, got 1 + 1"),
        ("xzzx-3-0", "b: must be from 1 to 30, got 0"),
        ("twisted-toric-31-1", "a: must be from 0 to 30, got 31"),
        ("colour-4", "d: must be odd, got 4"),
        ("square-octagon-colour-33", "d: must be from 3 to 31, got 33"),
        ("quantum-hamming-2", "r: must be from 3 to 10, got 2"),
        ("gottesman-11", "r: must be from 3 to 10, got 11"),
        ("perfect-6", "r: must be from 2 to 5, got 6"),
        ("quadratic-residue-11", "p: must be a prime that is 5 or 7 modulo 8, got 11"),
        ("quadratic-residue-15", "p: must be a prime that is 5 or 7 modulo 8, got 15"),
    ],
)
def test_numbers_that_make_no_code_are_refused(name: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        named_code(name)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("n", "exponents", "message"),
    [
        (16, {1}, "n: must divide 4^m - 1 for some m up to 10, got 16"),
        (1, {0}, "n: must divide 4^m - 1 for some m up to 10, got 1"),
        (17, {1}, "exponents: must be closed under 4 and hold no element -2 times another"),
        (15, {5, 10}, "exponents: must be closed under 4 and hold no element -2 times another"),
    ],
)
def test_zeros_that_make_no_code_are_refused(n: int, exponents: set[int], message: str) -> None:
    with pytest.raises(InputError) as error:
        hermitian_cyclic(n, exponents)
    assert str(error.value).startswith(message)
