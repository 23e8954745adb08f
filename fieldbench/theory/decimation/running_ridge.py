"""Decimation: integrate out the modes a Gaussian process cannot learn, one coupling flows.

Howard, Jefferson, Maiti, Ringel, arXiv:2405.06008: modes k > Λ act on the rest as noise, so that the truncated kernel
K_{≤Λ} with the running ridge T(Λ) = T + Σ_{k>Λ} λ_k describes the same low modes as K with T. The flow stops at a
cut-off learnability ε (Ringel et al., arXiv:2502.18553, Fig 2.1: 0.01). With the bare running ridge in the criterion,
Pλ_k/T(Λ) ≥ ε, it need not stop at all when T is tiny, so the learnability is taken at the effective ridge κ_eff.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.curves import LearningCurve, effective_ridge
from fieldbench.theory.kernels import Spectrum

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Decimation:
    """The theory after integrating out all modes beyond the cut-off.

    Attributes:
        keep: Λ, the number of modes kept.
        ridge: T(Λ) = T + Σ_{k>Λ} λ_k.
        eigenvalues: λ_k for k ≤ Λ and 0 beyond, (M,): the truncated kernel; the target keeps all its modes.
    """

    keep: int
    ridge: float
    eigenvalues: Vector


def decimate(eigenvalues: Vector, learnability: Vector, ridge: float, threshold: float) -> Decimation:
    """Keep the modes with learnability L_k = Pλ_k/(Pλ_k + κ_eff) ≥ ε, turn the others into ridge.

    Args:
        eigenvalues: λ_k, (M,), falling.
        learnability: L_k of the full theory at the P in question, (M,).
        ridge: T ≥ 0 of the full theory.
        threshold: ε in (0, 1).

    Raises:
        BadInput: eigenvalues that do not fall, or a threshold outside (0, 1) or above every L_k.
    """
    if not 0.0 < threshold < 1.0:
        raise BadInput(f"threshold {threshold} is not a learnability between 0 and 1; the review takes 0.01")
    if np.any(np.diff(eigenvalues) > 0.0):
        raise BadInput("eigenvalues must fall with k; sort them first")
    keep = int(np.count_nonzero(learnability >= threshold))
    if keep == 0:
        raise BadInput(f"no mode reaches the threshold {threshold} (largest L_k is {learnability.max():.3g}); lower it")
    kept = np.where(np.arange(eigenvalues.size) < keep, eigenvalues, 0.0)
    return Decimation(keep, ridge + float(eigenvalues[keep:].sum()), kept)


def decimated_curve(
    decimation: Decimation, samples: float, target: Vector, population: int | None = None
) -> LearningCurve:
    """Effective ridge of the decimated theory at one P: its kernel is K_{≤Λ}, its ridge T(Λ), its target unchanged.

    Args:
        decimation: kernel and ridge after decimation.
        samples: P.
        target: y_k² of all modes, (M,); the power beyond the cut-off is never learned.
        population: M if P of M points are drawn without replacement.
    """
    spectrum = Spectrum(decimation.eigenvalues)
    return effective_ridge(spectrum, samples, decimation.ridge, target=target, population=population)


def equivalent_kernel_at_cutoff(decimation: Decimation, samples: float, target: Vector) -> float:
    """Mean squared error of the equivalent kernel with the running ridge, as the slides state it literally.

    L_k = λ_k/(λ_k + T(Λ)/P) for k ≤ Λ, error Σ_k (1 − L_k)² y_k². Biased low: T(Λ) lacks what the kept modes
    themselves add to κ_eff, and there is no E0. Use `decimated_curve` for a prediction.
    """
    learned = decimation.eigenvalues / (decimation.eigenvalues + decimation.ridge / samples)
    return float(((1.0 - learned) ** 2 * target).sum())


@dataclass(frozen=True)
class Difference:
    """What truncated kernel and running ridge change against the full kernel and its ridge, at one P.

    Attributes:
        log_error: ln of the ratio of the test errors.
        low_modes: change of the learned fraction of the low modes, Σ_{k≤Λ} δL_k y_k²/Σ_{k≤Λ} y_k².
        shift: δ ln κ_eff of `ridge_shift`: the relative strength of decimation, and so of its second order.
        error_response, low_response: how much an uneven ridge can move the two, per relative standard deviation
            std(T_i)/κ_eff of the ridge at the training points (`_responses`).
    """

    log_error: float
    low_modes: float
    shift: float
    error_response: float
    low_response: float


def difference(full: LearningCurve, cut: Decimation, target: Vector, population: int) -> Difference:
    """Decimated minus full theory, each solved exactly by its own effective ridge.

    Args:
        full: effective ridge of the full theory at one P in this population.
        cut: the decimated theory.
        target: y_k², (M,).
        population: M.
    """
    samples, eigenvalues = float(full.samples[0]), full.spectrum.eigenvalues
    reduced = decimated_curve(cut, samples, target, population)
    learned, low = full.learnability[0], target[: cut.keep]
    unlimited = effective_ridge(full.spectrum, samples, full.ridge)
    error_response, low_response = _responses(full, cut, target)
    return Difference(
        log_error=float(np.log(reduced.test_error[0] / full.test_error[0])),
        low_modes=float((reduced.learnability[0] - learned)[: cut.keep] @ low / low.sum()),
        shift=ridge_shift(eigenvalues, samples, unlimited, cut.keep),
        error_response=error_response,
        low_response=low_response,
    )


def _responses(full: LearningCurve, cut: Decimation, target: Vector) -> tuple[float, float]:
    """Cauchy–Schwarz bounds on the first-order effect of an uneven ridge on ln MSE and on the learned low modes.

    Changing the ridge of training point i by δ_i changes the predictor by −δ_i α_i g_i(x), where α_i = −e_i/κ_eff with
    e_i the left-out error and g_i the weight function of the point. In mean field ⟨e g_i⟩ is ((Le)(x_i) −
    (E0 − 1) e_i)/P with L the learnability as a filter and ⟨(Le)²⟩ = Σ L²(1−L)²y² + MSE ΣL⁴/P, and the overlap of
    g_i with the low teacher t is (Lt)(x_i)/P. Hence

        |δ ln MSE| ≤ 2√3 [√(⟨(Le)²⟩/MSE) + E0 − 1] std(δ)/κ_eff,
        |δ Σ f_ky_k/Σ y_k²| ≤ √3 √(MSE Σ_{k≤Λ} L²y²)/Σ_{k≤Λ} y² std(δ)/κ_eff,

    √3 being √⟨e⁴⟩/⟨e²⟩ of Gaussian errors that align with the filtered fields as far as they can.
    """
    learned, samples, error = full.learnability[0], float(full.samples[0]), float(full.test_error[0])
    squares = learned**2
    e0 = samples / (samples - float(squares.sum()))
    filtered = float(squares * (1.0 - learned) ** 2 @ target) / error + float((squares**2).sum()) / samples
    low = target[: cut.keep]
    teacher = float(squares[: cut.keep] @ low)
    return (
        float(2.0 * np.sqrt(3.0) * (np.sqrt(filtered) + e0 - 1.0)),
        float(np.sqrt(3.0 * error * teacher) / low.sum()),
    )


def ridge_shift(eigenvalues: Vector, samples: float, curve: LearningCurve, keep: int) -> float:
    """δ ln κ_eff of the decimated against the full theory, to first order (P/M → 0).

    δ ln κ_eff = E0 Σ_{k>Λ} λ_k L_k/κ_eff, of relative order P Σ_{k>Λ} λ_k²/κ_eff². Derived for this project from
    κ_eff(1 − ΣL/P) = κ: dropping a mode and adding λ_k to the ridge leaves out λ_kL_k.

    Args:
        eigenvalues: λ_k, (M,).
        samples: P.
        curve: effective ridge of the full theory at this P alone, for an infinite population.
        keep: Λ.
    """
    learned = curve.learnability[0]
    e0 = samples / (samples - float((learned**2).sum()))
    return e0 * float((eigenvalues * learned)[keep:].sum() / curve.effective_ridge[0])


def learnability_shift(learnability: Vector, shift: float) -> Vector:
    """δL_k = −L_k(1 − L_k) δ ln κ_eff, (M,)."""
    return -learnability * (1.0 - learnability) * shift
