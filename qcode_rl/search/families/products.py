"""Hypergraph products: what is searched for is a classical factor.

Its square is proved and kept, and so are its products with other factors where that is worth it.
"""

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

from qcode_rl.archive import CodeRecord
from qcode_rl.codes import ClassicalCode, HypergraphProduct, hypergraph_product
from qcode_rl.distance.components import by_components
from qcode_rl.distance.product import product_distance
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.batches import Size
from qcode_rl.search.factors import Known, Point
from qcode_rl.search.families.base import Aside, Proved
from qcode_rl.search.families.shared import batch_for, distance_or_interrupt
from qcode_rl.search.pair_walk import PairWalk
from qcode_rl.search.pairs import CIRCULANTS, Pairs
from qcode_rl.search.requests import product_lengths
from qcode_rl.search.spec import RunOptions, SearchSpec
from qcode_rl.search.sums import SumWalk
from qcode_rl.search.walk import Row, SizeWalk, as_text


class Products:
    """The family `hgp`; see `Family`.

    Args:
        spec: the request.
        options: how it is run.
    """

    name, stream, proofs = "hgp", 0, 1
    walk: SizeWalk | PairWalk
    aside: Aside | None

    def __init__(self, spec: SearchSpec, options: RunOptions) -> None:
        self.spec, self.options, self.agent = spec, options, spec.agent
        self.seed_code = spec.seed_classical
        self.walk = _walk(spec)
        self.pairs = Pairs(spec, _factor_distance)
        self.aside = Circulants(self.pairs, self.walk)

    def size(self, row: Row) -> Size:
        """Return the length and dimension of the factor."""
        return (self.name, row.length, row.dimension)

    def text(self, size: Size) -> str:
        """Return what is looked at, as text."""
        return f"{self.name}, [{size[1]},{size[2]},{self.spec.distance}] factors"

    def make_batch(self, size: Size) -> CodeVecEnv:
        """Return a batch of factors under edit."""
        _, length, dimension = size
        return batch_for(
            self.name,
            self.spec,
            self.agent,
            bits=length,
            dimension=dimension,
            seed_code=self.seed_code,
            **self._judging(),
        )

    def kinds(self, size: Size) -> int:
        """Say that where no factor is new, none of the shorter ones is of use."""
        return 0

    def is_wanted(self, row: Row) -> bool:
        """Say whether a factor of this dimension has enough logical qubits in its product."""
        if row.dimension < self.spec.first_dimension:
            return False
        # A factor of pairs may be too long for a square.
        lengths = product_lengths(row.dimension, self.spec.qubits)
        return lengths.start <= row.length < lengths.stop

    def prove(self, checks: BinaryMatrix) -> Proved:
        """Return the square product of a factor, with its distance."""
        return _proved(hypergraph_product(ClassicalCode(checks)))

    def succeed(
        self,
        row: Row,
        checks: BinaryMatrix,
        proved: Proved | None,
        known: Sequence[CodeRecord] = (),
    ) -> list[Proved]:
        """Note a factor; return the other products that it makes.

        Those are products with factors found before, and the square and products of the direct sum
        that it makes the shortest of all, if it does.
        """
        further: list[Proved] = []
        if row.best is None or checks.shape[1] < row.best:
            further += self._pairs_of(checks, known)
        whole = None
        if isinstance(self.walk, SumWalk):
            whole = self.walk.succeed(row, checks)
        else:
            row.succeed(checks.shape[1], as_text(checks))
        if whole is not None:
            further.append(self.prove(whole))
            further += self._pairs_of(whole, [*known, *map(_point, further)])
        return further

    def _pairs_of(self, checks: BinaryMatrix, known: Sequence[Known]) -> list[Proved]:
        return [_proved(product) for product in self.pairs.found(checks, self.walk, known)]

    def _judging(self) -> dict[str, Any]:
        """Return the arguments of an environment that has its codes decoded."""
        options = self.spec.logical_error
        if options is None:
            return {}
        return {"logical_error": options, "judge_workers": _judge_workers(self.options)}


class Circulants:
    """The turn of circulants between the slices of products; see `Aside`.

    Args:
        pairs: deals them out.
        walk: has the factors that they are multiplied by, besides other circulants.
    """

    size = CIRCULANTS

    def __init__(self, pairs: Pairs, walk: SizeWalk | PairWalk) -> None:
        self.pairs, self.walk = pairs, walk

    @property
    def more(self) -> bool:
        """Whether there are circulants left to look at."""
        return self.pairs.more

    def due(self, evaluations: int, at_all: bool = False) -> int:
        """Return how many circulants to look at between two slices."""
        return self.pairs.due(evaluations, at_all)

    def look(self, known: Sequence[CodeRecord]) -> list[Proved]:
        """Look at the next circulant, and return the products with it that are worth keeping."""
        return [_proved(product) for product in self.pairs.circulant(self.walk, known)]

    def restore(self, looked: int) -> None:
        """Go on from where so many circulants had been looked at."""
        self.pairs.restore(looked)


def _walk(spec: SearchSpec) -> SizeWalk | PairWalk:
    """Return the walk over sizes that a request calls for."""
    seed, first = spec.seed_classical, spec.first_dimension
    lengths = product_lengths(first, spec.qubits)
    # Sums come in whatever length their parts have, which a least number could rule out.
    free = spec.qubits is None or lengths.start <= first + 1
    if seed is None and spec.logicals is not None and free:
        return PairWalk(spec.distance, first, spec.limits[0], spec.logicals, spec.qubits)
    only_one = seed is not None or spec.logicals is not None
    fits = None if spec.qubits is None else partial(product_lengths, qubits=spec.qubits)
    return SizeWalk(spec.distance, first, only_one, 0 if seed is None else seed.n, fits)


# A factor has at most 2^20 codewords. Walking them takes milliseconds at most, and spares the first
# run the compilation of all other algorithms.
_enumerated = partial(distance_or_interrupt, method="enumeration")
_factor_distance = partial(by_components, distance=_enumerated)


def _proved(code: HypergraphProduct) -> Proved:
    distance = product_distance(code, _factor_distance)
    assert distance is not None, "a product without logical qubits was taken for a code"
    return Proved(code, distance, "hgp")


def _point(proved: Proved) -> Point:
    code = proved.code
    found = proved.distance.lower
    return Point(code.num_qubits, code.num_logicals, found, code.max_weight, code.max_degree)


def _judge_workers(options: RunOptions) -> int:
    if options.judge_workers is not None:
        return options.judge_workers
    # This process waits while others judge, so that all cores are theirs.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores if cores and cores > 1 else 0
