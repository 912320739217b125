"""Square hypergraph products: what is searched for is their classical factor."""

import os
from functools import partial
from typing import Any

from qcode_rl.codes import ClassicalCode, hypergraph_product
from qcode_rl.distance import Distance, distance_of
from qcode_rl.distance.components import by_components
from qcode_rl.distance.product import product_distance
from qcode_rl.gf2 import BinaryMatrix
from qcode_rl.search.agent.vec_env import CodeVecEnv
from qcode_rl.search.batches import Size
from qcode_rl.search.families.base import Proved
from qcode_rl.search.requests import product_lengths
from qcode_rl.search.spec import ENVIRONMENTS, RunOptions, SearchSpec
from qcode_rl.search.sums import MAX_SUM_BITS, SumWalk
from qcode_rl.search.walk import Row, SizeWalk, as_text


class Products:
    """The family `hgp`; see `Family`.

    Args:
        spec: the request.
        options: how it is run.
    """

    name, stream, proofs = "hgp", 0, 1
    walk: SizeWalk | SumWalk

    def __init__(self, spec: SearchSpec, options: RunOptions) -> None:
        self.spec, self.options, self.agent = spec, options, spec.agent
        self.seed_code = spec.seed_classical
        self.walk = _walk(spec)

    def size(self, row: Row) -> Size:
        """Return the length and dimension of the factor."""
        return (self.name, row.length, row.dimension)

    def text(self, size: Size) -> str:
        """Return what is looked at, as text."""
        return f"{self.name}, [{size[1]},{size[2]},{self.spec.distance}] factors"

    def make_batch(self, size: Size) -> CodeVecEnv:
        """Return a batch of factors under edit."""
        spec, (_, length, dimension) = self.spec, size
        return CodeVecEnv(
            ENVIRONMENTS[self.name],
            self.agent.num_envs,
            bits=length,
            dimension=dimension,
            distance=spec.distance,
            max_weight=spec.max_weight,
            max_degree=spec.max_degree,
            seed_code=self.seed_code,
            reward=spec.reward,
            reward_options=vars(spec.reward_options),
            max_steps=self.agent.episode,
            **self._judging(),
        )

    def kinds(self, size: Size) -> int:
        """Say that where no factor is new, none of the shorter ones is of use."""
        return 0

    def is_wanted(self, row: Row) -> bool:
        """Say whether a factor of this dimension has enough logical qubits in its product."""
        return row.dimension >= self.spec.first_dimension

    def prove(self, checks: BinaryMatrix) -> Proved:
        """Return the product of a factor, with its distance."""
        code = hypergraph_product(ClassicalCode(checks))
        # A factor has at most 2^20 codewords. Walking them takes milliseconds at most, and spares
        # the first run the compilation of all other algorithms.
        distance = product_distance(code, partial(by_components, distance=_enumerated))
        assert distance is not None, "the environment reported a code without logical qubits"
        return Proved(code, distance, self.name)

    def succeed(self, row: Row, checks: BinaryMatrix, proved: Proved | None) -> BinaryMatrix | None:
        """Note a factor; return the direct sum that it makes the shortest of all, if it does."""
        if isinstance(self.walk, SumWalk):
            return self.walk.succeed(row, checks)
        row.succeed(checks.shape[1], as_text(checks))
        return None

    def _judging(self) -> dict[str, Any]:
        """Return the arguments of an environment that has its codes decoded."""
        options = self.spec.logical_error
        if options is None:
            return {}
        return {"logical_error": options, "judge_workers": _judge_workers(self.options)}


def _walk(spec: SearchSpec) -> SizeWalk | SumWalk:
    """Return the walk over sizes that a request calls for."""
    seed, first = spec.seed_classical, spec.first_dimension
    lengths = product_lengths(first, spec.qubits)
    if seed is None and spec.logicals is not None:
        # Sums come in whatever length their parts have, which a least number could rule out.
        if spec.qubits is None:
            return SumWalk(spec.distance, first, spec.limits[0])
        if lengths.start <= first + 1:
            longest = min(MAX_SUM_BITS, lengths.stop - 1)
            return SumWalk(spec.distance, first, spec.limits[0], longest)
    only_one = seed is not None or spec.logicals is not None
    fits = None if spec.qubits is None else partial(product_lengths, qubits=spec.qubits)
    return SizeWalk(spec.distance, first, only_one, 0 if seed is None else seed.n, fits)


def _enumerated(code: ClassicalCode) -> Distance | None:
    """Compute a distance by walking all codewords; an interrupt is one of the search."""
    found = distance_of(code, method="enumeration")
    if found is not None and found.stopped == "interrupted":
        raise KeyboardInterrupt
    return found


def _judge_workers(options: RunOptions) -> int:
    if options.judge_workers is not None:
        return options.judge_workers
    # This process waits while others judge, so that all cores are theirs.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores if cores and cores > 1 else 0
