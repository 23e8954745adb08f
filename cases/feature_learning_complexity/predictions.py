"""The claim's theory, its rivals and deliberate errors, each a function of an experiment, and the theory's limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.adaptation import FLUCTUATING, SLIDE

from .experiment import Network, Process
from .process import ProcessAndSquares
from .theory import SADDLE, adapted, between_samples, harmonic_share, process, rescaled

KERNEL = replace(SADDLE, name="ridge over the kernel's spectrum", ridge="kernel")


RESOLUTION = {
    Network.linear: 0.005,
    Network.hermite: 0.04,
    Network.overlap: 0.02,
    Network.radius: 0.01,
    Network.response: 0.05,
    Network.harmonic_response: 0.05,
}
"""Of each quantity, what sixteen data sets resolve; the theory leaves less open than that at most points."""


def alone(at: Network) -> Said:
    """Adaptation with every sample in the field of the others, and what that leaves open."""
    return between_samples(at)


def complete(at: Network) -> Said:
    """The same, asked no finer than sixty-four data sets resolve."""
    return resolved(at, 0.5)


def bounded(at: Network) -> Said:
    """The same, asked no finer than sixteen data sets resolve: what a statement may rest on."""
    return resolved(at, 1.0)


def resolved(at: Network, share: float) -> dict[Any, Known]:
    name = "resolution asked of an average over data sets"
    return {
        quantity: Known(
            known.value, *known.remainders, Remainder(name, share * RESOLUTION[quantity], got="chosen", relative=True)
        )
        for quantity, known in between_samples(at).items()
    }


def told(at: Network) -> Said:
    """E[f z] asked to an eighth of what tells the ridge of the response from that of the kernel."""
    known, kernel = between_samples(at)[Network.linear], kernel_ridge(at)[Network.linear]
    apart = np.abs(np.asarray(known.value) - np.asarray(kernel)) / 8.0
    asked = Remainder("an eighth of what the response's ridge changes", apart, got="chosen")
    return {Network.linear: Known(known.value, *known.remainders, asked)}


def to_first_order(at: Network) -> Said:
    """Fluctuations to first order, not fed back: at the source's own values feeding back diverges."""
    return adapted(at, FLUCTUATING)


def without_fluctuations(at: Network) -> Said:
    """The saddle alone: N and n infinite at the same d/n."""
    return adapted(at, SADDLE)


def kernel_ridge(at: Network) -> Said:
    """The effective ridge over the spectrum of K: turning the teacher costs what any mode of its eigenvalue costs."""
    return adapted(at, KERNEL)


def slides(at: Network) -> Said:
    """The slides' theory: |w_⊥| frozen, κ for the ridge."""
    return adapted(at, SLIDE)


def gaussian_process(at: Network) -> Said:
    """The infinitely wide network, whose kernel does not move."""
    return rescaled(at, 1.0)


def rescaling(at: Network) -> Said:
    """Learning multiplies the kernel of the Gaussian process by one number."""
    return rescaled(at, None)


def lazy(at: Process) -> Said:
    """The process with its effective ridge; exact regression holds what is left below 4/n (tests)."""
    return of_process(at, process(at))


def equivalent_kernel(at: Process) -> Said:
    """κ for the ridge: n/κ ∝ d times the cubic's eigenvalue, which comes to d⁻³ from above: −1.91 at these sizes."""
    return of_process(at, process(at, at.ridge))


def one_degree_less(at: Process) -> Said:
    """Broken: the eigenvalue of a quadratic, ∝ d⁻², for that of a cubic."""
    return of_process(at, process(at) * at.dimension)


def of_process(at: Process, share: float) -> Said:
    """A share, what the effective ridge leaves of it, and the mean square of inputs, which nothing is left of."""
    left = Remainder("next order of the effective ridge", 4 / at.samples, order="1/n", got="bounded", relative=True)
    return {Process.harmonic_response: Known(share, left), ProcessAndSquares.squares: Known(0.0)}


def falling(power: float) -> Any:
    """A network with the theory's share at the first point of the ray, of which d^power is left along it."""

    def theory(at: Network) -> Said:
        first, factor = without_fluctuations(replace(at, beta=0.08)), (at.beta / 0.08) ** (power / 2)
        return {quantity: first[quantity] * factor for quantity in (Network.response, Network.harmonic_response)}

    return theory


ONE_DEGREE_LESS = falling(-1.0)
"""A cubic that the network meets as a quadratic: its eigenvalue ∝ d⁻² for d⁻³."""


def local_exponents(share: Any, *betas: float) -> Any:
    """Of a theory's share in β, between neighbours."""
    return np.diff(np.log([float(share(beta)) for beta in betas])) / np.diff(np.log(betas))


def limit_of_share() -> float:
    """The exponent of R_h in β at β → ∞ from two at β = 16, 64, 256, a fall as β^(−1/2) taken off."""
    near, far = local_exponents(lambda beta: harmonic_share(Network(beta)), 16, 64, 256)
    return float(2 * far - near)


def limit_of_process() -> float:
    """The process's exponent in d between β = 64 and 256."""
    return 2 * float(local_exponents(lambda beta: process(Process(beta)), 64, 256)[0])
