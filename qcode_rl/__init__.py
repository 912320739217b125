"""qcode-rl: discover quantum error-correcting codes of low check weight, and prove what was found.

The rooms, from the ground up: `gf2` (linear algebra over GF(2)), `codes`, `distance`, `edits`,
`archive`, `search`, `cli`. The Gymnasium environments live beside this package in `qcode_envs`.
"""

__version__ = "0.1.0"
