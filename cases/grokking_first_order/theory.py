"""What theories say of a network: every quantity as one vector, so that each remainder is a difference of vectors."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import root
from scipy.special import erfc

from fieldbench.claims import Known, Remainder, Said, known_in_parts
from fieldbench.theory.adaptation import (
    ERF,
    FLUCTUATING,
    KERNEL_RIDGE,
    RESPONSE,
    SLIDE,
    AlignedMode,
    Approximation,
    Neurons,
    Problem,
    Solution,
    hermite_modes,
    hermite_overlap,
    predictor_overlap,
    rescaled_process,
    solve,
    staircase,
)
from fieldbench.theory.fluctuations import discrepancy_at_local_ridge, fed_back, scatter_share
from fieldbench.theory.transition import Ray, averaged, beyond, fluctuating

from .experiment import Network, Source, Twins

Vector = NDArray[np.float64]

ORDERED = (Network.linear, Network.cubic_learned, Network.quintic, Network.variance_along, Network.variance_across)
FROZEN = Approximation("frozen radius", hermite_modes(1, 3, 5, 7), frozen_radius=True)
JUDGED = (Network.linear, Network.cubic_learned, Network.variance_across)
SETS = 128  # drawn, for what their moments along the teacher shift


def problem(at: Source, ridge: float = 1.0) -> Problem:
    """What the network learns, in full mean-field scaling; its ridge multiplied by `ridge`."""
    return staircase(
        dimension=at.dimension, samples=at.samples, width=at.width, ridge=ridge * at.noise * at.width, chi=at.width,
        cubic=at.cubic, weight_variance=at.hidden_variance, readout_variance=at.variance * at.width**2,
    )  # fmt: skip


def ray(at: Source, *, frozen_radius: bool = False, closure_factor: float = 1.0) -> Ray:
    """What a network's ray has in common, from n, d, N and Var(a) = σ_a²/N."""
    spread = at.variance * at.width
    return Ray(at.samples**2 * spread / (at.dimension * at.width), at.samples * spread / at.dimension,
               at.hidden_variance, at.cubic, frozen_radius, closure_factor)  # fmt: skip


@cache
def complete(at: Network) -> dict[Any, Known]:
    """Adaptation with free radius, response ridge, fluctuations and the data sets' own z, and what it leaves.

    Second order: as much as feeding the fluctuations back on themselves changes. Degrees beyond the ninth: what the
    ninth has changed. The ridge at an input, of which half is taken, so that none and all of it are allowed, with what
    higher harmonics do to its level. The data's scatter: the share of it that is approximated. Drawn data sets: the
    same share of what their z shift, since the rest of them is held at its average, and two standard errors.
    """
    solution = solve(problem(at), FLUCTUATING)
    saddle, first = (_observed(at, solution, *pair) for pair in (_at_saddle(solution), fluctuating(solution)))
    now, predictor = fed_back(solution)
    second = _observed(at, solution, now.neurons, predictor) - first
    fewer = solve(problem(at), Approximation("seventh degree", degree=7))
    truncated = saddle - _observed(at, fewer, *_at_saddle(fewer))
    local, unlevelled = (_with_local_ridge(at, solution, levelled) - saddle for levelled in (True, False))
    scatter = first - _observed(at, solution, *fluctuating(solution, scatter=False))
    plain = solve(problem(at), RESPONSE)
    _, drawn, error = averaged(plain, lambda neurons: _of_neurons(at, plain, neurons), SETS, seed=at.samples)
    share = scatter_share(solution)
    return _known(
        at, first + 0.5 * local + drawn,
        Remainder("second order of the fluctuations", second, order="(d/N)²", got="computed"),
        Remainder("degrees beyond the ninth", truncated, order="truncation", got="computed"),
        Remainder("the ridge at an input", 0.5 * np.abs(local) + np.abs(local - unlevelled), order="m²", got="bounded"),
        Remainder("the data's scatter", share * scatter, order="d/n", got="bounded"),
        Remainder("drawn data sets", share * np.abs(drawn) + 2.0 * error, order="1/n", got="bounded"),
    )  # fmt: skip


@cache
def resolved(at: Network) -> dict[Any, Known]:
    """The complete theory with the resolution that is asked where it leaves less open than data sets scatter.

    Of b and L_3 .15 of the way to a frozen radius, of d⟨w_⊥²⟩ an eighth, of densities a tenth (of −log p: .1).
    """
    frozen, found = frozen_radius(at), dict(complete(at))
    for quantity in (*JUDGED, Network.density, Network.beyond):
        known, share = found[quantity], 1 / 8 if quantity is Network.variance_across else 0.15
        counted = quantity in (Network.density, Network.beyond)
        size = 0.1 * known.value if counted else share * np.abs(known.value - frozen[quantity].value)
        found[quantity] = Known(known.value, *known.remainders, Remainder("resolution asked", size, got="chosen"))
    return found


def one_trajectory(_: Twins) -> Said:
    """The two starts of one noise meet to rounding, float32's 10⁻⁷ of the weights times what steps have gathered."""
    return {Twins.contraction: -5.0}


def ridge_not_over_n(at: Network) -> dict[Any, Known]:
    """Broken: σ² in place of σ²/n in the closure."""
    return adapted(at, RESPONSE, at.samples)


@cache
def adapted(at: Network, approximation: Approximation, ridge: float = 1.0) -> dict[Any, Known]:
    """The saddle of an approximation."""
    solution = solve(problem(at, ridge), approximation)
    return _known(at, _observed(at, solution, *_at_saddle(solution)))


def frozen_radius(at: Network) -> dict[Any, Known]:
    """|w_⊥|² kept at σ_w²; everything else as in the complete saddle."""
    return adapted(at, FROZEN)


def source(at: Network) -> dict[Any, Known]:
    """arXiv:2310.03789's own action, eq. 13: |w_⊥| frozen, σ² for the ridge, H_1 and H_3."""
    return adapted(at, SLIDE)


def kernel_ridge(at: Network) -> dict[Any, Known]:
    """The effective ridge over the spectrum of K, not of the response."""
    return adapted(at, KERNEL_RIDGE)


def saddle_alone(at: Network) -> dict[Any, Known]:
    """Without fluctuations and drawn data sets: n, N and d infinite at the same d/n."""
    return adapted(at, Approximation("saddle", degree=9))


@cache
def printed(at: Network) -> dict[Any, Known]:
    """The printed moment matrix: 2q²/(πD) for 4q²/(πD), half of E[(E[H_1 φ])²], in the closure."""
    solution = solve(problem(at), RESPONSE)
    equations, t = solution.equations, solution.discrepancy
    noise = solution.effective_ridge / solution.problem.samples
    for factor in np.linspace(1.0, 0.5, 11):
        weights = np.ones((len(t), len(t)))
        weights[0, 0] = factor

        def residual(t: Vector, weights: Vector = weights) -> Vector:
            found: Vector = (weights * equations.state(t).kernel) @ t + noise * t - equations.target
            return found

        t = root(residual, t, tol=1e-10).x
    return _known(at, _observed(at, solution, equations.state(t).neurons, equations.target - noise * t))


@cache
def gaussian(at: Network) -> dict[Any, Known]:
    """Neurons normally distributed with the complete theory's variances, in its field: a second-order transition."""
    solution = solve(problem(at), RESPONSE)
    whole = complete(at)
    grid, variance = solution.neurons.grid, float(whole[Network.variance_along].value) / at.dimension
    tilt = grid.log_prior + 0.5 * grid.m**2 * (at.dimension / at.hidden_variance - 1.0 / variance)
    weights = np.exp(tilt - tilt.max())
    values = _of_neurons(at, solution, Neurons(grid, solution.neurons.field, weights / weights.sum()))
    return _known(at, values) | {Network.linear: whole[Network.linear]}


@cache
def gaussian_process(at: Network) -> dict[Any, Known]:
    """The infinitely wide network: weights as in the prior, the effective ridge of its kernel."""
    found = rescaled_process(problem(at), 1.0)
    tail = erfc(at.threshold / math.sqrt(2.0 * at.hidden_variance / at.dimension))
    scalars = [1.0 - found.linear, found.cubic / at.cubic, 0.0, at.hidden_variance, at.hidden_variance]
    return _known(at, np.concatenate([scalars, tail, _density(at, tail)]))


def _at_saddle(solution: Solution) -> tuple[Neurons, Vector]:
    return solution.neurons, solution.predictor


def _with_local_ridge(at: Network, solution: Solution, levelled: bool) -> Vector:
    t = discrepancy_at_local_ridge(solution, levelled=levelled)
    state = solution.equations.state(t)
    return _observed(at, solution, state.neurons, state.kernel @ t)


def _observed(at: Network, solution: Solution, neurons: Neurons, predictor: Vector) -> Vector:
    """Every quantity, from the neurons and the predictor in the solution's modes."""
    modes = solution.equations.modes
    learned = {k: predictor[modes.index(AlignedMode(k))] if AlignedMode(k) in modes else 0.0 for k in (1, 3, 5)}
    return _vector(at, learned[1], learned[3], learned[5], neurons)


def _of_neurons(at: Network, solution: Solution, neurons: Neurons) -> Vector:
    """The same with the predictor that the neurons themselves carry."""
    m, q, taught = neurons.grid.m, neurons.grid.q, solution.problem
    learned = [
        predictor_overlap(taught, neurons, hermite_overlap(ERF, k, m, q)) / math.factorial(k) ** 0.5 for k in (1, 3, 5)
    ]
    return _vector(at, learned[0], learned[1], learned[2], neurons)


def _vector(at: Network, first: float, third: float, fifth: float, neurons: Neurons) -> Vector:
    tail, grid = beyond(neurons, at.threshold), neurons.grid
    along, across = at.dimension * neurons.mean(grid.m**2), at.dimension / (at.dimension - 1) * neurons.mean(grid.r)
    scalars = [1.0 - first, third / math.sqrt(6.0) / at.cubic, fifth, along, across]
    return np.concatenate([scalars, tail, _density(at, tail)])


def _density(at: Network, tail: Vector) -> Vector:
    return -np.diff(tail) / np.diff(at.threshold) / 2.0


def _known(at: Network, values: Vector, *remainders: Remainder) -> dict[Any, Known]:
    """Of every quantity; a data set's moments have no expectation."""
    nothing = {Network.moments: Known(np.zeros(3)), Network.start: Known(0.0)}
    return {**known_in_parts(at, (*ORDERED, Network.beyond, Network.density), values, *remainders), **nothing}
