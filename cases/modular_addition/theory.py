"""What the exact law of a neuron's modes says, with its order 1/N, and what the source and other theories say."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from fieldbench.claims import Known, Remainder, Said
from fieldbench.theory.modular import (
    ModularSolution,
    ModularTask,
    at_width,
    expanded,
    infinitely_wide,
    log_determinant_of_fields,
    mode_law,
    response,
)

from .experiment import Network

# The order 1/N leaves 1/N²: as much as its two forms differ, expanded and stationary as a whole; and another loop sums
# over the P² features of a neuron, each learned by less than all, over N. Beside it stands what is asked of the
# measurement: of a, a sixth of its distance to what the prior learns at the onset; of p and ⟨rr′⟩ what they scatter
# among neurons, √(p(1 − p)) and a standard deviation, over √4000 and √600 of them.
AMPLITUDE, DROPLET, PRODUCT = 0.0003, 0.016, 0.04


def task(at: Network) -> ModularTask:
    """P, c, ŝ, κ̂."""
    return ModularTask(at.modulus, at.cubic, at.strength, at.noise)


@cache
def solutions(at: Network) -> tuple[ModularSolution, ModularSolution, ModularSolution]:
    """At N → ∞, with the order 1/N, and with what of higher orders the stationary action has."""
    known = task(at)
    return infinitely_wide(known), expanded(known, at.width), at_width(known, at.width)


def exact(at: Network) -> dict[Any, Known]:
    """The law of a neuron's modes with its order 1/N."""
    return with_remainders(at, solutions(at)[1])


def with_remainders(at: Network, solution: ModularSolution) -> dict[Any, Known]:
    """A solution for all modes, with the remainders of the exact law, which wrong ones get as well."""
    limit, first, whole = solutions(at)
    law = mode_law(task(at).coupling(-limit.amplitude / at.noise), at.cubic)
    scatter = math.sqrt(law.moment(2, 2) - law.moment(1, 1) ** 2)

    def known(name: str, resolution: float, modes: int | None = None) -> Known:
        zeroth, one, other = (getattr(each, name) for each in (limit, first, whole))
        return Known(
            np.full(modes or (), getattr(solution, name)),
            Remainder("expanded or stationary as a whole", other - one, order="1/N²", got="computed"),
            Remainder("another loop", at.modulus**2 / at.width * (one - zeroth), order="1/N²", got="bounded"),
            Remainder("resolution", resolution, got="chosen"),
        )

    return {
        Network.amplitude: known("amplitude", AMPLITUDE),
        Network.product: known("product", PRODUCT * scatter, len(at.mode)),
        Network.droplet: known("droplet", DROPLET * math.sqrt(law.droplet * (1 - law.droplet)), len(at.mode)),
    }


def said(at: Network, solution: ModularSolution) -> Said:
    """A solution for all modes."""
    ones = np.ones(len(at.mode))
    return {
        Network.amplitude: solution.amplitude,
        Network.product: solution.product * ones,
        Network.droplet: solution.droplet * ones,
    }


def infinite_width(at: Network) -> Said:
    """The law without its order 1/N."""
    return said(at, solutions(at)[0])


def first_order(at: Network, width: float) -> Said:
    """The law with the order 1/N of another width."""
    return said(at, expanded(task(at), width))


def gaussian_process(at: Network) -> Said:
    """Neurons of the prior, g = 0."""
    return said(at, _lazy(at, 0.0))


def no_feedback(at: Network) -> Said:
    """Neurons in the field of a target of which nothing is learned, a = −1 in g."""
    return said(at, _lazy(at, task(at).coupling(1.0 / at.noise)))


def _lazy(at: Network, coupling: float) -> ModularSolution:
    law = mode_law(coupling, at.cubic)
    product = law.moment(1, 1)
    return ModularSolution(-1.0 / (1.0 + 4.0 * at.strength * product / at.noise), product, law.droplet)


Odds = Callable[[float, float], float]
"""(S, curvature) → odds of the droplet: S = r₊ − gr₊²/2 + cr₊³/3 at its centre, det of the Hessian of 2S there."""


def source(at: Network) -> Said:
    """The source: odds 4 exp(−S_k), as if k and −k were two modes, and all of the droplet at its centre."""
    return said(at, saddle_solution(task(at), lambda s, _: 4.0 * math.exp(min(-s, 500.0))))


def saddle(at: Network) -> Said:
    """The source's with the action of a real weight's mode, 4 exp(−2S_k)."""
    return said(at, saddle_solution(task(at), lambda s, _: 4.0 * math.exp(-2.0 * s)))


def laplace(at: Network) -> Said:
    """Gaussian fluctuations around the droplet's centre for its entropy, and the bulk's normaliser one."""
    return said(at, saddle_solution(task(at), lambda s, det: 2.0 * math.pi * math.exp(-2.0 * s) / math.sqrt(det)))


def saddle_solution(known: ModularTask, odds: Odds) -> ModularSolution:
    """Two phases: ⟨rr′⟩ = r₊²p with p from the odds, and nothing beside it; a = −1 where there is no droplet."""

    def centre(coupling: float) -> tuple[float, float]:
        discriminant = coupling**2 - 4.0 * known.cubic
        if discriminant <= 0:
            return 0.0, 0.0
        r = (coupling + math.sqrt(discriminant)) / (2.0 * known.cubic)
        weight = odds(r - coupling * r**2 / 2 + known.cubic * r**3 / 3, (2 * known.cubic * r) ** 2 - coupling**2)
        return r, weight / (1.0 + weight)

    def product(coupling: float) -> float:
        r, share = centre(coupling)
        return r**2 * share

    b = response(known, product)
    coupling = known.coupling(b)
    return ModularSolution(-known.noise * b, product(coupling), centre(coupling)[1])


def two_modes(at: Network) -> dict[Any, Known]:
    """Wrong: k and −k counted as two modes, each of half the action."""
    return with_remainders(at, _with_law(at, 2.0, 1.0))


def without_four(at: Network) -> dict[Any, Known]:
    """Wrong: λ = ŝ⟨rr′⟩, the square of u + v without the 2 of 2uv."""
    return with_remainders(at, _with_law(at, 1.0, 0.25))


def half_the_regulariser(at: Network) -> dict[Any, Known]:
    """Wrong: γ/6 in place of γ/3, from one of k and −k."""
    return with_remainders(at, infinitely_wide(ModularTask(at.modulus, at.cubic / 2, at.strength, at.noise)))


def _with_law(at: Network, temperature: float, feedback: float) -> ModularSolution:
    """Powers at a temperature T of their action, r = Tx: x has g → Tg and c → T²c."""
    known, cubic = task(at), at.cubic * temperature**2

    def law(coupling: float) -> Any:
        return mode_law(temperature * coupling, cubic)

    b = response(known, lambda g: feedback * temperature**2 * law(g).moment(1, 1))
    found = law(known.coupling(b))
    return ModularSolution(-known.noise * b, temperature**2 * found.moment(1, 1), found.droplet)


def kernel_fluctuations_alone(at: Network) -> Said:
    """An order 1/N from ½P log det A of the mean kernel alone: neurons do not answer the fluctuations of the field."""
    known = task(at)
    b, step = response(known), 1e-4

    def volume(tilt: float) -> float:
        return log_determinant_of_fields(known, 0.0, mode_law(known.coupling(b * (1.0 + tilt)), known.cubic)) / 2.0

    def left(tilt: float) -> float:
        """b(κ̂ + λ), one at the solution: ∂S₀/∂b = P(P − 1)(1 − b(κ̂ + λ))."""
        law = mode_law(known.coupling(b * (1.0 + tilt)), known.cubic)
        return b * (1.0 + tilt) * (known.noise + 4.0 * known.strength * law.moment(1, 1))

    slope, fall = (f(step) - f(-step) for f in (volume, left))
    shift = slope / fall / (known.modulus * (known.modulus - 1) * at.width)
    return {Network.amplitude: -known.noise * (b + shift)}


# The source's own size: N = 1000, P = 401, σ_a² = .002/N, γ = 1e-4, against σ². As its λ lacks 4P², its equations are
# those of noise σ²/4P² and readouts σ_a²/16P⁴.
READOUT, GAMMA, MODULUS, WIDTH, LACKING = 2e-6, 1e-4, 401, 1000, 4.0 * 401**2
IN_BETWEEN = (0.227, 0.2, 0.18)  # values of σ² in its mixed phase
COEXISTENCE = math.sqrt(MODULUS**2 * READOUT / WIDTH * math.sqrt(3.0 / GAMMA))  # σ² where g = 4√(c/3) at a = −1
END = COEXISTENCE - 3.0 * READOUT / GAMMA  # where all of the modes are in the droplet, λ = 12ŝ/c


def of_the_source(noise: float, lacking: float = LACKING) -> ModularSolution:
    """The exact law of the source's network at σ²; with `lacking` = 1 at its values taken literally."""
    strength = WIDTH * READOUT / lacking**2
    return infinitely_wide(ModularTask(MODULUS, GAMMA / MODULUS**2, strength, WIDTH * noise / lacking))
