"""What the agent is compared with: annealing, greedy and random search over the same kernels."""

from qcode_rl.search.baselines.code_runs import run_codes
from qcode_rl.search.baselines.codes import CodeSchedule
from qcode_rl.search.baselines.edges import EdgeSchedule
from qcode_rl.search.baselines.rewires import ANNEALING, GREEDY, RewireSchedule
from qcode_rl.search.baselines.runs import Run, run_edges, run_randomly, run_rewires

__all__ = [
    "ANNEALING",
    "GREEDY",
    "CodeSchedule",
    "EdgeSchedule",
    "RewireSchedule",
    "Run",
    "run_codes",
    "run_edges",
    "run_randomly",
    "run_rewires",
]
