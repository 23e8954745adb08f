"""Networks of finite N on n samples: every sample is solved in the field of the others, whatever its size.

The posterior over discrepancies t is ∫dt e^{χΦ(t)} along imaginary t (`closure`, `fluctuations`). The d − 1 transverse
components of t and the samples are many; what each neuron feels of them, ζ(w) = Σ_μ t_μφ(w·x_μ) less its aligned part
h, is a Gaussian of variance σ(w), negative where the posterior's share exceeds that of the data. It is summed exactly,

    ⟨e^{g(h + ζ)²/2}⟩ = e^{ĝh²/2}/√(1 − gσ),      ĝ = g/(1 − gσ),      g = χσ_a²/N,                       (1)

at fixed d/χ and d/n, where first-order fluctuations expand. All is taken at each place x = (z, |x_⊥|²) (`places`):

    κ(x) = κ + V(x)           V of the response kernel R, sector by sector, each learned as far as its samples at x go,
    v(x)                      the variance over data of f(x), by the same R,
    T(x) = t² + v/κ(x)² − 1/(χκ(x))                                       what t_μ² is on average at x,
    σ(w) = n E_x[T φ̃²]        φ̃ = φ less what the other samples take back of it.

*Samples that pull.* A t of order one turns neurons, so that they answer it more or less than R says. With the cumulants

    W(x, t) = (σ_a²/g) log⟨e^{ĝ(htφ̃ + t²φ̃²/2)}⟩

beyond the second a sample obeys κ(x)t + W'(t) − W'(0) − W''(0)t = y − f, and its neurons have the density that it tilts
them to, to first order in the density of such samples. Where t is large there are few: those that are strong by

    c(x) = X/(1 + X),         X = (g/σ_a²) V t²,

count there alone, not in (1), which would have many of them act at once. The border X = 1 is a choice that a complete
sum would not know; what moving it changes is what two strong samples do together (`cavity(border=…)`).

*Aligned modes* are few, and their fluctuations Q (of the posterior, −G/χ, and of the data's z and |x_⊥|²) are kept to
first order in the exponent, ½[ĝ JᵀQJ + δ(ĝhJ)ᵀQ δ(ĝhJ)], of relative order 1/d beside (1).

Derived for this project. Oracles: exact linear networks and Gaussian processes, and sampled networks (tests).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fieldbench.errors import BadInput
from fieldbench.theory.adaptation import Matrix, Observables, Problem, Solution, Vector, of_predictor
from fieldbench.theory.fluctuations.places import Places, places

ROUNDS, WARM_UP, FIRST_STEP = 120, 4, 0.25
STEP, DEPTH, WORSE, HOPELESS = 0.7, 6, 5.0, 1e8
TOLERANCE = 5e-6  # of averages over inputs, in units of the target and of κ
LARGEST = 0.9  # of gσ on the way


class Iterate(NamedTuple):
    """What the equations are iterated in: t, V, the slope of W' beyond V, Var t = T − t² at places; σ, Q, pulls."""

    discrepancy: Vector
    dressing: Vector
    slope: Vector
    spread: Vector
    noise: Vector
    aligned: Matrix
    density: Vector
    pull: Vector


class Pulled(NamedTuple):
    """What W has beyond its second cumulant: W' and its slope at places, density and field of neurons."""

    answer: Vector
    slope: Vector
    density: Vector
    pull: Vector


@dataclass(frozen=True, eq=False)
class Cavity:
    """A solution: y − f at the places, the neurons' weights, and the `state` for another to start from."""

    solution: Solution
    places: Places
    state: Iterate
    weights: Vector
    left: Vector

    @property
    def ridge(self) -> Vector:
        """κ(x)."""
        return self.solution.problem.ridge + self.state.dressing

    def observables(self) -> Observables:
        """Means over posterior and data."""
        at, equations = self.places, self.solution.equations
        predictor = equations.target - at.modes @ (at.counts / self.solution.problem.samples * self.left)
        square, transverse = float(self.weights @ at.m**2), float(self.weights @ at.r)
        return of_predictor(self.solution, predictor, square=square, transverse=transverse)


def cavity(
    solution: Solution,
    *,
    border: float = 1.0,
    strong: bool = True,
    aligned: tuple[float, float] = (1.0, 1.0),
    start: Cavity | None = None,
) -> Cavity:
    """The equations above, from a saddle closed in all aligned modes.

    Args:
        solution: the saddle, N, n and d infinite at the same d/n.
        border: X of a sample that is half strong.
        strong: False leaves every sample to (1) and the linear response.
        aligned: what is kept of the aligned modes' fluctuations over data and over the posterior.
        start: of the same problem, to begin from.

    Raises BadInput for χ = 0, for several patches, for a closure in other modes, or if the iteration does not settle.
    """
    problem = solution.problem
    if problem.chi == 0.0:
        raise BadInput("chi = 0 is the Gaussian process: it has no response to take a sample out of")
    if problem.patches > 1:
        raise BadInput(f"patches = {problem.patches}: samples of one patch alone are taken out; use `fluctuations`")
    if solution.equations.modes != solution.equations.sectors[0].modes:
        raise BadInput(f"the {solution.approximation.name} approximation is not closed in all aligned modes")
    at = places(solution) if start is None else start.places
    equations = _Equations(problem, at, border, strong, aligned)
    state = equations.start(solution) if start is None else start.state
    scale = equations.scale(solution)
    points: list[Vector] = []
    moves: list[Vector] = []
    best = change = math.inf
    for round_ in range(ROUNDS):
        new, weights, left, change = equations.step(state)
        if change < TOLERANCE and round_ > 1:
            return Cavity(solution, at, state, weights, left)
        if not change < HOPELESS:
            break
        here = np.concatenate([part.ravel() for part in state])
        move = np.concatenate([part.ravel() for part in new]) - here
        if start is None and round_ < WARM_UP:
            there = here + FIRST_STEP * move
        elif change < WORSE * best:
            points, moves, best = [*points, here][-DEPTH:], [*moves, move][-DEPTH:], min(change, best)
            there = _extrapolated(points, moves, scale)
        else:
            # Back to where it was, without the history that led astray.
            points, moves, best = points[-1:], moves[-1:], math.inf
            there = points[0] + FIRST_STEP * moves[0]
        state = equations.state(there)
    raise BadInput(
        f"samples and neurons do not settle at strength χσ_a²/N = {problem.strength:.3g}, ridge {problem.ridge:.3g}, "
        f"{problem.samples} samples: off by {change:.1e}; lower chi or raise the ridge"
    )


class _Measure(NamedTuple):
    """The neurons in a state: h, ĝ, weights without and with strong samples, and the field that makes f."""

    field: Vector
    dressed: Vector
    plain: Vector
    weights: Vector
    effective: Vector
    mean: Vector


@dataclass(frozen=True, eq=False)
class _Equations:
    problem: Problem
    at: Places
    border: float
    strong: bool
    aligned: tuple[float, float]

    def start(self, solution: Solution) -> Iterate:
        """The saddle between places, with one ridge for all: the minimum of a convex function (`closure`)."""
        at, ridge = self.at, solution.effective_ridge
        shift = np.diag(ridge / at.counts)
        pattern = at.counts * (at.modes.T @ solution.discrepancy) / self.problem.samples
        unmet, response = self._saddle(pattern, shift)
        for _ in range(ROUNDS):
            if np.max(np.abs(unmet) * at.counts) < TOLERANCE * self.problem.samples:
                break
            newton, fraction = np.linalg.solve(response + shift, unmet), 1.0
            while True:
                trial = pattern + fraction * newton
                unmet_there, response = self._saddle(trial, shift)
                if unmet_there @ newton > -0.5 * (unmet @ newton) or fraction < 1e-6:
                    break
                fraction /= 2.0
            pattern, unmet = trial, unmet_there
        none, neurons = np.zeros_like(pattern), np.zeros_like(at.m)
        dressing, nothing = np.full_like(pattern, ridge - self.problem.ridge), np.zeros_like(response)
        return Iterate(pattern / at.counts, dressing, none, none, neurons, nothing, neurons, neurons)

    def _saddle(self, pattern: Vector, shift: Matrix) -> tuple[Vector, Matrix]:
        """y − f − κ_eff t and R of nt, (x, x)."""
        overlaps, strength = self.at.harmonics[0], self.problem.strength
        field = pattern @ overlaps
        weights = _normalised(self.at.log_prior + 0.5 * strength * field**2)
        moment = overlaps @ (weights * field)
        response = (overlaps * (weights * (1.0 + strength * field**2))) @ overlaps.T
        variance = self.problem.readout_variance
        unmet: Vector = self.at.target - variance * moment - shift @ pattern
        return unmet, variance * (response - strength * np.outer(moment, moment))

    def scale(self, solution: Solution) -> Vector:
        """Of every number in a state: the root of the share of inputs or neurons that it is about."""
        x = np.sqrt(self.at.counts / self.problem.samples)
        w = np.sqrt(solution.neurons.weights[self.at.neurons])
        return np.concatenate([x, x, x, x, w, np.outer(x, x).ravel() / self.problem.samples, w, w])

    def state(self, numbers: Vector) -> Iterate:
        """From all numbers in a row; noise as far as (1) can go."""
        x, w = len(self.at.counts), len(self.at.m)
        cuts = np.cumsum([x, x, x, x, w, x * x, w])
        parts = np.split(numbers, cuts)
        parts[4], parts[5] = np.minimum(parts[4], LARGEST / self.problem.strength), parts[5].reshape(x, x)
        return Iterate(*parts)

    def step(self, state: Iterate) -> tuple[Iterate, Vector, Vector, float]:
        """What a state implies for the next, the neurons' weights, y − f, and how far it is from settled."""
        problem, at, counts = self.problem, self.at, self.at.counts
        measure = self._measure(state)
        left = at.target - problem.readout_variance * at.harmonics[0] @ measure.effective
        felt = problem.ridge + state.dressing + state.slope
        second = state.discrepancy**2 + state.spread + 1.0 / (problem.chi * felt)  # T, the data's part
        share = self._strong(state)
        weak = second - share * state.discrepancy**2

        dressing, variance, noise = np.zeros_like(left), np.zeros_like(left), np.zeros_like(state.noise)
        taken = []
        enhanced = measure.weights * measure.dressed * (1.0 + measure.dressed * measure.field**2) / problem.strength
        for order, (overlaps, degeneracy) in enumerate(zip(at.harmonics, at.degeneracies, strict=True)):
            response = problem.readout_variance / degeneracy * (overlaps * enhanced) @ overlaps.T
            if order == 0:
                response = response - problem.readout_variance * problem.strength * np.outer(measure.mean, measure.mean)
                along = response
            inverse = np.linalg.inv(response + np.diag(felt / counts))
            back = np.eye(len(counts)) - response @ inverse
            dressing += degeneracy * felt / counts * (1.0 - np.diag(back))
            variance += degeneracy * (back @ response) ** 2 @ (counts * second)
            taken.append(back @ overlaps)
            if order == 0:
                pattern = counts * state.discrepancy
                drawn = np.diag(counts * weak) - np.outer(pattern, pattern) / problem.samples
                over_data, posterior = self.aligned
                aligned = over_data * back.T @ drawn @ back - posterior / problem.chi * inverse
            else:
                noise += (counts * weak) @ taken[order] ** 2
                noise -= (overlaps * (inverse @ overlaps)).sum(axis=0) / problem.chi
        dressing += problem.readout_variance * at.beyond_square @ enhanced
        noise += (counts * (weak - 1.0 / (problem.chi * felt))) @ at.beyond_square

        pulled = self._pulled(state, measure, share, taken)
        unmet = left - (problem.ridge + dressing) * state.discrepancy - pulled.answer
        slope = np.maximum(pulled.slope, -0.9 * dressing)
        newton = np.linalg.solve(along * counts + np.diag(problem.ridge + dressing + slope), unmet)
        reach = 0.3 * np.abs(state.discrepancy) + 0.3
        moved = state.discrepancy + np.clip(newton, -reach, reach)
        felt = problem.ridge + dressing + slope
        spread = variance / felt**2 - 1.0 / (problem.chi * felt)
        changes = (
            10.0 * np.max(np.abs(unmet) * counts) / problem.samples,
            np.max(np.abs(dressing - state.dressing) * counts) / problem.samples,
            np.max(np.abs(noise - state.noise) * measure.weights),
            np.max(np.abs(pulled.density - state.density) * measure.weights),
        )
        noise = np.minimum(noise, LARGEST / problem.strength)
        new = Iterate(moved, dressing, slope, spread, noise, aligned, pulled.density, pulled.pull)
        return new, measure.weights, left, float(max(changes))

    def _strong(self, state: Iterate) -> Vector:
        """c(x)."""
        if not self.strong:
            return np.zeros_like(state.discrepancy)
        problem = self.problem
        exponent = problem.strength / problem.readout_variance * state.dressing * state.discrepancy**2
        found: Vector = exponent / (self.border + exponent)
        return found

    def _measure(self, state: Iterate) -> _Measure:
        at, strength = self.at, self.problem.strength
        overlaps = at.harmonics[0]
        field = (at.counts * state.discrepancy) @ overlaps
        stretch = 1.0 / (1.0 - strength * state.noise)
        dressed = strength * stretch
        exponent = at.log_prior + 0.5 * dressed * field**2 + 0.5 * np.log(stretch)
        # The mean of hJ is that of the neurons without these fluctuations: a shift of second order.
        moved = stretch * field * overlaps
        moved = moved - (moved @ _normalised(exponent))[:, None]
        answer = state.aligned @ moved
        exponent = exponent + 0.5 * dressed * (overlaps * (state.aligned @ overlaps)).sum(axis=0)
        exponent = exponent + 0.5 * strength**2 * (moved * answer).sum(axis=0)
        own = dressed * (overlaps * answer).sum(axis=0)
        plain = _normalised(exponent)
        weights = np.maximum(plain * (1.0 + state.density), 0.0)
        weights = weights / weights.sum()
        effective = weights * (stretch * field + own) + plain * state.pull
        return _Measure(field, dressed, plain, weights, effective, overlaps @ (weights * stretch * field))

    def _pulled(self, state: Iterate, measure: _Measure, share: Vector, taken: list[Matrix]) -> Pulled:
        """What samples of this size do beyond the second cumulant, on both sides of their mean by √(Var t).

        A negative variance, of the posterior's imaginary t, has complex conjugates on the sides: one of them is enough.
        """
        at, dressed, field, plain = self.at, measure.dressed, measure.field, measure.plain
        answer, slope = np.zeros_like(at.counts), np.zeros_like(at.counts)
        density, drawn = np.zeros_like(field), np.zeros_like(field)
        if not self.strong:
            return Pulled(answer, slope, density, drawn)
        scale = self.problem.readout_variance / self.problem.strength
        own = at.beyond + sum(one[:, :, None] * at.polynomials[:, j] for j, one in enumerate(taken))
        square = own**2 @ at.angle_weights
        line = dressed * field * taken[0]
        mean = line @ plain
        bow = dressed * (1.0 + dressed * field**2) * square - 2.0 * line * mean[:, None] + mean[:, None] ** 2
        curvature = bow @ plain
        pull = dressed * (field * square) - mean[:, None] * taken[0]
        real = state.spread >= 0.0
        for rows, sides in ((real, (1.0, -1.0)), (~real, (1j,))):
            if not rows.any():
                continue
            phi, counts, part = own[rows], at.counts[rows] / len(sides), 1.0 / len(sides)
            first, second = (dressed * field)[:, None] * phi, dressed[:, None] * phi**2
            for side in sides:
                t = state.discrepancy[rows] + side * np.sqrt(np.abs(state.spread[rows]))
                stack = t[:, None, None]
                tilt = stack * (first + 0.5 * stack * second) + np.log(plain)[:, None]
                tilt -= tilt.real.max(axis=(1, 2))[:, None, None]
                np.exp(tilt, out=tilt)
                tilt *= at.angle_weights
                tilt /= tilt.sum(axis=(1, 2))[:, None, None]
                to, along = tilt.sum(axis=2), (tilt * phi).sum(axis=2)
                force = first + stack * second
                turned = np.einsum("xwk,xwk->x", tilt, force)
                bent = np.einsum("xwk,xwk->x", tilt, force**2 + second) - turned**2
                answer[rows] += part * scale * (turned - mean[rows] - curvature[rows] * t).real
                slope[rows] += part * scale * (bent - curvature[rows]).real
                # Less the linear part, which the mean field has, and of weak samples the quadratic one, which (1) has.
                t, weak = t[:, None], 0.5 * (t**2 - share[rows] * state.discrepancy[rows] ** 2)[:, None]
                density += (
                    counts
                    @ (
                        to / plain
                        - 1.0
                        - t * (line[rows] - mean[rows][:, None])
                        - weak * (bow[rows] - curvature[rows][:, None])
                    )
                ).real
                drawn += (counts @ (t * (along / plain - taken[0][rows]) - 2.0 * weak * pull[rows])).real
        return Pulled(answer, slope, density, drawn * dressed / self.problem.strength)


def _extrapolated(points: list[Vector], moves: list[Vector], scale: Vector) -> Vector:
    """Anderson's mixing: a step from where the moves, combined linearly, are smallest in the given scale."""
    here, move = points[-1], moves[-1]
    if len(points) == 1:
        first: Vector = here + STEP * move
        return first
    steps, changes = np.diff(points, axis=0), np.diff(moves, axis=0)
    share = np.linalg.lstsq((changes * scale).T, move * scale, rcond=1e-8)[0]
    found: Vector = here + STEP * move - share @ (steps + STEP * changes)
    return found


def _normalised(exponent: Vector) -> Vector:
    weights = np.maximum(np.exp(exponent - exponent.max()), 1e-200)
    normalised: Vector = weights / weights.sum()
    return normalised
