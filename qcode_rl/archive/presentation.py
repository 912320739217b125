"""How a code is written down: as sparse supports, for a product those of its factors.

A presentation knows n, k, w and q exactly, computed from what is stored; the (much larger) check
matrices of a product are built only by `build`. Everything read is validated here, and bounded, so
that no header can make a reader reserve more memory than the limits below allow.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
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


class Factor(NamedTuple):
    """What the parameters of a product depend on in each of its factors.

    Attributes:
        m: checks.
        n: bits.
        rank: rank of the checks.
        weight: largest check weight.
        degree: largest number of checks on one bit.
    """

    m: int
    n: int
    rank: int
    weight: int
    degree: int


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
        first, second = (
            Factor(len(code.checks), code.n, code.rank, code.max_weight, code.max_degree)
            for code in (self.first, self.second)
        )
        return product_parameters(first, second)

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


def product_parameters(first: Factor, second: Factor) -> Parameters:
    """Return n, k, w and q of the hypergraph product of two factors."""
    transposed = (first.m - first.rank) * (second.m - second.rank)
    # A factor without checks leaves one type of check, and the second block, empty.
    x_weight = first.weight + second.degree if first.m else 0
    z_weight = second.weight + first.degree if second.m else 0
    transposed_degrees = [first.weight, second.weight] if first.m and second.m else []
    return Parameters(
        first.n * second.n + first.m * second.m,
        (first.n - first.rank) * (second.n - second.rank) + transposed,
        max(x_weight, z_weight),
        max(first.degree, second.degree, *transposed_degrees),
    )


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
    return isinstance(value, list) and _are_supports([value], n)


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
    if not _are_supports(rows, n):
        index = [is_support(support, n) for support in rows].index(False)
        raise ValueError(f"{name}: row {index} must hold increasing integers below {n}")
    matrix = np.zeros((len(rows), n), dtype=np.uint8)
    matrix.reshape(-1)[[base * n + i for base, row in enumerate(rows) for i in row]] = 1
    return matrix


def _are_supports(rows: list[Any], n: int) -> bool:
    """Say whether all are what `is_support` asks for; archives hold very many of them."""
    if set(map(type, rows)) - {list} or set(map(type, chain(*rows))) - {int}:
        return False
    held = [row for row in rows if row]
    return all(row[0] >= 0 and row[-1] < n and row == sorted(set(row)) for row in held)
