"""Gymnasium environments for code discovery; importing this package registers them.

`gymnasium.make("qcode_envs:qcode/HypergraphProduct-v0")` imports it by itself.
"""

from gymnasium.envs.registration import register, registry

_PRODUCT = "qcode_envs.hypergraph_product:HypergraphProduct"

if "qcode/HypergraphProduct-v0" not in registry:
    register(
        id="qcode/HypergraphProduct-v0",
        entry_point=f"{_PRODUCT}Env",
        vector_entry_point=f"{_PRODUCT}VectorEnv",
    )
