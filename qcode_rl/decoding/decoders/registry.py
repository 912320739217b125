"""The decoders that there are, with their settings and defaults. Nothing heavy is imported here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from qcode_rl.decoding.decoders.settings import Setting, Value, nearest_names
from qcode_rl.errors import InputError


@dataclass(frozen=True)
class DecoderFamily:
    """A decoder that can be asked for by name.

    Attributes:
        name: as users write it.
        summary: one line for help texts.
        module: module of `qcode_rl.decoding.decoders` whose `compile_model` sets it up.
        settings: what can be set.
        package: the import that it stands on; empty if none.
        extra: extra of qcode-rl that brings the package; empty if qcode-rl itself does.
        settle: fills in or refuses values that depend on one another, given what was asked for.
    """

    name: str
    summary: str
    module: str
    settings: tuple[Setting, ...] = ()
    package: str = ""
    extra: str = ""
    settle: Callable[[str, Mapping[str, Any], dict[str, Value]], None] | None = None

    def setting(self, name: str) -> Setting:
        """Return the setting with a name.

        Raises:
            InputError: if there is none.
        """
        known = {setting.name: setting for setting in self.settings}
        if name not in known:
            hint = nearest_names(name, list(known))
            raise InputError(f"{self.name}.{name}: no such setting; {hint}")
        return known[name]

    def complete(self, given: Mapping[str, Any]) -> dict[str, Value]:
        """Return all settings, in order of their names: those given, and defaults.

        Raises:
            InputError: if a name is unknown, or a value breaks its rule.
        """
        values = {setting.name: setting.default for setting in self.settings}
        for name, value in given.items():
            values[name] = self.setting(name).check(value, self.name)
        if self.settle is not None:
            self.settle(self.name, given, values)
        return dict(sorted(values.items()))

    def require_installed(self) -> None:
        """Check that the package behind this decoder is there, without importing it.

        Raises:
            InputError: if it is not, with the command that installs it.
        """
        if self.package and find_spec(self.package) is None:
            source = f"qcode-rl[{self.extra}]" if self.extra else self.package
            raise InputError(
                f"decoder: {self.name} needs the package {self.package}: pip install '{source}'"
            )


def _settle_order(decoder: str, given: Mapping[str, Any], values: dict[str, Value]) -> None:
    """Make an ordered-statistics method and its order fit: method 0 means order 0."""
    prefix = "osd" if decoder == "bposd" else "lsd"
    method, order = str(values[f"{prefix}_method"]), f"{prefix}_order"
    most = {f"{prefix}_0": 0, f"{prefix}_e": 15}.get(method)
    if most is None or int(values[order]) <= most:
        return
    if order in given:
        rule = f"must be at most {most} with {prefix}_method={method}"
        raise InputError(f"{decoder}.{order}: {rule}, got {given[order]!r}")
    values[order] = most


_BELIEF_PROPAGATION = (
    Setting("max_iter", 30, "most rounds of belief propagation", low=1, high=100_000),
    Setting(
        "bp_method",
        "minimum_sum",
        "how checks combine messages",
        choices=("minimum_sum", "product_sum"),
    ),
    Setting(
        "ms_scaling_factor",
        0.9,
        "damps minimum-sum messages; 0 means 1 - 2^-t in round t",
        low=0,
        high=1,
    ),
    Setting("schedule", "serial", "order of updates", choices=("parallel", "serial")),
)


def _statistics(prefix: str, order: int) -> tuple[Setting, Setting]:
    methods = tuple(f"{prefix}_{method}" for method in ("0", "e", "cs"))
    return (
        Setting(
            f"{prefix}_method",
            f"{prefix}_cs",
            "what is tried when belief propagation does not converge: one solution, "
            "all patterns of some bits, or single bits and pairs of some",
            choices=methods,
        ),
        Setting(f"{prefix}_order", order, "how many bits those are", low=0, high=1000),
    )


_FAMILIES = (
    DecoderFamily(
        "bposd",
        "belief propagation, then ordered statistics (ldpc); any code",
        "belief_propagation",
        (*_BELIEF_PROPAGATION, *_statistics("osd", 10)),
        package="ldpc",
        settle=_settle_order,
    ),
    DecoderFamily(
        "bplsd",
        "belief propagation, then localised statistics (ldpc); any code",
        "belief_propagation",
        (
            *_BELIEF_PROPAGATION,
            *_statistics("lsd", 5),
            Setting("bits_per_step", 1, "bits by which a cluster grows", low=1, high=100_000),
        ),
        package="ldpc",
        settle=_settle_order,
    ),
    DecoderFamily(
        "matching",
        "minimum-weight perfect matching (PyMatching); errors that flip at most two detectors",
        "matching",
        (Setting("correlated", False, "use correlations between the parts of an error"),),
        package="pymatching",
    ),
    DecoderFamily(
        "lookup",
        "exact: the likeliest flips for every syndrome; up to 20 detectors and observables",
        "lookup",
    ),
    DecoderFamily(
        "tesseract",
        "A* search for the likeliest error set (tesseract-decoder); any code, accurate and slow",
        "tesseract",
        # The short-beam settings of arXiv:2503.10988.
        (
            Setting("det_beam", 15, "detectors by which a search may grow", low=0, high=10_000),
            Setting("beam_climbing", True, "try all beams up to det_beam"),
            Setting("num_det_orders", 16, "orders of detectors to try", low=1, high=10_000),
            Setting(
                "det_order_method",
                "index",
                "how the orders are drawn",
                choices=("index", "bfs", "coordinate"),
            ),
            Setting("pqlimit", 200_000, "most nodes that a search may visit", low=1, high=10**12),
            Setting("no_revisit_dets", True, "do not visit the same detectors twice"),
            Setting("det_penalty", 0.0, "cost of a detector left over", low=0, high=1000),
            Setting("seed", 0, "of the orders", low=0, high=2**63 - 1),
        ),
        package="tesseract_decoder",
        extra="decoders",
    ),
    DecoderFamily(
        "relay-bp",
        "a relay of belief propagations with memory (relay-bp); any code",
        "relay",
        # Those of arXiv:2506.01779 for the circuits of bivariate bicycle codes.
        (
            Setting("gamma0", 0.1, "memory of the first leg", low=-1, high=1),
            Setting("pre_iter", 80, "rounds of the first leg", low=1, high=100_000),
            Setting("num_sets", 300, "legs after the first", low=0, high=100_000),
            Setting("set_max_iter", 60, "rounds of each", low=1, high=100_000),
            Setting("gamma_low", -0.24, "least memory of a bit in them", low=-1, high=1),
            Setting("gamma_high", 0.66, "greatest", low=-1, high=1),
            Setting("stop_nconv", 5, "solutions to find; the likeliest is taken", low=1, high=1000),
            Setting("seed", 0, "of the memories", low=0, high=2**63 - 1),
        ),
        package="relay_bp",
        extra="decoders",
    ),
)

#: Every decoder by its name; `summary` is its line in help texts.
DECODERS: dict[str, DecoderFamily] = {family.name: family for family in _FAMILIES}


def decoder_family(name: Any) -> DecoderFamily:
    """Return the decoder with a name.

    Raises:
        InputError: if there is none, with the nearest name and those there are.
    """
    if name in DECODERS:
        return DECODERS[name]
    hint = nearest_names(str(name), list(DECODERS))
    raise InputError(f"decoder: no decoder is called {name!r}; {hint}")
