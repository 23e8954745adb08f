"""Burn-in judged by R-hat: as long as the chains need, found while they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators.interface import Energy, Observe, Position, Sampler
from fieldbench.statistics import diagnostics
from fieldbench.typing import Array

Traces = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class BurnIn:
    """Where the chains stand, after how many steps, and how well they agree.

    Attributes:
        final: positions to go on from.
        steps: steps taken; all of them are to be dropped.
        rhat: the largest rank-normalised split R-hat over series, of the second half of the steps.
        converged: whether it fell below the limit.
    """

    final: Position
    steps: int
    rhat: float
    converged: bool

    def __str__(self) -> str:
        """The outcome as a sentence."""
        if self.converged:
            return f"chains agree to R-hat {self.rhat:.3f} after {self.steps} steps"
        return f"chains still differ after {self.steps} steps, R-hat {self.rhat:.3f}: allow more of them"


def run_until_mixed(
    sampler: Sampler,
    energy: Energy,
    initial: Position,
    key: Array,
    *,
    observe: Observe,
    block: int,
    thin: int,
    at_most: int,
    limit: float = 1.05,
    as_chains: Callable[[Traces], Traces] | None = None,
) -> BurnIn:
    """Move all chains block by block until R-hat of the second half of what was seen is below a limit.

    One compilation, since all blocks have one shape. Start the chains well apart (`energy.prior`, or the two sides of a
    transition): chains that start together agree at once.

    Args:
        sampler, energy, initial, key, observe, thin: as in `Sampler.sample`.
        block: steps between two looks. at_most: steps after which it gives up.
        limit: of R-hat; 1.05 where means are wanted to a tenth of the posterior's spread.
        as_chains: rearranges records into series (draws, chains, …) of chains that share a posterior; by default the
            whole batch does.

    Raises:
        BadInput: fewer than two chains, a block of fewer than four draws, or `at_most` below it; a diverged chain.
    """
    chains = int(np.prod(energy.batch))
    if chains < 2 or block // thin < 4 or at_most < block:
        raise BadInput(
            f"{chains} chains, blocks of {block // thin} draws, at most {at_most} steps: "
            "needs 2 chains, 4 draws a block and at_most ≥ block"
        )
    seen: list[Traces] = []
    worst = np.inf
    while len(seen) * block < at_most and worst >= limit:
        run = sampler.sample(
            energy,
            initial,
            jax.random.fold_in(key, len(seen)),
            steps=block,
            burn_in=0,
            thin=thin,
            observe=observe,
        )
        initial = run.final
        batch = len(energy.batch)
        records = {name: np.asarray(trace, np.float64) for name, trace in run.records.items()}
        seen.append(as_chains(records) if as_chains else {k: _one_batch(v, chains, batch) for k, v in records.items()})
        kept = seen[len(seen) // 2 :]
        worst = max(float(np.max(diagnostics.rhat(np.concatenate([b[name] for b in kept])))) for name in kept[0])
    return BurnIn(initial, len(seen) * block, worst, worst < limit)


def _one_batch(trace: NDArray[np.float64], chains: int, batch: int) -> NDArray[np.float64]:
    return trace.reshape(trace.shape[0], chains, *trace.shape[1 + batch :])
