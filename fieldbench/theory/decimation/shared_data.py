"""Two regressions on the same data and labels: the overlap of their errors, and how far apart their predictors are.

With residuals e_a = y − f_a and e_b = y − f_b of two kernels and ridges on the same training set, the overlap at a
point of amplitude g is m(g) = σ² + Σ_k ⟨e_k^a e_k^b⟩ (times g² for modulated modes), where

    ⟨e_k^a e_k^b⟩ = (1 − L_k^a)(1 − L_k^b) y_k² + r_k^a r_k^b S,   S = P⟨ω_aω_b m⟩,   r_k = λ_k(1 − L_k)

(S = P⟨g²ω_aω_bm⟩ for modulated modes): what is not learned, and the noise that both take from the same points. For one
theory and g = 1 this is E0(Σ(1 − L_k)²y_k² + σ²), and L_k²·MSE/P for the variance of a mode. Derived for this project
by leaving out one point; exact for P → ∞ as modulated.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.decimation.modulated import Amplitudes, Medium, medium

Vector = NDArray[np.float64]


def residual_overlap(first: Medium, second: Medium, target: Vector, noise: float = 0.0) -> Vector:
    """⟨e_k^a e_k^b⟩ of every mode, (M,); their sum is the overlap of the residuals, the error if a is b.

    Args:
        first, second: the two theories; the same modes, samples and amplitudes.
        target: y_k², (M,).
        noise: variance σ² of the label noise, in the labels of both.

    Raises:
        BadInput: theories of different modes, P or amplitudes.
    """
    same = first.samples == second.samples and first.amplitudes is second.amplitudes
    if not same or not np.array_equal(first.modulated, second.modulated):
        raise BadInput("an overlap needs two theories of the same modes, number of samples and amplitudes")
    missed = (1.0 - first.learnability) * (1.0 - second.learnability) * target
    shared = (first.eigenvalues * (1.0 - first.learnability)) * (second.eigenvalues * (1.0 - second.learnability))
    squares, law = first.amplitudes.squares, first.amplitudes
    both = first.samples * first.precision * second.precision
    plain, high = ~first.modulated, first.modulated
    # S_G = P⟨a_G ω_aω_b (σ² + m_0 + g²m_1)⟩ with m_G = missed_G + shared_G S_G: two linear equations.
    zeroth, first_moment, second_moment = (law.mean(squares**power * both) for power in range(3))
    moments = np.array([[zeroth, first_moment], [first_moment, second_moment]])
    known = np.array([missed[plain].sum() + noise, missed[high].sum()])
    gains = np.array([shared[plain].sum(), shared[high].sum()])
    sums = np.linalg.solve(np.eye(2) - moments * gains[None, :], moments @ known)
    return np.asarray(missed + shared * sums[first.modulated.astype(int)])


def mean_squared_distance(first: Medium, second: Medium, target: Vector, noise: float = 0.0) -> Vector:
    """⟨(f_k^a − f_k^b)²⟩ of every mode over data sets and signs of the target, (M,).

    If the second lacks weak modes, which it has as ridge instead, the sum over the others is
    (E0 − 1) MSE P Σ_{k>Λ} λ_k²/κ_eff² to leading order: the predictions of decimation differ in the mean square by
    the same small number that moves κ_eff.

    Args, Raises: as `residual_overlap`.
    """
    pairs = ((first, first), (second, second), (first, second))
    own, other, cross = (residual_overlap(a, b, target, noise) for a, b in pairs)
    return own + other - 2.0 * cross


@dataclass(frozen=True)
class Replaced:
    """Truncated kernel with a ridge for the rest, minus the full theory: what modulated features make of it.

    Attributes:
        error: difference of the population errors.
        learned: mean difference of the learnabilities of the plain modes.
        distance: Σ_{k≤Λ} ⟨(f_k − f_k^full)²⟩.
    """

    error: float
    learned: float
    distance: float


def replaced(
    eigenvalues: Vector, target: Vector, samples: int, ridge: float, keep: int, plain: int, law: Amplitudes, local: bool
) -> Replaced:
    """Modes beyond Λ = `keep` replaced by ridge, with the constant T(Λ) or with T + g² Σ_{k>Λ} λ_k at each point.

    Args:
        eigenvalues: λ_k, (M,).
        target: y_k², (M,).
        samples: P.
        ridge: T > 0.
        keep: Λ ≥ plain.
        plain: number of modes without amplitude.
        law: of g².
        local: input-dependent ridge.

    Raises:
        BadInput: a cut among the plain modes, whose tail is not g² Σ λ_k, or as `medium`.
    """
    if not plain <= keep < eigenvalues.size:
        raise BadInput(f"a cut at Λ = {keep} of {eigenvalues.size} modes must leave the {plain} plain ones whole")
    kept = np.where(np.arange(eigenvalues.size) < keep, eigenvalues, 0.0)
    tail = eigenvalues[keep:].sum() * (law.squares if local else np.ones_like(law.squares))
    full = medium(eigenvalues, plain, samples, ridge, law)
    cut = medium(kept, plain, samples, ridge + tail, law)
    errors = [float(residual_overlap(theory, theory, target).sum()) for theory in (cut, full)]
    return Replaced(
        error=errors[0] - errors[1],
        learned=float((cut.learnability - full.learnability)[:plain].mean()),
        distance=float(mean_squared_distance(full, cut, target)[:keep].sum()),
    )
