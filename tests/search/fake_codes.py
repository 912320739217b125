"""Environments of small quantum codes in plain numpy, which keep the contract of the real ones.

Importing this registers `fake/CSS-v0`, `fake/Stabilizer-v0` and `fake/TwoBlock-v0`. The last one
only claims: it says of every code with light checks that it meets the request.
"""

from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.envs.registration import register, registry
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray

from qcode_rl.codes import StabilizerCode
from qcode_rl.edits.tallies import Tally

FEATURES = (9, 4, 14)


class Tallied:
    """Counts codes seen, as batches of real environments do."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.known: dict[bytes, tuple[int, int]] = {}

    def tally(self) -> Tally:
        count = len(self.seen)
        return {
            "seen": np.array(sorted(self.seen), dtype=np.uint64),
            "counters": np.array([count, count, 0]),
            "forgotten": np.zeros(1, dtype=np.int64),
        }

    def restore_tally(self, tally: Tally) -> None:
        self.seen = {int(one) for one in tally["seen"]}

    def judge(self, checks: NDArray[np.uint8]) -> tuple[int, int]:
        """Return the distance and the check weight of a code."""
        content = checks.tobytes()
        self.seen.add(1 + int.from_bytes(content) % (2**61 - 1))
        if content not in self.known:
            code = StabilizerCode(checks)
            distance = code.distance()
            self.known[content] = (distance.lower if distance else 0, code.max_weight)
        return self.known[content]


class FakeCodes(VectorEnv[Any, Any, Any]):
    """Codes that start as products of single-qubit checks and are edited by two-qubit gates."""

    metadata: ClassVar[dict[str, Any]] = {
        "render_modes": [],
        "autoreset_mode": AutoresetMode.SAME_STEP,
        "edge_types": ("X", "Z"),
        "action_blocks": ("bit-bit", "stop"),
        "check_features": FEATURES[0],
        "bit_features": FEATURES[1],
    }
    honest, kind = True, "css"

    def __init__(
        self,
        num_envs: int,
        logicals: int,
        distance: int,
        max_weight: int,
        max_degree: int | None,
        seed_code: Any,
        reward: str,
        reward_options: dict[str, float],
        max_steps: int,
        qubits: int = 0,
        group: Any = None,
        autoreset_mode: AutoresetMode = AutoresetMode.SAME_STEP,
    ) -> None:
        self.num_envs, self.k, self.d, self.w = num_envs, logicals, distance, max_weight
        self.n = qubits or 2 * group.order
        self.r, self.seed_code, self.max_steps = self.n - logicals, seed_code, max_steps
        sizes = (self.r * FEATURES[0], self.n * FEATURES[1], self.r * self.n * 3, FEATURES[2])
        names = ("checks", "bits", "edges", "overall")
        boxes = {
            name: spaces.Box(-1.0, 64.0, (size,), np.float32)
            for name, size in zip(names, sizes, strict=True)
        }
        self.single_observation_space = spaces.Dict(boxes)
        self.single_action_space = spaces.Discrete(self.n**2 + 1)
        self.observation_space = gym.vector.utils.batch_space(
            self.single_observation_space, num_envs
        )
        self.action_space = gym.vector.utils.batch_space(self.single_action_space, num_envs)
        self.batch = Tallied()
        self.codes = [self._start() for _ in range(num_envs)]
        self.steps = np.zeros(num_envs, dtype=int)

    def _start(self) -> NDArray[np.uint8]:
        checks = np.zeros((self.r, 2 * self.n), dtype=np.uint8)
        for row in range(self.r):
            checks[row, row if row < self.r // 2 else self.n + row] = 1
        return checks

    def reset(self, *, seed: Any = None, options: Any = None) -> Any:
        self.codes = [self._start() for _ in range(self.num_envs)]
        self.steps[:] = 0
        return self._observe(), self._infos()

    def step(self, actions: Any) -> Any:
        met, rewards = np.zeros((2, self.num_envs))
        met = met.astype(bool)
        checks = np.full(self.num_envs, None, dtype=object)
        for i, action in enumerate(np.asarray(actions)):
            self._edit(self.codes[i], int(action))
            found, weight = self.batch.judge(self.codes[i])
            met[i] = weight <= self.w and (found >= self.d or not self.honest)
            rewards[i] = met[i] - 0.01
            checks[i] = self.codes[i].copy() if met[i] else None
        self.steps += 1
        ended = met | (self.steps >= self.max_steps)
        final = self._observe()
        for i in np.flatnonzero(ended):
            self.codes[i], self.steps[i] = self._start(), 0
        infos = self._infos() | {"met": met}
        infos |= {"checks": checks} if met.any() else {}
        infos |= {"final_obs": final} if ended.any() else {}
        return self._observe(), rewards, ended, np.zeros_like(ended), infos

    def action_masks(self) -> NDArray[np.bool_]:
        masks = np.append(~np.eye(self.n, dtype=bool).reshape(-1), True)
        return np.tile(masks, (self.num_envs, 1))

    def close_extras(self, **_: Any) -> None:
        """There is nothing to close."""

    def _edit(self, code: NDArray[np.uint8], action: int) -> None:
        n = self.n
        if action == n * n:
            code[:] = self._start()
            return
        a, b = divmod(action, n)
        code[:, b] ^= code[:, a]
        code[:, n + a] ^= code[:, n + b]
        if self.kind == "stabilizer":
            # A phase gate besides, so that checks get Y.
            code[:, n + a] ^= code[:, a]

    def _observe(self) -> dict[str, NDArray[np.float32]]:
        count, n = self.num_envs, self.n
        edges = np.zeros((count, self.r * n, 3), dtype=np.float32)
        for i, code in enumerate(self.codes):
            letters = code[:, :n] + 2 * code[:, n:]
            row, column = letters.nonzero()
            edges[i, : len(row)] = np.stack([row, column, letters[row, column]], axis=1)
        checks = np.zeros((count, self.r, FEATURES[0]), dtype=np.float32)
        bits = np.zeros((count, n, FEATURES[1]), dtype=np.float32)
        checks[:, :, 0], bits[:, :, 0] = 1, 1
        overall = np.zeros((count, FEATURES[2]), dtype=np.float32)
        overall[:, 0] = self.steps / self.max_steps
        flat = {"checks": checks, "bits": bits, "edges": edges}
        return {name: part.reshape(count, -1) for name, part in flat.items()} | {"overall": overall}

    def _infos(self) -> dict[str, Any]:
        return {
            "met": np.zeros(self.num_envs, dtype=bool),
            "evaluations": np.full(self.num_envs, len(self.batch.seen)),
        }


class FakeStabilizers(FakeCodes):
    """With all types of edges."""

    metadata = FakeCodes.metadata | {"edge_types": ("X", "Z", "Y")}
    kind = "stabilizer"


class Claims(FakeCodes):
    """Says of any code with light checks that it meets the request."""

    honest = False


for _name, _class in (("CSS", FakeCodes), ("Stabilizer", FakeStabilizers), ("TwoBlock", Claims)):
    if f"fake/{_name}-v0" not in registry:
        register(id=f"fake/{_name}-v0", vector_entry_point=_class)
