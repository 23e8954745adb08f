"""Moments of Ising traces, and their derivatives with respect to the coupling by the fluctuation formula."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.sampling.ising.clusters import IsingTraces


def moments(traces: IsingTraces, size: int, *, connected: bool = True) -> dict[str, float]:
    """Averages over all steps and chains of an L × L lattice, as `fieldbench.theory.ising.transfer.TorusMoments`.

    dU/dK of Binder's U = 1 − ⟨M⁴⟩/3⟨M²⟩² follows from d⟨O⟩/dK = ⟨O S⟩ − ⟨O⟩⟨S⟩ with S the sum over bonds: no
    differences between temperatures. Ratios of averages have a bias of order one over the effective number of draws.

    Args:
        traces: of `fieldbench.sampling.ising.clusters`.
        size: L.
        connected: False leaves out ⟨O⟩⟨S⟩, an error for controls to find.

    Raises:
        BadInput: empty or misshapen traces.
    """
    bonds, magnetisation, pairs = (np.asarray(trace, dtype=np.float64).ravel() for trace in traces)
    if not len(bonds) or not len(bonds) == len(magnetisation) == len(pairs):
        raise BadInput(f"traces of {len(bonds)}, {len(magnetisation)} and {len(pairs)} entries: take one run's, uncut")
    square = magnetisation**2
    second, fourth = square.mean(), (square**2).mean()
    shifted = bonds - bonds.mean() if connected else bonds
    second_slope, fourth_slope = (square * shifted).mean(), (square**2 * shifted).mean()
    return {
        "energy": -bonds.mean() / size**2,
        "susceptibility": second / size**2,
        "correlation": pairs.mean() / (2 * size**2),
        "binder": 1 - fourth / (3 * second**2),
        "binder_slope": (2 * fourth * second_slope / second - fourth_slope) / (3 * second**2),
    }


def chain_series(traces: IsingTraces, chains: int) -> NDArray[np.float64]:
    """M² and S of the first chains, shape (steps, chains, 2), for R-hat and effective sample sizes."""
    square = np.asarray(traces.magnetisation[:, :chains], dtype=np.float64) ** 2
    return np.stack([square, np.asarray(traces.bonds[:, :chains], dtype=np.float64)], axis=2)
