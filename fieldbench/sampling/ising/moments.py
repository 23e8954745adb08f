"""Moments of Ising traces, and their derivatives with respect to the coupling by the fluctuation formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.sampling.ising.clusters import IsingTraces


@dataclass(frozen=True)
class Moments:
    """Averages over all steps and chains of an L × L lattice, by the names of `fieldbench.theory.ising.TorusMoments`.

    energy: per site; susceptibility: χ = ⟨M²⟩/L²; correlation: G = ⟨s(0) s(L/2)⟩ along an axis;
    binder: U = 1 − ⟨M⁴⟩/3⟨M²⟩²; binder_slope: dU/dK.
    """

    energy: float
    susceptibility: float
    correlation: float
    binder: float
    binder_slope: float


def moments(traces: IsingTraces, size: int) -> Moments:
    """Averages over the traces of an L × L lattice.

    dU/dK follows from d⟨O⟩/dK = ⟨O S⟩ − ⟨O⟩⟨S⟩ with S the sum over bonds: no differences between temperatures. Ratios
    of averages have a bias of order one over the effective number of draws.

    Raises:
        BadInput: empty or misshapen traces.
    """
    bonds, magnetisation, pairs = (np.asarray(trace, dtype=np.float64).ravel() for trace in traces)
    if not len(bonds) or not len(bonds) == len(magnetisation) == len(pairs):
        raise BadInput(f"traces of {len(bonds)}, {len(magnetisation)} and {len(pairs)} entries: take one run's, uncut")
    square = magnetisation**2
    second, fourth = square.mean(), (square**2).mean()
    shifted = bonds - bonds.mean()
    second_slope, fourth_slope = (square * shifted).mean(), (square**2 * shifted).mean()
    return Moments(
        energy=float(-bonds.mean() / size**2),
        susceptibility=float(second / size**2),
        correlation=float(pairs.mean() / (2 * size**2)),
        binder=float(1 - fourth / (3 * second**2)),
        binder_slope=float((2 * fourth * second_slope / second - fourth_slope) / (3 * second**2)),
    )


def chain_series(traces: IsingTraces, chains: int) -> NDArray[np.float64]:
    """M² and S of the first chains, shape (steps, chains, 2), for R-hat and effective sample sizes."""
    square = np.asarray(traces.magnetisation[:, :chains], dtype=np.float64) ** 2
    return np.stack([square, np.asarray(traces.bonds[:, :chains], dtype=np.float64)], axis=2)
