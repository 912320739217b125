"""Shots per second of BP+OSD and BP+LSD within sinter, ours against ldpc's own sinter decoders.

Run: qcode-rl bench decoding      (prints a table, and writes results/decoding.json)

Memory experiments on bivariate bicycle codes under circuit-level noise, with the schedule of
arXiv:2308.07915; of the detectors, those of the checks that protect the basis. Circuit, error
model, settings and detection events are the same for all sides; each runs in sinter's own loop,
which samples a batch, decodes and compares, on one core. Sides take turns, and begin in turn:

* ours: `qcode_rl.decoding.decoders.SinterDecoder`;
* ldpc: `ldpc.sinter_decoders`, which sinter hands files, and which is set up anew for each batch;
* bare: nothing but `decode` of a decoder of ldpc that is set up, shot by shot. No sinter decoder
  can do less and decode all shots, so that the second ratio is the harder one.

Ratios are of medians of seconds, ours to theirs: 1.1 is the bar for either.
"""

import argparse
import json
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sinter
import stim
from common import median_spread, save
from ldpc.bplsd_decoder import BpLsdDecoder
from ldpc.bposd_decoder import BpOsdDecoder
from ldpc.ckt_noise.dem_matrices import detector_error_model_to_check_matrices
from ldpc.sinter_decoders import SinterBpOsdDecoder, SinterLsdDecoder
from numpy.typing import NDArray
from sinter._decoding._stim_then_decode_sampler import StimThenDecodeSampler

from qcode_rl.codes.named import named_code
from qcode_rl.decoding.circuits import memory_circuit, relevant_part
from qcode_rl.decoding.decoders import DecoderSpec, SinterDecoder
from qcode_rl.decoding.noise import noise_of
from qcode_rl.decoding.order_search import schedule_for

#: Codes and their rounds. The code of 144 qubits has distance 12, but 12 rounds are five times as
#: slow at the highest rate: `--rounds` sets another number.
CODES = {"bicycle-72-12": 6, "bicycle-144-12": 6}
RATES = (0.001, 0.002, 0.003, 0.005)
#: ldpc's sinter decoder of localised statistics knows no method but this one.
SPECS = (DecoderSpec.of("bposd"), DecoderSpec.of("bplsd", lsd_method="lsd_0"))
#: Most that our seconds may be of theirs.
BAR = 1.1
PACKAGES = ("ldpc", "sinter", "stim")
_FEWEST_SHOTS = 10


class BareDecoder(sinter.Decoder):  # type: ignore[misc]  # sinter has no type marker
    """Calls a decoder of ldpc on every shot, as its sinter decoders do, without files."""

    def __init__(self, spec: DecoderSpec) -> None:
        self.spec = spec

    def compile_decoder_for_dem(self, *, dem: stim.DetectorErrorModel) -> "Bare":
        """Set up ldpc's decoder."""
        return Bare(dem, self.spec)


class Bare(sinter.CompiledDecoder):  # type: ignore[misc]  # as above
    """A decoder of ldpc that is set up."""

    def __init__(self, model: stim.DetectorErrorModel, spec: DecoderSpec) -> None:
        matrices = detector_error_model_to_check_matrices(model, allow_undecomposed_hyperedges=True)
        make = BpOsdDecoder if spec.name == "bposd" else BpLsdDecoder
        self.decoder = make(
            matrices.check_matrix, error_channel=list(matrices.priors), **spec.settings
        )
        self.observables = matrices.observables_matrix
        self.num_detectors = model.num_detectors

    def decode_shots_bit_packed(
        self, *, bit_packed_detection_event_data: NDArray[np.uint8]
    ) -> NDArray[np.uint8]:
        """Decode shot by shot."""
        events = np.unpackbits(
            bit_packed_detection_event_data, axis=1, count=self.num_detectors, bitorder="little"
        )
        flips = [self.observables @ self.decoder.decode(row) % 2 for row in events]
        return np.packbits(np.array(flips, dtype=np.uint8), axis=1, bitorder="little")


def ldpcs_decoder(spec: DecoderSpec) -> sinter.Decoder:
    """Return ldpc's sinter decoder with the settings of ours."""
    names = ("max_iter", "bp_method", "ms_scaling_factor", "schedule")
    shared = {name: spec.settings[name] for name in names}
    if spec.name == "bplsd":
        return SinterLsdDecoder(**shared, lsd_order=spec.settings["lsd_order"])
    statistics = {name: spec.settings[name] for name in ("osd_method", "osd_order")}
    return SinterBpOsdDecoder(**shared, **statistics)


def sides_of(spec: DecoderSpec) -> dict[str, sinter.Decoder]:
    return {
        "ours": SinterDecoder(spec, code="a benchmark"),
        "ldpc": ldpcs_decoder(spec),
        "bare": BareDecoder(spec),
    }


class Loop:
    """Sinter's loop around one decoder, on shots that are the same for every decoder."""

    def __init__(self, decoder: sinter.Decoder, task: sinter.Task, folder: Path) -> None:
        sampler = StimThenDecodeSampler(
            decoder=decoder,
            count_observable_error_combos=False,
            count_detection_events=True,
            tmp_dir=folder,
        )
        self.circuit = task.circuit
        self.compiled = sampler.compiled_sampler_for_task(task)

    def sample(self, shots: int, seed: int) -> sinter.AnonTaskStats:
        """Sample, decode and count, as a worker of sinter does."""
        self.compiled.stim_sampler = self.circuit.compile_detector_sampler(seed=seed)
        return self.compiled.sample(shots)


def circuit_of(name: str, rounds: int, p: float) -> stim.Circuit:
    code = named_code(name)
    noise, schedule = noise_of("circuit", p), schedule_for(code)
    return relevant_part(memory_circuit(code, noise, rounds=rounds, schedule=schedule)).circuit


def compare(
    circuit: stim.Circuit, spec: DecoderSpec, seconds: float, repeats: int
) -> dict[str, Any]:
    """Time all sides on the same shots, and return what was measured."""
    model = circuit.detector_error_model()
    task = sinter.Task(circuit=circuit, decoder=spec.label, detector_error_model=model)
    with TemporaryDirectory() as folder:
        loops = {
            side: Loop(decoder, task, Path(folder)) for side, decoder in sides_of(spec).items()
        }
        for loop in loops.values():
            loop.sample(2, seed=0)
        shots = shots_within(loops["ours"].sample, seconds)
        stats = take_turns({side: loop.sample for side, loop in loops.items()}, shots, repeats)
    for counted in zip(*stats.values(), strict=True):
        events = {one.custom_counts["detection_events"] for one in counted}
        if len(events) > 1:
            raise AssertionError(f"sides saw other shots: {events}")
    times = {side: [one.seconds for one in runs] for side, runs in stats.items()}
    return {
        "errors in the model": model.num_errors,
        "shots": shots,
        "wrong": {side: sum(one.errors for one in runs) for side, runs in stats.items()},
        "seconds": {side: median_spread(values) for side, values in times.items()},
        "shots per second": {
            side: float(f"{shots / median(values):.3g}") for side, values in times.items()
        },
        "ratio": {
            side: round(median(times["ours"]) / median(times[side]), 3) for side in ("ldpc", "bare")
        },
    }


def shots_within(sample: Callable[..., sinter.AnonTaskStats], seconds: float) -> int:
    """Return how many shots take so long, from a first few."""
    shots, taken = _FEWEST_SHOTS, 0.0
    while taken < seconds / 5:
        taken = sample(shots, seed=1).seconds
        if taken < seconds / 5:
            shots *= 4
    return max(_FEWEST_SHOTS, int(shots * seconds / taken))


def take_turns(
    samplers: dict[str, Callable[..., sinter.AnonTaskStats]], shots: int, repeats: int
) -> dict[str, list[sinter.AnonTaskStats]]:
    """Sample in turns, each side first in turn, with new shots each time."""
    stats: dict[str, list[sinter.AnonTaskStats]] = {side: [] for side in samplers}
    sides = list(samplers)
    for turn in range(repeats):
        first = turn % len(sides)
        for side in sides[first:] + sides[:first]:
            stats[side].append(samplers[side](shots, seed=100 + turn))
    return stats


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| code | rounds | p | decoder | shots | ours, shots/s | ldpc | bare | ours : ldpc | "
        "ours : bare |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        speeds = " | ".join(f"{row['shots per second'][side]:g}" for side in row["seconds"])
        ratios = " | ".join(f"{ratio:.2f}" for ratio in row["ratio"].values())
        head = " | ".join(str(row[name]) for name in ("code", "rounds", "p", "decoder", "shots"))
        lines.append(f"| {head} | {speeds} | {ratios} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.5, help="of a batch of ours")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rounds", type=int, help="of the code of 144 qubits")
    given = parser.parse_args()
    rows, start = [], time.perf_counter()
    rounds_of = CODES | ({"bicycle-144-12": given.rounds} if given.rounds else {})
    for name, rounds in rounds_of.items():
        for p in RATES:
            circuit = circuit_of(name, rounds, p)
            for spec in SPECS:
                head = {"code": name, "rounds": rounds, "p": p, "decoder": spec.name}
                measured = compare(circuit, spec, given.seconds, given.repeats)
                met = max(measured["ratio"].values()) <= BAR
                rows.append(head | {"settings": spec.settings} | measured | {"met": met})
                print(json.dumps(rows[-1]), flush=True)
    print(table(rows))
    missed = [row for row in rows if not row["met"]]
    print(f"within {BAR}: {len(rows) - len(missed)} of {len(rows)}")
    versions = {package: metadata.version(package) for package in PACKAGES}
    took = round(time.perf_counter() - start)
    save("decoding", {"bar": BAR, "took": took, "decoders": versions, "rows": rows})


if __name__ == "__main__":
    main()
