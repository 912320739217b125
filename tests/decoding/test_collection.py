"""Sampling by sinter's workers: counts on top of counts, limits, and workers that go wrong."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import odd_decoders
import pytest

from qcode_rl.codes import CSSCode, named_code
from qcode_rl.decoding import collection, watch
from qcode_rl.decoding.collection import Limits, collect
from qcode_rl.decoding.decoders import DecoderSpec, DecodingFailed
from qcode_rl.decoding.experiments import Experiment, Setup, experiments, factors_of
from qcode_rl.errors import InputError
from qcode_rl.search.interrupts import sigterm_interrupts


def planned(*rates: float, name: str = "steane", **setup: Any) -> list[Experiment]:
    code = named_code(name)
    assert isinstance(code, CSSCode)
    setup = {"model": "capacity", "decoder": DecoderSpec.of("lookup"), **setup}
    return experiments(code, rates, Setup(**setup), 3)


@pytest.fixture(autouse=True)
def no_worker_stays() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


def test_workers_sample_as_many_shots_as_were_asked_for_and_tell_each_once() -> None:
    told: dict[str, list[Any]] = {}
    held = planned(0.05, 0.1)

    def note(new: Any) -> None:
        for stats in new:
            told.setdefault(stats.strong_id, []).append(stats)

    done = collect(held, Limits(2000, 2000, workers=2), notify=note)
    assert [stats.shots for stats in done] == [2000, 2000]
    assert [stats.json_metadata["p"] for stats in done] == [0.05, 0.1]
    assert [stats.strong_id for stats in done] == [one.task().strong_id() for one in held]
    for stats in done:
        parts = told[stats.strong_id]
        assert sum(part.shots for part in parts) == stats.shots
        assert sum(part.errors for part in parts) == stats.errors
        # No fewer than two of seven qubits have to be hit, and then most often one shot fails.
        assert 0 < stats.errors < 1000


def test_counts_of_before_are_gone_on_from(sampling_here: list[Any]) -> None:
    held = planned(0.05, 0.1)
    first = collect(held, Limits(300, 10**6))
    before = {stats.strong_id: stats for stats in first}
    told: list[Any] = []
    second = collect(held, Limits(500, 10**6), before=before, notify=told.extend)
    assert [stats.shots for stats in second] == [500, 500]
    assert sum(stats.shots for stats in told) == 400
    for one, two in zip(first, second, strict=True):
        new = sum(stats.errors for stats in told if stats.strong_id == one.strong_id)
        assert two.errors == one.errors + new


def test_what_has_its_shots_or_errors_is_not_sampled_again(sampling_here: list[Any]) -> None:
    held = planned(0.01, 0.3)
    done = collect(held, Limits(1000, 50))
    assert done[0].shots == 1000
    assert done[1].errors >= 50
    sampling_here.clear()
    before = {stats.strong_id: stats for stats in done}
    assert collect(held, Limits(1000, 50), before=before) == done
    assert sampling_here == []
    collect(held, Limits(1100, 50), before=before)
    assert [task.json_metadata["p"] for task in sampling_here] == [0.01]


def test_nothing_is_nothing() -> None:
    assert collect([], Limits()) == []


def test_the_same_experiment_twice_is_counted_once(sampling_here: list[Any]) -> None:
    one, two = collect([*planned(0.1), *planned(0.1)], Limits(100, 100))
    assert one == two
    assert len(sampling_here) == 1


def test_settings_are_part_of_what_an_experiment_is() -> None:
    specs = [DecoderSpec.of("bposd", osd_order=order) for order in (0, 10)]
    specs += [DecoderSpec.of("bposd"), DecoderSpec.of("lookup")]
    names = [planned(0.1, decoder=spec)[0].task().strong_id() for spec in specs]
    assert names[1] == names[2]
    assert len(set(names)) == 3


def test_the_circuit_is_part_of_what_an_experiment_is() -> None:
    setups: list[dict[str, Any]] = [
        {},
        {"basis": "X"},
        {"basis": "both"},
        {"channel": "x"},
        {"channel": "biased", "bias": 10},
        {"model": "phenomenological"},
        {"model": "phenomenological", "rounds": 4},
        {"model": "phenomenological", "factors": (("measurement", 2.0),)},
        {"model": "circuit", "schedule": "coloring"},
        {"model": "circuit", "schedule": "coloring", "hadamards": True},
        {"model": "circuit", "schedule": "coloring", "factors": (("idle", 0.0),)},
    ]
    spec = DecoderSpec.of("bposd")
    names = [planned(0.1, decoder=spec, **setup)[0].task().strong_id() for setup in setups]
    assert len(set(names)) == len(names)
    again = [planned(0.1, decoder=spec, **setup)[0].task().strong_id() for setup in setups]
    assert again == names


def with_decoder(monkeypatch: pytest.MonkeyPatch, decoder: Any) -> None:
    # Workers find the class by the name of its module.
    monkeypatch.setattr(
        collection, "sinter_decoders", lambda specs, code: {specs[0].label: decoder}
    )


def test_a_decoder_that_fails_is_told_in_its_own_words() -> None:
    held = planned(0.1, name="rotated-surface-5", model="phenomenological", rounds=5)
    with pytest.raises(DecodingFailed) as caught:
        collect(held, Limits(100, 100))
    assert str(caught.value) == (
        "lookup() on CSSCode[[25,1]](4,2): must have at most 20 detectors and observables "
        "together, got 144 and 1"
    )


@pytest.mark.parametrize(
    ("decoder", "said"),
    [
        (odd_decoders.Dying(), "a worker process died, as when memory runs out"),
        (odd_decoders.Unspeakable(), "a worker process died, as when memory runs out"),
        (odd_decoders.Misshapen(), "ValueError: predictions.shape[0] != num_shots"),
    ],
    ids=["dies", "raises what cannot be passed on", "returns the wrong shape"],
)
def test_a_worker_that_goes_wrong_ends_the_sampling(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], decoder: Any, said: str
) -> None:
    with_decoder(monkeypatch, decoder)
    monkeypatch.setattr(watch, "_GRACE", 0.3)
    with pytest.raises(DecodingFailed) as caught:
        collect(planned(0.1), Limits(100, 100))
    assert str(caught.value).startswith(f"lookup() on a code: {said}")
    assert "\n" not in str(caught.value)


def test_time_is_kept_whatever_decoders_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with_decoder(monkeypatch, odd_decoders.Slow())
    start = time.monotonic()
    (stats,) = collect(planned(0.1), Limits(100, 100, seconds=1.5))
    # Workers take time to start; the minute that this one takes to set up is not waited for.
    assert 1.5 <= time.monotonic() - start < 20
    assert stats.shots == 0


def test_no_time_is_no_work() -> None:
    (stats,) = collect(planned(0.1), Limits(100, 100, seconds=0))
    assert (stats.shots, stats.errors) == (0, 0)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let Ctrl-C interrupt: who starts the tests in the background may have had it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_workers_and_goes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    with_decoder(monkeypatch, odd_decoders.Slow())
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        collect(planned(0.1), Limits(100, 100))
    timer.join()


def test_an_alarm_of_somebody_else_is_set_again(sampling_here: list[Any]) -> None:
    rang = []
    held = planned(0.1)
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(time.monotonic()))
    left = signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        collect(held, Limits(1000, 1000))
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 100
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *left)
    assert rang == []


def test_other_threads_can_collect(sampling_here: list[Any]) -> None:
    held, done = planned(0.1), []
    thread = threading.Thread(target=lambda: done.extend(collect(held, Limits(100, 100))))
    thread.start()
    thread.join()
    assert [stats.shots for stats in done] == [100]


def test_workers_are_spared_what_a_terminal_sends_to_all_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_decoder(monkeypatch, odd_decoders.Slow())
    told: list[Any] = []

    def interrupt() -> None:
        # At once, while they are still starting up, and again later.
        for _ in range(8):
            time.sleep(0.2)
            for worker in multiprocessing.active_children():
                os.kill(worker.pid or 0, signal.SIGINT)
                told.append(worker.pid)

    thread = threading.Thread(target=interrupt)
    thread.start()
    collect(planned(0.1), Limits(100, 100, seconds=2.5))
    thread.join()
    assert len(told) > 4
    assert len(set(told)) == 1


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_held_interrupts_come_at_the_end_of_the_block(number: signal.Signals) -> None:
    reached = []

    def block() -> None:
        with watch.interrupts_held():
            os.kill(os.getpid(), number)
            time.sleep(0.01)
            reached.append("the end")

    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with sigterm_interrupts():
        with pytest.raises(KeyboardInterrupt):
            block()
        assert reached == ["the end"]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


@pytest.mark.parametrize("name", ["max_shots", "max_errors", "workers"])
@pytest.mark.parametrize("value", [0, -1, True, 1.5, None])
def test_limits_are_whole_numbers_from_one_on(name: str, value: Any) -> None:
    rule = f"^{name}: must be a whole number from 1 on, got {value}$"
    with pytest.raises(InputError, match=rule):
        Limits(**{name: value})


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        ({"model": "gate"}, "model: must be one of capacity, phenomenological, circuit"),
        ({"basis": "Y"}, "basis: must be one of Z, X, both, got 'Y'"),
        ({"schedule": "fast"}, "schedule: must be one of auto, zigzag"),
        ({"rounds": 0}, "rounds: must be from 1 to 1 with model capacity, got 0"),
        ({"rounds": 2}, "rounds: must be from 1 to 1 with model capacity, got 2"),
        (
            {"rounds": 10_001, "model": "circuit"},
            "rounds: must be from 1 to 10000 with model circuit, got 10001",
        ),
        ({"schedule": "zigzag"}, "schedule: model capacity has none, got 'zigzag'"),
        ({"hadamards": True}, "hadamards: model capacity has none, got True"),
        ({"channel": "biased"}, "bias: must be a positive number, got None"),
        ({"model": "circuit", "schedule": "zigzag"}, "schedule: zigzag is for rotated surface"),
    ],
)
def test_a_setup_that_makes_no_sense_is_refused(setup: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        planned(0.1, **setup)
    assert str(caught.value).startswith(said)


def test_matching_is_refused_where_errors_flip_more_than_two_detectors() -> None:
    with pytest.raises(InputError, match=r"^decoder: matching needs errors that flip at most two"):
        planned(0.01, name="bicycle-72-12", decoder=DecoderSpec.of("matching"))


def test_rates_are_read_as_written() -> None:
    assert factors_of("") == {}
    assert factors_of(" idle=0.1, measurement = 5 ,") == {"idle": 0.1, "measurement": 5.0}


@pytest.mark.parametrize("text", ["idle", "idle=", "idle=x", "=", "idle:1", "1"])
def test_rates_written_otherwise_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^rates: must be written NAME=FACTOR,\.\.\., got "):
        factors_of(text)


def test_a_rate_is_given_once() -> None:
    with pytest.raises(InputError, match=r"^rates: idle must be given once, got 'idle=1,idle=2'$"):
        factors_of("idle=1,idle=2")
