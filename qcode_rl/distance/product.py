"""Distances of hypergraph products from those of their factors (arXiv:0903.0566).

A hypergraph product has up to two sectors of logical operators: k1 k2 logical qubits whose lightest
operators lie on the n1 n2 qubits of the first block, and k1' k2' (primes: transposed codes) with
operators on the second block. A sector bounds the distance only if it is not empty.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from qcode_rl.codes import ClassicalCode, HypergraphProduct
from qcode_rl.distance.result import Distance, Witness, least_of

FactorDistance = Callable[[ClassicalCode], Distance | None]


def product_distance(code: HypergraphProduct, factor_distance: FactorDistance) -> Distance | None:
    """Compute the distance of a hypergraph product from the distances of its factors.

    Args:
        code: the product.
        factor_distance: gives the distance of a classical code with its witness.

    Returns:
        The distance with one for each Pauli type; `None` if the product has k = 0.
    """
    start = time.perf_counter()
    first, second = code.first, code.second
    across, along = first.transpose, second.transpose
    n1, n2, m2 = first.n, second.n, along.n
    x_type: list[Distance] = []
    z_type: list[Distance] = []
    # X type commutes with HZ = [I x H2 | H1^T x I]: codewords of H2, or of H1^T, along one line of
    # qubits; Z type likewise with HX. The line must not be a sum of the other factor's checks.
    if first.k and second.k:
        row, column = _free_position(first), _free_position(second)
        x_type.append(_on_line(factor_distance(second), lambda j: row * n2 + j))
        z_type.append(_on_line(factor_distance(first), lambda i: i * n2 + column))
    if across.k and along.k:
        offset = n1 * n2
        a, b = _free_position(across), _free_position(along)
        x_type.append(_on_line(factor_distance(across), lambda i: offset + i * m2 + b))
        z_type.append(_on_line(factor_distance(along), lambda j: offset + a * m2 + j))
    if not x_type:
        return None
    dx = least_of(x_type)
    dz = least_of(replace(d, witness=_as_z_type(d.witness)) for d in z_type)
    return replace(least_of([dx, dz]), dx=dx, dz=dz, seconds=time.perf_counter() - start)


def _free_position(code: ClassicalCode) -> int:
    """Return a position where some codeword is 1: its unit vector is then no sum of checks."""
    return int(np.flatnonzero(code.generator.any(axis=0))[0])


def _on_line(distance: Distance | None, qubit: Callable[[int], int]) -> Distance:
    """Carry a factor's distance to the product, its witness placed on a line of qubits."""
    if distance is None:
        raise AssertionError("a sector with logical qubits has factors with k > 0")
    witness = distance.witness and Witness(x=tuple(qubit(i) for i in distance.witness.x))
    return replace(distance, witness=witness, method=f"product of {distance.method}")


def _as_z_type(witness: Witness | None) -> Witness | None:
    return witness and Witness(z=witness.x)
