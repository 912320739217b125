"""The agent that edits products edits two-block codes with the same weights."""

import numpy as np

from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.learner import Learner
from qcode_rl.search.spec import ENVIRONMENTS, AgentOptions

AGENT = AgentOptions(
    width=8, num_envs=4, rollout=6, batch_size=12, epochs=1, episode=6, pretrained=False
)


def test_weights_of_products_serve_two_block_codes_and_go_on_learning() -> None:
    product = CodeVecEnv(ENVIRONMENTS["hgp"], 4, bits=9, dimension=2, distance=6, max_steps=6)
    blocks = CodeVecEnv(
        "qcode_envs:qcode/TwoBlock-v0", 4, group=(3, 3), logicals=4, distance=4, max_steps=6
    )
    weights = Learner(AGENT, "cpu").policy_for(product).state_dict()
    learner = Learner(AGENT, "cpu")
    # Strict: every weight of the one is there in the other, and of the same shape.
    learner.policy_for(blocks).load_state_dict(weights)
    blocks.seed(1)
    learner.train(blocks, rollouts=2, seed=1, hook=lambda env: True)
    after = learner.policy_for(blocks).state_dict()
    changed = [name for name in weights if not np.array_equal(weights[name], after[name])]
    # The levels, which products name too, and the pairs, which this family adds to them.
    assert any(name.startswith("network.single") for name in changed)
    assert any(name.startswith("network.pairs.check-bit") for name in changed)
    assert blocks.native.batch.evaluations > 0
