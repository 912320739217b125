"""Makes the archive that ships with the package: codes that searches found, and codes by name.

Run: python benchmarks/example_archive.py      (minutes; replaces qcode_rl/archive/data/example)

Three segments come of it: what short searches found, named codes with distances computed here, and
counts of logical errors sampled here. Evaluations and seeds decide which codes are found; the
counts, dates and versions are those of the day.
"""

import argparse
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from qcode_rl.archive import Archive, CodeRecord, Provenance, RecordWriter, pareto
from qcode_rl.codes import ClassicalCode
from qcode_rl.codes.named import named_code
from qcode_rl.decoding.collection import Limits
from qcode_rl.decoding.decoders import DecoderSpec
from qcode_rl.decoding.experiments import Setup
from qcode_rl.distance import distance_of
from qcode_rl.evaluation import evaluate, plan, subject_of
from qcode_rl.search.runner import run_search
from qcode_rl.search.spec import RunOptions, SearchSpec

EXAMPLE = Path(__file__).parents[1] / "qcode_rl" / "archive" / "data" / "example"
#: (w, q, d), each searched with every seed.
REQUESTS = [*((6, 3, d) for d in range(4, 10)), *((8, 4, d) for d in (4, 6, 8))]
SEEDS = (1, 2)
EVALUATIONS = 30_000
#: Qubits up to which all codes on the frontier are kept; of larger ones only a few are, since every
#: program that goes through the example would otherwise spend its time on them.
SMALL, LARGE = 300, 1200
NAMED = (
    "five-qubit", "steane", "rotated-surface-3", "rotated-surface-5", "toric-4", "bicycle-72-12",
    "bicycle-90-8",
)  # fmt: skip
#: Codes with how they are examined, physical error rates, and most shots at each.
_DATA = Setup(model="capacity")
_ONE_TYPE = Setup(rounds=6, detectors="one")
_MATCHED = Setup(decoder=DecoderSpec.of("matching"), schedule="zigzag")
EXPERIMENTS = (
    ("rotated-surface-3", _DATA, (0.01, 0.02, 0.04, 0.08), 200_000),
    ("rotated-surface-5", _DATA, (0.01, 0.02, 0.04, 0.08), 200_000),
    ("bicycle-72-12", _DATA, (0.02, 0.03, 0.04, 0.06, 0.08), 50_000),
    ("bicycle-90-8", _DATA, (0.03, 0.04, 0.06, 0.08), 50_000),
    ("rotated-surface-3", _MATCHED, (1e-3, 2e-3, 4e-3, 8e-3), 1_000_000),
    ("rotated-surface-5", _MATCHED, (1e-3, 2e-3, 4e-3, 8e-3), 1_000_000),
    ("bicycle-72-12", _ONE_TYPE, (2e-3, 3e-3, 5e-3), 5_000),
)
#: Errors that are enough, and the shortest code found with as many logical qubits, examined too.
ENOUGH, FOUND_LOGICALS = 400, (4, 9)


def searched(folder: Path) -> list[CodeRecord]:
    """Run the searches, and return what is worth browsing of all that they found."""
    for w, q, d in REQUESTS:
        for seed in SEEDS:
            spec = SearchSpec(w, d, q, family="hgp", evaluations=EVALUATIONS, seed=seed)
            result = run_search(spec, RunOptions(folder, checkpoint_seconds=1e9))
            print(f"w={w} q={q} d={d} seed={seed}: {len(result.records)} codes", flush=True)
    frontier = pareto(Archive(folder).records(), "nkdwq")
    large = [record for record in frontier if SMALL < record.n <= LARGE]
    best = {(record.d, record.w): record for record in sorted(large, key=lambda r: r.merit)}
    chosen = [*(record for record in frontier if record.n <= SMALL), *best.values()]
    return sorted(chosen, key=lambda record: (record.n, record.k, record.key))


def named() -> Iterator[CodeRecord]:
    """Yield the named codes, with distances that are proved here."""
    for name in NAMED:
        code = named_code(name)
        assert not isinstance(code, ClassicalCode)
        family = name.rstrip("0123456789-")
        yield CodeRecord.of(code, distance_of(code), Provenance.now(run=f"named-{name}"), family)


def sample(archive: Archive) -> None:
    """Count logical errors of some codes into an archive."""
    found = [record for record in archive.records() if record.family == "hgp"]
    planned = list(EXPERIMENTS)
    for k in FOUND_LOGICALS:
        shortest = min((r for r in found if r.k == k and r.d >= 4), key=lambda r: r.n)
        planned.append((shortest.key, _DATA, (0.01, 0.02, 0.04, 0.08), 50_000))
    for text, setup, rates, shots in planned:
        subject = subject_of(text, archive, setup)
        result = evaluate([(subject, plan(subject, rates))], Limits(shots, ENOUGH, 2), archive)
        told = ", ".join(f"{row['errors']}/{row['shots']}" for row in result.rows)
        print(f"{subject.name} {setup.model}: {told}", flush=True)


def write(folder: Path, name: str, lines: list[bytes]) -> None:
    """Write one segment under a name that no machine's name is part of."""
    path = folder / "segments" / name / "example.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(lines))
    print(f"wrote {path}: {len(lines)} lines, {path.stat().st_size} bytes")


def lines_of(folder: Path, pattern: str) -> list[bytes]:
    """Return the lines of the segments of the runs whose names match a pattern."""
    paths = sorted((folder / "segments").glob(f"{pattern}/*.jsonl"))
    return [line for path in paths for line in path.read_bytes().splitlines(keepends=True)]


def add(writer: RecordWriter, records: list[CodeRecord]) -> None:
    """Add records, and close the segment."""
    with writer:
        for record in records:
            writer.add(record)


def main() -> None:
    """Make the archive, and check it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=EXAMPLE, help="folder that is replaced")
    output = parser.parse_args().output
    with tempfile.TemporaryDirectory() as scratch:
        made = Archive(Path(scratch) / "made")
        add(made.writer("searches"), searched(Path(scratch) / "searches"))
        add(made.writer("named"), list(named()))
        sample(made)
        shutil.rmtree(output, ignore_errors=True)
        write(output, "searches", lines_of(made.path, "searches"))
        write(output, "named", lines_of(made.path, "named"))
        write(output, "counts", lines_of(made.path, "evaluate-*"))
    archive = Archive(output)
    faults = [*archive.verify(), *archive.damage, *archive.conflicts]
    host = socket.gethostname().encode()
    assert not faults, faults
    assert not any(host in path.read_bytes() for path in output.rglob("*.jsonl"))
    for record in archive.records():
        print(record.label, record.family, len(archive.counts(record.key)))


if __name__ == "__main__":
    main()
