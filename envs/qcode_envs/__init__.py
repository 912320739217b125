"""Gymnasium environments for code discovery; importing this package registers them.

`gymnasium.make("qcode_envs:qcode/HypergraphProduct-v0")` imports it by itself.
"""

from gymnasium.envs.registration import register, registry

#: What each environment's classes are called, without `Env` and `VectorEnv`.
_CLASSES = {
    "qcode/CSS-v0": "qcode_envs.css:CSS",
    "qcode/HypergraphProduct-v0": "qcode_envs.hypergraph_product:HypergraphProduct",
    "qcode/RewiredProduct-v0": "qcode_envs.rewired_product:RewiredProduct",
    "qcode/Stabilizer-v0": "qcode_envs.stabilizer:Stabilizer",
    "qcode/TwoBlock-v0": "qcode_envs.two_block:TwoBlock",
}

for _name, _class in _CLASSES.items():
    if _name not in registry:
        register(id=_name, entry_point=f"{_class}Env", vector_entry_point=f"{_class}VectorEnv")
