"""The contract of every environment in the `qcode` namespace."""

import inspect
import pickle
import subprocess
import sys
import warnings
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from env_registry import (
    IDS,
    MODULE,
    PADDED,
    SMALL,
    accepting,
    assert_same_observation,
    choose_action,
    make,
    make_vector,
    refused,
)
from gymnasium.utils.env_checker import check_env
from stable_baselines3.common.env_checker import check_env as check_env_of_sb3

from qcode_rl.codes import hypergraph_product
from qcode_rl.errors import InputError

FORMS = "LxM, cyclic-N, dihedral-N, quaternion-N, semidirect-N-M-R or a product A*B of these"
HEADINGS = [
    "Description",
    "Action Space",
    "Observation Space",
    "Starting State",
    "Rewards",
    "Episode End",
    "Information",
    "Arguments",
    "References",
    "Version History",
]

every_id = pytest.mark.parametrize("env_id", IDS)
every_product = pytest.mark.parametrize("env_id", accepting("bits"))


def test_the_namespace_holds_the_environments_of_this_version() -> None:
    assert set(IDS) == {
        "qcode/CSS-v0",
        "qcode/HypergraphProduct-v0",
        "qcode/RewiredProduct-v0",
        "qcode/Stabilizer-v0",
        "qcode/TwoBlock-v0",
    }
    # An environment without small arguments would make this suite slow.
    assert set(IDS) == set(SMALL)


@every_id
def test_both_checkers_pass_without_a_warning(env_id: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(make(env_id))
        check_env_of_sb3(make(env_id))


@every_id
def test_the_checker_passes_with_the_default_arguments(env_id: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gym.make(f"{MODULE}:{env_id}").unwrapped, skip_render_check=True)


@every_id
def test_the_checker_would_notice_a_wrong_observation(env_id: str) -> None:
    class Broken(type(make(env_id))):  # type: ignore[misc]
        def _observation(self) -> Any:
            return super()._observation() | {"overall": np.zeros(1, np.float32)}

    with pytest.raises(AssertionError):
        check_env(Broken(**SMALL[env_id]), skip_render_check=True)


def play(env: Any, seed: int, steps: int = 40) -> list[Any]:
    """Return everything an environment says, actions drawn from a seed as well."""
    rng = np.random.default_rng(seed)
    observation, info = env.reset(seed=seed)
    said: list[Any] = [(observation, 0.0, False, info)]
    for _ in range(steps):
        action = choose_action(rng, info["action_mask"])
        observation, reward, ended, _, info = env.step(np.int64(action))
        said.append((observation, reward, ended, info))
        if ended:
            observation, info = env.reset()
            said.append((observation, 0.0, False, info))
    return said


def assert_same_course(one: list[Any], other: list[Any]) -> None:
    assert len(one) == len(other)
    for (seen, *rest), (same_seen, *same_rest) in zip(one, other, strict=True):
        assert_same_observation(seen, same_seen)
        assert rest[:2] == same_rest[:2]
        assert rest[2].keys() == same_rest[2].keys()
        for name in rest[2]:
            assert np.array_equal(rest[2][name], same_rest[2][name]), name


@every_id
def test_the_same_seed_gives_the_same_course_and_another_seed_another(env_id: str) -> None:
    first, again, other = (play(make(env_id), seed) for seed in (5, 5, 6))
    assert_same_course(first, again)
    assert any(
        not np.array_equal(a[0]["edges"], b[0]["edges"]) for a, b in zip(first, other, strict=False)
    )


@every_id
def test_a_pickled_environment_goes_on_as_the_original_does(env_id: str) -> None:
    env = make(env_id)
    env.reset(seed=3)
    env.step(np.int64(np.flatnonzero(env.action_masks())[0]))
    copy = pickle.loads(pickle.dumps(env))
    rng = np.random.default_rng(0)
    for _ in range(25):
        action = np.int64(choose_action(rng, env.action_masks()))
        one, other = env.step(action), copy.step(action)
        assert_same_observation(one[0], other[0])
        assert one[1:3] == other[1:3]
        if one[2]:
            # Restarts draw from the streams, which must have been carried over.
            assert_same_observation(env.reset()[0], copy.reset()[0])


@every_id
def test_the_docstring_has_the_ten_headings_of_gymnasium_in_order(env_id: str) -> None:
    documentation = inspect.getdoc(type(make(env_id))) or ""
    found = [line[3:].strip() for line in documentation.splitlines() if line.startswith("## ")]
    assert found == HEADINGS
    for heading in HEADINGS:
        body = documentation.split(f"## {heading}\n")[1].split("\n## ")[0]
        assert body.strip(), heading


@every_id
def test_the_docstring_names_every_argument(env_id: str) -> None:
    documentation = inspect.getdoc(type(make(env_id))) or ""
    body = documentation.split("## Arguments\n")[1].split("\n## ")[0]
    names = set(inspect.signature(type(make(env_id)).__init__).parameters)
    for name in names - {"self", "render_mode"}:
        assert f"`{name}`" in body, name


@every_id
def test_a_misspelt_id_is_answered_with_the_nearest(env_id: str) -> None:
    name = env_id.removeprefix("qcode/")
    stem, version = name.rsplit("-", 1)
    misspelt = f"{stem}{stem[-1]}-{version}"
    with pytest.raises(gym.error.NameNotFound, match=f"Did you mean: `{stem}`"):
        gym.make(f"{MODULE}:qcode/{misspelt}")
    with pytest.raises(gym.error.NamespaceNotFound, match="Did you mean: `qcode`"):
        gym.make(f"{MODULE}:qcoed/{name}")


@every_id
def test_the_id_with_its_module_needs_no_import_of_the_package(env_id: str) -> None:
    script = (
        "import sys, gymnasium; assert 'qcode_envs' not in sys.modules; "
        f"gymnasium.make('{MODULE}:{env_id}'); assert 'qcode_envs' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


def test_importing_the_package_twice_registers_once() -> None:
    with warnings.catch_warnings():
        # Gymnasium warns when an id is registered over another.
        warnings.simplefilter("error")
        script = "import importlib, qcode_envs; importlib.reload(qcode_envs)"
        subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, timeout=120)


@every_id
def test_the_metadata_tells_a_policy_what_it_needs(env_id: str) -> None:
    env = make(env_id)
    metadata, space = env.metadata, env.observation_space
    assert metadata["render_modes"] == ["ansi", "rgb_array"]
    assert set(metadata["edge_types"]) <= {"X", "Z", "Y"}
    assert metadata["action_blocks"][-1] == "stop"
    checks = space["checks"].shape[0] // metadata["check_features"]
    bits = space["bits"].shape[0] // metadata["bit_features"]
    assert space["checks"].shape[0] == checks * metadata["check_features"]
    sizes = {"check-bit": checks * bits, "bit-bit": bits**2, "check-check": checks**2, "stop": 1}
    sizes |= {f"check*{levels}": checks * levels for levels in range(1, 5)}
    assert env.action_space.n == sum(sizes[block] for block in metadata["action_blocks"])


@every_id
def test_masks_reach_through_the_wrappers_of_gymnasium(env_id: str) -> None:
    wrapped = gym.make(f"{MODULE}:{env_id}", **SMALL[env_id])
    _, info = wrapped.reset(seed=1)
    masks = wrapped.get_wrapper_attr("action_masks")()
    assert np.array_equal(masks, info["action_mask"])
    assert masks.dtype == bool
    assert masks[-1]


@every_id
def test_masks_are_never_empty_and_observations_stay_in_their_space(env_id: str) -> None:
    env = make(env_id)
    for observation, _, _, info in play(env, seed=8, steps=60):
        assert env.observation_space.contains(observation)
        assert info["action_mask"].any()


@every_id
def test_illegal_actions_are_flagged_and_change_nothing(env_id: str) -> None:
    options = {"illegal_cost": 0.25}
    env = make(env_id, reward_options=options, max_steps=1000, **PADDED[env_id])
    rng = np.random.default_rng(1)
    _, info = env.reset(seed=1)
    flagged = 0
    for _ in range(200):
        illegal = refused(env, info["action_mask"])
        if len(illegal):
            before, stream = env.batch.checks(0), int(env.batch.graphs.streams[0])
            _, reward, ended, truncated, said = env.step(np.int64(rng.choice(illegal)))
            assert (reward, ended, truncated, said["illegal"]) == (-0.25, False, False, True)
            assert np.array_equal(env.batch.checks(0), before)
            assert env.batch.graphs.streams[0] == stream
            assert said["evaluations"] == info["evaluations"]
            assert np.array_equal(said["action_mask"], info["action_mask"])
            flagged += 1
        legal = np.flatnonzero(info["action_mask"])[:-1]
        *_, info = env.step(np.int64(rng.choice(legal)))
        assert not info["illegal"]
    assert flagged == 200


@every_id
def test_actions_of_the_mask_are_never_flagged(env_id: str) -> None:
    env = make(env_id, max_steps=1000, **PADDED[env_id])
    _, info = env.reset(seed=7)
    rng = np.random.default_rng(7)
    for _ in range(60):
        *_, ended, _, info = env.step(np.int64(rng.choice(np.flatnonzero(info["action_mask"]))))
        assert not info["illegal"]
        if ended:
            _, info = env.reset()


@every_id
def test_observations_and_masks_handed_out_do_not_change_later(env_id: str) -> None:
    for env in (make(env_id), make_vector(env_id, 2)):
        observation, info = env.reset(seed=2)
        kept = {name: values.copy() for name, values in observation.items()}
        mask = info["action_mask"].copy()
        for _ in range(5):
            legal = np.atleast_2d(env.action_masks()).argmax(axis=1)
            env.step(legal if len(legal) > 1 else legal[0])
        assert_same_observation(observation, kept)
        assert np.array_equal(info["action_mask"], mask)


#: What every family refuses alike.
BAD_ANYWHERE: list[tuple[dict[str, Any], str]] = [
    ({"max_weight": 1}, "max_weight: must be at least 2, got 1"),
    ({"max_degree": 0}, "max_degree: must be at least 1, got 0"),
    ({"max_steps": 0}, "max_steps: must be at least 1, got 0"),
    ({"max_steps": 2.5}, "max_steps: must be a whole number, got 2.5"),
    ({"max_weight": None}, "max_weight: must be a whole number, got None"),
    ({"max_degree": "3"}, "max_degree: must be a whole number, got '3'"),
    ({"distance": 2.5}, "distance: must be a whole number, got 2.5"),
    ({"reward_options": {"beta": -1.0}}, "reward option beta: must be finite and >= 0, got -1.0"),
    ({"reward_options": 3}, "reward_options: must be a mapping or RewardOptions, got 3"),
    ({"render_mode": "svg"}, "render_mode: must be one of ansi, rgb_array, got 'svg'"),
]
BAD_PRODUCT: list[tuple[dict[str, Any], str]] = [
    ({"dimension": 0}, "dimension: must be between 1 and bits - 1, got 0"),
    ({"dimension": 9}, "dimension: must be between 1 and bits - 1, got 9"),
    ({"bits": 65}, "bits: must be between 2 and 64, got 65"),
    ({"distance": 0}, "distance: must be between 1 and bits, got 0"),
    ({"distance": 10}, "distance: must be between 1 and bits, got 10"),
    ({"max_bits": 8}, "task: must fit 7 checks and 8 bits, got 7 and 9"),
    ({"reward": "sparse"}, "reward: must be one of shaped, paper, logical-error, got 'sparse'"),
    ({"seed_code": [[1, 1, 0, 0]]}, "seed code: must have k = 2 and at most 9 bits, got [4,3]"),
    ({"seed_code": [[2]]}, "checks: entries must be 0 or 1, got 2 at row 0, column 0"),
]
BAD_TWO_BLOCK: list[tuple[dict[str, Any], str]] = [
    ({"logicals": 0}, "logicals: must be between 1 and 18, got 0"),
    ({"distance": 19}, "distance: must be between 1 and 18, got 19"),
    ({"max_weight": 20}, "terms: must be between 1 and 9, got 10 and 10"),
    ({"group": "cyclic"}, f"group: must be {FORMS}, got 'cyclic'"),
    ({"group": [[0, 1], [1, 1]]}, "table: every element must have an inverse, got none of 1"),
    ({"reward": "paper"}, "reward: must be shaped, got 'paper'"),
    ({"seed_code": [0, 1, 2]}, "seed code: must be a pair of supports, got [0, 1, 2]"),
    ({"seed_code": ([0], [9])}, "seed code b: elements must be between 0 and 8, got 9"),
    ({"seed_code": ([0, 0], [1])}, "seed code a: must hold every element once, got 0 2 times"),
    (
        {"seed_code": ([0, 1, 2], [0, 1, 2, 3])},
        "seed code: must have at most 6 terms, got 7",
    ),
    (
        {"seed_code": ([0, 1, 2], [0]), "max_degree": 2},
        "seed code: must have at most 2 terms a block, got 3",
    ),
    (
        {"seed_code": ([0, 1, 2], [0, 1, 2])},
        "seed code: must connect all of 3x3, got [0, 1, 2] and [0, 1, 2]",
    ),
]
BAD_CODE: list[tuple[dict[str, Any], str]] = [
    ({"qubits": 65}, "qubits: must be between 2 and 64, got 65"),
    ({"qubits": 6, "logicals": 0}, "logicals: must be between 1 and 5, got 0"),
    ({"qubits": 6, "logicals": 6}, "logicals: must be between 1 and 5, got 6"),
    ({"qubits": 40, "logicals": 31}, "logicals: must be between 1 and 30, got 31"),
    ({"distance": 0}, "distance: must be between 1 and qubits, got 0"),
    ({"max_qubits": 65}, "max_qubits: must be at most 64, got 65"),
    (
        {"qubits": 5, "max_qubits": 4, "logicals": 1},
        "task: must fit 4 checks and 4 qubits, got 4 and 5",
    ),
    (
        {"qubits": 5, "max_checks": 3, "logicals": 1},
        "task: must fit 3 checks and 5 qubits, got 4 and 5",
    ),
    ({"reward": "paper"}, "reward: must be shaped for this family, got 'paper'"),
    ({"reward": "sparse"}, "reward: must be one of shaped, paper, logical-error, got 'sparse'"),
    ({"layout": "grid"}, "layout: must come with a radius, got 'grid' alone"),
    ({"radius": 2.0}, "radius: must come with a layout, got 2.0 alone"),
    ({"seed_code": [[2, 0]]}, "checks: entries must be 0 or 1, got 2 at row 0, column 0"),
    (
        {"qubits": 5, "logicals": 1, "seed_code": [[1, 1, 0, 0]]},
        "seed code: must be [[5,1]], got [[2,1]]",
    ),
]
BAD_CSS: list[tuple[dict[str, Any], str]] = [
    (
        {"qubits": 2, "logicals": 1, "distance": 1, "seed_code": [[1, 1, 1, 1]]},
        "checks: must each be of X or of Z type, check 0 is mixed",
    ),
]
#: What the families refuse each in their own way.
BAD = {
    "qcode/CSS-v0": BAD_CODE + BAD_CSS,
    "qcode/Stabilizer-v0": BAD_CODE,
    "qcode/HypergraphProduct-v0": BAD_PRODUCT,
    "qcode/RewiredProduct-v0": BAD_PRODUCT,
    "qcode/TwoBlock-v0": BAD_TWO_BLOCK,
}


@pytest.mark.parametrize(
    ("env_id", "arguments", "message"),
    [(env_id, *bad) for env_id in IDS for bad in BAD_ANYWHERE + BAD[env_id]],
)
def test_bad_arguments_are_refused_with_rule_and_value(
    env_id: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        # The class itself: Gymnasium has its own say on render modes.
        type(make(env_id))(**SMALL[env_id] | arguments)
    assert str(caught.value) == message


@every_id
def test_names_that_are_not_known_are_refused_beside_those_that_are(env_id: str) -> None:
    with pytest.raises(InputError, match=r"^reward_options: must be of beta, .*, got 'bet'$"):
        make(env_id, reward_options={"bet": 1.0})
    with pytest.raises(InputError, match=r"^options: must be of .*, got 'distanse'$"):
        make(env_id).reset(seed=1, options={"distanse": 2})


@every_product
def test_a_met_request_ends_the_episode_and_hands_over_the_matrix(env_id: str) -> None:
    env = make(env_id, bits=3, dimension=1, distance=3, max_weight=4, max_degree=2)
    for seed in range(20):
        _, info = env.reset(seed=seed)
        for _ in range(12):
            legal = np.flatnonzero(info["action_mask"])[:-1]
            _, reward, ended, _, info = env.step(np.int64(legal[seed % len(legal)]))
            assert ("checks" in info) == info["met"]
            if ended:
                break
        if info["met"]:
            assert reward > 1
            # The only [3,1,3] code is the repetition code.
            assert sorted(info["checks"].sum(axis=1).tolist()) == [2, 2]
            assert info["distance"] == 3
            return
    pytest.fail("no episode met an easy request")


@every_product
def test_reset_takes_a_new_task(env_id: str) -> None:
    env = make(env_id, max_bits=12, max_checks=10)
    env.reset(seed=1)
    assert env.batch.checks(0).shape == (7, 9)
    observation, _ = env.reset(options={"bits": 12, "dimension": 3, "distance": 4})
    assert env.batch.checks(0).shape == (9, 12)
    assert env.observation_space.contains(observation)
    env.reset()
    assert env.batch.checks(0).shape == (9, 12)
    with pytest.raises(InputError, match=r"^task: must fit 10 checks and 12 bits, got 11 and 12$"):
        env.reset(options={"dimension": 1})
    # What was refused has not changed the task.
    env.reset(options={"distance": 5})
    assert env.batch.checks(0).shape == (9, 12)


@every_product
def test_reset_takes_a_seed_code(env_id: str) -> None:
    env = make(env_id, bits=7, dimension=4, distance=3, max_weight=8, max_degree=4)
    hamming = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]
    distances = []
    for seed in range(30):
        _, info = env.reset(seed=seed, options={"seed_code": hamming})
        known = hypergraph_product(env.batch.checks(0)).distance()
        assert known is not None
        distances.append(known.upper)
        # Where a start takes a census, it says what that finds; 0 before the first one.
        assert info["distance"] == (known.upper if info["evaluations"] else 0)
    # Half of the starts are the seed; that all random ones are as good would be a miracle.
    assert 5 <= distances.count(3) < 30
