"""What decimation changes, beyond first order in the tail and to order 1/P³, for Gaussian features.

The truncated kernel with T(Λ) = T + Σ_{k>Λ} λ_k and the full one with T are two regressions, each with its own
effective ridge and its orders in 1/P (curves/gaussian_features.py). A ridge is read off the trace of A = (K + κ)⁻¹ on
each data set, so that its logarithm, and the ridge T* at which two traces agree, also feel how these scatter: from
⟨det(K + κ)^{−n/2} det(K' + κ')^{−n'/2}⟩, whose coefficient of nn' is the determinant of the block between the replicas,

    Cov[ln det(K + κ), ln det(K' + κ')] = −2 ln(1 − ΣL_kL'_k/P),   Cov[Tr A, Tr A'] = ∂²/∂κ∂κ' of it,

K' a kernel with some of K's modes. To the order 1/P² that this is, ⟨ln Tr A⟩ = ln⟨Tr A⟩ − ½ Var/⟨Tr A⟩² and
T* = T_0 + δ with h(T_0) = ⟨Tr A⟩, h the truncated kernel's mean trace, and ξ, η the scatter of the truncated and of
the full trace,

    ⟨δ⟩ = −[½ (h''/h'²) Var(η − ξ) + Cov(ξ', η − ξ)/h']/h'.

The ridge that makes the truncated kernel's κ_eff that of the full theory is T* = T + Σ_{k>Λ} λ_k(1 − L_k), exactly
at leading order: what a mode has not been learned of is noise, and T(Λ) exceeds T* by Σ_{k>Λ} λ_kL_k. Derived for this
project.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.curves import LearningCurve, effective_ridge, gaussian_orders
from fieldbench.theory.decimation.running_ridge import ridge_shift

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_STEP = 1e-4  # of ln κ, in central differences: (1e-4)² of truncation
_REACH = 0.05  # of ln κ, five times what the orders move it by at P = 32: (0.05)⁵ of truncation


@dataclass(frozen=True)
class Order:
    """Leading value and what each order in 1/P adds to it: terms (4, n)."""

    terms: Matrix

    @property
    def leading(self) -> Vector:
        """At P → ∞."""
        return np.asarray(self.terms[0])

    @property
    def correction(self) -> Vector:
        """Of order 1/P."""
        return np.asarray(self.terms[1])

    @property
    def value(self) -> Vector:
        """All orders."""
        return np.asarray(self.terms.sum(axis=0))

    def __sub__(self, other: Order) -> Order:
        return Order(self.terms - other.terms)


@dataclass(frozen=True)
class GaussianLearning:
    """What is learned of independent Gaussian features at one P, with orders in 1/P.

    Attributes:
        curve: leading order.
        log_ridge: ⟨ln κ_eff⟩, as read off P/Tr(K + κ)⁻¹ on each data set; the last order without the scatter's.
        learnability: L_k, (M,).
        error: Σ_k ⟨(y_k − f_k)²⟩.
        trace: ⟨Tr(K + κ)⁻¹⟩.
    """

    curve: LearningCurve
    log_ridge: Order
    learnability: Order
    error: Order
    trace: Order


def gaussian_learning(eigenvalues: Vector, samples: int, ridge: float, target: Vector) -> GaussianLearning:
    """Learning with independent Gaussian features to order 1/P³.

    Args:
        eigenvalues: λ_k ≥ 0, (M,); zeros are modes of the target that the kernel lacks.
        samples: P.
        ridge: κ > 0.
        target: y_k², (M,).
    """
    curve = effective_ridge(eigenvalues, samples, ridge, target=target)
    orders = gaussian_orders(eigenvalues, samples, ridge, target)
    trace = orders.trace[:, 0]
    one, two, three = trace[1:] / trace[0]
    scatter = covariance(curve, curve) / trace[0] ** 2
    logarithm = [np.log(trace[0] / samples), one, two - one**2 / 2 - scatter / 2, three - one * two + one**3 / 3]
    return GaussianLearning(
        curve,
        Order(-np.array(logarithm)[:, None]),
        Order(orders.learned[:, 0]),
        Order(orders.error),
        Order(orders.trace),
    )


def covariance(first: LearningCurve, second: LearningCurve) -> float:
    """Cov[Tr A, Tr A'] at one P, to leading order: 2[X₁₂/(1 − X) + X₁X₂/(1 − X)²], X = ΣLL'/P, X₁ = ∂X/∂κ.

    L' = 0 for the modes that the second kernel lacks.
    """
    samples = float(first.samples[0])
    overlap = float(first.learnability[0] @ second.learnability[0]) / samples
    slopes = [_slope(curve) for curve in (first, second)]
    one = float(slopes[0] @ second.learnability[0]) / samples
    two = float(first.learnability[0] @ slopes[1]) / samples
    both = float(slopes[0] @ slopes[1]) / samples
    return 2.0 * (both / (1.0 - overlap) + one * two / (1.0 - overlap) ** 2)


def _slope(curve: LearningCurve) -> Vector:
    """∂L_k/∂κ = −L_k(1 − L_k) E0/κ_eff, (M,)."""
    learned = curve.learnability[0]
    return np.asarray(-learned * (1.0 - learned) * curve.e0[0] / curve.effective_ridge[0])


def flow_of_the_ridge(full: GaussianLearning, keep: int) -> Order:
    """(T* − T)/Σ_{k>Λ} λ_k: what the coupling has to flow by, in units of the tail, on the average data set.

    Leading order 1 − Σ_{k>Λ} λ_kL_k/Σ_{k>Λ} λ_k. The orders of the mean traces are made up for by the truncated
    theory's change of ridge; those of the scatter enter at 1/P² as said above.

    Args:
        full: the full theory.
        keep: Λ.
    """
    curve, samples, eigenvalues = full.curve, float(full.curve.samples[0]), full.curve.spectrum.eigenvalues
    tail = eigenvalues[keep:].sum()
    needed = tail - eigenvalues[keep:] @ curve.learnability[0][keep:]
    kept, start = np.where(np.arange(eigenvalues.size) < keep, eigenvalues, 0.0), curve.ridge + needed
    # h(T), order by order, as a polynomial through five ridges near T_0: its roots with one order more each time.
    near = _REACH * np.linspace(-1.0, 1.0, 5)
    traces = np.stack([gaussian_orders(kept, samples, start * (1.0 + x)).trace[:, 0] for x in near], axis=1)
    fits = [Polynomial.fit(near, row - goal, 4) for row, goal in zip(traces, full.trace.terms[:, 0], strict=True)]
    roots = [0.0]
    for orders in (2, 3, 4):
        total, root = sum(fits[1:orders], fits[0]), roots[-1]
        for _ in range(6):
            root -= total(root) / total.deriv()(root)
        roots.append(root)
    curves = [effective_ridge(kept, samples, start * (1.0 + shift)) for shift in (-_STEP, 0.0, _STEP)]
    slope, bend = float(fits[0].deriv()(0.0)) / start, float(fits[0].deriv(2)(0.0)) / start**2
    own = [covariance(one, curves[1]) for one in curves]
    cross = [covariance(curve, one) for one in curves]
    spread = covariance(curve, curve) - 2.0 * cross[1] + own[1]
    leaning = ((cross[2] - cross[0]) - (own[2] - own[0])) / (2.0 * _STEP * start)
    scatter = -(0.5 * bend / slope**2 * spread + leaning / slope) / slope
    steps = start * np.diff(roots) + np.array([0.0, scatter, 0.0])
    return Order(np.array([needed, *steps])[:, None] / tail)


@dataclass(frozen=True)
class CutOff:
    """The theory of the truncated kernel with T(Λ) minus that of the full kernel with T, at one Λ.

    Attributes:
        log_ridge, learnability, error: differences order by order; learnability of the kept modes, (Λ,).
        edge: L_Λ of the full theory, the largest learnability cut if λ_k falls.
        first: δ ln κ_eff = E0 Σ_{k>Λ} λ_kL_k/κ_eff, the leading order to first order in the tail.
        gain: E0/P of the full theory, the parameter of the orders.
    """

    log_ridge: Order
    learnability: Order
    error: Order
    edge: float
    first: float
    gain: float


def cut_off(full: GaussianLearning, target: Vector, keep: int, tail: float | None = None) -> CutOff:
    """Truncated against full theory for Gaussian features.

    Args:
        full: the theory of all modes, λ_k falling.
        target: y_k², (M,).
        keep: Λ, 1 … M − 1.
        tail: ridge that replaces the other modes; by default Σ_{k>Λ} λ_k, anything else is another theory.

    Raises:
        BadInput: Λ outside 1 … M − 1.
    """
    curve, eigenvalues = full.curve, full.curve.spectrum.eigenvalues
    if not 1 <= keep < eigenvalues.size:
        raise BadInput(f"cannot cut {eigenvalues.size} modes at Λ = {keep}: keep at least one and cut at least one")
    samples, kept = int(curve.samples[0]), np.where(np.arange(eigenvalues.size) < keep, eigenvalues, 0.0)
    added = float(eigenvalues[keep:].sum()) if tail is None else tail
    cut = gaussian_learning(kept, samples, curve.ridge + added, target)
    low = [Order(theory.learnability.terms[:, :keep]) for theory in (cut, full)]
    return CutOff(
        log_ridge=cut.log_ridge - full.log_ridge,
        learnability=low[0] - low[1],
        error=cut.error - full.error,
        edge=float(curve.learnability[0][keep - 1]),
        first=ridge_shift(eigenvalues, samples, curve, keep),
        gain=float(curve.e0[0]) / samples,
    )
