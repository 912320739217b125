"""Circuit distance: the fewest faults of a circuit that flip an observable and no detector.

All numbers here are upper bounds, each with the set of faults that shows it. Two searches are
combined: stim's over few detection events at a time, and, as Bravyi et al. did for bivariate
bicycle codes (arXiv:2308.07915), decoding the demand that some random product of observables flips.
"""

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from qcode_rl.decoding.circuits import MemoryCircuit, relevant_part

if TYPE_CHECKING:
    import stim

#: Limits of stim's searches: detection events at a time, and events of one fault.
_SEARCHES = ((4, 2), (4, 3))
#: Faults in a circuit up to which the second, slower search is tried.
_MOST_FAULTS = 3000
#: Faults in all the circuits that are decoded, and between how many and how few times.
_WORK, _MOST_TRIES, _FEWEST_TRIES = 20_000, 20, 4


def circuit_distance(memory: MemoryCircuit, seed: int = 0) -> int | None:
    """Return an upper bound on the circuit distance of a memory experiment.

    For a CSS code followed in one basis, detectors of the other type are left out: of any set of
    faults that goes unseen, the parts of the type that flips observables go unseen too.

    Args:
        memory: the experiment; its noise says which faults there are.
        seed: of the random products.

    Returns:
        The number of faults in the smallest set found, `None` if there is none or none was found.
    """
    circuit = relevant_part(memory).circuit
    model = circuit.detector_error_model()
    found = [*_by_stim(circuit, model.num_errors), *_by_decoding(model, seed)]
    return min(found, default=None)


def _by_stim(circuit: "stim.Circuit", num_errors: int) -> list[int]:
    found = []
    for events, degree in _SEARCHES[: 2 if num_errors <= _MOST_FAULTS else 1]:
        try:
            faults = circuit.search_for_undetectable_logical_errors(
                dont_explore_detection_event_sets_with_size_above=events,
                dont_explore_edges_with_degree_above=degree,
                dont_explore_edges_increasing_symptom_degree=False,
            )
        except ValueError:  # so stim says that it found none
            continue
        found.append(len(faults))
    return found


def _by_decoding(model: "stim.DetectorErrorModel", seed: int) -> list[int]:
    """Decode to errors that flip a random product of observables, and no detector."""
    from ldpc.bposd_decoder import BpOsdDecoder
    from ldpc.ckt_noise.dem_matrices import detector_error_model_to_check_matrices

    if not model.num_errors or not model.num_observables:
        return []
    matrices = detector_error_model_to_check_matrices(model, allow_undecomposed_hyperedges=True)
    checks = matrices.check_matrix.astype(np.uint8)
    observables = matrices.observables_matrix.astype(np.uint8)
    rng, found = np.random.default_rng(seed), []
    tries = min(_MOST_TRIES, max(_FEWEST_TRIES, _WORK // checks.shape[1]))
    for _ in range(tries):
        chosen = rng.integers(0, 2, observables.shape[0])
        chosen[rng.integers(len(chosen))] = 1
        row = chosen @ observables % 2
        extended = sp.csr_matrix(sp.vstack([checks, sp.csr_matrix(row)]), dtype=np.uint8)
        decoder = BpOsdDecoder(
            extended,
            error_rate=0.01,
            max_iter=100,
            bp_method="minimum_sum",
            ms_scaling_factor=0,
            osd_method="osd_cs",
            osd_order=4,
        )
        syndrome = np.zeros(extended.shape[0], dtype=np.uint8)
        syndrome[-1] = 1
        error = decoder.decode(syndrome)
        # A demand that no faults can meet leaves a syndrome behind.
        if np.array_equal(extended @ error % 2, syndrome):
            found.append(int(error.sum()))
    return found
