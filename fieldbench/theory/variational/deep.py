"""The variational Gaussian theory of a deep network on fixed data: the kernel of every hidden layer adapts.

For L hidden layers of widths N_l, z_1 = σ_1ω_1x/√d, z_l = σ_lω_lφ(z_{l−1})/√N_{l−1}, readout variance σ_a²/(N_Lχ) and
noise κ/χ, let K_l be the covariance of a neuron's pre-activations z_l on the data, and Q_{l+1} = σ²G[K_l] what it makes
of the next layer in the prior, G the dual kernel of φ. The kernels make stationary (arXiv:2112.15383, arXiv:2502.18553)

    F = (χ/2) yᵀA⁻¹y + (δ/2) log det A + Σ_l (N_l/2) [tr K_lQ_l⁻¹ − log det K_lQ_l⁻¹ − n]
        + (η/2) log det(1 + A⁻¹V) − (η′/4) Σ_l m_l²/N_l,

A = Q_{L+1} + κ. δ = 1 is the free energy and 0 its limit N, χ → ∞. With δ = −1 the equation of K_L has the sign that
the code of arXiv:2112.15383 prints, K_L⁻¹ = Q_L⁻¹ − (1/N_L) ∂_K Tr[(χttᵀ + A⁻¹)Q_{L+1}], t = A⁻¹y; stationary points
have the minus there.

η = η′ = 1 is the first correction in n_eff/N, n_eff = Tr Q_{L+1}A⁻¹ [derived here]. Kernels of N neurons fluctuate, for
features taken as Gaussian by ⟨δQ_abδQ_cd⟩ = (Q_acQ_bd + Q_adQ_bc)/N, and the network above passes δQ_{l+1} on as
r_lr_lᵀ∘δQ_{l+1}, r_L = 1, r_{l−1} = D_lr_l, D_l = σ_{l+1}⟨φ′(z_l)⟩ of each sample. What mixes the discrepancy with the
n_eff directions that are learned, x = δQ_{L+1}t, costs (χ/2) xᵀA⁻¹x beside its prior, whose covariance V/χ sums over
layers,

    V = χ Σ_l (s_l/N_l) r_lr_lᵀ∘Q_{l+1},   s_l = τ_lᵀQ_{l+1}τ_l,   τ_L = t,   τ_{l−1} = Q_l⁻¹K_lD_lτ_l,

as the learned part of K_l follows the kernel below. Integrated out, x leaves ½ log det(1 + A⁻¹V). What mixes learned
directions with each other lowers ⟨½ log det A⟩ by Σ_l m_l²/4N_l, m_l = Tr (A + V)⁻¹ r_lr_lᵀ∘Q_{l+1}. Outputs and
weights are derivatives of F,

    χ⟨t⟩ = ∂F/∂y,   ⟨w_l²⟩ = 1 − 2/(N_lN_{l−1}) ∂F/∂ log σ_l² at given B.

For a linear network of one hidden layer V = (q − 1)Q with q = 1 + (χ/N)tᵀQt, and this is its exact evidence to that
order (`one_scale`).

In the first layer K_1 = σ_1²XΣXᵀ/d and its bracket holds Σ, (d, d), of whitened weights, as Q_1 has rank d.

Algorithm: whitened Cholesky factors, Σ = BBᵀ and K_l = C_lBBᵀC_lᵀ with Q_l = C_lC_lᵀ, so that the prior is B = 1;
L-BFGS in √N_l(B − 1), where the curvature is of order one, by the gradient of `_reverse`. Memory: a dozen
n × n a layer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

from fieldbench.errors import BadInput
from fieldbench.theory.variational.overlaps import Pullback, erf_overlap, linear_overlap

FloatArray = NDArray[np.float64]
Factors = tuple[FloatArray, ...]

_STATIONARY = 1e-6
"""Of √N_l ∂F/∂B over N_l: F is quadratic there, and what is read off K is off by less."""
_DIFFERENCE = 1e-4  # of log σ²; central differences leave its square


class _Activation(NamedTuple):
    """The dual kernel with its pullback, and ⟨φ′⟩² of variances with its derivative's logarithm."""

    overlap: Callable[[FloatArray], tuple[FloatArray, Pullback]]
    slope: Callable[[FloatArray], tuple[FloatArray, FloatArray]]


def _erf_slope(variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """⟨φ′⟩ = (2/√π)/√(1 + 2v), and d ln⟨φ′⟩/dv."""
    return 2.0 / math.sqrt(math.pi) / np.sqrt(1.0 + 2.0 * variance), -1.0 / (1.0 + 2.0 * variance)


def _linear_slope(variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.ones_like(variance), np.zeros_like(variance)


_ACTIVATIONS = {
    "erf": _Activation(erf_overlap, _erf_slope),
    "linear": _Activation(linear_overlap, _linear_slope),
}


@dataclass(frozen=True)
class AdaptedDeep:
    """A stationary point.

    Attributes:
        factors: B of each hidden layer, lower triangular: (d, d), then (n, n).
        kernels: K_1 … K_L, (n, n) each.
        following: Q_2 … Q_{L+1}, (n, n) each, the last the kernel of the output.
        discrepancy: ⟨t⟩, (n,); the mean predictor on the data is y − κ⟨t⟩.
        weights: ⟨w_l²⟩ of whitened weights by layer, one in the prior.
        effective: n_eff = Tr Q_{L+1}A⁻¹.
        residual: largest entry of ∂F/∂B over the width of its layer.
    """

    factors: Factors
    kernels: tuple[FloatArray, ...]
    following: tuple[FloatArray, ...]
    discrepancy: FloatArray
    weights: FloatArray
    effective: float
    residual: float


class _Problem(NamedTuple):
    inputs: FloatArray
    targets: FloatArray
    widths: FloatArray
    variances: FloatArray
    ridge: float
    mean_field: float
    activation: _Activation
    determinant: float
    fluctuations: float
    bulk: float


def adapt_deep(
    inputs: FloatArray,
    targets: FloatArray,
    *,
    widths: Sequence[float],
    ridge: float,
    mean_field: float,
    variances: Sequence[float] | None = None,
    activation: str = "erf",
    determinant: float = 1.0,
    fluctuations: float = 1.0,
    bulk: float = 1.0,
    start: AdaptedDeep | None = None,
    stationary: float = _STATIONARY,
) -> AdaptedDeep:
    """Kernels that minimise F on inputs (n, d) and targets (n,), from `start` or from the prior.

    Args:
        widths: N_1 … N_L. ridge, mean_field: κ, χ.
        variances: σ_1² … σ_L², σ_a²; one each if left out.
        activation: "erf" or "linear"; the latter needs n ≤ d where L > 1, else Q_2 has no inverse.
        determinant, fluctuations, bulk: δ, η, η′.
        stationary: largest residual that counts as a minimum.

    Raises:
        BadInput: shapes that do not fit, values not positive, an unknown activation, or no stationary point.
    """
    scales = np.ones(len(widths) + 1) if variances is None else np.array(variances, np.float64)
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
        raise BadInput(f"inputs {inputs.shape} and targets {targets.shape}: need (n, d) and (n,)")
    if len(widths) < 1 or len(scales) != len(widths) + 1 or not min(*widths, *scales, ridge, mean_field) > 0:
        raise BadInput(
            f"widths {widths}, variances {scales}, ridge {ridge}, mean_field {mean_field}: need L ≥ 1 and L + 1 of "
            "them, all positive"
        )
    if activation not in _ACTIVATIONS:
        raise BadInput(f"activation {activation!r} is unknown here: choose one of {', '.join(_ACTIVATIONS)}")
    samples, dimension = inputs.shape
    problem = _Problem(
        inputs, targets, np.array(widths, np.float64), scales, ridge, mean_field, _ACTIVATIONS[activation],
        determinant, fluctuations, bulk,
    )  # fmt: skip
    sizes = dimension, *(samples,) * (len(widths) - 1)
    rows = [np.tril_indices(size) for size in sizes]
    cuts = np.cumsum([len(row) for row, _ in rows])[:-1]

    def factors_of(entries: FloatArray) -> Factors:
        found = []
        for part, row, size, width in zip(np.split(entries, cuts), rows, sizes, problem.widths, strict=True):
            factor = np.eye(size)
            factor[row] += part / math.sqrt(width)
            found.append(factor)
        return tuple(found)

    def value(entries: FloatArray) -> tuple[float, FloatArray]:
        factors = factors_of(entries)
        state = _forward(factors, problem)
        slopes, _ = _reverse(factors, state, problem)
        parts = [s[row] / math.sqrt(width) for s, row, width in zip(slopes, rows, problem.widths, strict=True)]
        return state.value, np.concatenate(parts)

    begin = np.zeros(sum(len(row) for row, _ in rows))
    if start is not None:
        begin = np.concatenate(
            [
                math.sqrt(width) * (factor - np.eye(size))[row]
                for factor, row, size, width in zip(start.factors, rows, sizes, problem.widths, strict=True)
            ]
        )
    search: Any = minimize  # its stubs know no function that returns its gradient along
    options = {"maxiter": 3000, "maxfun": 6000, "ftol": 0.0, "gtol": stationary / 3.0, "maxcor": 30}
    factors = factors_of(search(value, begin, jac=True, method="L-BFGS-B", options=options).x)
    slopes = _reverse(factors, _forward(factors, problem), problem)[0]
    residual = max(
        float(np.abs(s[row]).max() / width) for s, row, width in zip(slopes, rows, problem.widths, strict=True)
    )
    if not residual < stationary:
        raise BadInput(f"the gradient is {residual:.1e} of N where the search ended: begin from wider layers")
    return _read(factors, residual, problem)


def continued(
    inputs: FloatArray, targets: FloatArray, widths: Sequence[Sequence[float]], **keywords: Any
) -> list[AdaptedDeep]:
    """`adapt_deep` at one set of widths after the other, each from the factors of the last: wide ones first."""
    found: list[AdaptedDeep] = []
    for each in widths:
        found.append(adapt_deep(inputs, targets, widths=each, start=found[-1] if found else None, **keywords))
    return found


def _read(factors: Factors, residual: float, problem: _Problem) -> AdaptedDeep:
    state = _forward(factors, problem)
    # V knows y through t alone, and χ⟨t⟩ = χt + A⁻¹ ∂F/∂t.
    extra = state.inverse @ _reverse(factors, state, problem)[1] / problem.mean_field
    fans = np.array([problem.inputs.shape[1], *problem.widths[:-1]])
    changes = []
    for layer in range(len(factors)):
        pair = []
        for sign in (1.0, -1.0):
            scales = problem.variances.copy()
            scales[layer] *= math.exp(sign * _DIFFERENCE)
            pair.append(_forward(factors, problem._replace(variances=scales)).value)
        changes.append((pair[0] - pair[1]) / (2.0 * _DIFFERENCE))
    weights = 1.0 - 2.0 * np.array(changes) / (problem.widths * fans)
    effective = float(np.sum(state.inverse * state.layers[-1].following))
    return AdaptedDeep(
        factors=factors,
        kernels=tuple(layer.kernel for layer in state.layers),
        following=tuple(layer.following for layer in state.layers),
        discrepancy=state.discrepancy + extra,
        weights=weights,
        effective=effective,
        residual=residual,
    )


class _Layer(NamedTuple):
    """Of one hidden layer: C or σ_1X/√d; half = C B; K = half halfᵀ; Q of the next; its pullback; side τ, r, D, s."""

    root: FloatArray
    half: FloatArray
    kernel: FloatArray
    following: FloatArray
    pullback: Pullback
    side: FloatArray
    response: FloatArray
    slope: FloatArray
    strength: float


class _State(NamedTuple):
    layers: list[_Layer]
    inverse: FloatArray
    discrepancy: FloatArray
    dressed: FloatArray
    learned: list[float]
    value: float


def _forward(factors: Factors, problem: _Problem) -> _State:
    """F, and all that its gradient needs."""
    roots: list[FloatArray] = []
    halves: list[FloatArray] = []
    kernels: list[FloatArray] = []
    following: list[FloatArray] = []
    pullbacks: list[Pullback] = []
    root = problem.inputs * math.sqrt(problem.variances[0] / problem.inputs.shape[1])
    value = 0.0
    for factor, width, variance in zip(factors, problem.widths, problem.variances[1:], strict=True):
        if following:
            root = cholesky(following[-1], lower=True)
        half = root @ factor
        roots.append(root)
        halves.append(half)
        kernels.append(half @ half.T)
        dual, pullback = problem.activation.overlap(kernels[-1])
        following.append(variance * dual)
        pullbacks.append(pullback)
        logarithms = np.sum(np.log(np.abs(np.diagonal(factor))))
        value += width / 2.0 * (np.sum(factor**2) - len(factor)) - width * logarithms
    noisy = following[-1] + problem.ridge * np.eye(len(problem.targets))
    factorised = cholesky(noisy, lower=True)
    inverse = cho_solve((factorised, True), np.eye(len(noisy)))
    discrepancy = inverse @ problem.targets
    volume = 2.0 * np.sum(np.log(np.diagonal(factorised)))
    value += problem.mean_field / 2.0 * problem.targets @ discrepancy + problem.determinant / 2.0 * volume
    layers: list[_Layer] = []
    side, response, turned = discrepancy, np.ones(len(noisy)), np.zeros_like(noisy)
    for k in reversed(range(len(factors))):
        strength = problem.mean_field / problem.widths[k] * float(side @ following[k] @ side)
        turned += strength * np.outer(response, response) * following[k]
        slope = math.sqrt(problem.variances[k + 1]) * problem.activation.slope(np.diagonal(kernels[k]))[0]
        layers.append(
            _Layer(roots[k], halves[k], kernels[k], following[k], pullbacks[k], side, response, slope, strength)
        )
        if k:
            response = slope * response
            pulled = halves[k] @ (halves[k].T @ (slope * side))
            side = cho_solve((roots[k], True), pulled)
    layers.reverse()
    more = cholesky(noisy + turned, lower=True)
    dressed = cho_solve((more, True), np.eye(len(noisy)))
    learned = [float(layer.response @ (dressed * layer.following) @ layer.response) for layer in layers]
    value += problem.fluctuations / 2.0 * (2.0 * np.sum(np.log(np.diagonal(more))) - volume)
    value -= problem.bulk / 4.0 * np.sum(np.square(learned) / problem.widths)
    return _State(layers, inverse, discrepancy, dressed, learned, float(value))


def _reverse(factors: Factors, state: _State, problem: _Problem) -> tuple[Factors, FloatArray]:
    """∂F/∂B of every layer, and ∂F/∂t through V; `bar_x` is ∂F/∂x of what F was computed from, last things first."""
    count, chi, layers = len(factors), problem.mean_field, state.layers
    noise = state.inverse
    bar_following = [np.zeros_like(noise) for _ in layers]
    bar_variance = [np.zeros(len(noise)) for _ in layers]  # of the diagonal of K, through D
    bar_root = [np.zeros_like(noise) for _ in layers]
    slopes = [width * factor for factor, width in zip(factors, problem.widths, strict=True)]
    for k, factor in enumerate(factors):
        slopes[k] = slopes[k] - problem.widths[k] * np.diag(1.0 / np.diagonal(factor))
    bar_side, bar_response = np.zeros(len(noise)), np.zeros(len(noise))
    half, dressed = problem.bulk / 2.0, state.dressed
    weight = problem.fluctuations / 2.0 * dressed  # ∂F/∂V
    for layer, m, width in zip(layers, state.learned, problem.widths, strict=True):
        turning = np.outer(layer.response, layer.response) * layer.following
        weight += half * m / width * dressed @ turning @ dressed
    for k in range(count):
        layer = layers[k]
        if k:  # τ and r of the layer below come from this one's
            below, slope, side = layers[k - 1], layer.slope, layer.side
            lowered = layer.root.T @ (slope * side)
            pulled = factors[k].T @ lowered
            bar_w = solve_triangular(layer.root, bar_side, lower=True)
            bar_pulled = factors[k].T @ bar_w
            bar_lowered = factors[k] @ bar_pulled
            slopes[k] = slopes[k] + np.outer(bar_w, pulled) + np.outer(lowered, bar_pulled)
            bar_root[k] += np.outer(slope * side, bar_lowered) - np.outer(below.side, bar_w)
            bar_turned = layer.root @ bar_lowered
            bar_slope = bar_turned * side + bar_response * layer.response
            bar_variance[k] += bar_slope * slope * problem.activation.slope(np.diagonal(layer.kernel))[1]
            bar_side, bar_response = slope * bar_turned, slope * bar_response
        outer = np.outer(layer.response, layer.response)
        share = chi / problem.widths[k] * float(np.sum(weight * outer * layer.following))
        turning = layer.strength * weight - half * state.learned[k] / problem.widths[k] * dressed
        bar_following[k] += outer * turning + share * np.outer(layer.side, layer.side)
        bar_side = bar_side + 2.0 * share * layer.following @ layer.side
        bar_response = bar_response + 2.0 * (turning * layer.following) @ layer.response
    last, t = bar_following[-1], state.discrepancy
    last += (problem.determinant - problem.fluctuations) / 2.0 * noise + weight - chi / 2.0 * np.outer(t, t)
    solved = state.inverse @ bar_side
    last -= (np.outer(solved, t) + np.outer(t, solved)) / 2.0
    for k in reversed(range(count)):
        layer = layers[k]
        bar_kernel = layer.pullback(problem.variances[k + 1] * bar_following[k]) + np.diag(bar_variance[k])
        bar_half = 2.0 * bar_kernel @ layer.half
        slopes[k] = slopes[k] + layer.root.T @ bar_half
        if k:
            bar_following[k - 1] += _through_cholesky(layer.root, bar_root[k] + bar_half @ factors[k].T)
    return tuple(np.tril(slope) for slope in slopes), bar_side


def _through_cholesky(root: FloatArray, bar_root: FloatArray) -> FloatArray:
    """∂F/∂Q from ∂F/∂C, Q = CCᵀ: C⁻ᵀ Φ(Cᵀ ∂F/∂C) C⁻¹, symmetrised; Φ takes the lower triangle, its diagonal halved."""
    inner = np.tril(root.T @ bar_root)
    inner -= np.diag(np.diagonal(inner)) / 2.0
    left = solve_triangular(root, inner, lower=True, trans="T")
    full = solve_triangular(root, left.T, lower=True, trans="T").T
    return np.asarray((full + full.T) / 2.0)
