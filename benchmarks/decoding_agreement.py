"""Bit flips on bivariate bicycle codes: logical error rates of ours, ldpc, bposd and qLDPC.

Run: python benchmarks/decoding_agreement.py      (needs bposd and qldpc; writes results/)

Two comparisons for each code and rate, with the same settings of BP+OSD all around. First one set
of errors goes through four decoders: ours, on the error model of our circuit; ldpc's on the check
matrix; the one that bposd exports; and the one that qLDPC sets up. Then the packages simulate on
their own: bposd's `css_decode_sim` and qLDPC's `get_logical_error_rate_func`, each with its own
errors and logical operators, and qLDPC with the check matrices of its own `BBCode`.
"""

import argparse
import contextlib
import io
import json
import math
from importlib import metadata
from typing import Any

import bposd
import numpy as np
import sympy
from bposd.css_decode_sim import css_decode_sim
from common import save
from ldpc.bposd_decoder import BpOsdDecoder
from numpy.typing import NDArray
from qldpc import codes, decoders

from qcode_rl.codes import CSSCode
from qcode_rl.codes.bicycle import PUBLISHED, bivariate_bicycle
from qcode_rl.decoding.circuits import memory_circuit
from qcode_rl.decoding.decoders import DecoderSpec, SinterDecoder
from qcode_rl.decoding.noise import noise_of

Bits = NDArray[np.uint8]
CODES = ((72, 12), (144, 12))
RATES = (0.04, 0.06, 0.08)
#: What `css_decode_sim` cannot set is left at its default: parallel updates.
SPEC = DecoderSpec.of("bposd", schedule="parallel")
PACKAGES = ("bposd", "ldpc", "numpy", "qldpc", "stim")


def qldpcs_code(n: int, k: int) -> codes.BBCode:
    """Return the code as qLDPC builds it from its polynomials."""
    l, m, *polynomials = PUBLISHED[n, k]  # noqa: E741
    x, y = sympy.symbols("x y")
    a, b = (sum(x**i * y**j for i, j in terms) for terms in polynomials)
    return codes.BBCode({x: l, y: m}, a, b)


def our_flips(code: CSSCode, p: float, syndromes: Bits) -> Bits:
    model = memory_circuit(code, noise_of("capacity", p, "x")).circuit.detector_error_model()
    decoder = SinterDecoder(SPEC, code="a benchmark").compile_decoder_for_dem(dem=model)
    events = np.hstack([np.zeros((len(syndromes), len(code.x_checks)), np.uint8), syndromes])
    packed = np.packbits(events, axis=1, bitorder="little")
    flips = decoder.decode_shots_bit_packed(bit_packed_detection_event_data=packed)
    return np.unpackbits(flips, axis=1, count=model.num_observables, bitorder="little")


def on_the_same_errors(code: CSSCode, p: float, shots: int, seed: int) -> dict[str, Any]:
    errors = (np.random.default_rng(seed).random((shots, code.num_qubits)) < p).astype(np.uint8)
    syndromes = (errors @ code.z_checks.T & 1).astype(np.uint8)
    actual = errors @ code.z_logicals.T & 1
    priors, given = [p] * code.num_qubits, SPEC.settings
    old = {name: value for name, value in given.items() if name != "schedule"}
    decoders_of = {
        "ldpc": BpOsdDecoder(code.z_checks, error_channel=priors, **given),
        "bposd": bposd.bposd_decoder(code.z_checks, channel_probs=priors, **old),
        "qldpc": decoders.bp_osd(error_channel=priors, **given).build(code.z_checks),
    }
    flips = {"ours": our_flips(code, p, syndromes)}
    for name, decoder in decoders_of.items():
        found = np.array([decoder.decode(row) for row in syndromes], dtype=np.uint8)
        flips[name] = found @ code.z_logicals.T & 1
    return {
        "wrong": {name: int((f != actual).any(axis=1).sum()) for name, f in flips.items()},
        "answers unlike ldpc's": {
            name: int((f != flips["ldpc"]).any(axis=1).sum()) for name, f in flips.items()
        },
    }


def by_their_simulations(n: int, k: int, p: float, shots: int, seed: int) -> dict[str, Any]:
    """Return rates with their standard errors."""
    code, theirs = bivariate_bicycle(*PUBLISHED[n, k]), qldpcs_code(n, k)
    pairs = ((theirs.matrix_x, code.x_checks), (theirs.matrix_z, code.z_checks))
    if not all(np.array_equal(one, other) for one, other in pairs):
        raise AssertionError(f"qLDPC builds another [[{n},{k}]]")
    settings = decoders.bp_osd(error_rate=p, **SPEC.settings)
    rate, deviation = theirs.get_logical_error_rate_func(
        shots, max_error_rate=p, pauli_bias=(1, 0, 0), decoder=settings
    )(p)
    return {
        "bposd": with_error(simulated_failures(code, p, shots, seed), shots),
        "qldpc": [float(rate), float(deviation)],
    }


def simulated_failures(code: CSSCode, p: float, shots: int, seed: int) -> int:
    """Count failures in the simulation of bposd."""
    given = {name: value for name, value in SPEC.settings.items() if name != "schedule"}
    with contextlib.redirect_stdout(io.StringIO()):
        simulation = css_decode_sim(
            code.x_checks, code.z_checks, error_rate=p, xyz_error_bias=[1, 0, 0], seed=seed,
            run_sim=0, channel_update=None, **given,
        )  # fmt: skip
    failed = 0
    for _ in range(shots):
        error, _ = simulation._generate_error()
        found = simulation.bpd_x.decode(simulation.hz @ error % 2)
        failed += bool((simulation.lz @ (error ^ found) % 2).any())
    return failed


def with_error(failed: int, shots: int) -> list[float]:
    rate = failed / shots
    return [rate, math.sqrt(rate * (1 - rate) / shots)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, default=20_000)
    shots = parser.parse_args().shots
    rows = []
    for n, k in CODES:
        for p in RATES:
            code = bivariate_bicycle(*PUBLISHED[n, k])
            row = {"code": f"bicycle-{n}-{k}", "p": p, "shots": shots}
            row |= on_the_same_errors(code, p, shots, seed=1)
            ours, error = row["rate"] = with_error(row["wrong"]["ours"], shots)
            row["their simulations"] = by_their_simulations(n, k, p, shots, seed=2)
            row["standard errors apart"] = {
                name: round(abs(rate - ours) / math.hypot(deviation, error), 2)
                for name, (rate, deviation) in row["their simulations"].items()
            }
            rows.append(row)
            print(json.dumps(row), flush=True)
    versions = {package: metadata.version(package) for package in PACKAGES}
    save("decoding_agreement", {"peers": versions, "settings": SPEC.settings, "rows": rows})


if __name__ == "__main__":
    main()
