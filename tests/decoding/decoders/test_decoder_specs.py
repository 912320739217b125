"""Specifications of decoders: settings, labels, and what is refused."""

import json
import pickle
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcode_rl.decoding.decoders import DECODERS, DecoderSpec, registry, sinter_decoders
from qcode_rl.decoding.decoders.settings import Setting, Value
from qcode_rl.errors import InputError


def values_of(setting: Setting) -> st.SearchStrategy[Value]:
    if setting.choices:
        return st.sampled_from(setting.choices)
    if isinstance(setting.default, bool):
        return st.booleans()
    if isinstance(setting.default, int):
        return st.integers(int(setting.low), int(setting.high))
    return st.floats(setting.low, setting.high)


@st.composite
def specs(draw: st.DrawFn) -> DecoderSpec:
    family = draw(st.sampled_from(list(DECODERS.values())))
    names = draw(st.sets(st.sampled_from([s.name for s in family.settings] or [""])))
    chosen = {s.name: draw(values_of(s)) for s in family.settings if s.name in names}
    for prefix in ("osd", "lsd"):  # whose order depends on the method
        if chosen.get(f"{prefix}_method") in (f"{prefix}_0", f"{prefix}_e"):
            chosen.pop(f"{prefix}_order", None)
    return DecoderSpec(family.name, tuple(chosen.items()))


@given(specs())
def test_a_spec_survives_its_label_its_json_and_pickling(spec: DecoderSpec) -> None:
    written = spec.label[len(spec.name) + 1 : -1]
    family = DECODERS[spec.name]
    settings = {
        name: family.setting(name).parse(text, spec.name)
        for name, text in (part.split("=") for part in filter(None, written.split(",")))
    }
    assert DecoderSpec(spec.name, tuple(settings.items())) == spec
    assert DecoderSpec.from_json(json.loads(json.dumps(spec.as_json()))) == spec
    assert pickle.loads(pickle.dumps(spec)) == spec


@pytest.mark.parametrize("name", DECODERS)
def test_every_setting_is_in_the_label_whether_given_or_not(name: str) -> None:
    spec = DecoderSpec(name)
    assert set(spec.settings) == {setting.name for setting in DECODERS[name].settings}
    assert all(f"{setting}=" in spec.label for setting in spec.settings)
    assert list(spec.settings) == sorted(spec.settings)


def test_settings_that_say_the_default_do_not_make_another_decoder() -> None:
    assert DecoderSpec.of("bposd", max_iter=30) == DecoderSpec.of("bposd")
    assert DecoderSpec.parse("bposd", " osd_order=7, max_iter = 50 ") == DecoderSpec.of(
        "bposd", max_iter=50, osd_order=7
    )
    assert DecoderSpec.of("matching", correlated=True).label == "matching(correlated=true)"


def test_a_method_without_an_order_sets_the_order() -> None:
    assert DecoderSpec.of("bposd", osd_method="osd_0").settings["osd_order"] == 0
    assert DecoderSpec.of("bplsd", lsd_method="lsd_0").settings["lsd_order"] == 0


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("bpsod", "", "decoder: no decoder is called 'bpsod'; nearest: bposd; there is bposd, "),
        ("union", "", "decoder: no decoder is called 'union'; there is bposd, bplsd, matching, "),
        ("bposd", "osd_oder=3", "bposd.osd_oder: no such setting; nearest: osd_order; there is "),
        ("lookup", "bits=3", "lookup.bits: no such setting; there is none"),
        ("bposd", "osd_order", "bposd: settings must be written name=value, got 'osd_order'"),
        ("bposd", "max_iter=1,max_iter=2", "bposd.max_iter: must be given once, got "),
        ("bposd", "max_iter=x", "bposd.max_iter: must be a whole number from 1 to 100000, got 'x'"),
        ("bposd", "max_iter=0", "bposd.max_iter: must be a whole number from 1 to 100000, got 0"),
        ("bposd", "ms_scaling_factor=nan", "must be a number from 0 to 1, got nan"),
        ("bposd", "schedule=random", "bposd.schedule: must be one of parallel, serial, got "),
        ("matching", "correlated=2", "matching.correlated: must be true or false, got '2'"),
        (
            "bposd",
            "osd_method=osd_e,osd_order=16",
            "bposd.osd_order: must be at most 15 with osd_method=osd_e, got 16",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(name: str, settings: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)) as refusal:
        DecoderSpec.parse(name, settings)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("value", [True, 3.0, "3", None])
def test_a_whole_number_must_be_one(value: Value) -> None:
    with pytest.raises(
        InputError, match=re.escape(f"whole number from 1 to 100000, got {value!r}")
    ):
        DecoderSpec.of("bposd", max_iter=value)


@pytest.mark.parametrize("value", [None, [], {"name": "bposd"}, {"name": "x", "settings": 1}])
def test_json_that_is_no_decoder_is_refused(value: object) -> None:
    with pytest.raises(InputError, match=r"^decoder: "):
        DecoderSpec.from_json(value)


def test_a_missing_package_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = DecoderSpec("relay-bp")
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    message = "relay-bp needs the package relay_bp: pip install 'qcode-rl[decoders]'"
    with pytest.raises(InputError, match=re.escape(message)):
        DecoderSpec.of("relay-bp")
    with pytest.raises(InputError, match=re.escape(message)):
        sinter_decoders([spec], "a code")
    assert DecoderSpec.from_json(spec.as_json()) == spec
    assert DecoderSpec.of("lookup").name == "lookup"


def test_importing_the_decoders_imports_nothing_heavy() -> None:
    script = (
        "import sys, qcode_rl.decoding.decoders as d; d.DecoderSpec('relay-bp').label;"
        "heavy = {'ldpc', 'numba', 'pymatching', 'relay_bp', 'scipy', 'sinter', 'stim',"
        " 'tesseract_decoder'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
