"""Kernels of infinitely wide networks: dual kernels of erf, ReLU and linear layers at any depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from fieldbench.errors import BadInput


def _namespace(*arrays: Any) -> ModuleType:
    """NumPy for NumPy arrays (its arcsin is ten times faster than XLA's on a CPU), jax.numpy for the rest."""
    return np if all(isinstance(a, np.ndarray | np.generic | float | complex | int) for a in arrays) else jnp


@jax.custom_jvp
def _arc_cosine_jax(cosine: Any) -> Any:
    angle = jnp.arccos(jnp.clip(cosine, -1.0, 1.0))
    return (jnp.sin(angle) + (jnp.pi - angle) * cosine) / jnp.pi


@_arc_cosine_jax.defjvp
def _arc_cosine_jvp(primals: tuple[Any], tangents: tuple[Any]) -> tuple[Any, Any]:
    # The derivative (pi - angle)/pi is finite on the diagonal, where automatic differentiation meets 0 * inf.
    (cosine,), (tangent,) = primals, tangents
    return _arc_cosine_jax(cosine), (1.0 - jnp.arccos(jnp.clip(cosine, -1.0, 1.0)) / jnp.pi) * tangent


def _multiply(left: Any, right: Any, out: Any) -> Any:
    return left * right if out is None else np.multiply(left, right, out=out)


def arc_cosine(cosine: Any, out: Any = None) -> Any:
    """First arc-cosine function (sin θ + (π − θ) cos θ)/π of cos θ, one at cos θ = 1 (Cho and Saul 2009, eq. 6).

    `out` is a NumPy array for the result, and may be the argument itself; so it is in the dual kernels below.
    """
    if _namespace(cosine) is jnp:
        return _arc_cosine_jax(cosine)
    inside = cosine if np.iscomplexobj(cosine) else np.clip(cosine, -1.0, 1.0, out=out)
    sine = np.sqrt(1.0 - inside * inside)
    product = _multiply(np.pi - np.arccos(inside), inside, out)
    return _multiply(np.add(product, sine, out=out), 1.0 / np.pi, out)


def dual_erf(covariance: Any, variance_left: Any, variance_right: Any, out: Any = None) -> Any:
    """⟨erf(u) erf(v)⟩ = (2/π) asin(2K₁₂/√((1+2K₁₁)(1+2K₂₂))) for Gaussian u, v (Williams 1997, eq. 11)."""
    xp = _namespace(covariance, variance_left, variance_right)
    # Two factors of one axis each: their product would be another matrix.
    scaled = _multiply(covariance, 2.0 / xp.sqrt(1.0 + 2.0 * variance_left), out)
    scaled = _multiply(scaled, 1.0 / xp.sqrt(1.0 + 2.0 * variance_right), out)
    return _multiply(xp.arcsin(scaled) if out is None else np.arcsin(scaled, out=out), 2.0 / np.pi, out)


def dual_relu(covariance: Any, variance_left: Any, variance_right: Any, out: Any = None) -> Any:
    """⟨relu(u) relu(v)⟩ = √(K₁₁K₂₂)/(2π)·(sin θ + (π−θ) cos θ), cos θ = K₁₂/√(K₁₁K₂₂) (Cho and Saul 2009)."""
    xp = _namespace(covariance, variance_left, variance_right)
    norms = [xp.sqrt(variance) for variance in (variance_left, variance_right)]
    # A point at the origin has kernel zero, not 0/0.
    left, right = (1.0 / xp.where(norm > 0.0, norm, xp.ones_like(norm)) for norm in norms)
    cosine = _multiply(_multiply(covariance, left, out), right, out)
    angular = arc_cosine(cosine, out=out)
    return _multiply(_multiply(angular, 0.5 * norms[0], out), norms[1], out)


def dual_linear(covariance: Any, variance_left: Any, variance_right: Any, out: Any = None) -> Any:
    """⟨u v⟩ = K₁₂."""
    return covariance


DUALS: dict[str, Callable[..., Any]] = {"erf": dual_erf, "relu": dual_relu, "linear": dual_linear}

# Entries computed at once: a few MiB stay in the cache, and memory is touched for the result alone.
_BLOCK_ENTRIES = 2**18


@dataclass(frozen=True)
class Kernel:
    """Covariance of the output of an infinitely wide fully connected network (NNGP).

    K⁰(x, z) = σ_w² x·z/d,  Kˡ = σ_w² dual(Kˡ⁻¹) in between,  K = σ_a² dual(K^{depth−1})
    (Lee et al., arXiv:1711.00165, eq. 5; conventions of Ringel et al., arXiv:2502.18553).

    Args:
        activation: "erf", "relu" or "linear".
        depth: number of hidden layers, at least 1.
        weight_variance: σ_w²: weights are drawn from N(0, σ_w²/fan-in).
        readout_variance: σ_a².

    Raises:
        BadInput: unknown activation, a depth that is not 1, 2, …, or a variance that is not positive and finite.

    >>> import numpy as np
    >>> x = np.eye(2)
    >>> np.allclose(Kernel("linear")(x, x), np.eye(2) / 2)
    True
    """

    activation: str = "erf"
    depth: int = 1
    weight_variance: float = 1.0
    readout_variance: float = 1.0

    def __post_init__(self) -> None:
        given: dict[str, Any] = vars(self)  # whatever it is that was given
        activation, depth, *variances = given.values()
        if not isinstance(activation, str) or activation not in DUALS:
            raise BadInput(f"activation {activation!r} is unknown: choose one of {', '.join(sorted(DUALS))}")
        if not isinstance(depth, Integral) or depth < 1:
            raise BadInput(f"depth {depth!r} is no whole number from 1 up: it counts hidden layers")
        for variance in variances:
            if not isinstance(variance, Real) or not 0.0 < float(variance) < float("inf"):
                raise BadInput(f"variance {variance!r} must be a positive and finite number")

    def __call__(self, left: Any, right: Any) -> Any:
        """Kernel matrix (n, m) of inputs left (n, d) and right (m, d), in the dtype and array type of the inputs."""
        left, right = (x if hasattr(x, "ndim") else np.asarray(x) for x in (left, right))
        if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[1]:
            raise BadInput(f"inputs of shapes {left.shape} and {right.shape}: need (n, d) and (m, d) with the same d")
        norms_left, norms_right = self._norms(left)[:, None], self._norms(right)[None, :]
        if _namespace(left, right) is jnp or not np.issubdtype(np.result_type(left, right), np.floating):
            return self.propagate(left @ right.T / left.shape[1], norms_left, norms_right)
        matrix = np.empty((len(left), len(right)), dtype=np.result_type(left, right))
        for rows in _row_blocks(matrix.shape):
            block = np.matmul(left[rows], right.T, out=matrix[rows])
            block *= 1.0 / left.shape[1]
            self.propagate(block, norms_left[rows], norms_right, out=block)
        return matrix

    def diagonal(self, inputs: Any) -> Any:
        """K(x, x) of each input: (n, d) → (n,)."""
        norms = self._norms(inputs)
        return self.propagate(norms, norms, norms)

    def of_cosine(self, cosine: Any) -> Any:
        """Kernel of two points at angle arccos(cosine) on the sphere |x|² = d: any shape, real or complex."""
        xp = _namespace(cosine)
        one = xp.ones((1,) * np.ndim(cosine), dtype=xp.result_type(cosine))
        if xp is jnp or np.ndim(cosine) != 2 or not np.issubdtype(cosine.dtype, np.floating):
            return self.propagate(cosine, one, one)
        matrix = np.empty_like(cosine)
        for rows in _row_blocks(matrix.shape):
            self.propagate(cosine[rows], one, one, out=matrix[rows])
        return matrix

    def propagate(self, covariance: Any, variance_left: Any, variance_right: Any, out: Any = None) -> Any:
        """Output covariance from input covariances x·z/d, |x|²/d and |z|²/d (arrays that broadcast).

        With NumPy arrays the result may go to `out`, which has its shape and may be `covariance` itself.
        """
        dual = DUALS[self.activation]
        for _ in range(self.depth):
            k11, k22 = self.weight_variance * variance_left, self.weight_variance * variance_right
            covariance = dual(_multiply(covariance, self.weight_variance, out), k11, k22, out=out)
            variance_left, variance_right = dual(k11, k11, k11), dual(k22, k22, k22)
        return _multiply(covariance, self.readout_variance, out)

    @property
    def is_odd(self) -> bool:
        """Whether K(x, −z) = −K(x, z), so that only odd harmonics are present."""
        return self.activation in ("erf", "linear")

    def power_series(self, count: int) -> NDArray[np.float64]:
        """Coefficients a_0 … a_{count−1} of K(t) = Σ a_m t^m on the sphere |x|² = d; all are ≥ 0 (Schoenberg).

        Closed forms for one hidden layer (relative accuracy 1e-12); Cauchy's integral on a circle inside the disc of
        analyticity, by FFT, for more (absolute accuracy 1e-12 of K(1)).
        """
        if count < 1:
            raise BadInput(f"a series of {count} coefficients: ask for at least one")
        if self.activation == "linear":
            series = np.zeros(max(count, 2))
            series[1] = self.readout_variance * self.weight_variance**self.depth
            return series[:count]
        if self.depth == 1:
            closed = _series_erf if self.activation == "erf" else _series_relu
            return np.asarray(self.readout_variance * closed(count, self.weight_variance))
        return self._series_by_cauchy(count)

    def _series_by_cauchy(self, count: int) -> NDArray[np.float64]:
        # r^count = 1e-4 costs four digits on the last coefficient; r^points ≤ 1e-16 leaves no aliasing.
        radius, points = 10.0 ** (-4.0 / count), 4 * count
        circle = radius * np.exp(2j * np.pi * np.arange(points) / points)
        series = np.fft.fft(self.of_cosine(circle))[:count].real / points / radius ** np.arange(count)
        if self.is_odd:
            series[::2] = 0.0
        return np.asarray(np.maximum(series, 0.0))

    @staticmethod
    def _norms(inputs: Any) -> Any:
        return (inputs * inputs).sum(axis=1) / inputs.shape[1]


def _row_blocks(shape: tuple[int, int]) -> list[slice]:
    rows = max(64, _BLOCK_ENTRIES // max(shape[1], 1))
    return [slice(start, start + rows) for start in range(0, shape[0], rows)]


def _log_central(n: NDArray[np.float64]) -> NDArray[np.float64]:
    """log of C(2n, n)/4^n."""
    return np.asarray(gammaln(2.0 * n + 1.0) - 2.0 * gammaln(n + 1.0) - n * np.log(4.0))


def _series_erf(count: int, weight_variance: float) -> NDArray[np.float64]:
    """(2/π) asin(ct) = (2/π) Σ_n C(2n, n)/(4^n (2n+1)) (ct)^{2n+1}, c = 2σ_w²/(1+2σ_w²)."""
    slope = 2.0 * weight_variance / (1.0 + 2.0 * weight_variance)
    series = np.zeros(count)
    n = np.arange(count // 2, dtype=np.float64)
    power = 2.0 * n + 1.0
    series[1::2] = (2.0 / np.pi) * np.exp(_log_central(n) + power * np.log(slope)) / power
    return series


def _series_relu(count: int, weight_variance: float) -> NDArray[np.float64]:
    """(σ_w²/2π)[√(1−t²) + t asin t + πt/2] = (σ_w²/2π)[πt/2 + Σ_n C(2n, n)/(4^n (2n−1)²) t^{2n}]."""
    series = np.zeros(max(count, 2))
    series[1] = np.pi / 2.0
    n = np.arange((series.size + 1) // 2, dtype=np.float64)
    # √(1−t²) gives −c_n/(2n−1) and t asin t gives c_{n−1}/(2n−1) = c_n 2n/(2n−1)², c_n = C(2n, n)/4^n.
    series[::2] = np.exp(_log_central(n)) / (2.0 * n - 1.0) ** 2
    return np.asarray(0.5 * weight_variance / np.pi * series[:count])
