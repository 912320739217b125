"""Codes as values: classical, CSS, and products; named codes; file formats under `codes.io`."""

from qcode_rl.codes.base import Code, TannerGraph
from qcode_rl.codes.classical import ClassicalCode
from qcode_rl.codes.css import CSSCode
from qcode_rl.codes.products import HypergraphProduct, hypergraph_product

__all__ = [
    "CSSCode",
    "ClassicalCode",
    "Code",
    "HypergraphProduct",
    "TannerGraph",
    "hypergraph_product",
]
