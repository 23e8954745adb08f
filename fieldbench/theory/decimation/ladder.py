"""Predictions for modes replaced by ridge and noise, over a ladder of cut-offs Λ, with the margins they deserve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fieldbench.theory.decimation.modulated import lognormal
from fieldbench.theory.decimation.order import cut_off, variation
from fieldbench.theory.decimation.shared_data import replaced

Vector = NDArray[np.float64]
Parts = Callable[[int], Sequence[slice]]


def gaussian_ladder(
    eigenvalues: Vector,
    target: Vector,
    samples: int,
    ridge: float,
    cuts: Sequence[int],
    parts: Parts,
    tail_of: Callable[[Vector], float] = np.sum,
) -> dict[str, NDArray[np.float64]]:
    """Truncated minus full theory for Gaussian features, (Λ,) or (Λ, parts).

    Margins, named `_order`: what lies beyond the computed 1/P correction is no larger, relative to the number itself,
    than the correction to the shift of κ_eff is to that shift. Errors and learnabilities follow κ_eff; their own
    corrections are smaller by cancellations on which the next order need not count.

    Args:
        eigenvalues: λ_k, (M,), falling.
        target: y_k², (M,).
        samples: P.
        ridge: T > 0.
        cuts: the Λ, rising.
        parts: slices of the kept modes for each Λ, equally many.
        tail_of: the ridge that a set of λ_k becomes: their sum; anything else is another theory.

    Returns:
        flow: (T* − T)/Σ_{k>Λ} λ_k. shift: δ ln κ_eff. first: the same to first order in the tail, of which second_order
        is the rest. error, noise_error. learned: mean δL_k of each part; profile: the mean of all parts in each.
        distance: Σ_{k≤Λ} ⟨(f_k − f_k^full)²⟩ at leading order. edge: L_Λ. two_steps: zero.
    """
    changes = [cut_off(eigenvalues, samples, ridge, target, k, float(tail_of(eigenvalues[k:]))) for k in cuts]
    plain = [replaced(eigenvalues, target, samples, ridge, k, k, lognormal(0.0), local=False) for k in cuts]
    tails = np.array([eigenvalues[keep:].sum() for keep in cuts])
    leading = np.array([change.log_ridge.leading[0] for change in changes])
    correction = np.array([change.log_ridge.correction[0] for change in changes])
    learned = [[change.learnability.value[p].mean() for p in parts(k)] for k, change in zip(cuts, changes, strict=True)]
    found = {
        "flow": np.array([change.flow.value[0] for change in changes]),
        "edge": np.array([change.edge for change in changes]),
        "shift": leading + correction,
        "first": np.array([change.first for change in changes]) + correction,
        "error": np.array([change.error.value[0] for change in changes]),
        "learned": np.array(learned),
        "distance": np.array([change.distance for change in plain]),
        "two_steps": np.zeros(len(cuts)),
    }
    relative = variation(correction) / np.abs(leading)
    found |= {f"{name}_order": relative * np.abs(found[name]) for name in ("shift", "error", "distance")}
    return found | {
        "flow_order": variation(np.array([change.flow.correction[0] for change in changes]) * tails) / tails,
        "learned_order": relative[:, None] * np.abs(found["learned"]),
        "second_order": np.abs(found["shift"] - found["first"]),
        "noise_error": found["error"],
        "profile": np.repeat(found["learned"].mean(axis=1, keepdims=True), found["learned"].shape[1], axis=1),
    }


def modulated_ladder(
    eigenvalues: Vector, target: Vector, samples: int, ridge: float, cuts: Sequence[int], plain: int, strength: float
) -> dict[str, NDArray[np.float64]]:
    """Replaced minus full theory for features whose modes beyond `plain` share an amplitude, at leading order, (Λ,).

    Margins, named `_order`: the relative size of the 1/P correction is that of the shift of κ_eff for Gaussian features
    times ⟨g⁴⟩, by which the fourth moments, and with them the fluctuations of quadratic forms, are larger.

    Args:
        eigenvalues, target, samples, ridge: as `gaussian_ladder`.
        cuts: the Λ ≥ plain.
        plain: number of modes without amplitude.
        strength: standard deviation of ln g².

    Returns:
        error, learned, distance of `Replaced` under the names uniform_, local_ and, for the constant ridge without
        amplitude, gaussian_.
    """
    law, none = lognormal(strength), lognormal(0.0)
    found: dict[str, list[float]] = {}
    for keep in cuts:
        known = cut_off(eigenvalues, samples, ridge, target, keep).log_ridge
        relative = law.mean(law.squares**2) * abs(known.correction[0] / known.leading[0])
        for name, amplitudes in (("uniform", law), ("local", law), ("gaussian", none)):
            change = replaced(eigenvalues, target, samples, ridge, keep, plain, amplitudes, local=name == "local")
            for what, value in vars(change).items():
                found.setdefault(f"{name}_{what}", []).append(value)
                found.setdefault(f"{name}_{what}_order", []).append(relative * abs(value))
    return {name: np.array(values) for name, values in found.items()}
