"""Lists of light stabilizers against their definition, and by two roads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_oracles import (
    light_by_definition,
    mixed_rows,
    random_css,
    random_stabilizer,
    regenerated,
    scrambled,
)

from qcode_rl.codes import CSSCode, StabilizerCode, named_code
from qcode_rl.codes.bicycle import bivariate_bicycle
from qcode_rl.gf2 import pack_rows, rank
from qcode_rl.identity import light, walks
from qcode_rl.identity.light import light_stabilizers
from qcode_rl.identity.samples import light_generators
from qcode_rl.identity.subjects import lightest_basis, subject_of, tripled, word_weights
from qcode_rl.identity.work import OutOfWork, Work

SEEDS = st.integers(0, 2**32 - 1)


def plenty() -> Work:
    return Work(10**9)


def words_of(code: CSSCode | StabilizerCode, **options: bool) -> list[set[bytes]]:
    found = light_stabilizers(subject_of(code, **options), plenty())
    return [{word.tobytes() for word in words} for words in found.families]


@pytest.fixture(params=["walk", "clusters"])
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take one road whatever the dimension; the cluster search cannot do without a dimension."""
    if request.param == "clusters":
        monkeypatch.setattr(light, "WALKED", 0)
        monkeypatch.setattr(light, "WALKED_IF_HEAVY", 0)


@pytest.mark.usefixtures("road")
@settings(max_examples=40)
@given(SEEDS, st.integers(1, 9))
def test_light_stabilizers_of_css_codes_are_those_of_the_definition(seed: int, n: int) -> None:
    code = random_css(np.random.default_rng(seed), n)
    x, z = (light_by_definition(rows) for rows in (code.x_checks, code.z_checks))
    found = light_stabilizers(subject_of(code), plenty())
    assert words_of(code) == [x[1], z[1]]
    assert found.weight == max(x[0], z[0])


@pytest.mark.usefixtures("road")
@settings(max_examples=40)
@given(SEEDS, st.integers(1, 7))
def test_light_stabilizers_of_other_codes_are_those_of_the_definition(seed: int, n: int) -> None:
    code = random_stabilizer(np.random.default_rng(seed), n)
    weight, words = light_by_definition(tripled(code.checks), columns_per_qubit=3)
    found = light_stabilizers(subject_of(code, local_cliffords=True), plenty())
    assert words_of(code, local_cliffords=True) == [words]
    assert found.weight == weight


def test_the_cluster_road_finds_stabilizers_that_are_two_logical_operators() -> None:
    # Two blocks of [[4,2,2]] with XXII of the one tied to XXII of the other.
    x = [[1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1], [1, 1, 0, 0, 1, 1, 0, 0]]
    z = [[1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1]]
    sector = subject_of(CSSCode(x, z)).sectors()[0]
    words = light.light_by_clusters(sector, 4, plenty())
    assert {0b00110011, 0b11000011, 0b00111100, 0b11001100} <= set(words[:, 0].tolist())


def test_the_toric_code_has_one_light_stabilizer_a_vertex_and_a_face() -> None:
    found = light_stabilizers(subject_of(named_code("toric-5")), plenty())
    assert [words.shape for words in found.families] == [(25, 50), (25, 50)]
    assert found.weight == 4


def test_lists_do_not_depend_on_the_generators_of_a_large_code() -> None:
    code = named_code("bicycle-72-12")
    assert isinstance(code, CSSCode)
    copy = regenerated(np.random.default_rng(2), code)
    assert copy.max_weight > 20
    assert (
        words_of(code)
        == words_of(copy)
        == [{row.tobytes() for row in rows} for rows in (code.x_checks, code.z_checks)]
    )


def test_rotated_codes_have_as_many_light_stabilizers() -> None:
    code = bivariate_bicycle(3, 5, [(0, 0), (0, 1), (1, 2)], [(0, 2), (1, 0), (2, 0)])
    copy = scrambled(np.random.default_rng(1), code, rotate=True)
    assert len(subject_of(copy).sectors()[0].basis) > 22
    assert len(words_of(copy)[0]) == sum(map(len, words_of(code)))


def test_sampling_finds_sparse_generators_of_a_dense_presentation() -> None:
    code = named_code("bicycle-144-12")
    assert isinstance(code, CSSCode)
    rows = mixed_rows(np.random.default_rng(4), code.x_checks)
    found = light_generators(lightest_basis(pack_rows(rows)), 144, 1, plenty())
    assert word_weights(found).tolist() == [6] * rank(code.x_checks)


def test_a_budget_that_is_too_small_stops_either_road() -> None:
    for name in ("toric-4", "bicycle-72-12"):
        with pytest.raises(OutOfWork):
            light_stabilizers(subject_of(named_code(name)), Work(2000))


def test_a_list_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "MOST_WORDS", 4)
    with pytest.raises(OutOfWork):
        light_stabilizers(subject_of(named_code("steane")), plenty())


@pytest.mark.kernel
def test_walks_count_and_list_the_words_of_a_space() -> None:
    basis = pack_rows(np.array([[1, 1, 0, 0, 1], [0, 1, 1, 0, 0], [0, 0, 0, 1, 0]], dtype=np.uint8))
    assert walks.weight_counts(basis)[:6].tolist() == [1, 1, 1, 3, 2, 0]
    words = walks.words_up_to(basis, 2, 2)
    assert sorted(words[:, 0].tolist()) == [0b00110, 0b01000]


@pytest.mark.kernel
def test_a_word_that_contains_another_is_not_minimal() -> None:
    words = np.array([[0b0001], [0b0110], [0b0111], [0b1110]], dtype=np.uint64)
    assert walks.minimal_words(words, word_weights(words)).tolist() == [True, True, False, True]
