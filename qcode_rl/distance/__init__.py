"""Distances: one module an algorithm, one dispatcher, one result type with a witness."""

from qcode_rl.distance.dispatch import distance_of
from qcode_rl.distance.result import Distance, Witness

__all__ = ["Distance", "Witness", "distance_of"]
