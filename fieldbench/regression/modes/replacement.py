"""Regression with all modes, and with the modes beyond Λ replaced by ridge and noise, on the same low modes.

For features φ_k known at the training points of many data sets, with A = (Σ_k λ_kφ_kφ_kᵀ + T)⁻¹ the full and
A_Λ = (K_{≤Λ} + T + tail)⁻¹ the replaced regression. Everything is a trace over the P training points and is averaged
exactly over the signs of the target's coefficients y_k (and over label noise), in which all observables here are even:
no labels are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.regression import batched_inverses

Vector = NDArray[np.float64]
Sets = NDArray[np.float64]  # (n, P, P) or (n, P, k): one matrix a data set

_NEWTON, _TOLERANCE = 60, 1e-6


@dataclass(frozen=True)
class Regressions:
    """The same regression on n data sets: which modes its kernel has, and its inverse.

    Attributes:
        features: φ_k(x_μ) of the kernel's modes, (n, P, Λ).
        eigenvalues: λ_k, (Λ,).
        kernel: K_{≤Λ} at the training points, (n, P, P).
        inverse: A = (K_{≤Λ} + T)⁻¹, (n, P, P).
    """

    features: Sets
    eigenvalues: Vector
    kernel: Sets
    inverse: Sets

    def learnabilities(self, modes: int) -> Sets:
        """λ_kφ_kᵀAφ_k, the part of φ_k that is learned when it is the target, of the first modes, (n, modes)."""
        return self.forms(self.inverse, modes)

    @property
    def trace(self) -> Vector:
        """Tr A, (n,): P/κ_eff."""
        return np.asarray(np.trace(self.inverse, axis1=1, axis2=2))

    def forms(self, matrix: Sets, modes: int) -> Sets:
        """λ_kφ_kᵀBφ_k of the first modes, (n, modes)."""
        seen = self.features[:, :, :modes]
        return np.asarray(self.eigenvalues[:modes] * np.sum(seen * (matrix @ seen), axis=1))

    @cached_property
    def squares(self) -> Sets:
        """Σ_k λ_k²φ_kφ_kᵀ, whose trace with A S A is the mean square of the predictor for labels of covariance S."""
        return gram(self.features, self.eigenvalues**2)

    def error(self, power: Vector, labels: Sets) -> Vector:
        """Population error Σ_k ⟨(y_k − f_k)²⟩ averaged over the signs of the y_k, (n,).

        Args:
            power: y_k² of all modes, (M,).
            labels: covariance of the labels, (n, P, P), in which the kernel's modes have these powers.
        """
        mean = contract(self.inverse, self.overlaps(power))
        return np.asarray(power.sum() - 2.0 * mean + contract(self.inverse @ self.squares @ self.inverse, labels))

    def overlaps(self, power: Vector) -> Sets:
        """Σ_k λ_k y_k² φ_kφ_kᵀ over the kernel's modes, whose trace with A is Σ_k ⟨f_ky_k⟩."""
        return gram(self.features, self.eigenvalues * power[: self.eigenvalues.size])


def gram(features: Sets, weights: Vector) -> Sets:
    """Σ_k w_kφ_kφ_kᵀ at the points of each data set, (n, P, P)."""
    return np.asarray((features * weights) @ np.swapaxes(features, 1, 2))


def contract(first: Sets, second: Sets) -> Vector:
    """Tr(B Cᵀ) of each data set, (n,)."""
    return np.asarray(np.einsum("nij,nij->n", first, second))


def regress(features: Sets, eigenvalues: Vector, ridge: float, tail: Sets | Vector | float = 0.0) -> Regressions:
    """Regression with the kernel of these modes and the ridge T + tail: one number, one a data set, or one a point.

    Args:
        features: φ_k(x_μ), (n, P, Λ).
        eigenvalues: λ_k, (Λ,).
        ridge: T > 0.
        tail: what is added to it; a number, (n, 1) or (n, P).

    Raises:
        BadInput, NotPositiveDefinite: see `batched_weights`.
    """
    kernel = gram(features, eigenvalues)
    noisy = kernel + np.broadcast_to(tail, kernel.shape[:2])[:, :, None] * np.eye(kernel.shape[1])
    return Regressions(features, eigenvalues, kernel, batched_inverses(noisy, ridge))


def squared_distance(full: Regressions, replaced: Regressions, labels: Sets) -> Vector:
    """Σ_{k≤Λ} ⟨(f_k^full − f_k^replaced)²⟩ over the modes that both have, for labels of this covariance, (n,)."""
    difference = full.inverse - replaced.inverse
    return contract(difference @ replaced.squares @ difference, labels)


def inverse_trace(kernel: Sets, ridge: Vector) -> Vector:
    """Tr(K + T)⁻¹ with a ridge for each data set, (n,)."""
    unit = np.eye(kernel.shape[1])
    return np.asarray(np.trace(np.linalg.inv(kernel + ridge[:, None, None] * unit), axis1=1, axis2=2))


def matching_ridge(wanted: Vector, kernel: Sets, start: Vector | float) -> Vector:
    """The ridge T* with which the truncated kernel has the trace of the full one: Tr(K_{≤Λ} + T*)⁻¹ = Tr A, (n,).

    The ridge that a truncated theory needs, found on each data set without a theory of what it should be. Newton's
    method for ln Tr against ln T*, steps limited to a factor e; the last step is below 1e-6, its error of the order
    of the square.

    Args:
        wanted: Tr A with all modes, (n,).
        kernel: K_{≤Λ}, (n, P, P).
        start: first guess, a number or (n,).

    Raises:
        BadInput: no convergence.
    """
    unit = np.eye(kernel.shape[1])
    ridge = np.broadcast_to(np.asarray(start), wanted.shape)
    for _ in range(_NEWTON):
        inverse = np.asarray(np.linalg.inv(kernel + ridge[:, None, None] * unit), dtype=np.float64)
        trace = np.trace(inverse, axis1=1, axis2=2)
        step = np.clip(np.log(trace / wanted) * trace / (ridge * contract(inverse, inverse)), -1.0, 1.0)
        ridge = ridge * np.exp(step)
        if np.abs(step).max() < _TOLERANCE:
            return np.asarray(ridge)
    raise BadInput(f"no matching ridge after {_NEWTON} steps: is the full kernel that of all modes?")


def fluctuation(full: Regressions, replaced: Regressions, tail: float) -> Sets:
    """A_Λ D A_Λ with D = K_{>Λ} − tail: minus the first-order difference of the two inverses, (n, P, P).

    High modes that are independent of the low ones have ⟨D⟩ = 0 given A_Λ: any number linear in it is an exact control
    variate.

    Raises:
        BadInput: the two regressions are on different data.
    """
    if full.kernel.shape != replaced.kernel.shape:
        raise BadInput(f"regressions on {full.kernel.shape} and {replaced.kernel.shape}: they must share the data")
    rest = full.kernel - replaced.kernel - tail * np.eye(full.kernel.shape[1])
    return np.asarray(replaced.inverse @ rest @ replaced.inverse)
