"""Logical error rates of the counts that an archive holds, without sampling or circuits."""

from typing import Any

from qcode_rl.archive import Archive, CodeRecord, TaskCounts
from qcode_rl.decoding.rates import per_round_and_logical, shot_rate


def archived_rows(archive: Archive, record: CodeRecord, name: str = "") -> list[dict[str, Any]]:
    """Return the logical error rates that an archive has counts for.

    Args:
        archive: the archive.
        record: of the code.
        name: what to call the code; default: its label.

    Returns:
        One row an experiment, with the names of `decoding.rates.row_of` (`plot_error_rates` takes
        them). Counts whose experiment does not tell what rates need are left out.
    """
    counted = [counts for counts in archive.counts(record.key) if _is_told(counts)]
    return [_row(counts, record, name or record.label) for counts in counted]


def _is_told(counts: TaskCounts) -> bool:
    """Say whether an experiment tells what rates need; an archive may hold anything there."""
    told = counts.experiment
    p, rounds, k = told.get("p"), told.get("rounds"), told.get("k")
    return (
        isinstance(told.get("model"), str)
        and isinstance(told.get("basis"), str)
        and isinstance(p, float)
        and 0 < p <= 1
        and type(rounds) is int
        and type(k) is int
        and rounds >= 1
        and k >= 1
    )


def _row(counts: TaskCounts, record: CodeRecord, name: str) -> dict[str, Any]:
    told = counts.experiment
    one = shot_rate(counts.shots - counts.discards, counts.errors)
    # With both bases the X and the Z operators of each logical qubit are followed.
    observables = told["k"] * (2 if told["basis"] == "both" else 1)
    piece = one and per_round_and_logical(one, told["rounds"], observables, told["k"])
    return {
        "schedule": "",
        "decoder": "",
        **told,
        "name": name,
        "code": record.key,
        "n": record.n,
        "k": record.k,
        "w": record.w,
        "q": record.q,
        "circuit_distance": counts.circuit_distance,
        "shots": counts.shots,
        "errors": counts.errors,
        "discards": counts.discards,
        "seconds": counts.seconds,
        "rate": one and one.best,
        "rate_interval": one and [one.low, one.high],
        "rate_per_round_and_logical": piece and piece.best,
        "rate_per_round_and_logical_interval": piece and [piece.low, piece.high],
    }
