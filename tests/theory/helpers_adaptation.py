"""Problems shared by the tests of kernel adaptation."""

import math

import numpy as np
from scipy import special

from fieldbench.theory.adaptation import Approximation, Problem, solve, staircase
from fieldbench.theory.adaptation.overlaps import ERF, LINEAR
from fieldbench.theory.fluctuations import observables
from fieldbench.theory.kernels import Kernel


def slide_problem(beta: float, *, cubic: float = -0.1, chi: float | None = None) -> Problem:
    """The staircase at β: d = 150√β, n = 3000β, N = 700β, κ = 5√β, full mean-field scaling unless χ is given."""
    width = round(700 * beta)
    return staircase(
        dimension=round(150 * math.sqrt(beta)),
        samples=round(3000 * beta),
        width=width,
        ridge=5 * math.sqrt(beta),
        chi=width if chi is None else chi,
        cubic=cubic,
    )


def invariant_chi(beta: float) -> float:
    """χ = N√(.08/β), which keeps the strength n²σ_a²χ/(κ²dN) fixed along the ray."""
    return round(700 * beta) * math.sqrt(0.08 / beta)


def cubic_responses(beta: float, approximation: Approximation, chi: float | None = None) -> tuple[float, float]:
    """How E[f He_3]/6 and E[f h]/E[h²] at β answer the sign of ε, over 2|ε|: one if the cubic is learned."""
    plus, minus = (
        observables(solve(slide_problem(beta, cubic=cubic, chi=chi), approximation)) for cubic in (0.1, -0.1)
    )
    return (plus.cubic - minus.cubic) / 0.2, (plus.harmonic - minus.harmonic) / 0.2


SMALL = staircase(
    dimension=12, samples=100, width=30, ridge=1.0, chi=30.0, cubic=-0.2, activation=ERF, weight_variance=0.7
)
LINEAR_NETWORK = staircase(
    dimension=50,
    samples=200,
    width=100,
    ridge=1.0,
    chi=100.0,
    cubic=0.0,
    activation=LINEAR,
    weight_variance=0.6,
    readout_variance=1.5,
)


def exact_process(dimension, samples, ridge, draws, rng):
    """E[f x_i] of regression on x_i, averaged over i, with erf's kernel: mean and standard error.

    E_x[K(x, x') x_i] is along x' and a function of |x'|: tabled by quadrature over the weights. The mean square of the
    inputs is a control variate of known mean.
    """
    u, u_weights = np.polynomial.hermite_e.hermegauss(41)
    across, r_weights = special.roots_genlaguerre(20, (dimension - 1) / 2 - 1)
    u, r = u / math.sqrt(dimension), 2 * across / dimension
    u_weights, r_weights = u_weights / u_weights.sum(), r_weights / r_weights.sum()
    lengths = np.linspace(0.2, 3, 400) * math.sqrt(dimension)
    overlap = 2 / math.sqrt(math.pi) * u / np.sqrt(1 + 2 * (r[:, None] + u**2))
    along = np.array([r_weights @ (overlap * special.erf(u * length)) @ u_weights for length in lengths])
    kernel, found = Kernel("erf"), []
    for _ in range(draws):
        x = rng.normal(size=(samples, dimension))
        length = np.linalg.norm(x, axis=1)
        learned = np.linalg.solve(kernel(x, x) + ridge * np.eye(samples), x)
        functional = (np.interp(length, lengths, along) / length)[:, None] * x
        found.append([np.trace(functional.T @ learned) / dimension, np.mean(x**2) - 1])
    value, control = np.array(found).T
    value = value - np.cov(value, control)[0, 1] / np.var(control, ddof=1) * control
    return value.mean(), value.std(ddof=1) / math.sqrt(draws)
