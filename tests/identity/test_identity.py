"""Identity of codes: copies are recognised, other codes are told apart, certificates hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_oracles import (
    mixed_rows,
    random_css,
    random_map,
    random_stabilizer,
    regenerated,
    same_by_brute_force,
    scrambled,
)

from qcode_rl.codes import ClassicalCode, CSSCode, HypergraphProduct, StabilizerCode, named_code
from qcode_rl.codes.surfaces import rotated_surface
from qcode_rl.errors import InputError
from qcode_rl.identity import (
    Equivalence,
    UndecidedError,
    apply,
    classes,
    equivalence,
    identity_of,
    maps_to,
)
from qcode_rl.identity.subjects import QuantumCode

SEEDS = st.integers(0, 2**32 - 1)
#: Too little for listing anything of dimension 1 or more, enough for the searches here.
SCARCE = 3


def assert_recognised(one: QuantumCode, other: QuantumCode, local_cliffords: bool = False) -> None:
    found = equivalence(one, other, local_cliffords=local_cliffords)
    assert found is not None
    assert maps_to(found, one, other)
    first, second = (identity_of(code, local_cliffords=local_cliffords) for code in (one, other))
    assert first == second
    assert first.kind == "light stabilizers"


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 10))
def test_relabelled_regenerated_and_exchanged_css_codes_are_recognised(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    code = random_css(rng, n)
    moved = apply(Equivalence(tuple(rng.permutation(n).tolist())), code)
    exchanged = apply(Equivalence(tuple(range(n)), exchanged=True), code)
    for copy in (moved, exchanged, regenerated(rng, code), scrambled(rng, code)):
        assert_recognised(code, copy)


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 8))
def test_rotated_and_scrambled_stabilizer_codes_are_recognised(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    code = random_stabilizer(rng, n)
    moved = apply(random_map(rng, n, exchange=True, rotate=False), code)
    rotated = apply(random_map(rng, n, exchange=True, rotate=True), code)
    for copy in (moved, rotated, regenerated(rng, code), scrambled(rng, code, rotate=True)):
        assert_recognised(code, copy, local_cliffords=True)


@settings(max_examples=20)
@given(SEEDS, st.integers(1, 8))
def test_a_css_code_is_the_same_code_as_plain_checks(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    code = random_css(rng, n)
    plain = StabilizerCode.from_css(code)
    assert_recognised(code, plain)
    # Generators that mix X and Z are no obstacle.
    assert_recognised(StabilizerCode(mixed_rows(rng, plain.checks)), scrambled(rng, code))


@settings(max_examples=25)
@given(SEEDS, st.integers(2, 5))
def test_css_codes_are_told_apart_as_by_trying_all_permutations(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = random_css(rng, n), random_css(rng, n)
    found = equivalence(one, other)
    assert (found is not None) == same_by_brute_force(one, other)
    if identity_of(one) != identity_of(other):
        assert found is None


@settings(max_examples=15)
@given(SEEDS)
def test_stabilizer_codes_are_told_apart_as_by_trying_everything(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = random_stabilizer(rng, 3), random_stabilizer(rng, 3)
    found = equivalence(one, other, local_cliffords=True)
    assert (found is not None) == same_by_brute_force(one, other, rotate=True)


def test_six_qubits_are_sorted_as_by_trying_all_permutations() -> None:
    rng = np.random.default_rng(6)
    codes = [random_css(rng, 6) for _ in range(400)]
    alike = [code for code in codes if (len(code.x_checks), code.num_logicals) == (2, 2)][:10]
    assert len(alike) == 10
    found = classes(alike)
    for members in found:
        assert all(same_by_brute_force(alike[members[0]], alike[other]) for other in members[1:])
    for one in found:
        later = [other for other in found if other[0] > one[0]]
        assert not any(same_by_brute_force(alike[one[0]], alike[other[0]]) for other in later)


@pytest.mark.parametrize("name", ["steane", "toric-3", "surface-4", "five-qubit", "bicycle-72-12"])
def test_scrambled_copies_of_named_codes_are_recognised(name: str) -> None:
    code = named_code(name)
    assert isinstance(code, CSSCode | StabilizerCode)
    rng = np.random.default_rng(9)
    assert_recognised(code, scrambled(rng, code))
    assert_recognised(code, scrambled(rng, code, rotate=True), local_cliffords=True)


def test_a_scrambled_copy_of_the_gross_code_is_recognised() -> None:
    code = named_code("bicycle-144-12")
    assert isinstance(code, CSSCode)
    assert_recognised(code, scrambled(np.random.default_rng(3), code))


def test_a_scrambled_hypergraph_product_of_hundreds_of_qubits_is_recognised() -> None:
    # The circulants of two polynomials, each with three terms: checks of weight 6.
    first, second = (
        ClassicalCode(sum(np.roll(np.eye(15, dtype=np.uint8), i, axis=1) for i in terms))
        for terms in ((0, 1, 4), (0, 2, 3))
    )
    code = HypergraphProduct(first, second)
    assert code.num_qubits == 450
    assert_recognised(code, scrambled(np.random.default_rng(5), code))


def test_codes_of_equal_parameters_are_told_apart() -> None:
    # A torus whose ends are glued with a twist looks the same from every qubit, near by.
    square, sheared = (_torus(4, 3, shift) for shift in (0, 1))
    assert (square.num_qubits, square.num_logicals) == (sheared.num_qubits, sheared.num_logicals)
    assert equivalence(square, sheared) is None
    assert identity_of(square) != identity_of(sheared)


def _torus(width: int, height: int, shift: int) -> CSSCode:
    """Return the toric code on a torus whose top is glued to its bottom with a shift."""

    def vertex(x: int, y: int) -> int:
        return (y % height) * width + (x - shift * (y // height)) % width

    size = width * height
    x_checks, z_checks = np.zeros((2, size, 2 * size), dtype=np.uint8)
    for y in range(height):
        for x in range(width):
            right, up = vertex(x, y), size + vertex(x, y)
            for end in (vertex(x, y), vertex(x + 1, y)):
                x_checks[end, right] = 1
            for end in (vertex(x, y), vertex(x, y + 1)):
                x_checks[end, up] = 1
            for edge in (right, vertex(x, y + 1), up, size + vertex(x + 1, y)):
                z_checks[vertex(x, y), edge] = 1
    return CSSCode(x_checks, z_checks)


def test_exchanging_x_and_z_on_some_qubits_makes_another_code_unless_cliffords_are_allowed() -> (
    None
):
    surface = rotated_surface(3)
    hadamards = tuple("ZYX" if (i // 3 + i % 3) % 2 else "XYZ" for i in range(9))
    tailored = apply(Equivalence(tuple(range(9)), cliffords=hadamards), surface)
    assert equivalence(surface, tailored) is None
    assert_recognised(surface, tailored, local_cliffords=True)


def test_a_code_without_checks_is_recognised() -> None:
    none = np.zeros((0, 3), dtype=np.uint8)
    assert_recognised(CSSCode(none, none), CSSCode(none, np.zeros((2, 3), dtype=np.uint8)))
    assert equivalence(CSSCode(none, none), CSSCode([[1, 1, 1]], none)) is None


def test_the_weight_of_an_identity_is_that_of_the_heaviest_generator_needed() -> None:
    code = CSSCode([[1, 1, 0, 0], [0, 1, 1, 0], [1, 1, 1, 1]], np.zeros((0, 4)))
    assert identity_of(code).weight == 2
    assert identity_of(code, SCARCE).weight == 4


def test_without_budget_the_checks_held_make_a_presentation_key() -> None:
    code = named_code("surface-3")
    assert isinstance(code, CSSCode)
    rng = np.random.default_rng(1)
    moved = apply(random_map(rng, 13, exchange=True, rotate=False), code)
    first, second = identity_of(code, SCARCE), identity_of(moved, SCARCE)
    assert first == second
    assert first.kind == "presentation"
    assert first.key != identity_of(code).key
    assert identity_of(regenerated(rng, code), SCARCE) != first


def test_equal_presentations_decide_and_unequal_ones_leave_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from qcode_rl.identity import comparing

    real = comparing.portrait_of
    monkeypatch.setattr(comparing, "portrait_of", lambda code, _, local: real(code, SCARCE, local))
    code = named_code("surface-3")
    assert isinstance(code, CSSCode)
    rng = np.random.default_rng(1)
    moved = apply(random_map(rng, 13, exchange=True, rotate=False), code)
    found = equivalence(code, moved)
    assert found is not None
    assert maps_to(found, code, moved)
    with pytest.raises(UndecidedError, match="could not all be listed"):
        equivalence(code, regenerated(rng, code))
    assert classes([code, regenerated(rng, code), moved]) == [[0, 2], [1]]
    # Parameters are known all the same.
    assert equivalence(code, named_code("steane")) is None


def test_a_search_that_runs_out_of_budget_is_undecided() -> None:
    code = named_code("toric-3")
    with pytest.raises(UndecidedError, match="no answer within 20000 work units"):
        equivalence(code, code, 20_000)


def test_classes_keep_the_order_of_the_codes() -> None:
    rng = np.random.default_rng(2)
    steane, surface = named_code("steane"), named_code("surface-2")
    codes = [steane, surface, scrambled(rng, surface), scrambled(rng, steane)]
    assert classes(codes) == [[0, 3], [1, 2]]
    assert classes([]) == []


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="must be a CSS or a stabilizer code, got ClassicalCode"):
        identity_of(ClassicalCode([[1, 1]]))
    for budget in (0, 1.5):
        with pytest.raises(InputError, match=rf"budget: must be a positive number.*got {budget}"):
            identity_of(named_code("steane"), budget)
