"""How a code is written down: as sparse supports, for a product those of its factors.

A presentation knows n, k, w and q exactly, computed from what is stored; the (much larger) check
matrices of a product are built only by `build`. Everything read is validated here, and bounded, so
that no header can make a reader reserve more memory than the limits below allow.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from qcode_rl.codes import ClassicalCode, CSSCode, HypergraphProduct, StabilizerCode
from qcode_rl.gf2 import BinaryMatrix

#: Most qubits of an archived code.
MAX_QUBITS = 1 << 14
#: Most entries, X and Z together, of the check matrices of an archived code (one byte each).
MAX_ENTRIES = 1 << 27

Json: TypeAlias = dict[str, Any]
#: The codes that an archive takes.
QuantumCode: TypeAlias = CSSCode | StabilizerCode


class Parameters(NamedTuple):
    """What can be read off the checks of a code as stored.

    Attributes:
        n: qubits.
        k: logical qubits.
        w: largest check weight.
        q: largest number of checks (of one Pauli type, for CSS codes) on one qubit.
    """

    n: int
    k: int
    w: int
    q: int


@dataclass(frozen=True)
class ProductFactors:
    """A hypergraph product, held as its two factors.

    Attributes:
        first: the factor with checks H1.
        second: the factor with checks H2.
    """

    first: ClassicalCode
    second: ClassicalCode

    def __post_init__(self) -> None:
        (m1, n1), (m2, n2) = self.first.checks.shape, self.second.checks.shape
        require_size(n1 * n2 + m1 * m2, m1 * n2 + n1 * m2)

    @cached_property
    def parameters(self) -> Parameters:
        """n, k, w and q of the product, from the factors alone."""
        h1, h2 = self.first.checks, self.second.checks
        (m1, n1), (m2, n2) = h1.shape, h2.shape
        row1, row2 = self.first.max_weight, self.second.max_weight
        column1, column2 = self.first.max_degree, self.second.max_degree
        transposed = (m1 - self.first.rank) * (m2 - self.second.rank)
        # A factor without checks leaves one type of check, and the second block, empty.
        x_weight = row1 + column2 if m1 else 0
        z_weight = row2 + column1 if m2 else 0
        degrees = [column1, column2, *([row1, row2] if m1 and m2 else [])]
        return Parameters(
            n1 * n2 + m1 * m2,
            self.first.k * self.second.k + transposed,
            max(x_weight, z_weight),
            max(degrees),
        )

    def build(self) -> CSSCode:
        """Return the product with its check matrices."""
        return HypergraphProduct(self.first, self.second)

    def to_json(self) -> Json:
        """Return `{"product": [H1, H2]}`, each factor as `{"n": ..., "checks": [[...], ...]}`."""
        return {
            "product": [
                {"n": factor.n, "checks": supports(factor.checks)}
                for factor in (self.first, self.second)
            ]
        }


@dataclass(frozen=True)
class PlainChecks:
    """A CSS code, held as its checks.

    Attributes:
        code: the code.
    """

    code: CSSCode

    def __post_init__(self) -> None:
        code = self.code
        require_size(code.num_qubits, len(code.x_checks) + len(code.z_checks))

    @cached_property
    def parameters(self) -> Parameters:
        """n, k, w and q, from the checks."""
        return _parameters(self.code)

    def build(self) -> CSSCode:
        """Return the code."""
        return self.code

    def to_json(self) -> Json:
        """Return `{"n": ..., "x_checks": [[...], ...], "z_checks": [[...], ...]}`."""
        return {
            "n": self.code.num_qubits,
            "x_checks": supports(self.code.x_checks),
            "z_checks": supports(self.code.z_checks),
        }


@dataclass(frozen=True)
class StabilizerChecks:
    """A stabilizer code, held as the X parts and the Z parts of its checks (a Y is in both).

    Attributes:
        code: the code.
    """

    code: StabilizerCode

    def __post_init__(self) -> None:
        # A symplectic row takes two entries a qubit.
        require_size(self.code.num_qubits, 2 * len(self.code.checks))

    @cached_property
    def parameters(self) -> Parameters:
        """n, k, w and q, from the checks."""
        return _parameters(self.code)

    def build(self) -> StabilizerCode:
        """Return the code."""
        return self.code

    def to_json(self) -> Json:
        """Return `{"n": ..., "x_part": [[...], ...], "z_part": [[...], ...]}`, row by row."""
        x, z = self.code.x_part, self.code.z_part
        return {"n": self.code.num_qubits, "x_part": supports(x), "z_part": supports(z)}


Presentation: TypeAlias = ProductFactors | PlainChecks | StabilizerChecks


def present(code: QuantumCode) -> Presentation:
    """Return the smallest presentation of a code: a product's factors, else the checks.

    Raises:
        ValueError: if the code is larger than an archive takes.
    """
    if isinstance(code, HypergraphProduct):
        return ProductFactors(code.first, code.second)
    return StabilizerChecks(code) if isinstance(code, StabilizerCode) else PlainChecks(code)


def presentation_from_json(value: Any) -> Presentation:
    """Read a presentation back.

    Args:
        value: what `to_json` made, or anything at all.

    Returns:
        The presentation, validated.

    Raises:
        ValueError: saying which rule is broken (`InputError` for checks that anticommute).
    """
    if not isinstance(value, dict):
        raise ValueError("code: must be an object")
    if "product" in value:
        factors = value["product"]
        if not isinstance(factors, list) or len(factors) != 2:
            raise ValueError("product: must hold two factors")
        first = _factor(factors[0])
        second = first if factors[1] == factors[0] else _factor(factors[1])
        return ProductFactors(first, second)
    if "x_part" in value or "z_part" in value:
        return StabilizerChecks(_stabilizer(value))
    x, z = (_matrix(value, name) for name in ("x_checks", "z_checks"))
    return PlainChecks(CSSCode(x, z))


def supports(checks: BinaryMatrix) -> list[list[int]]:
    """Return the positions of the ones of each row, 0-based and increasing."""
    return [np.flatnonzero(row).tolist() for row in checks]


def require_size(qubits: int, rows: int) -> None:
    """Refuse a code that is larger than an archive takes.

    Args:
        qubits: number of qubits, or of columns.
        rows: number of checks of both types together.

    Raises:
        ValueError: naming the limit.
    """
    if qubits > MAX_QUBITS:
        raise ValueError(f"n: must be at most {MAX_QUBITS}, got {qubits}")
    if rows * qubits > MAX_ENTRIES:
        raise ValueError(f"checks: must have at most {MAX_ENTRIES} entries, got {rows * qubits}")


def is_support(value: Any, n: int) -> bool:
    """Say whether a value is a list of increasing integers from 0 to n - 1."""
    if not isinstance(value, list) or any(type(i) is not int for i in value):
        return False
    return all(a < b for a, b in pairwise([-1, *value, n]))


def _parameters(code: QuantumCode) -> Parameters:
    return Parameters(code.num_qubits, code.num_logicals, code.max_weight, code.max_degree)


def _stabilizer(value: Json) -> StabilizerCode:
    x, z = (_matrix(value, name, halves=2) for name in ("x_part", "z_part"))
    if len(x) != len(z):
        raise ValueError(f"z_part: must have {len(x)} rows like x_part, has {len(z)}")
    return StabilizerCode(np.hstack([x, z]))


def _factor(value: Any) -> ClassicalCode:
    if not isinstance(value, dict):
        raise ValueError("product: a factor must be an object")
    return ClassicalCode(_matrix(value, "checks"))


def _matrix(value: Json, name: str, halves: int = 1) -> BinaryMatrix:
    """Read a matrix of sparse supports; nothing is allocated before its size is accepted.

    The size is that of as many such matrices side by side as `halves` says.
    """
    n, rows = value.get("n"), value.get(name)
    if type(n) is not int or n < 1:
        raise ValueError(f"n: must be a positive integer, got {str(n)[:40]}")
    if not isinstance(rows, list):
        raise ValueError(f"{name}: must be a list of supports")
    require_size(n, halves * len(rows))
    matrix = np.zeros((len(rows), n), dtype=np.uint8)
    for index, support in enumerate(rows):
        if not is_support(support, n):
            raise ValueError(f"{name}: row {index} must hold increasing integers below {n}")
        matrix[index, support] = 1
    return matrix
