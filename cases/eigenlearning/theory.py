"""What several theories of the case share: learnabilities and their remainders, (ridge, mode) as measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims import Known, Remainder
from fieldbench.theory.curves import (
    effective_ridge,
    equivalent_kernel,
    gaussian_error_correction,
    gaussian_learnability_correction,
    learnability_correction,
    one_loop,
)
from fieldbench.theory.kernels import Spectrum, sphere

from .experiment import NOISE, TAUGHT, Gaussian, Sphere
from .population import KERNEL

Matrix = NDArray[np.float64]
SingleModes: TypeAlias = Gaussian | Sphere
BEYOND = "orders beyond the computed correction"


def spectrum(at: SingleModes) -> Spectrum:
    return sphere.spectrum(KERNEL, at.dimension) if isinstance(at, Sphere) else Spectrum(at.eigenvalues)


def levels(at: SingleModes) -> Matrix:
    """λ_k of the modes that are looked at."""
    return spectrum(at).eigenvalues[list(at.mode)]


def over_ridges(at: SingleModes, function: Callable[[float], Matrix]) -> Matrix:
    return np.stack([function(T) for T in at.ridge])


def learned_alone(at: SingleModes) -> Matrix:
    """λ_k/(λ_k + T/P), the equivalent kernel."""
    curves = [equivalent_kernel(levels(at), at.samples, T) for T in at.ridge]
    return np.concatenate([curve.learnability for curve in curves])


def feedback(at: SingleModes) -> tuple[Remainder, ...]:
    """What the equivalent kernel leaves open. One loop adds Σ λ/(Pλ + T) to each T; what follows is of second order."""
    learned = learned_alone(at)
    loop = over_ridges(at, lambda T: one_loop(spectrum(at), at.samples, T).effective_ridge / T - 1.0)
    return (
        Remainder("one loop", learned * (1.0 - learned) * loop, order="ΣL/P", got="computed"),
        Remainder("its square", learned * (1.0 - learned) * loop**2, order="(ΣL/P)²"),
        one_in_samples(at),
    )


def one_in_samples(at: SingleModes) -> Remainder:
    """The order at which the claim stops."""
    learned = learned_alone(at)
    return Remainder("one in P", learned * (1.0 - learned) / at.samples, order="1/P")


def corrected(at: SingleModes) -> tuple[Matrix, Matrix]:
    """L_k of the effective ridge with its first correction in 1/P, and that correction."""
    curves = [effective_ridge(spectrum(at), at.samples, T) for T in at.ridge]
    shifts = [
        learnability_correction(curve, at.dimension) if isinstance(at, Sphere)
        else gaussian_learnability_correction(curve)
        for curve in curves
    ]  # fmt: skip
    watched = list(at.mode)
    shift = np.concatenate(shifts)[:, watched]
    return np.concatenate([curve.learnability for curve in curves])[:, watched] + shift, shift


def between_data_sets(at: Gaussian) -> Known:
    """L_k²·MSE/P, for targets y_k = ±1 of the first modes, with label noise."""
    learned, shift = corrected(at)
    power = np.where(np.arange(at.features) < TAUGHT, 1.0, 0.0)
    error = over_ridges(
        at, lambda T: effective_ridge(at.eigenvalues, at.samples, T, target=power, noise=NOISE).test_error
    )
    # To the correction in 1/P label noise is power in a mode that the kernel lacks.
    all_levels, all_power = np.append(at.eigenvalues, 0.0), np.append(power, NOISE)
    change = over_ridges(at, lambda T: gaussian_error_correction(all_levels, at.samples, T, all_power))
    # ⟨φ_k²r²⟩ − ⟨r²⟩ of a Gaussian mode: twice this, less the squared mean.
    own = (1.0 - learned) ** 2 * power[list(at.mode)] / error
    orders = 2.0 * np.abs(shift) / learned + np.abs(change) / error
    return Known(
        learned**2 * (error + change) / at.samples,
        Remainder(BEYOND, orders, order="1/P²", relative=True),
        Remainder("the mode's own residual, ⟨φ⁴⟩ of a Gaussian", own, order="1/P", got="computed", relative=True),
        Remainder("one in P for each of L, L and MSE", 3.0 / at.samples, order="1/P", relative=True),
    )
