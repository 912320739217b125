"""Codes by name, and the textbook constructions behind them."""

import numpy as np
import pytest

from qcode_rl import gf2
from qcode_rl.codes import ClassicalCode, CSSCode, HypergraphProduct
from qcode_rl.codes.named import NAMES, classical_code, named_code
from qcode_rl.codes.stabilizer import StabilizerCode
from qcode_rl.codes.surfaces import rotated_surface
from qcode_rl.codes.textbook import extended, golay, hamming, reed_muller, simplex
from qcode_rl.codes.weights import weight_distribution
from qcode_rl.errors import InputError

# Parameters from MacWilliams and Sloane, The Theory of Error-Correcting Codes (1977): chapters 1
# (Hamming, simplex), 2 (Golay), 9 (BCH) and 13 (Reed-Muller).
CLASSICAL = [
    ("repetition-2", 2, 1, 2),
    ("repetition-9", 9, 1, 9),
    ("ring-9", 9, 1, 9),
    ("hamming-2", 3, 1, 3),
    ("hamming-3", 7, 4, 3),
    ("hamming-5", 31, 26, 3),
    ("simplex-3", 7, 3, 4),
    ("simplex-6", 63, 6, 32),
    ("golay", 23, 12, 7),
    ("extended-golay", 24, 12, 8),
    ("bch-7-3", 7, 4, 3),
    ("bch-15-3", 15, 11, 3),
    ("bch-15-5", 15, 7, 5),
    ("bch-15-7", 15, 5, 7),
    ("bch-31-5", 31, 21, 5),
    ("bch-31-7", 31, 16, 7),
    ("bch-31-11", 31, 11, 11),
    ("bch-63-31", 63, 7, 31),
    ("bch-63-21", 63, 18, 21),
    ("bch-23-5", 23, 12, 7),  # the Golay code: better than designed
    ("bch-21-3", 21, 15, 3),  # not primitive: the order of 2 modulo 21 is 6
    ("reed-muller-0-3", 8, 1, 8),
    ("reed-muller-1-4", 16, 5, 8),
    ("reed-muller-2-4", 16, 11, 4),
    ("reed-muller-2-5", 32, 16, 8),
    ("reed-muller-3-3", 8, 8, 1),
    ("best-30-4", 30, 4, 16),
    ("best-30-30", 30, 30, 1),
]


@pytest.mark.parametrize(("name", "n", "k", "d"), CLASSICAL)
def test_classical_codes_have_their_published_parameters(name: str, n: int, k: int, d: int) -> None:
    code = classical_code(name)
    distance = code.distance()
    assert distance is not None
    assert (code.n, code.k, distance.upper, distance.exact) == (n, k, d, True)


# Kitaev, quant-ph/9707021 (toric); Bravyi and Kitaev, quant-ph/9811052 (surface).
@pytest.mark.parametrize(
    ("name", "n", "k", "d", "w"),
    [
        ("surface-2", 5, 1, 2, 3),
        ("surface-3", 13, 1, 3, 4),
        ("surface-7", 85, 1, 7, 4),
        ("toric-2", 8, 2, 2, 4),
        ("toric-5", 50, 2, 5, 4),
    ],
)
def test_surface_and_toric_codes_are_products_with_their_published_parameters(
    name: str, n: int, k: int, d: int, w: int
) -> None:
    code = named_code(name)
    assert isinstance(code, HypergraphProduct)
    assert (code.num_qubits, code.num_logicals, code.max_weight) == (n, k, w)
    assert str(code.distance()) == str(d)


# Rotated: Bombin and Martin-Delgado, quant-ph/0703272. Steane: quant-ph/9601029.
@pytest.mark.parametrize(
    ("name", "n", "d", "w"),
    [
        ("rotated-surface-2", 4, 2, 4),
        ("rotated-surface-3", 9, 3, 4),
        ("rotated-surface-4", 16, 4, 4),
        ("rotated-surface-5", 25, 5, 4),
        ("steane", 7, 3, 4),
    ],
)
def test_one_qubit_css_codes_have_their_published_distance_for_both_pauli_types(
    name: str, n: int, d: int, w: int
) -> None:
    code = named_code(name)
    assert isinstance(code, CSSCode)
    assert (code.num_qubits, code.num_logicals, code.max_weight) == (n, 1, w)
    assert least_logical(code.x_checks, code.z_checks) == d
    assert least_logical(code.z_checks, code.x_checks) == d


def least_logical(own: gf2.BinaryMatrix, other: gf2.BinaryMatrix) -> int:
    """Compare the words that commute with `other` with the stabilizers of the own type."""
    commuting = weight_distribution(ClassicalCode(other))
    stabilizers = weight_distribution(ClassicalCode.from_generator(own))
    pairs = enumerate(zip(commuting, stabilizers, strict=True))
    return next(w for w, (all_words, trivial) in pairs if all_words > trivial)


@pytest.mark.parametrize("d", range(2, 12))
def test_rotated_surface_codes_have_independent_checks_on_at_most_two_of_a_type(d: int) -> None:
    code = rotated_surface(d)
    assert len(code.x_checks) + len(code.z_checks) == d * d - 1
    assert (code.num_logicals, code.max_degree) == (1, min(2, d - 1))


def test_repetition_codes_differ_from_rings_in_one_redundant_check() -> None:
    line, ring = classical_code("repetition-6"), classical_code("ring-6")
    assert line == ring
    assert (len(line.checks), len(ring.checks)) == (5, 6)
    assert (ring.max_weight, ring.max_degree) == (2, 2)


@pytest.mark.parametrize("r", range(2, 8))
def test_simplex_codes_are_dual_to_hamming_codes_and_have_light_checks(r: int) -> None:
    code = simplex(r)
    assert code == ClassicalCode.from_generator(hamming(r).checks)
    assert set(code.checks.sum(axis=1)) == {3}


@pytest.mark.parametrize(("r", "m"), [(0, 4), (1, 4), (1, 5), (2, 6)])
def test_reed_muller_codes_are_dual_to_those_of_complementary_order(r: int, m: int) -> None:
    dual = ClassicalCode.from_generator(reed_muller(r, m).checks)
    assert dual == reed_muller(m - r - 1, m)


def test_the_golay_code_is_perfect_and_its_extension_has_words_of_four_weights() -> None:
    # 1 + 23 + 253 + 1771 = 2^11; weights: MacWilliams and Sloane, chapter 2.
    assert 2**12 * (1 + 23 + 253 + 1771) == 2**23
    counts = weight_distribution(classical_code("extended-golay"))
    weights = {w: count for w, count in enumerate(counts) if count}
    assert weights == {0: 1, 8: 759, 12: 2576, 16: 759, 24: 1}


def test_an_extended_code_has_only_words_of_even_weight() -> None:
    assert not any(weight_distribution(extended(golay()))[1::2])


def test_every_listed_name_can_be_asked_for_and_has_one_line_of_summary() -> None:
    numbers = {
        "bch-N-D": "bch-15-5",
        "reed-muller-R-M": "reed-muller-1-3",
        "best-N-K": "best-9-3",
        "bicycle-N-K": "bicycle-72-12",
        "quadratic-residue-P": "quadratic-residue-7",
    }
    for syntax, summary in NAMES.items():
        name = numbers.get(syntax) or "-".join(
            "3" if len(part) == 1 and part.isupper() else part for part in syntax.split("-")
        )
        assert isinstance(named_code(name), ClassicalCode | CSSCode | StabilizerCode)
        assert summary
        assert "\n" not in summary


def test_names_are_read_whatever_their_case() -> None:
    assert named_code(" Hamming-3 ") == hamming(3)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("haming-3", "name: no code is called 'haming-3'; nearest: hamming-R"),
        ("surfaces-3", "name: no code is called 'surfaces-3'; nearest: surface-D"),
        ("golai", "name: no code is called 'golai'; nearest: golay"),
        (
            "hamming-x",
            "name: must be hamming-R, with whole numbers for the capital letters, got 'hamming-x'",
        ),
        (
            "hamming",
            "name: must be hamming-R, with whole numbers for the capital letters, got 'hamming'",
        ),
        (
            "bch-15",
            "name: must be bch-N-D, with whole numbers for the capital letters, got 'bch-15'",
        ),
        (
            "surface--3",
            "name: must be surface-D, with whole numbers for the capital letters, got 'surface--3'",
        ),
        ("golay-3", "name: must be golay, without numbers, got 'golay-3'"),
        ("hamming-1", "r: must be from 2 to 12, got 1"),
        ("simplex-13", "r: must be from 2 to 12, got 13"),
        ("repetition-1", "n: must be from 2 to 4096, got 1"),
        ("ring-999999999", "n: must be from 2 to 4096, got 999999999"),
        ("bch-16-3", "n: must be odd and divide 2^m - 1 for some m up to 12, got 16"),
        ("bch-29-3", "n: must be odd and divide 2^m - 1 for some m up to 12, got 29"),
        ("bch-15-16", "d: must be from 2 to 15, got 16"),
        ("reed-muller-4-3", "r: must be from 0 to 3, got 4"),
        ("reed-muller-0-0", "m: must be from 1 to 12, got 0"),
        ("best-31-3", "n: must be from 1 to 30, got 31"),
        ("surface-1", "d: must be from 2 to 40, got 1"),
        ("rotated-surface-41", "d: must be from 2 to 40, got 41"),
        ("toric-0", "d: must be from 2 to 40, got 0"),
        ("bicycle-70-12", "name: bicycle-N-K must be of N-K among 72-12, 90-8, 108-8, 144-12"),
    ],
)
def test_a_bad_name_is_refused_in_one_line_with_the_rule_and_the_value(
    name: str, message: str
) -> None:
    with pytest.raises(InputError) as error:
        named_code(name)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_a_name_close_to_nothing_gets_the_whole_list() -> None:
    with pytest.raises(InputError, match=r"known: repetition-N, ring-N, hamming-R, .*bicycle-N-K$"):
        named_code("qqqqqq")
    with pytest.raises(InputError, match="known: "):
        named_code("")


def test_a_quantum_name_is_refused_where_a_classical_code_is_needed() -> None:
    message = "^name: must be that of a classical code, got 'surface-3', a quantum code$"
    with pytest.raises(InputError, match=message):
        classical_code("surface-3")


def test_checks_of_cyclic_codes_are_shifts_of_one_word() -> None:
    checks = golay().checks
    assert all(np.array_equal(np.roll(checks[0], i), row) for i, row in enumerate(checks))
