"""What decimation changes, beyond first order in the tail and to first order in 1/P, for Gaussian features.

The truncated kernel with T(Λ) = T + Σ_{k>Λ} λ_k and the full one with T are two regressions, each with its own
effective ridge. For Gaussian features the next order in 1/P is known (curves/finite_size_error.py): learnabilities move
by δL_k, and by the identity κ Tr(K + κ)⁻¹ = P − ΣL_k the measured effective ridge P/Tr(K + κ)⁻¹ moves with them,

    δ ln κ_eff = ΣδL_k/(P − ΣL_k) = −(E0/P)² Σ L_k²(1 − L_k).

The ridge that makes the truncated kernel's κ_eff that of the full theory is T* = T + Σ_{k>Λ} λ_k(1 − L_k), exactly
at leading order: what a mode has not been learned of is noise, and T(Λ) exceeds T* by Σ_{k>Λ} λ_kL_k.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.curves import (
    LearningCurve,
    effective_ridge,
    gaussian_error_correction,
    gaussian_learnability_correction,
)
from fieldbench.theory.decimation.running_ridge import ridge_shift

Vector = NDArray[np.float64]

_FLOOR = 1e-10  # of λ_1, for truncated modes: the correction to the noise that they are is a limit λ → 0


@dataclass(frozen=True)
class Order:
    """Leading value and its correction of order 1/P."""

    leading: Vector
    correction: Vector

    @property
    def value(self) -> Vector:
        """Leading order plus correction."""
        return self.leading + self.correction

    def __sub__(self, other: Order) -> Order:
        return Order(self.leading - other.leading, self.correction - other.correction)


@dataclass(frozen=True)
class GaussianLearning:
    """What is learned of independent Gaussian features at one P, with 1/P corrections.

    Attributes:
        curve: leading order.
        log_ridge: ln κ_eff, as read off P/Tr(K + κ)⁻¹.
        learnability: L_k, (M,).
        error: Σ_k ⟨(y_k − f_k)²⟩.
    """

    curve: LearningCurve
    log_ridge: Order
    learnability: Order
    error: Order


def gaussian_learning(eigenvalues: Vector, samples: int, ridge: float, target: Vector) -> GaussianLearning:
    """Learning with independent Gaussian features to order 1/P.

    Args:
        eigenvalues: λ_k ≥ 0, (M,); zeros are modes of the target that the kernel lacks.
        samples: P.
        ridge: κ > 0.
        target: y_k², (M,).
    """
    curve = effective_ridge(eigenvalues, samples, ridge, target=target)
    shift = gaussian_learnability_correction(curve)[0]
    learned = curve.learnability[0]
    floored = np.maximum(eigenvalues, _FLOOR * eigenvalues.max())
    return GaussianLearning(
        curve,
        Order(np.log(curve.effective_ridge), np.array([shift.sum() / (samples - learned.sum())])),
        Order(learned, shift),
        Order(curve.test_error, gaussian_error_correction(floored, samples, ridge, target)),
    )


def matching_ridge(eigenvalues: Vector, samples: int, ridge: float, keep: int) -> Order:
    """(T* − T)/Σ_{k>Λ} λ_k: what the coupling has to flow by, in units of the tail.

    Leading order 1 − Σ_{k>Λ} λ_kL_k/Σ_{k>Λ} λ_k. The corrections of the two κ_eff differ by δ; T* makes up for it
    through dκ_eff/dT = E0 of the truncated theory.
    """
    full = effective_ridge(eigenvalues, samples, ridge)
    tail, learned = eigenvalues[keep:].sum(), full.learnability[0]
    needed = tail - eigenvalues[keep:] @ learned[keep:]
    kept = np.where(np.arange(eigenvalues.size) < keep, eigenvalues, 0.0)
    matched = effective_ridge(kept, samples, ridge + needed)
    shifts = [
        gaussian_learnability_correction(curve)[0].sum() / (samples - curve.learnability[0].sum())
        for curve in (full, matched)
    ]
    change = matched.effective_ridge / matched.e0 * (shifts[0] - shifts[1])
    return Order(np.array([needed / tail]), change / tail)


@dataclass(frozen=True)
class CutOff:
    """The theory of the truncated kernel with T(Λ) minus that of the full kernel with T, at one Λ.

    Attributes:
        log_ridge, learnability, error: differences to order 1/P; learnability of the kept modes, (Λ,).
        flow: `matching_ridge`.
        edge: L_Λ of the full theory, the largest learnability cut if λ_k falls.
        first: δ ln κ_eff = E0 Σ_{k>Λ} λ_kL_k/κ_eff, the leading order to first order in the tail.
    """

    log_ridge: Order
    learnability: Order
    error: Order
    flow: Order
    edge: float
    first: float


def cut_off(
    eigenvalues: Vector, samples: int, ridge: float, target: Vector, keep: int, tail: float | None = None
) -> CutOff:
    """Truncated against full theory for Gaussian features.

    Args:
        eigenvalues: λ_k, (M,), falling.
        samples: P.
        ridge: T > 0.
        target: y_k², (M,).
        keep: Λ, 1 … M − 1.
        tail: ridge that replaces the other modes; by default Σ_{k>Λ} λ_k, anything else is another theory.

    Raises:
        BadInput: Λ outside 1 … M − 1.
    """
    if not 1 <= keep < eigenvalues.size:
        raise BadInput(f"cannot cut {eigenvalues.size} modes at Λ = {keep}: keep at least one and cut at least one")
    kept = np.where(np.arange(eigenvalues.size) < keep, eigenvalues, 0.0)
    added = float(eigenvalues[keep:].sum()) if tail is None else tail
    full = gaussian_learning(eigenvalues, samples, ridge, target)
    cut = gaussian_learning(kept, samples, ridge + added, target)
    low = [Order(theory.learnability.leading[:keep], theory.learnability.correction[:keep]) for theory in (cut, full)]
    return CutOff(
        log_ridge=cut.log_ridge - full.log_ridge,
        learnability=low[0] - low[1],
        error=cut.error - full.error,
        flow=matching_ridge(eigenvalues, samples, ridge, keep),
        edge=float(full.curve.learnability[0][keep - 1]),
        first=ridge_shift(eigenvalues, samples, full.curve, keep),
    )
