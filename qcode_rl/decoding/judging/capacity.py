"""Logical error rates of CSS codes under code-capacity noise, from few shots.

Every qubit is depolarized once and checks are measured perfectly. Errors are drawn from the seed
and the number of qubits alone, so that all codes of one length meet the same ones (common random
numbers): differences between codes are then less noisy than the rates themselves.
"""

from typing import Any

import numpy as np
from ldpc.bposd_decoder import BpOsdDecoder
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from qcode_rl.codes import CSSCode, hypergraph_product
from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.gf2 import BinaryMatrix

#: Iterations of scaled min-sum before ordered statistics decide. Degenerate codes seldom converge,
#: so that more of them cost time; fewer, and another scale, cost accuracy.
_ITERATIONS = 10
_SCALE = 0.75


def draw_errors(num_qubits: int, options: LogicalErrorOptions) -> tuple[BinaryMatrix, BinaryMatrix]:
    """Draw depolarizing errors.

    The first shots of more are those of fewer, and with a higher rate every error that was there
    before is there still.

    Args:
        num_qubits: n.
        options: of which `p`, `shots` and `seed` count.

    Returns:
        Supports of the X parts and of the Z parts, `(shots, n) uint8` each; Y counts in both.

    Example:
        >>> x, z = draw_errors(4, LogicalErrorOptions(p=0.75, shots=1))
        >>> x.tolist(), z.tolist()
        ([[1, 1, 0, 1]], [[0, 0, 1, 0]])
    """
    # Two streams, so that neither more shots nor a higher rate shift what is drawn.
    hits, kinds = np.random.default_rng([options.seed, num_qubits]).spawn(2)
    size = options.shots, num_qubits
    hit = hits.random(size) < options.p
    kind = 3 * kinds.random(size)
    return (hit & (kind < 2)).astype(np.uint8), (hit & (kind >= 1)).astype(np.uint8)


def logical_flips(
    checks: BinaryMatrix, logicals: BinaryMatrix, errors: BinaryMatrix, prior: float
) -> NDArray[np.bool_]:
    """Decode errors of one type and say which shots flip a logical operator.

    Decoded by belief propagation (min-sum) with ordered statistics of order 0 (ldpc's `bposd`).

    Args:
        checks: `(r, n)` supports of the checks that see the errors.
        logicals: `(k, n)` supports of the logical operators that see them.
        errors: `(shots, n)` supports of the errors.
        prior: probability of an error of this type on a qubit.

    Returns:
        `(shots,) bool`.
    """
    residual = errors
    if len(checks):
        seen = csr_matrix(checks)
        decoder: Any = BpOsdDecoder(
            seen,
            error_rate=prior,
            max_iter=_ITERATIONS,
            bp_method="minimum_sum",
            ms_scaling_factor=_SCALE,
            osd_method="OSD_0",
            osd_order=0,
            omp_thread_count=1,
        )
        syndromes = parities(seen, errors)
        residual = errors ^ np.array([decoder.decode(one) for one in syndromes], dtype=np.uint8)
    flipped: NDArray[np.bool_] = parities(csr_matrix(logicals), residual).max(axis=1) > 0
    return flipped


def parities(rows: Any, errors: BinaryMatrix) -> BinaryMatrix:
    """Return which rows overlap oddly with which errors.

    Args:
        rows: `(r, n) uint8`, sparse: such products use no threads, and beat dense ones of integers.
        errors: `(shots, n)`.

    Returns:
        `(shots, r) uint8`.
    """
    # Overlaps that overflow uint8 do so by an even number.
    overlaps: Any = rows @ errors.T
    return np.ascontiguousarray((overlaps % 2).T, dtype=np.uint8)


def capacity_failures(code: CSSCode, options: LogicalErrorOptions) -> NDArray[np.bool_]:
    """Return which shots leave any logical operator of a code flipped, `(shots,) bool`.

    X and Z parts are decoded apart, each with prior 2p/3.

    Args:
        code: with at least one logical qubit.
        options: of which `p`, `shots` and `seed` count.
    """
    x_errors, z_errors = draw_errors(code.num_qubits, options)
    prior = 2 * options.p / 3
    by_x = logical_flips(code.z_checks, code.z_logicals, x_errors, prior)
    by_z = logical_flips(code.x_checks, code.x_logicals, z_errors, prior)
    return by_x | by_z


def capacity_rate(code: CSSCode, options: LogicalErrorOptions) -> float:
    """Estimate the logical error rate of a code.

    The estimate is (errors + 1/2) / (shots + 1), the mean of the Beta distribution that Jeffreys'
    prior leads to: never 0, so that its logarithm is finite.

    Args:
        code: the code as presented: decoders see the checks, not only what they span.
        options: of which `p`, `shots` and `seed` count.

    Returns:
        The rate; 1 for a code without logical qubits.
    """
    if code.num_logicals == 0:
        return 1.0
    errors = int(capacity_failures(code, options).sum())
    return (errors + 0.5) / (options.shots + 1)


def product_rate(checks: BinaryMatrix, options: LogicalErrorOptions) -> float:
    """Estimate the logical error rate of a square hypergraph product.

    Args:
        checks: `(m, n)` of the classical factor.
        options: as for `capacity_rate`.
    """
    return capacity_rate(hypergraph_product(checks), options)
