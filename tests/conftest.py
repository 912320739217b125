"""Settings that all tests share."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# The first call of a kernel compiles it, which says nothing about the kernel: no deadlines.
settings.register_profile("default", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture
def sampling_here(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let sinter sample in this process, which spares the seconds that workers take to start.

    Returns:
        The tasks that are sampled, as they are begun.
    """
    import sinter

    begun: list[Any] = []

    def iter_collect(
        *,
        tasks: list[Any],
        additional_existing_data: list[Any],
        max_shots: int,
        max_errors: int,
        custom_decoders: dict[str, Any],
        **_: Any,
    ) -> Iterator[Any]:
        yield sinter.Progress((), "starting")
        before = {held.strong_id: held for held in additional_existing_data}
        for task in tasks:
            begun.append(task)
            decoder = custom_decoders[task.decoder]
            compiled = decoder.compile_decoder_for_dem(dem=task.detector_error_model)
            sampler = task.circuit.compile_detector_sampler(seed=5)
            held = before.get(task.strong_id())
            shots, errors = (held.shots, held.errors) if held else (0, 0)
            while shots < max_shots and errors < max_errors:
                size = min(100, max_shots - shots)
                events, flips = sampler.sample(size, bit_packed=True, separate_observables=True)
                said = compiled.decode_shots_bit_packed(bit_packed_detection_event_data=events)
                wrong = int((said != flips).any(axis=1).sum())
                shots, errors = shots + size, errors + wrong
                stats = sinter.TaskStats(
                    strong_id=task.strong_id(),
                    decoder=task.decoder,
                    json_metadata=task.json_metadata,
                    shots=size,
                    errors=wrong,
                    seconds=0.5,
                )
                yield sinter.Progress((stats,), "going on")

    monkeypatch.setattr(sinter, "iter_collect", iter_collect)
    return begun
