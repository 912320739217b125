"""Doing the work behind a claim once more: parameters by other means, lower bounds by proving.

What is read off checks elsewhere (commutation, n, k, w, q) is computed here from the built matrices
by sparse products and by elimination on Python integers, which share nothing with the kernels.
"""

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from qcode_rl.archive.events import Bound
from qcode_rl.archive.presentation import Json, Parameters, QuantumCode
from qcode_rl.codes import CSSCode
from qcode_rl.distance import Distance, distance_of
from qcode_rl.distance.witness import fault_in_witness
from qcode_rl.gf2 import BinaryMatrix

#: What may become of a claimed lower bound.
PROVED, UNPROVED, REFUTED = "re-proved", "not re-proved", "refuted"


@dataclass(frozen=True)
class Proof:
    """What became of a claimed lower bound.

    Attributes:
        pauli: "X" or "Z" for a bound on operators of that type alone, "" for the distance.
        lower: the bound.
        method: how it was reached, as claimed.
        status: `re-proved`, `not re-proved` (the budget was spent) or `refuted`.
        proved: the lower bound that was proved now.
        upper: weight of the lightest operator found now, checked if it refutes the bound.
    """

    pauli: str
    lower: int
    method: str
    status: str
    proved: int
    upper: int

    def __str__(self) -> str:
        name = f"d{self.pauli.lower()}"
        now = f"now {name} <= {self.upper}" + (f", >= {self.proved}" if self.proved > 1 else "")
        return f"{name} >= {self.lower} ({self.method}) is {self.status}: {now}"

    def to_json(self) -> Json:
        """Return the attributes as a plain dictionary."""
        return asdict(self)


def recomputed_parameters(code: QuantumCode) -> tuple[Parameters, str | None]:
    """Compute n, k, w and q of a code from its check matrices, and whether its checks commute.

    Args:
        code: the code.

    Returns:
        The parameters, and which checks anticommute, in words (`None` if all commute).
    """
    n = code.num_qubits
    if isinstance(code, CSSCode):
        x, z = code.x_checks, code.z_checks
        clash = _first_odd(x, z)
        fault = None if clash is None else "X check {} and Z check {} anticommute".format(*clash)
        rank = _rank(x) + _rank(z)
        acting = [x, z]
    else:
        swapped = np.hstack([code.z_part, code.x_part])
        clash = _first_odd(code.checks, swapped)
        fault = None if clash is None else "checks {} and {} anticommute".format(*clash)
        rank = _rank(code.checks)
        acting = [code.x_part | code.z_part]
    weights, degrees = (
        [int(matrix.sum(axis=axis, dtype=np.int64).max(initial=0)) for matrix in acting]
        for axis in (1, 0)
    )
    return Parameters(n, n - rank, max(weights), max(degrees)), fault


def bounds_of(distance: Distance | None) -> list[Bound]:
    """Return what a distance says, with what it says of each Pauli type, as bounds to combine."""
    if distance is None:
        return []
    parts = (("", distance), ("X", distance.dx), ("Z", distance.dz))
    return [Bound(pauli, part.lower, part.witness, part.method) for pauli, part in parts if part]


def reprove(
    code: QuantumCode, bounds: Iterable[Bound], budget: float | None = None
) -> tuple[Proof, ...]:
    """Prove the lower bounds on a code's distance again.

    Args:
        code: the code.
        bounds: what is claimed; of several lower bounds on the same only the greatest counts.
        budget: seconds for all of them together; default: however long it takes.

    Returns:
        What became of each bound greater than 1; none for a code with k = 0.

    Raises:
        KeyboardInterrupt: if the computation was interrupted.
    """
    claims: dict[str, Bound] = {}
    for bound in sorted(bounds, key=lambda b: (b.lower, b.method)):
        if bound.lower > 1:
            claims[bound.pauli] = bound
    if not claims or code.num_logicals == 0:
        return ()
    start = time.perf_counter()
    target = claims[""].lower if "" in claims else None
    found = uninterrupted_distance(code, budget, target)
    assert found is not None  # k > 0
    proofs = _judged(code, claims, found)
    left = None if budget is None else budget - (time.perf_counter() - start)
    # With that target the search ends when d is settled, which of dX or dZ may say too little.
    unsettled = any(p.status == UNPROVED for p in proofs if p.pauli) and target is not None
    if unsettled and found.stopped != "budget" and (left is None or left > 0):
        again = uninterrupted_distance(code, left)
        assert again is not None
        proofs = _judged(code, claims, again)
    return proofs


def uninterrupted_distance(
    code: QuantumCode, budget: float | None, target: int | None = None
) -> Distance | None:
    """Compute a distance as `distance_of` does, but let a keyboard interrupt be one.

    Raises:
        KeyboardInterrupt: if the computation was interrupted.
    """
    found = distance_of(code, target=target, budget=budget)
    if found is not None and found.stopped == "interrupted":
        raise KeyboardInterrupt
    return found


def _judged(code: QuantumCode, claims: dict[str, Bound], found: Distance) -> tuple[Proof, ...]:
    parts = {"": found, "X": found.dx, "Z": found.dz}
    proofs = []
    for pauli, claim in sorted(claims.items()):
        part = parts[pauli]
        if part is None:
            continue  # not a CSS code: the fold has refused such evidence
        status = PROVED if part.lower >= claim.lower else UNPROVED
        if part.upper < claim.lower and part.witness:
            if fault := fault_in_witness(code, part.witness, part.upper):
                raise AssertionError(f"{part.method} gave a false witness: {fault}")
            status = REFUTED
        proofs.append(Proof(pauli, claim.lower, claim.method, status, part.lower, part.upper))
    return tuple(proofs)


def _first_odd(one: BinaryMatrix, other: BinaryMatrix) -> tuple[int, int] | None:
    """Return the first pair of rows, one of each matrix, that overlap in an odd number of ones."""
    product = csr_array(one.astype(np.int32)) @ csr_array(other.astype(np.int32)).T
    overlaps = coo_array(product)
    odd = overlaps.data % 2 == 1
    pairs = zip(overlaps.row[odd].tolist(), overlaps.col[odd].tolist(), strict=True)
    return min(pairs, default=None)


def _rank(matrix: BinaryMatrix) -> int:
    """Return the rank over GF(2), by elimination on Python integers."""
    leading: dict[int, int] = {}
    for packed in np.packbits(matrix, axis=1):
        row = int.from_bytes(packed.tobytes(), "big")
        while row and row.bit_length() in leading:
            row ^= leading[row.bit_length()]
        if row:
            leading[row.bit_length()] = row
    return len(leading)
