"""CSS forms against all choices of Pauli operators, and of codes whose answer is known."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_oracles import (
    light_by_definition,
    random_css,
    random_rows,
    random_stabilizer,
    scrambled,
)

from qcode_rl import gf2
from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.errors import InputError
from qcode_rl.identity import Equivalence, apply
from qcode_rl.identity.css_form import css_form, css_frame

SEEDS = st.integers(0, 2**32 - 1)
#: Gottesman's [[8,3,3]], arXiv:quant-ph/9705052.
EIGHT_THREE = ("XXXXXXXX", "ZZZZZZZZ", "IXIXYZYZ", "IXZYIXZY", "IYXZXZIY")


def has_form_by_definition(code: StabilizerCode) -> bool:
    """Try all choices of two different Pauli operators on each qubit: do they give the group?"""
    n = code.num_qubits
    group = np.zeros((1, 2 * n), dtype=np.uint8)
    for row in gf2.row_reduce(code.checks)[0]:
        group = np.concatenate([group, group ^ row])
    letters = group[:, :n] + 2 * group[:, n:]
    choices = np.array(list(itertools.product((1, 2, 3), repeat=n)), dtype=np.uint8)
    # How many stabilizers are made of nothing but the chosen operators.
    counts = np.array(
        [((letters == 0) | (letters == choice)).all(axis=1).sum() for choice in choices]
    )
    for one, of_one in zip(choices, counts, strict=True):
        # All counts are powers of two.
        others = choices[counts == len(group) // of_one]
        if (others != one).all(axis=1).any():
            return True
    return False


def turned(code: StabilizerCode, frame: tuple[str, ...]) -> StabilizerCode:
    image = apply(Equivalence(tuple(range(code.num_qubits)), cliffords=frame), code)
    assert isinstance(image, StabilizerCode)
    return image


def formed(code: StabilizerCode) -> CSSCode:
    """Return the CSS form of a code that has one, checked: it is the code, in a frame."""
    form, frame = css_form(code), css_frame(code)
    assert form is not None
    assert frame is not None
    assert StabilizerCode.from_css(form).key == turned(code, frame).key
    return form


def disguised(rng: np.random.Generator, code: CSSCode) -> StabilizerCode:
    """Move and rotate the qubits of a code, and mix its checks."""
    result = scrambled(rng, StabilizerCode.from_css(code), rotate=True)
    assert isinstance(result, StabilizerCode)
    return result


def least_weights(rows: gf2.BinaryMatrix) -> list[int]:
    """Return the weights of the lightest generators of a span, from the list of all words."""
    light = light_by_definition(rows)[1]
    words = sorted((np.frombuffer(word, np.uint8) for word in light), key=lambda word: word.sum())
    basis = np.zeros((0, rows.shape[1]), dtype=np.uint8)
    for word in words:
        if gf2.rank(np.vstack([basis, word])) > len(basis):
            basis = np.vstack([basis, word])
    return basis.sum(axis=1).tolist()


def xzzx(rows: int, columns: int) -> StabilizerCode:
    """Return the XZZX code on a torus with a qubit and a check at each vertex."""
    checks = np.zeros((rows, columns, 2, rows, columns), dtype=np.uint8)
    for i, j in np.ndindex(rows, columns):
        for kind, a, b in ((0, 0, 0), (1, 1, 0), (1, 0, 1), (0, 1, 1)):
            checks[i, j, kind, (i + a) % rows, (j + b) % columns] ^= 1
    return StabilizerCode(checks.reshape(rows * columns, -1))


def cyclic(string: str) -> StabilizerCode:
    return StabilizerCode.from_pauli_strings(
        [string[-i:] + string[:-i] for i in range(len(string))]
    )


def graph_state(edges: list[tuple[int, int]]) -> StabilizerCode:
    n = 1 + max(map(max, edges))
    adjacency = np.zeros((n, n), dtype=np.uint8)
    for i, j in edges:
        adjacency[i, j] = adjacency[j, i] = 1
    return StabilizerCode(np.hstack([np.eye(n, dtype=np.uint8), adjacency]))


@settings(max_examples=150)
@given(SEEDS, st.integers(1, 5))
def test_a_code_has_a_form_if_some_choice_of_operators_gives_its_group(seed: int, n: int) -> None:
    code = random_stabilizer(np.random.default_rng(seed), n)
    assert has_form_by_definition(code) == (css_form(code) is not None)
    if css_form(code):
        formed(code)


@settings(max_examples=30)
@given(SEEDS)
def test_direct_sums_have_a_form_if_both_parts_have(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = (random_stabilizer(rng, n) for n in (3, 2))
    strings = [s + "II" for s in one.pauli_strings] + ["III" + s for s in other.pauli_strings]
    whole = StabilizerCode.from_pauli_strings(strings)
    assert (css_form(whole) is None) == (css_form(one) is None or css_form(other) is None)
    assert has_form_by_definition(whole) == (css_form(whole) is not None)


@settings(max_examples=60)
@given(SEEDS, st.integers(1, 24))
def test_disguised_css_codes_are_recognised(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    code = random_css(rng, n)
    form = formed(disguised(rng, code))
    assert (form.num_qubits, form.num_logicals) == (n, code.num_logicals)


@settings(max_examples=40)
@given(SEEDS, st.integers(1, 9))
def test_the_checks_of_a_form_are_as_light_as_can_be(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    code = random_css(rng, n)
    form = formed(disguised(rng, code))
    # Any form of the group will do: which stabilizers of a weight there are decides the weights.
    expected = least_weights(code.x_checks) + least_weights(code.z_checks)
    found = [*form.x_checks.sum(axis=1).tolist(), *form.z_checks.sum(axis=1).tolist()]
    assert sorted(found) == sorted(expected)


@settings(max_examples=30)
@given(SEEDS, st.integers(1, 12))
def test_a_css_code_is_its_own_form_and_hadamards_come_before_other_gates(
    seed: int, n: int
) -> None:
    rng = np.random.default_rng(seed)
    code = StabilizerCode.from_css(random_css(rng, n))
    mixed = StabilizerCode(np.vstack([random_rows(rng, 2, code.checks), code.checks]))
    assert css_frame(mixed) == ("XYZ",) * n
    hadamards = tuple(rng.choice(["XYZ", "ZYX"], n).tolist())
    assert set(css_frame(turned(mixed, hadamards)) or ()) <= {"XYZ", "ZYX"}


@pytest.mark.parametrize("name", ["steane", "toric-3", "rotated-surface-5", "bicycle-72-12"])
def test_named_codes_are_recognised_with_checks_of_their_weight(name: str) -> None:
    code = named_code(name)
    assert isinstance(code, CSSCode)
    form = formed(disguised(np.random.default_rng(5), code))
    assert form.max_weight == code.max_weight
    assert form.num_logicals == code.num_logicals


def test_codes_known_to_be_no_css_codes_have_no_form() -> None:
    five = named_code("five-qubit")
    assert isinstance(five, StabilizerCode)
    eight = StabilizerCode.from_pauli_strings(EIGHT_THREE)
    distance = eight.distance()
    assert (eight.num_logicals, distance and distance.upper) == (3, 3)
    for code in (five, eight):
        assert not has_form_by_definition(code)
        assert css_form(code) is None
        assert css_frame(code) is None


def test_an_xzzx_code_has_a_form_where_qubits_can_be_coloured_as_a_chessboard() -> None:
    for size in ((2, 2), (2, 4), (4, 4), (4, 6)):
        form = formed(xzzx(*size))
        assert form.max_weight <= 4
        assert set(css_frame(xzzx(*size)) or ()) <= {"XYZ", "ZYX"}
    # Surface codes without boundaries: [[n, 2]] on two colours.
    assert formed(xzzx(4, 4)).num_logicals == 2
    assert formed(cyclic("XZIIIZXIIIII")).num_logicals == 2
    assert not has_form_by_definition(xzzx(3, 3))
    for code in (xzzx(3, 3), xzzx(3, 4), xzzx(5, 5), cyclic("XZIIIZXIIIIII")):
        assert css_form(code) is None


def test_a_graph_state_has_a_form_if_its_graph_can_be_made_two_coloured() -> None:
    for n in (3, 4, 6, 8):
        formed(graph_state([(i, (i + 1) % n) for i in range(n)]))
    for n in (5, 7, 9):
        assert css_form(graph_state([(i, (i + 1) % n) for i in range(n)])) is None
    # All states of complete graphs are GHZ states: very many frames, of one component.
    form = formed(graph_state(list(itertools.combinations(range(20), 2))))
    assert sorted(map(len, (form.x_checks, form.z_checks))) == [1, 19]
    assert sorted({*form.x_checks.sum(axis=1), *form.z_checks.sum(axis=1)}) == [2, 20]


def test_qubits_that_no_check_acts_on_stay() -> None:
    code = StabilizerCode.from_pauli_strings(["IYIYI", "IIIII"])
    form, frame = css_form(code), css_frame(code)
    assert form is not None
    assert frame is not None
    assert [frame[qubit] for qubit in (0, 2, 4)] == ["XYZ"] * 3
    assert len(form.x_checks) + len(form.z_checks) == 1
    empty = css_form(StabilizerCode(np.zeros((0, 6), dtype=np.uint8)))
    assert empty is not None
    assert (empty.num_qubits, empty.num_logicals) == (3, 3)


def test_a_small_budget_costs_lightness_and_nothing_else() -> None:
    code = named_code("rotated-surface-5")
    assert isinstance(code, CSSCode)
    mixed = disguised(np.random.default_rng(1), code)
    form, plain = css_form(mixed, budget=1), css_form(mixed)
    assert form is not None
    assert plain is not None
    assert form.num_logicals == 1
    assert plain.max_weight == 4 < form.max_weight <= mixed.max_weight


def test_other_codes_and_budgets_are_refused() -> None:
    steane = named_code("steane")
    with pytest.raises(InputError, match="code: must be a stabilizer code, got CSSCode"):
        css_form(steane)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="budget: must be a positive number"):
        css_form(StabilizerCode.from_pauli_strings(["XX"]), budget=0)
