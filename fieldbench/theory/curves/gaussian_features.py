"""Regression on independent Gaussian features, order by order in 1/P: learnabilities, their scatter, and the error.

K = Σ_k λ_kφ_kφ_kᵀ with Gaussian φ_k(x_μ). All that is computed here derives from F = −½⟨log det(K + κ)⟩, which is the
n → 0 limit of an integral over symmetric n × n matrices Q, with S(u) = ½[κeᵘ + Σ log(1 + λ_keᵘ) − Pu] at Q = eᵘ:

    ⟨det(K + κ)^{−n/2}⟩ ∝ ∫ dX Π_{i<j} [sinh ½(x_i − x_j)/½(x_i − x_j)] exp(−Tr S(X)),   Q = exp X.

The saddle S_1 = 0 is the effective ridge, eᵘ = P/κ_eff; around it, with S_j the j-th derivative, X has the propagator
⟨X_abX_cd⟩ = (δ_acδ_bd + δ_adδ_bc)/2S_2, and what is linear in n of each diagram gives F = −S + F_1 + F_2 + F_3,

    F_1 = −¼ ln S_2,   F_2 = [7 S_3²/S_2³ − 5 S_4/S_2² − 4/S_2]/96,
    F_3 = [480 S_3⁴/S_2⁶ − 855 S_3²S_4/S_2⁵ + 255 S_3S_5/S_2⁴ + 155 S_4²/S_2⁴ − 41 S_6/S_2³
           − 120 S_3²/S_2⁴ + 60 S_4/S_2³ + 6/S_2²]/5760,

the last lines of F_2 and F_3 from the sinh. Derived for this project; without modes this is Stirling's series of
Π_i Γ(½(P + 1 − i)), and the tests compare with exact averages over Wishart matrices. Then exactly, on average,

    ⟨L_k⟩ = −2 ∂F/∂ln λ_k,   ⟨f_k²⟩ = −λ_k² D(⟨L_k⟩/λ_k),   D = Σ_j y_j² ∂/∂λ_j + σ² ∂/∂κ,

since −D turns φ_kᵀAφ_k, A = (K + κ)⁻¹, into φ_kᵀA⟨yyᵀ⟩Aφ_k: the square of what is learned, averaged over the signs of
the y_j and over label noise of variance σ².
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.kernels import Spectrum, as_spectrum
from fieldbench.typing import Numbers

Vector = NDArray[np.float64]
Floats = NDArray[np.float64]

ORDERS = 4
"""Effective ridge, 1/P, 1/P² and 1/P³: what each order adds to the ones before is the leading axis of all results."""

# F_j as sums of coefficient × powers of (S_2, …, S_6).
_SECOND = ((7 / 96, (-3, 2, 0, 0, 0)), (-5 / 96, (-2, 0, 1, 0, 0)), (-4 / 96, (-1, 0, 0, 0, 0)))
_THIRD = (
    (480 / 5760, (-6, 4, 0, 0, 0)),
    (-855 / 5760, (-5, 2, 1, 0, 0)),
    (255 / 5760, (-4, 1, 0, 1, 0)),
    (155 / 5760, (-4, 0, 2, 0, 0)),
    (-41 / 5760, (-3, 0, 0, 0, 1)),
    (-120 / 5760, (-4, 2, 0, 0, 0)),
    (60 / 5760, (-3, 0, 1, 0, 0)),
    (6 / 5760, (-2, 0, 0, 0, 0)),
)
_ACTIONS = range(2, 7)


@dataclass(frozen=True)
class Orders:
    """Averages over data sets, order by order (leading axis, `ORDERS`); their sum is the prediction.

    Attributes:
        learned: ⟨L_k⟩, (orders, p, k).
        squares: ⟨f_k²⟩ of one mode of each space, (orders, p, k).
        error: Σ_k ⟨(y_k − f_k)²⟩ + σ², the error against noisy labels, (orders, p).
        trace: ⟨Tr(K + κ)⁻¹⟩, (orders, p).
    """

    learned: Floats
    squares: Floats
    error: Floats
    trace: Floats


def gaussian_orders(
    spectrum: Spectrum | Numbers, samples: Numbers, ridge: float, target: Numbers | None = None, noise: float = 0.0
) -> Orders:
    """Regression on independent Gaussian features to order 1/P³ beyond the effective ridge.

    Args:
        spectrum: λ_k, or a Spectrum without tail; an unresolved trace is one more ridge.
        samples: P, a number or a vector (p,).
        ridge: κ > 0.
        target: y_k² summed over each listed space, (k,); in modes with λ_k = 0 it acts as label noise, which it is.
        noise: σ².

    Raises:
        BadInput: κ = 0, or a spectrum with a power-law tail.
    """
    full = as_spectrum(spectrum)
    if full.tail is not None or not ridge + full.unresolved > 0.0:
        raise BadInput("the orders in 1/P need a ridge, and a spectrum without power-law tail: list its modes")
    curve = effective_ridge(full, samples, ridge)
    power = np.zeros_like(full.eigenvalues) if target is None else np.asarray(target, dtype=np.float64)
    total = noise + float(power[full.eigenvalues == 0.0].sum())
    bare, points = ridge + full.unresolved, curve.samples
    each = np.where(full.eigenvalues > 0.0, power / full.degeneracies, 0.0)
    learned, squares = _expanded(full, points, bare, points / curve.effective_ridge, each, total)
    error = squares @ full.degeneracies - 2.0 * learned @ (full.degeneracies * each)
    error[0] += (full.degeneracies * each).sum() + total
    trace = -learned @ full.degeneracies
    trace[0] += points
    return Orders(learned, squares, error, trace / bare)


def _expanded(
    spectrum: Spectrum, samples: Vector, ridge: float, strength: Vector, power: Vector, noise: float
) -> tuple[Floats, Floats]:
    """⟨L_k⟩ and ⟨f_k²⟩ order by order; `strength` is eᵘ = P/κ_eff."""
    levels, weights = spectrum.eigenvalues, spectrum.degeneracies
    gain = strength[:, None] * levels
    learned = gain / (1.0 + gain)
    # q_j = dʲ⁻¹L/duʲ⁻¹ as polynomials in L, and q_j/λ without its 0/0.
    rungs = {j: q(learned) for j, q in _LADDER.items()}
    over = {j: q(learned) * (strength[:, None] / (1.0 + gain)) for j, q in _OVER.items()}
    bare = ridge * strength
    action = {j: 0.5 * (bare + rungs[j] @ weights) for j in range(2, 8)}
    # D of the saddle point and of the S_j there; D of a function of L_k is its derivative times Du + y_k²/λ_k.
    direct = {j: 0.5 * (noise * strength + over[j + 1] @ (weights * power)) for j in range(1, 8)}
    moved = -direct[1] / action[2]
    flow = {j: direct[j] + action[j + 1] * moved for j in range(2, 7)}
    flow[7] = direct[7] + 0.5 * (bare + rungs[8] @ weights) * moved
    pushed = power + levels * moved[:, None]  # λ_k(Du + y_k²/λ_k)

    def column(values: Vector) -> Floats:
        return values[:, None]

    means, squares = [learned], [learned * power - rungs[2] * pushed]
    slopes, curvatures = _derivatives(np.stack([action[j] for j in _ACTIONS]))
    for slope, curvature in zip(slopes, curvatures, strict=True):
        mean, changed = np.zeros_like(learned), np.zeros_like(learned)
        for i, j in enumerate(_ACTIONS):
            ratio = action[j + 1] / action[2]
            change = flow[j + 1] / action[2] - ratio * flow[2] / action[2]
            response = rungs[j + 1] - rungs[2] * column(ratio)  # 2 dS_j/d ln λ_k along the saddle
            moving = (rungs[j + 2] - rungs[3] * column(ratio)) * pushed - levels * rungs[2] * column(change)
            turned = sum(curvature[i, m] * flow[other] for m, other in enumerate(_ACTIONS))
            mean -= column(slope[i]) * response
            changed -= column(turned) * levels * response + column(slope[i]) * moving
        means.append(mean)
        squares.append(power * mean - changed)
    return np.stack(means), np.stack(squares)


def _derivatives(actions: Floats) -> tuple[list[Floats], list[Floats]]:
    """∂F_j/∂S_i and ∂²F_j/∂S_i∂S_m for j = 1, 2, 3, from S_2 … S_6, (5, p)."""
    size, points = actions.shape
    first, second = np.zeros((size, points)), np.zeros((size, size, points))
    first[0], second[0, 0] = -0.25 / actions[0], 0.25 / actions[0] ** 2
    slopes, curvatures = [first], [second]
    for terms in (_SECOND, _THIRD):
        slope, curvature = np.zeros((size, points)), np.zeros((size, size, points))
        for coefficient, powers in terms:
            for i in (place for place, power in enumerate(powers) if power):
                factor, once = _lowered(coefficient, powers, i)
                slope[i] += factor * _monomial(actions, once)
                for m in (place for place, power in enumerate(once) if power):
                    further, twice = _lowered(factor, once, m)
                    curvature[i, m] += further * _monomial(actions, twice)
        slopes.append(slope)
        curvatures.append(curvature)
    return slopes, curvatures


def _lowered(coefficient: float, powers: tuple[int, ...], place: int) -> tuple[float, tuple[int, ...]]:
    """The derivative of a monomial."""
    return coefficient * powers[place], (*powers[:place], powers[place] - 1, *powers[place + 1 :])


def _monomial(actions: Floats, powers: tuple[int, ...]) -> Vector:
    return np.asarray(np.prod(actions ** np.array(powers, dtype=np.float64)[:, None], axis=0))


def _ladder() -> dict[int, Polynomial]:
    """q_1 = L, q_{j+1} = dq_j/du with dL/du = L(1 − L)."""
    found = {1: Polynomial([0.0, 1.0])}
    for j in range(2, 9):
        found[j] = found[j - 1].deriv() * Polynomial([0.0, 1.0, -1.0])
    return found


_LADDER = _ladder()
_OVER = {j: Polynomial(q.coef[1:]) for j, q in _LADDER.items()}
