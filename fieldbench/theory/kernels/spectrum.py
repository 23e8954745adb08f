"""A kernel's eigenvalues under the data measure, with degeneracies and whatever lies beyond the listed ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import hyp2f1

from fieldbench.errors import BadInput
from fieldbench.typing import Numbers


@dataclass(frozen=True)
class PowerLawTail:
    """Modes k > start with λ_k = amplitude·k^{−exponent} and y_k² = target_amplitude·k^{−target_exponent}.

    Sums are integrals from start + ½ (midpoint rule, relative error ~ (exponent/start)²/24: list the first hundred
    modes one by one).

    Raises:
        BadInput: an exponent ≤ 1 (infinite trace) or start < 1.
    """

    amplitude: float
    exponent: float
    start: int
    target_amplitude: float = 0.0
    target_exponent: float = 2.0

    def __post_init__(self) -> None:
        if self.exponent <= 1.0 or self.target_exponent <= 1.0:
            raise BadInput(f"tail exponents {self.exponent}, {self.target_exponent} must exceed 1: the trace diverges")
        if self.start < 1:
            raise BadInput(f"the tail starts after mode {self.start}: list at least one mode before it")

    @property
    def trace(self) -> float:
        """Σ λ_k of the tail."""
        return float(self.amplitude * self._integral(self.exponent, 1, np.zeros(1))[0])

    def residual_trace(self, strength: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ λ_k/(1 + sλ_k) at each s = P/κ_eff."""
        return self.amplitude * self._integral(self.exponent, 1, strength * self.amplitude)

    def squared_learnability(self, strength: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ (sλ_k/(1 + sλ_k))² at each s = P/κ_eff."""
        reach = strength * self.amplitude
        return reach**2 * self._integral(2.0 * self.exponent, 2, reach)

    def unlearned_power(self, strength: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ y_k²/(1 + sλ_k)² at each s = P/κ_eff."""
        return self.target_amplitude * self._integral(self.target_exponent, 2, strength * self.amplitude)

    def _integral(self, power: float, order: int, reach: NDArray[np.float64]) -> NDArray[np.float64]:
        """∫_{start+½}^∞ k^{−power} (1 + reach·k^{−exponent})^{−order} dk."""
        first, ratio = self.start + 0.5, (power - 1.0) / self.exponent
        shape = hyp2f1(order, ratio, 1.0 + ratio, -reach * first**-self.exponent)
        return np.asarray(first ** (1.0 - power) / (power - 1.0) * shape)


@dataclass(frozen=True)
class Spectrum:
    """Mercer spectrum K = Σ_k λ_k φ_k φ_k, one entry for each degenerate space.

    Args:
        eigenvalues: λ_k ≥ 0, shape (k,); what rounding made negative (down to −10 k ε λ_1) is zero.
        degeneracies: number of modes with that eigenvalue, shape (k,); ones if omitted. Floats, as they reach 10³⁰⁰.
        unresolved: trace of modes too small ever to be learned; it acts as additional ridge.
        tail: a power law beyond the listed modes.

    Raises:
        BadInput: negative or NaN eigenvalues, degeneracies that are not positive, or shapes that differ.
    """

    eigenvalues: NDArray[np.float64]
    degeneracies: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    unresolved: float = 0.0
    tail: PowerLawTail | None = None

    def __post_init__(self) -> None:
        eigenvalues = np.asarray(self.eigenvalues, dtype=np.float64)
        degeneracies = np.asarray(self.degeneracies, dtype=np.float64)
        if degeneracies.size == 0:
            degeneracies = np.ones_like(eigenvalues)
        if eigenvalues.ndim != 1 or eigenvalues.size == 0 or degeneracies.shape != eigenvalues.shape:
            raise BadInput(
                f"eigenvalues of shape {eigenvalues.shape} and degeneracies of shape {degeneracies.shape}: "
                "both must be the same non-empty vector"
            )
        allowance = 10 * eigenvalues.size * np.finfo(np.float64).eps * np.abs(eigenvalues).max()
        if not (np.all(np.isfinite(eigenvalues)) and np.all(eigenvalues >= -allowance)):
            worst = float(np.min(np.nan_to_num(eigenvalues, nan=-np.inf, posinf=-np.inf)))
            raise BadInput(f"eigenvalues must be finite and ≥ 0, found {worst}, which is more than rounding")
        if not (np.all(degeneracies > 0.0) and np.all(np.isfinite(degeneracies)) and self.unresolved >= 0.0):
            raise BadInput("degeneracies must be positive and finite and the unresolved trace ≥ 0")
        object.__setattr__(self, "eigenvalues", np.maximum(eigenvalues, 0.0))
        object.__setattr__(self, "degeneracies", degeneracies)

    @property
    def trace(self) -> float:
        """Σ over all modes of λ_k, which is ⟨K(x, x)⟩."""
        beyond = self.tail.trace if self.tail is not None else 0.0
        return float(self.eigenvalues @ self.degeneracies) + self.unresolved + beyond

    @property
    def rank(self) -> float:
        """Number of modes with λ_k > 0; infinite with a tail or an unresolved trace."""
        if self.tail is not None or self.unresolved > 0.0:
            return float("inf")
        return float(self.degeneracies[self.eigenvalues > 0.0].sum())


def as_spectrum(spectrum: Spectrum | Numbers) -> Spectrum:
    """A Spectrum as it is, or a plain vector of eigenvalues as one without degeneracies."""
    return spectrum if isinstance(spectrum, Spectrum) else Spectrum(np.asarray(spectrum, dtype=np.float64))
