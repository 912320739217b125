"""Codes as values: classical, CSS, stabilizer, products; named codes; formats under `codes.io`."""

from qcode_rl.codes.base import Code, TannerGraph
from qcode_rl.codes.best_known import best_known_linear_code
from qcode_rl.codes.bounds import linear_code_bounds, shortest_length
from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.named import classical_code, named_code
from qcode_rl.codes.products import HypergraphProduct, hypergraph_product
from qcode_rl.codes.stabilizer import StabilizerCode

__all__ = [
    "CSSCode",
    "ClassicalCode",
    "Code",
    "HypergraphProduct",
    "StabilizerCode",
    "TannerGraph",
    "best_known_linear_code",
    "classical_code",
    "hypergraph_product",
    "linear_code_bounds",
    "named_code",
    "shortest_length",
]
