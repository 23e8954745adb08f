"""The next order beyond a ridge at each point: points visited twice, over a data set's own fourth moments.

P of M points are drawn without replacement, p = P/M, q = (1 − p)/p. With the medium of `local_ridge` and R = (K + u)⁻¹
each point scatters by t_i, which is 1/R_ii where it is not drawn and −q/R_ii where it is, so that ⟨t_i⟩ = 0. What is
left of ⟨ln det⟩ of the drawn block of K + κ is ⟨Tr ln(1 + tR')⟩, R' = R off its diagonal. To first order in 1/P every
point of a path is visited twice. A path over n points is then a ring run through twice, or once forth and once back
from any of its points: 1 + n ways, which are one for n = 2. With

    A_ij = q R_ij²/(R_iiR_jj) for i ≠ j,   N = (1 − A)⁻¹,

    F = ⟨ln det⟩₁ = −¼ Tr A² − Σ_{n≥3} (½ + 1/2n) Tr Aⁿ + 1ᵀ(N − 1)1/2M,

the last term since P does not fluctuate. For independent Gaussian features and M → ∞ this, with what the spread of the
local ridge over points does, is ½ ln(1 − ΣL²/P) (`curves.gaussian_features`); on homogeneous spaces and at P ≪ M it is
`curves.finite_size`. All visits of single pairs can be summed, but are only a part of the next order: on the drawn
populations of tests/theory/decimation that doubled what is left of variances and, on digits, of errors.

All else is a derivative. With Ĝ = ∂⟨ln det⟩/∂K, the mean of the inverse on the drawn points and 0 elsewhere,

    (M − P) MSE = |y|² − 2yᵀKĜy + d/dε yᵀĜy       along K → K − εK², κ → κ + εκ²,
    (M − P) ⟨V⟩ = Tr K − Tr K²Ĝ − κP + κ² Tr Ĝ

are exact for the error and the posterior variance of points that are not drawn, on one given target. Derived for this
project; tests/theory/decimation/test_local_order.py has it against exact regression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from fieldbench.errors import NotPositiveDefinite
from fieldbench.theory.decimation.local_ridge import LocalRidge

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

_STEP = 1e-6  # of the flow, in units of 1/Tr K: one-sided, so of its own relative error, beside 1e-12/1e-6 of rounding


@dataclass(frozen=True)
class LocalOrder:
    """What is to be added to a `LocalRidge`, on average over points.

    Attributes:
        error: to the mean squared error of points that are not drawn.
        noise: error of labels of variance 1 in random order, by the local ridge itself.
        noise_error: what is to be added to that.
        variance: to the posterior variance of points that are not drawn.
        last: what one sample less adds to that: a drawn point as the P − 1 others predict it.
        scatter: relative variance of a point's κ + V between draws, on average; what the order expands in.
    """

    error: float
    noise: float
    noise_error: float
    variance: float
    last: float
    scatter: float

    def beyond(self, shift: float) -> float:
        """What follows a relative next order ρ: at most |ρ|(|ρ| + 3v) + 3v², v the scatter.

        A leverage enters as ⟨1/(1 + x)⟩: ⟨x²⟩ = v in this order, 3v² in the next one for a Gaussian x, 3v of whatever
        this one comes to. An argument, not a proof. It was written down after fifteen populations had been compared,
        none of them one that a claim is about, and holds on thirty more that were drawn then (test_local_order.py), ρ
        up to a few v. Where ρ ≫ v it does not: at the point of `departures.departure` with ρ = 17v, .09 follows .14.
        """
        return abs(shift) * (abs(shift) + 3.0 * self.scatter) + 3.0 * self.scatter**2


def local_order(kernel: Matrix, targets: Vector, samples: int, ridge: float, at: LocalRidge) -> LocalOrder:
    """The next order about a ridge at each point, at about 22M³ flops.

    Args:
        kernel: K(x_i, x_j), (M, M).
        targets: y(x_i), (M,).
        samples: P.
        ridge: κ, the same at all points.
        at: the solution of `local_ridge` for these.
    """
    size, fraction, medium = len(kernel), samples / len(kernel), at.ridge * len(kernel) / samples
    here, given = _rings(kernel, medium, fraction), np.stack([targets, np.ones(size)], axis=1)
    resolvent, seen = here.resolvent, here.resolvent * medium  # 1 − RK
    square, flow = resolvent @ resolvent, np.eye(size) - seen - seen.T + seen @ seen.T  # R², RK²R
    follows = here.follow(-flow.diagonal(), ridge**2)  # du/dε: what it lacks is of second order
    step = _STEP / float(np.trace(kernel))
    there = _rings(kernel - step * (kernel @ kernel), medium + step * follows, fraction)

    answers, moved = resolvent @ given, there.resolvent @ given
    shifts = -2.0 * here.of(given - seen @ given, answers) + (there.of(moved, moved) - here.of(answers, answers)) / step
    every = -2.0 * here.trace(resolvent - seen @ resolvent)  # of unit targets at all points
    every += (there.trace(there.resolvent @ there.resolvent) - here.trace(square)) / step

    def in_random_order(of_all: float, of_constant: float) -> float:
        """Of labels whose covariance is (M1 − 11ᵀ)/(M − 1)."""
        return (size * of_all - of_constant) / (size - 1) / (size - samples)

    # Σ_i C_ii − 2 Tr CKR + d/dε Tr CR.
    left = np.array([2.0 * np.trace(seen) - size + np.trace(flow), 2.0 * np.sum(seen) - size + np.sum(flow)])
    left -= [follows @ square.diagonal(), follows @ answers[:, 1] ** 2]
    return LocalOrder(
        error=float(shifts[0]) / (size - samples),
        noise=in_random_order(*left),
        noise_error=in_random_order(every, float(shifts[1])),
        variance=(ridge**2 * here.trace(square) - here.trace(flow)) / (size - samples),
        last=float(np.mean((here.visits - 1.0) / here.own)) / (size - samples),
        scatter=here.scatter,
    )


class _Rings(NamedTuple):
    """R and its diagonal, N and v, Γ with Ĝ = −RΓR, and the scatter, in one medium."""

    fraction: float
    resolvent: Matrix
    own: Vector
    dressed: Matrix
    visits: Vector
    force: Matrix
    scatter: float

    def of(self, left: Matrix, right: Matrix) -> Vector:
        """aᵀĜb from Ra and Rb, for each pair of columns."""
        return np.asarray(-np.einsum("ik,ik->k", left, self.force @ right))

    def trace(self, middle: Matrix) -> float:
        """Tr CĜ from RCR."""
        return -float(np.sum(self.force * middle))

    def follow(self, change: Vector, ridge: float) -> Vector:
        """du, from the diagonal of R dK R and dκ: it keeps ⟨t⟩ at 0."""
        odds = (1.0 - self.fraction) / self.fraction
        felt = odds * change / self.own + self.own * ridge / self.fraction
        return np.asarray(self.dressed @ felt / self.own)


def _rings(kernel: Matrix, medium: Vector, fraction: float) -> _Rings:
    size, odds = len(kernel), (1.0 - fraction) / fraction
    resolvent = _inverse(kernel + np.diag(medium))
    own = resolvent.diagonal().copy()
    square = resolvent**2 / np.outer(own, own)
    np.fill_diagonal(square, 0.0)
    rung = odds * square
    dressed = _inverse(np.eye(size) - rung)
    visits = dressed.sum(axis=1)
    twice = dressed @ dressed
    scatter = float(np.trace(twice) - size + 2.0 * np.sum((dressed - rung - np.eye(size)) * rung))
    scatter = scatter - 2.0 * float(np.trace(dressed) - size) - float((visits - 1.0) @ (visits - 1.0)) / size
    slope = 0.5 * odds * (2.0 * rung - twice - dressed + np.outer(visits, visits) / size)  # dF/dr²
    np.fill_diagonal(slope, 0.0)
    force = 2.0 * slope * resolvent / np.outer(own, own)
    np.fill_diagonal(force, -2.0 * (slope * square).sum(axis=1) / own)
    # What moves R also moves the medium.
    felt = np.sum((resolvent @ force) * resolvent, axis=1)
    force[np.diag_indices(size)] += odds / own * (dressed @ (felt / own))
    return _Rings(fraction, resolvent, own, dressed, visits, force, scatter / (size * fraction * (1.0 - fraction)))


def _inverse(matrix: Matrix) -> Matrix:
    """Of a symmetric positive definite one."""
    factor, info = scipy.linalg.lapack.dpotrf(matrix, lower=1, clean=1)
    if info != 0:
        raise NotPositiveDefinite(f"K + u is not positive definite (pivot {info})")
    inverse, _ = scipy.linalg.lapack.dpotri(factor, lower=1)
    return np.asarray(np.tril(inverse) + np.tril(inverse, -1).T)
