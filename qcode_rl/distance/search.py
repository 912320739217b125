"""Which algorithm works on a sector next: the patient search for what is not solved quickly."""

from collections.abc import Sequence

from qcode_rl.distance.budget import Clock
from qcode_rl.distance.progress import Progress
from qcode_rl.distance.provers import (
    ClusterProver,
    InformationSets,
    Prover,
    SumsProver,
    WalkProver,
)
from qcode_rl.distance.symmetry import SymmetricWords

#: Work units of a slice: it begins small, doubles, and ends at about 20 ms, so that an interrupt
#: or a limit in seconds is obeyed at once.
FIRST_SLICE, LAST_SLICE = 1 << 17, 1 << 22

#: Part of the work that goes into light words while a proof is within reach, and when it is not.
SHARE_OF_SEARCH, SHARE_WHEN_HOPELESS = 0.1, 0.95

#: Work on light words (about 0.2 s) after which symmetric ones are looked for, and their share.
SYMMETRY_AFTER, SHARE_OF_SYMMETRY = 1 << 25, 0.25

_MASK = (1 << 64) - 1


def spread_seed(seed: int, index: int) -> int:
    """Return a nonzero 64-bit seed for the index-th of many streams (splitmix64)."""
    value = (seed * 0x9E3779B97F4A7C15 + (index + 1) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return (value ^ (value >> 31)) or 1


class SectorSearch:
    """The search for the least weight in one sector.

    Args:
        progress: what is known so far.
        threads: how many threads to use.
        seed: of the information sets.
        method: name of the only algorithm to use; default: whichever promises to be fastest.
    """

    def __init__(
        self, progress: Progress, threads: int = 1, seed: int = 0, method: str | None = None
    ) -> None:
        self.progress = progress
        self.threads = threads
        self.seed = seed
        self.method = method
        self.proof_work = 0
        self.search_work = 0
        self._provers: dict[str, Prover] = {}
        self.symmetric_work = 0
        self._information_sets: InformationSets | None = None
        self._symmetric: SymmetricWords | None = None

    def prover(self, name: str) -> Prover:
        """Return the prover of that name, made when it is first asked for."""
        if name not in self._provers:
            self._provers[name] = self._made(name)
        return self._provers[name]

    def _made(self, name: str) -> Prover:
        if name == WalkProver.name:
            return WalkProver(self.progress, self.threads)
        if name == SumsProver.name:
            return SumsProver(self.progress)
        return ClusterProver(self.progress, self.threads)

    def advance(self, work: int, clock: Clock) -> None:
        """Let the algorithm that is most use now work for about `work` units a thread."""
        if self.method == InformationSets.name:
            self._search(work, clock)
            return
        prover = self._next_prover(clock.work_left)
        hopeless = prover.cost_left() > clock.work_left
        share = SHARE_WHEN_HOPELESS if hopeless else SHARE_OF_SEARCH
        if self.method is None and self.search_work * (1 - share) <= self.proof_work * share:
            self._search(work, clock)
            return
        done = prover.advance(work)
        self.proof_work += done
        clock.work += done

    def _search(self, work: int, clock: Clock) -> None:
        seeds = [spread_seed(self.seed, i) for i in range(self.threads)]
        searcher: InformationSets | SymmetricWords
        if self._symmetry_is_due():
            if self._symmetric is None:
                self._symmetric = SymmetricWords(self.progress, seeds)
            searcher = self._symmetric
        else:
            if self._information_sets is None:
                self._information_sets = InformationSets(self.progress, seeds)
            searcher = self._information_sets
        done = searcher.advance(work)
        if searcher is self._symmetric:
            self.symmetric_work += done
        self.search_work += done
        clock.work += done

    def _symmetry_is_due(self) -> bool:
        """Whether plain information sets have had their chance, and symmetric ones their turn."""
        if self.method is not None or self.search_work < SYMMETRY_AFTER:
            return False
        if self._symmetric is not None and self._symmetric.exhausted:
            return False
        return self.symmetric_work <= SHARE_OF_SYMMETRY * self.search_work

    def _next_prover(self, work_left: float) -> Prover:
        """Return the cluster search while it is cheap, then the cheapest proof.

        Nobody knows what a cluster search will cost before it has grown a few levels, so it may
        spend as much as the best other proof would; at worst this doubles the cost.
        """
        if self.method is not None:
            return self.prover(self.method)
        clusters = self.prover(ClusterProver.name)
        others = [self.prover(SumsProver.name), self.prover(WalkProver.name)]
        best = min(others, key=lambda prover: prover.cost_left())
        cost = best.cost_left()
        if cost > work_left or self.proof_work + clusters.cost_left() <= cost:
            return clusters
        return best


def run_searches(searches: Sequence[SectorSearch], clock: Clock, target: int = 0) -> str:
    """Search several sectors of one code until all are settled.

    Args:
        searches: one a sector.
        clock: watches the budget.
        target: stop once the least of the weights is known to be below this; 0: never.

    Returns:
        Why the search stopped short of settling all: "target", "budget" or "interrupted"; empty
        if it did not.
    """
    work = FIRST_SLICE
    try:
        while True:
            if any(search.progress.upper < target for search in searches):
                return "target"
            unsettled = [s for s in searches if not s.progress.settled]
            if not unsettled:
                return "target" if target else ""
            if clock.spent:
                return "budget"
            # All sectors get the same: any may hold the lightest operator.
            neglected = min(unsettled, key=lambda search: search.proof_work + search.search_work)
            neglected.advance(max(1, int(min(work, clock.work_left))), clock)
            work = min(2 * work, LAST_SLICE)
    except KeyboardInterrupt:
        return "interrupted"
