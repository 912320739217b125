"""Proofs that take seconds to minutes."""

from pathlib import Path

import numpy as np
import pytest

from qcode_rl.codes import CSSCode
from qcode_rl.distance import distance_of
from qcode_rl.distance.witness import is_logical_operator

INSTANCES = Path(__file__).parents[3] / "shared" / "data" / "distance"


@pytest.mark.long
def test_the_bivariate_bicycle_code_of_288_qubits_has_distance_18() -> None:
    # Bravyi et al., arXiv:2308.07915, report d = 18; both Pauli types are proved here.
    if not INSTANCES.is_dir():
        pytest.skip("the shared instances are not here")
    with np.load(INSTANCES / "bb288.npz", allow_pickle=False) as file:
        code = CSSCode(file["Hx"], file["Hz"])
    found = distance_of(code)
    assert found is not None
    assert found.exact
    assert found.dx is not None
    assert found.dz is not None
    assert (found.upper, found.dx.lower, found.dz.lower) == (18, 18, 18)
    assert found.witness is not None
    assert is_logical_operator(code, found.witness, 18)
