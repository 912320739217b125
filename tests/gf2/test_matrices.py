"""GF(2) linear algebra against methods that share nothing with elimination on packed words."""

from itertools import product
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qcode_rl import gf2
from qcode_rl.errors import InputError
from qcode_rl.gf2.jit import popcount, trailing_zeros

Bits = NDArray[np.uint8]
# Numbers of columns around the ends of words, where packing goes wrong if it does.
LENGTHS = (1, 2, 5, 63, 64, 65, 127, 128, 129, 150)


@st.composite
def binary_matrices(draw: st.DrawFn, max_rows: int = 7, lengths: Any = LENGTHS) -> Bits:
    """Matrices `(m, n)`, m from 0, whose rows are often sparse, equal, dependent or zero."""
    n = draw(st.sampled_from(lengths))
    word = st.one_of(
        st.integers(0, 2**n - 1), st.integers(0, n - 1).map(lambda j: 1 << j), st.just(0)
    )
    rows = draw(st.lists(word, max_size=max_rows - 2))
    if len(rows) >= 2:
        rows += draw(st.sampled_from([[], [rows[0]], [rows[0] ^ rows[1], 0]]))
    return as_matrix(rows, n)


def as_matrix(rows: list[int], n: int) -> Bits:
    return np.array([[row >> j & 1 for j in range(n)] for row in rows], np.uint8).reshape(-1, n)


def as_integers(matrix: Bits) -> list[int]:
    return [sum(1 << j for j, entry in enumerate(row) if entry) for row in matrix.tolist()]


def span(matrix: Bits) -> set[int]:
    """All sums of rows, as integers."""
    sums = {0}
    for row in as_integers(matrix):
        sums |= {row ^ other for other in sums}
    return sums


@pytest.mark.kernel
@given(binary_matrices())
def test_the_rank_counts_the_sums_of_rows(matrix: Bits) -> None:
    assert 2 ** gf2.rank(matrix) == len(span(matrix))


@given(binary_matrices(max_rows=5, lengths=(1, 2, 3, 5, 8)))
def test_the_null_space_is_every_word_that_no_row_meets_oddly(matrix: Bits) -> None:
    words = product((0, 1), repeat=matrix.shape[1])
    kernel = {w for w in words if not (matrix.astype(int) @ np.array(w) % 2).any()}
    assert {sum(b << j for j, b in enumerate(w)) for w in kernel} == span(gf2.null_space(matrix))


@pytest.mark.kernel
@given(binary_matrices())
def test_rank_and_nullity_add_up_and_null_vectors_meet_every_row_evenly(matrix: Bits) -> None:
    basis = gf2.null_space(matrix)
    assert gf2.rank(matrix) + len(basis) == matrix.shape[1]
    assert gf2.rank(basis) == len(basis)
    assert not (matrix.astype(np.int64) @ basis.T % 2).any()


@pytest.mark.kernel
@given(binary_matrices())
def test_row_reduction_keeps_the_row_space_and_is_idempotent(matrix: Bits) -> None:
    reduced, pivots = gf2.row_reduce(matrix)
    assert span(reduced) == span(matrix)
    # Reduced row echelon form, by its definition.
    assert pivots.tolist() == [int(row.argmax()) for row in reduced]
    assert (np.diff(pivots) > 0).all()
    assert np.array_equal(reduced[:, pivots], np.eye(len(reduced)))
    again, same_pivots = gf2.row_reduce(reduced)
    assert np.array_equal(again, reduced)
    assert np.array_equal(same_pivots, pivots)


@given(binary_matrices(), st.randoms(use_true_random=False))
def test_row_reduction_does_not_depend_on_the_order_of_rows(matrix: Bits, random: Any) -> None:
    order = list(range(len(matrix)))
    random.shuffle(order)
    assert np.array_equal(gf2.row_reduce(matrix[order])[0], gf2.row_reduce(matrix)[0])


@pytest.mark.kernel
@given(binary_matrices())
def test_packing_puts_column_j_in_bit_j_and_unpacking_reverses_it(matrix: Bits) -> None:
    words = gf2.pack_rows(matrix)
    n = matrix.shape[1]
    assert words.shape == (len(matrix), gf2.words_for(n))
    values = [sum(int(w) << 64 * i for i, w in enumerate(row)) for row in words]
    assert values == as_integers(matrix)
    assert np.array_equal(gf2.unpack_rows(words, n), matrix)


@pytest.mark.kernel
@given(binary_matrices(max_rows=6, lengths=(3, 64, 130)), st.data())
def test_a_vector_is_in_the_row_space_if_it_is_a_sum_of_rows(matrix: Bits, data: Any) -> None:
    n = matrix.shape[1]
    sums = span(matrix)
    vector = data.draw(st.one_of(st.sampled_from(sorted(sums)), st.integers(0, 2**n - 1)))
    assert gf2.in_row_space(matrix, as_matrix([vector], n)[0]) == (vector in sums)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(0, 60), st.integers(0, 150))
def test_larger_matrices_of_known_rank_have_it(seed: int, r: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    # [I; A] [I B] has rank r whatever A and B; shuffling rows and columns hides it.
    left = np.vstack([np.eye(r, dtype=np.int64), rng.integers(0, 2, (rows, r))])
    right = np.hstack([np.eye(r, dtype=np.int64), rng.integers(0, 2, (r, columns))])
    matrix = (left @ right % 2)[rng.permutation(r + rows)][:, rng.permutation(r + columns)]
    assert gf2.rank(matrix) == r
    assert gf2.row_reduce(matrix)[0].shape == (r, r + columns)
    assert gf2.null_space(matrix).shape == (columns, r + columns)


@pytest.mark.kernel
def test_extreme_matrices_are_handled() -> None:
    empty = np.zeros((0, 70), dtype=np.uint8)
    assert gf2.rank(empty) == 0
    assert np.array_equal(gf2.null_space(empty), np.eye(70))
    assert gf2.row_reduce(empty)[0].shape == (0, 70)
    assert gf2.rank(np.zeros((3, 65))) == 0
    assert gf2.rank(np.eye(130)) == 130
    assert gf2.null_space(np.eye(130)).shape == (0, 130)
    assert gf2.rank(np.ones((4, 129))) == 1


@pytest.mark.kernel
@given(st.integers(0, 2**64 - 1))
def test_bit_counts_agree_with_text(value: int) -> None:
    digits = f"{value:064b}"
    assert popcount(np.uint64(value)) == digits.count("1")
    assert trailing_zeros(np.uint64(value)) == 63 - digits.rfind("1")


@given(binary_matrices())
def test_kernels_leave_their_argument_alone(matrix: Bits) -> None:
    before = matrix.copy()
    gf2.rank(matrix)
    gf2.row_reduce(matrix)
    gf2.null_space(matrix)
    assert np.array_equal(matrix, before)


@pytest.mark.parametrize(
    "value",
    [
        [[1, 0, 1], [0, 1, 1]],
        [[True, False, True], [False, True, True]],
        [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]],
        np.array([[1, 0, 1], [0, 1, 1]], dtype=np.int64),
        np.asfortranarray(np.array([[1, 0, 1], [0, 1, 1]], dtype=np.int8)),
        scipy.sparse.csr_array(np.array([[1, 0, 1], [0, 1, 1]])),
    ],
    ids=["lists", "booleans", "floats", "int64", "fortran", "sparse"],
)
def test_every_kind_of_binary_matrix_becomes_the_same_read_only_copy(value: Any) -> None:
    matrix = gf2.as_binary_matrix(value)
    assert matrix.tolist() == [[1, 0, 1], [0, 1, 1]]
    assert matrix.dtype == np.uint8
    assert matrix.flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        matrix[0, 0] = 0


def test_the_read_only_copy_does_not_follow_the_original() -> None:
    original = np.array([[1, 0]], dtype=np.uint8)
    matrix = gf2.as_binary_matrix(original)
    original[0, 0] = 0
    assert matrix[0, 0] == 1


BAD = {
    "an entry of 2": ([[0, 1], [2, 0]], "H: entries must be 0 or 1, got 2 at row 1, column 0"),
    "an entry of -1": ([[0, -1]], "H: entries must be 0 or 1, got -1 at row 0, column 1"),
    "a half": ([[0.0, 1.0], [1.0, 0.5]], "H: entries must be 0 or 1, got 0.5 at row 1, column 1"),
    "NaN": ([[0.0, np.nan]], "H: entries must be 0 or 1, got nan at row 0, column 1"),
    "infinity": ([[np.inf, 0.0]], "H: entries must be 0 or 1, got inf at row 0, column 0"),
    "256, which is 0 as uint8": (
        [[1, 256]],
        "H: entries must be 0 or 1, got 256 at row 0, column 1",
    ),
    "ragged rows": ([[0, 1], [1]], "H: must be a matrix, got rows of different lengths"),
    "a vector": ([0, 1, 1], "H: must be a matrix (two dimensions), got 1"),
    "a number": (1, "H: must be a matrix (two dimensions), got 0"),
    "three dimensions": (np.zeros((1, 1, 1)), "H: must be a matrix (two dimensions), got 3"),
    "no columns": (np.zeros((2, 0)), "H: must have at least one column, got shape (2, 0)"),
    "an empty list": ([], "H: must be a matrix (two dimensions), got 1"),
    "strings": ([["0", "1"]], "H: entries must be 0 or 1, got values of type <U1"),
    "complex numbers": ([[1j]], "H: entries must be 0 or 1, got values of type complex128"),
    "objects": ([[None]], "H: entries must be 0 or 1, got values of type object"),
}


@pytest.mark.parametrize(("value", "message"), BAD.values(), ids=BAD.keys())
def test_what_is_no_binary_matrix_is_refused_with_rule_and_value(value: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        gf2.as_binary_matrix(value, "H")
    assert str(caught.value) == message


def test_a_vector_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="dimension"):
        gf2.in_row_space([[1, 0, 1]], [1, 0])
