"""The families of codes that a search looks through, one module a kind."""

from qcode_rl.search.families.base import Aside, Family, Proved, Walk
from qcode_rl.search.families.products import Products
from qcode_rl.search.families.quantum import CSSCodes, StabilizerCodes
from qcode_rl.search.families.two_block import TwoBlockCodes
from qcode_rl.search.spec import RunOptions, SearchSpec

__all__ = ["Aside", "Family", "Proved", "Walk", "families_of"]

_KINDS = {"css": CSSCodes, "stabilizer": StabilizerCodes, "two-block": TwoBlockCodes}


def families_of(spec: SearchSpec, options: RunOptions) -> list[Family]:
    """Return the families that a search looks through, each at the beginning of its walk.

    Args:
        spec: the request.
        options: how it is run.
    """
    return [
        Products(spec, options) if name == "hgp" else _KINDS[name](spec) for name in spec.families
    ]
