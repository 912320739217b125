"""What a search is asked for: its key, its files, and requests that contradict themselves."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qcode_rl.codes import classical_code, named_code
from qcode_rl.decoding.judging.options import LogicalErrorOptions
from qcode_rl.edits.rewards import RewardOptions
from qcode_rl.errors import InputError
from qcode_rl.search.files import spec_from
from qcode_rl.search.requests import product_lengths, qubit_range
from qcode_rl.search.spec import SPEC_VERSION, AgentOptions, SearchSpec, read_seed_code
from qcode_rl.toml import read_toml

SPEC = SearchSpec(max_weight=6, distance=9)


def test_the_key_is_the_hash_of_canonical_json() -> None:
    text = json.dumps({"version": SPEC_VERSION, **SPEC.as_dict()}, sort_keys=True)
    assert SPEC.key == hashlib.sha256(text.encode()).hexdigest()
    assert json.loads(text)["agent"]["width"] == AgentOptions().width


# Every field that decides the result, with a value other than its default.
CHANGES: dict[str, Any] = {
    "max_weight": 8,
    "distance": 8,
    "max_degree": 3,
    "logicals": 4,
    "family": "hgp",
    "seed_code": "best-20-2",
    "reward": "paper",
    "reward_options": RewardOptions(beta=0.5),
    "logical_error": LogicalErrorOptions(p=0.05),
    "agent": AgentOptions(width=8),
    "seed": 1,
    "evaluations": 1000,
    "seed_checks": ("11",),
    "qubits": (200, 400),
}


#: The same for requests with a layout.
PLACES: dict[str, Any] = {
    "layout": "torus",
    "radius": 2.0,
    "layout_places": tuple((float(x), float(y)) for x in range(4) for y in range(4)),
}


def test_every_field_of_a_spec_is_part_of_its_key() -> None:
    assert set(CHANGES | PLACES) == set(SearchSpec.__dataclass_fields__)
    CHANGES["seed_checks"] = tuple("".join(map(str, r)) for r in np.eye(20, 24, dtype=int).tolist())
    judged = replace(SPEC, reward="logical-error")
    placed = SearchSpec(6, 3, family="css", layout="grid", radius=1.5)
    others = {"logical_error": judged} | dict.fromkeys(PLACES, placed)
    changes = CHANGES | PLACES
    keys = {replace(others.get(name, SPEC), **{name: value}).key for name, value in changes.items()}
    assert len(keys | {SPEC.key, judged.key, placed.key}) == len(changes) + 3


def test_keys_do_not_change_unnoticed() -> None:
    assert "logical_error" not in SPEC.as_dict()
    assert SPEC.key == "3d0ee4e00f875bd2717248b0153a47a778c741e4134719ea2c0a7c89e6cdd656"


@pytest.mark.parametrize("name", list(LogicalErrorOptions.__dataclass_fields__))
def test_every_setting_of_the_judgement_is_part_of_the_key(name: str) -> None:
    judged = replace(SPEC, reward="logical-error")
    value = getattr(judged.logical_error, name) / 2 if name in ("p", "weight") else 7
    other = replace(judged, logical_error=replace(judged.logical_error, **{name: value}))
    assert other.key != judged.key


def test_the_defaults_of_the_judgement_need_not_be_told() -> None:
    table: dict[str, Any] = {"max_weight": 6, "distance": 9, "reward": "logical-error"}
    told = spec_from(table | {"logical_error": {"p": 0.08}})
    assert told == spec_from(table) == spec_from(json.loads(json.dumps(told.as_dict())))
    assert told.logical_error == LogicalErrorOptions()


def test_a_seed_code_counts_by_its_checks_and_not_by_its_name(tmp_path: Path) -> None:
    named = replace(SPEC, seed_code="golay", distance=7)
    np.savez(tmp_path / "mine.npz", H=classical_code("golay").checks)
    from_file = replace(SPEC, seed_code=str(tmp_path / "mine.npz"), distance=7)
    assert named.key == from_file.key
    assert named != from_file
    # A spec read back needs the file no more.
    again = spec_from(json.loads(json.dumps(from_file.as_dict())))
    (tmp_path / "mine.npz").unlink()
    assert spec_from(json.loads(json.dumps(from_file.as_dict()))) == again == from_file


def test_whole_numbers_for_fractions_make_no_other_key() -> None:
    one = spec_from({"max_weight": 6, "distance": 3, "agent": {"discount": 1}})
    other = spec_from({"max_weight": 6, "distance": 3, "agent": {"discount": 1.0}})
    assert one.key == other.key
    assert replace(SPEC, reward_options=RewardOptions(beta=1)).key == (
        replace(SPEC, reward_options=RewardOptions(beta=1.0)).key
    )


def test_a_spec_survives_its_dictionary() -> None:
    spec = SearchSpec(
        max_weight=7,
        distance=5,
        max_degree=4,
        logicals=4,
        reward="paper",
        reward_options=RewardOptions(step_cost=0.5),
        agent=AgentOptions(width=16, rounds=1),
        seed=7,
        evaluations=99,
    )
    again = spec_from(json.loads(json.dumps(spec.as_dict())))
    assert again == spec
    assert again.key == spec.key
    assert None not in SPEC.as_dict().values()


def test_what_follows_from_a_request() -> None:
    assert SPEC.limits == (3, 3)
    assert SearchSpec(max_weight=6, distance=2, max_degree=2).limits == (2, 2)
    # A square product of a classical code of dimension k has k^2 logical qubits.
    ks = [
        SearchSpec(max_weight=6, distance=3, logicals=k).first_dimension for k in (1, 4, 5, 9, 10)
    ]
    assert ks == [1, 2, 3, 3, 4]
    assert SearchSpec(max_weight=6, distance=3, seed_code="hamming-3").first_dimension == 4


def write(folder: Path, text: str) -> Path:
    path = folder / "spec.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_toml_file_sets_every_part(tmp_path: Path) -> None:
    text = """
        max_weight = 6
        distance = 9
        family = "hgp"
        reward = "logical-error"
        [agent]
        width = 16
        learning_rate = 2e-3
        [reward_options]
        beta = 1
        [logical_error]
        shots = 50
    """
    assert spec_from(read_toml(write(tmp_path, text))) == SearchSpec(
        max_weight=6,
        distance=9,
        family="hgp",
        agent=AgentOptions(width=16, learning_rate=2e-3),
        reward="logical-error",
        reward_options=RewardOptions(beta=1.0),
        logical_error=LogicalErrorOptions(shots=50),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_weight = ", "{path}: not a TOML file: Invalid value"),
        ("x = '\udc80'", "{path}: not a TOML file: 'utf-8' codec can't decode"),
        ("distance = 9", "--max-weight: must be given"),
        ("max_weight = 6", "--distance: must be given"),
        ("max_weigth = 6", "--max-weight: must be given"),
        (
            "max_weight = 6\ndistance = 9\nmax_degre = 3",
            "max_degre: no such setting; nearest: max_degree",
        ),
        ("max_weight = 6\ndistance = 9\nxyzzy = 3", "xyzzy: no such setting"),
        (
            "max_weight = 6\ndistance = 9\n[agent]\nwidht = 3",
            "agent.widht: no such setting; nearest: width",
        ),
        (
            "max_weight = 6\ndistance = 9\n[reward_options]\nbetta = 1",
            "reward_options.betta: no such setting; nearest: beta",
        ),
        ("max_weight = 6\ndistance = 9\nagent = 3", "agent: must be a table, got 3"),
        (
            "max_weight = 6\ndistance = 9\nreward_options = 'x'",
            "reward_options: must be a table, got 'x'",
        ),
        (
            "max_weight = 6\ndistance = 9\nreward = 'logical-error'\nlogical_error = 3",
            "logical_error: must be a table, got 3",
        ),
        (
            "max_weight = 6\ndistance = 9\nreward = 'logical-error'\n[logical_error]\nshot = 3",
            "logical_error.shot: no such setting; nearest: shots",
        ),
        (
            "max_weight = 6\ndistance = 9\nreward = 'logical-error'\n[logical_error]\np = 'x'",
            "logical_error.p: must be a number, got 'x'",
        ),
        (
            "max_weight = 6\ndistance = 9\n[logical_error]\np = 0.1",
            "logical_error: needs reward 'logical-error', got 'shaped'",
        ),
        ("max_weight = 6\ndistance = 9\nseed_code = 3", "seed_code: must be text, got 3"),
        ("max_weight = 6\ndistance = 9\nfamily = 3", "family: must be text, got 3"),
        ("max_weight = 6.0\ndistance = 9", "max_weight: must be a whole number, got 6.0"),
        ("max_weight = true\ndistance = 9", "max_weight: must be a whole number, got True"),
        ("max_weight = '6'\ndistance = 9", "max_weight: must be a whole number, got '6'"),
        (
            "max_weight = 6\ndistance = 9\n[agent]\nwidth = 2.5",
            "agent.width: must be a whole number, got 2.5",
        ),
        (
            "max_weight = 6\ndistance = 9\n[agent]\nlearning_rate = 'x'",
            "agent.learning_rate: must be a number, got 'x'",
        ),
        (
            "max_weight = 6\ndistance = 9\n[reward_options]\nbeta = 'x'",
            "reward option beta: must be a number, got 'x'",
        ),
        (
            "max_weight = 6\ndistance = 3\nseed_checks = ['110', '01']",
            "seed_checks: must be rows of 0 and 1 of one length, got '01'",
        ),
        (
            "max_weight = 6\ndistance = 3\nseed_checks = ['1a0']",
            "seed_checks: must be rows of 0 and 1 of one length, got '1a0'",
        ),
        (
            "max_weight = 6\ndistance = 3\nseed_checks = '110'",
            "seed_checks: must be a list of rows",
        ),
        (
            "max_weight = 6\ndistance = 3\nseed_checks = []",
            "seed_code: must have at least one",
        ),
    ],
)
def test_bad_files_are_refused_with_key_and_value(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "spec.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"^" + re.escape(message.format(path=path))):
        spec_from(read_toml(path))


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.toml: cannot be read: No such file or directory$"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(InputError, match=r"cannot be read: Is a directory$"):
        read_toml(tmp_path)
    large = write(tmp_path, "#" * (1 << 20) + "\n")
    with pytest.raises(InputError, match=r"must be at most 1048576 bytes$"):
        read_toml(large)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"max_weight": 1}, "max_weight: must be at least 2, got 1"),
        ({"distance": 0}, "distance: must be at least 1, got 0"),
        ({"distance": -3}, "distance: must be at least 1, got -3"),
        ({"max_degree": 0}, "max_degree: must be at least 1, got 0"),
        ({"logicals": 0}, "logicals: must be at least 1, got 0"),
        ({"seed": -1}, "seed: must be at least 0, got -1"),
        ({"evaluations": 0}, "evaluations: must be at least 1, got 0"),
        (
            {"family": "xyz"},
            "family: must be one of auto, hgp, css, stabilizer, two-block, got 'xyz'",
        ),
        ({"reward": "sparse"}, "reward: must be one of shaped, paper, logical-error, got 'sparse'"),
        # Checks of weight 2 are rows and columns of weight 1: no bit is tied to another.
        (
            {"max_weight": 2},
            "distance: at most 1 is possible with max_weight 2 and max_degree None, got 9",
        ),
        (
            {"max_weight": 3},
            "distance: at most 2 is possible with max_weight 3 and max_degree None, got 9",
        ),
        (
            {"max_degree": 1},
            "distance: at most 1 is possible with max_weight 6 and max_degree 1, got 9",
        ),
        (
            {"distance": 65},
            "distance: no [n <= 64, 1] classical code reaches it, got 65",
        ),
        (
            {"distance": 40, "seed_code": "best-20-5"},
            "distance: no [n <= 64, 5] classical code reaches it, got 40",
        ),
        ({"logicals": 901}, "logicals: must be at most 900, got 901"),
        (
            {"seed_code": "hamming-3", "distance": 3, "logicals": 17},
            "logicals: a square product of the seed code has 16 logical qubits, got 17",
        ),
        (
            {"seed_checks": ("10", "01")},
            "seed_code: must encode at least one bit, got [2,0]",
        ),
        (
            {"seed_code": "best-30-25", "distance": 3},
            "seed_code: must encode at most 20 bits, got [30,25]",
        ),
        (
            {"seed_checks": ("1" * 65,), "distance": 2},
            "seed_code: must have at most 64 bits, got 65",
        ),
    ],
)
def test_requests_that_no_code_can_meet_are_refused(request_: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        SearchSpec(**{"max_weight": 6, "distance": 9, "family": "hgp"} | request_)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "request_",
    [
        {"max_weight": 2, "distance": 1},
        {"max_weight": 3, "distance": 2},
        {"max_weight": 4, "distance": 60},
        {"max_weight": 6, "distance": 64},
        {"max_weight": 6, "distance": 2, "logicals": 400},
    ],
)
def test_requests_at_the_edge_of_the_possible_are_taken(request_: dict[str, int]) -> None:
    assert SearchSpec(**request_).key  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 1}, "agent.width: must be at least 2, got 1"),
        ({"rounds": 0}, "agent.rounds: must be positive, got 0"),
        ({"batch_size": 1}, "agent.batch_size: must be at least 2, got 1"),
        (
            {"num_envs": 3, "rollout": 3, "batch_size": 4},
            "agent.batch_size: must leave no single one of 9 samples over, got 4",
        ),
        ({"discount": 1.5}, "agent.discount: must be at most 1, got 1.5"),
        ({"gae_lambda": 2.0}, "agent.gae_lambda: must be at most 1, got 2.0"),
        ({"learning_rate": 0.0}, "agent.learning_rate: must be positive, got 0.0"),
        ({"learning_rate": float("nan")}, "agent.learning_rate: must be positive, got nan"),
        ({"epochs": True}, "agent.epochs: must be a whole number, got True"),
    ],
)
def test_settings_the_agent_cannot_learn_with_are_refused(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        AgentOptions(**options)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"family": "css", "distance": 34},
            "distance: no [[n <= 64, 1]] stabilizer code reaches it, got 34",
        ),
        (
            {"family": "two-block", "distance": 74},
            "distance: no [[n <= 144, 1]] stabilizer code reaches it, got 74",
        ),
        (
            {"family": "stabilizer", "logicals": 60},
            "distance: no [[n <= 64, 60]] stabilizer code reaches it, got 9",
        ),
        (
            {"family": "css", "distance": 3, "qubits": (2, 4)},
            "qubits: a code with this k and d has at least 5, got 4",
        ),
        (
            {"family": "css", "qubits": (65, 80)},
            "qubits: codes of family css have at most 42, got 65",
        ),
        (
            {"family": "hgp", "distance": 3, "qubits": (2, 12)},
            "qubits: no product with this k and d has 2 to 12 qubits",
        ),
        (
            {"family": "css", "reward": "logical-error"},
            "reward: must be shaped for family css, got 'logical-error'",
        ),
        (
            {"family": "two-block", "reward": "paper"},
            "reward: must be shaped for family two-block, got 'paper'",
        ),
        (
            {"family": "css", "seed_code": "golay"},
            "seed_code: must be a quantum code for family css, got ClassicalCode[23,12](8,7)",
        ),
        (
            {"family": "css", "seed_code": "five-qubit", "distance": 3},
            "seed_code: must be a CSS code for family css, got StabilizerCode[[5,1]](4,4)",
        ),
        (
            {"family": "css", "seed_code": "steane", "distance": 3, "logicals": 2},
            "seed_code: must have at least 2 logical qubits, got CSSCode[[7,1]](4,3)",
        ),
        (
            {"family": "stabilizer", "seed_code": "toric-6", "distance": 3},
            "seed_code: must have at most 64 qubits, got 72",
        ),
        (
            {"family": "two-block", "seed_code": "steane", "distance": 3},
            "seed_code: must be a two-block code of a built-in group, got CSSCode[[7,1]](4,3)",
        ),
        (
            {"family": "hgp", "seed_code": "steane"},
            "seed_code: must be that of a classical code, got 'steane', a quantum code",
        ),
        (
            {"family": "hgp", "seed_checks": ("XXXX", "ZZZZ"), "distance": 2},
            "seed_code: must be a classical code for family hgp, got a quantum code",
        ),
        (
            {"family": "css", "seed_checks": ("XXXX", "ZZZ"), "distance": 2},
            "seed_checks: must be rows of I, X, Y and Z of one length, got 'ZZZ'",
        ),
        (
            {"family": "css", "seed_checks": ("XXXX", "ZIII"), "distance": 2},
            "checks 0 and 1 anticommute: all checks must commute",
        ),
        # Of all families, the first one says why it cannot.
        ({"distance": 80}, "distance: no [n <= 64, 1] classical code reaches it, got 80"),
        ({"qubits": (9, 3)}, "qubits: must be N or A..B with 1 <= A <= B, got (9, 3)"),
    ],
)
def test_what_a_family_cannot_meet_is_refused_by_its_own_rules(
    request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        SearchSpec(**{"max_weight": 6, "distance": 9} | request_)
    assert str(caught.value) == message


@pytest.mark.parametrize("value", ["12..20", " 12..20 ", [12, 20], (12, 20)])
def test_a_range_of_qubits_is_written_in_several_ways(value: Any) -> None:
    spec = spec_from({"max_weight": 6, "distance": 3, "family": "css", "qubits": value})
    assert spec.qubits == (12, 20)
    assert spec == spec_from(json.loads(json.dumps(spec.as_dict())))
    assert spec.met_by(12, 1, 3, 6, 9)
    assert not spec.met_by(11, 1, 3, 6, 9)
    assert not spec.met_by(21, 1, 3, 6, 9)


def test_one_number_of_qubits_is_a_range_too() -> None:
    assert qubit_range(13) == qubit_range("13") == qubit_range([13]) == (13, 13)


@pytest.mark.parametrize("value", ["", "3-5", "..5", "5..", "9..3", 0, True, 2.5, [1, 2, 3], None])
def test_what_is_no_range_of_qubits_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match=r"^qubits: must be N or A\.\.B with 1 <= A <= B, got "):
        qubit_range(value)


def test_products_have_the_qubits_of_their_lengths() -> None:
    for least, most in ((1, 40), (13, 13), (14, 24), (100, 400)):
        for k in range(1, 6):
            fitting = [n for n in range(k, 65) if least <= n**2 + (n - k) ** 2 <= most]
            assert list(product_lengths(k, (least, most))) == fitting


def test_a_quantum_seed_code_counts_by_its_checks_and_not_by_its_name(tmp_path: Path) -> None:
    base = SearchSpec(max_weight=4, distance=3, family="css")
    named = replace(base, seed_code="steane")
    assert named.seed_checks is not None
    assert set("".join(named.seed_checks)) == set("IXZ")
    (tmp_path / "mine.txt").write_text("\n".join(named.seed_checks))
    from_file = replace(base, seed_code=str(tmp_path / "mine.txt"))
    assert named.key == from_file.key != base.key
    assert named.seed_quantum == from_file.seed_quantum == named_code("steane")
    assert named.seed_classical is None
    again = spec_from(json.loads(json.dumps(named.as_dict())))
    assert again == named


def test_seed_codes_come_by_name_or_by_file(tmp_path: Path) -> None:
    golay = classical_code("golay")
    assert read_seed_code("golay") == golay
    np.savez(tmp_path / "H.npz", H=golay.checks)
    assert read_seed_code(str(tmp_path / "H.npz")) == golay


def test_a_bare_name_with_the_suffix_of_a_format_is_a_file() -> None:
    with pytest.raises(InputError, match=r"^golay\.NPZ: "):
        read_seed_code("golay.NPZ")


@pytest.mark.parametrize("name", ["", "a" * 5000, "x\0y", "goley"])
def test_what_is_neither_name_nor_file_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"^seed_code: no code is called"):
        read_seed_code(name)
