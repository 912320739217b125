"""Which quantum codes a search of a family may start from, and which requests they leave open.

Edits of CSS and stabilizer codes keep k, and may add qubits that were idle in the seed. Edits of
two-block codes keep the group and the numbers of terms, and so n, check weight and degree.
"""

from typing import TYPE_CHECKING

from qcode_rl.codes import CSSCode, StabilizerCode
from qcode_rl.codes.two_block import is_connected
from qcode_rl.edits.code_batches import MAX_LOGICALS
from qcode_rl.search.seeds import two_block_form

if TYPE_CHECKING:
    from qcode_rl.search.spec import SearchSpec


def seed_refusal(
    spec: "SearchSpec", seed: CSSCode | StabilizerCode, family: str, most: int
) -> str | None:
    """Return why a quantum code is no seed for a family, `None` if it is one.

    Args:
        spec: the request.
        seed: the code.
        family: one of `FAMILY_NAMES` but `hgp`.
        most: most qubits with which the family can be searched.
    """
    n, k = seed.num_qubits, seed.num_logicals
    # Before anything that takes long for large codes.
    if n > most:
        return f"seed_code: must have at most {most} qubits, got {n}"
    if family == "two-block" and two_block_form(seed) is None:
        return f"seed_code: must be a two-block code of a built-in group, got {seed!r}"
    if family != "stabilizer" and not isinstance(seed, CSSCode):
        return f"seed_code: must be a CSS code for family {family}, got {seed!r}"
    if k < (spec.logicals or 1):
        return f"seed_code: must have at least {spec.logicals or 1} logical qubits, got {seed!r}"
    if family != "two-block" and k > MAX_LOGICALS:
        return f"seed_code: must have at most {MAX_LOGICALS} logical qubits, got {seed!r}"
    if spec.layout_places is not None and n > len(spec.layout_places):
        return f"layout: must place the {n} qubits of the seed code, got {len(spec.layout_places)}"
    if spec.qubits is not None and n > spec.qubits[1]:
        return f"qubits: must be at least the seed code's {n}, got {spec.qubits[1]}"
    return _block_seed_refusal(spec, seed) if family == "two-block" else None


def _block_seed_refusal(spec: "SearchSpec", seed: CSSCode | StabilizerCode) -> str | None:
    """Return why edits, which keep group and weight, lead from a two-block code to no answer."""
    form = two_block_form(seed)
    assert form is not None
    group, a, b = form
    if not is_connected(group, a, b):
        return f"seed_code: must not be several codes side by side, got {seed!r}"
    if len(a) + len(b) > spec.max_weight:
        told = f"two-block edits keep the seed code's check weight {len(a) + len(b)}"
        return f"max_weight: {told}, got {spec.max_weight}"
    if spec.max_degree is not None and max(len(a), len(b)) > spec.max_degree:
        told = f"two-block edits keep the seed code's degree {max(len(a), len(b))}"
        return f"max_degree: {told}, got {spec.max_degree}"
    if spec.qubits is not None and seed.num_qubits < spec.qubits[0]:
        told = f"two-block edits keep the seed code's {seed.num_qubits}"
        return f"qubits: {told}, got at least {spec.qubits[0]}"
    return None
