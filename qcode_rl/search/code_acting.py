"""The shipped policy at work on CSS and stabilizer codes of one size, as it is.

That is a search without its training: the same environment, the same policy, and proofs of what
comes of it, for a fraction of the time where each of many sizes is to be tried for a while.
"""

import time

import numpy as np
from torch import nn

from qcode_rl.edits.code_batches import CodeBatch, CodeTask
from qcode_rl.edits.code_stepping import FEATURES, LEVELS
from qcode_rl.errors import InputError
from qcode_rl.search.acting import choose_actions
from qcode_rl.search.agent.graphs import EDGE_TYPES, GraphLayout
from qcode_rl.search.agent.network import TannerNetwork
from qcode_rl.search.baselines.code_runs import prove_code
from qcode_rl.search.baselines.runs import Run
from qcode_rl.search.spec import AgentOptions
from qcode_rl.search.weights import load_shipped

#: The blocks of actions of both families, as their environments tell them.
BLOCKS = ("bit-bit", f"check*{LEVELS}", "stop")
#: Batched steps for each step that a budget pays for at least, after which nothing new is expected.
_STEPS_PER_EVALUATION = 20


def run_shipped(
    task: CodeTask, css: bool, seed: int, budget: int, size: int = 32, episode: int | None = None
) -> Run:
    """Let the shipped policy edit a batch of codes until one is what a task asks for.

    Args:
        task: what to look for.
        css: whether it is to be a CSS code.
        seed: of all that is random.
        budget: most reward evaluations of the batch together; its last step may take two more for
            each code.
        size: codes that are edited side by side.
        episode: edits after which a code starts afresh; default: that of searches.

    Returns:
        One run; its checks are `(r, 2n) uint8` rows `[X|Z]`, proved.

    Raises:
        InputError: if no weights ship, or the task is beyond what can be listed.
        AssertionError: if what was found is not what was asked for.
    """
    network = shipped_network(css)
    batch = _batch(task, css, size, episode or AgentOptions().episode)
    seeds = np.random.SeedSequence(seed).generate_state(size + 1, np.uint64) >> np.uint64(1)
    batch.seed_streams(seeds[1:].tolist())
    generator = np.random.default_rng(int(seeds[0]))
    started = time.perf_counter()
    batch.restart(range(size))
    everyone, checks = np.arange(size), None
    for _ in range(2 + _STEPS_PER_EVALUATION * budget // size):
        if checks is not None or batch.evaluations >= budget:
            break
        outcome = batch.step(choose_actions(network, batch, everyone, generator.random(size)))
        for i in np.flatnonzero(outcome.met)[:1]:
            checks = batch.final_checks(int(i))
            prove_code(task, checks, css)
    seconds = time.perf_counter() - started
    return Run(batch.evaluations, 0, checks is not None, seconds, checks)


def shipped_network(css: bool) -> TannerNetwork:
    """Return the shipped policy's network, as it reads CSS codes or other stabilizer codes.

    Raises:
        InputError: if no weights of this network ship.
    """
    agent = AgentOptions()
    layout = GraphLayout(*FEATURES, EDGE_TYPES[:2] if css else EDGE_TYPES)
    network = TannerNetwork(layout, BLOCKS, agent.width, agent.rounds)
    # A policy holds its network under this name, and nothing else.
    if not load_shipped(nn.ModuleDict({"network": network})):
        raise InputError("policy: no weights of this network ship")
    return network


def _batch(task: CodeTask, css: bool, size: int, episode: int) -> CodeBatch:
    batch = CodeBatch(
        size, task.checks, task.qubits, css=css, max_weight=task.weight, max_steps=episode,
        same_step=True,
    )  # fmt: skip
    for i in range(size):
        batch.assign(i, task)
    return batch
