"""Networks drawn from a prior: their outputs, and the cumulants of the outputs given the hidden weights.

f_μ = (σ_a/√N) Σ_c α_c φ_cμ, φ_cμ = erf(w_c·x_μ), with independent α of mean zero and variance one. Given what is
conditioned on (hidden weights, and the scales s of heavy-tailed readouts), f has covariance and fourth cumulant

    K̂_μν = (σ_a²/N) Σ_c s_c² φ_cμ φ_cν,     Ĉ = (σ_a⁴/N²) e Σ_c φφφφ,

e the excess of the readouts' law, and by the law of total cumulance ⟨ffff⟩_c = Σ_pairings Cov(K̂, K̂) + ⟨Ĉ⟩: nothing is
lost to the noise of the readouts, which at N = 1000 hides the fourth cumulant from less than 10⁹ networks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.typing import Array, Float

EXCESS = {"gaussian": 0.0, "uniform": -6.0 / 5.0, "student-3": 0.0}
"""Fourth cumulant of the readouts α given their scales (Student's t is a Gaussian of random scale)."""

_BLOCK = 100_000  # neurons drawn at once: one compiled shape for every width
_ENTRIES = 2**19  # features of `draw_outputs` held at once


@dataclass(frozen=True)
class PriorDraws:
    """What is kept of every network.

    Attributes:
        outputs: f (networks, n).
        kernel: K̂ (networks, n, n).
        fourth: Ĉ (networks, quadruples).
    """

    outputs: NDArray[np.float32]
    kernel: NDArray[np.float32]
    fourth: NDArray[np.float32]


def draw(
    key: Array,
    inputs: NDArray[np.float64],
    *,
    networks: int,
    width: int,
    hidden: str = "gaussian",
    readout: str = "gaussian",
    quadruples: Sequence[Sequence[int]] = (),
) -> PriorDraws:
    """Independent networks with σ_w² = σ_a² = 1: w of variance 1/d, a of variance 1/N.

    Args:
        key: typed JAX key.
        inputs: (n, d).
        networks: number of networks.
        width: N.
        hidden: law of the hidden weights, "gaussian" or "uniform".
        readout: law of the readouts, "gaussian", "uniform" or "student-3" (Student's t with 3 degrees of freedom, of
            unit variance and no fourth moment).
        quadruples: indices of the four points of Ĉ.

    Raises:
        BadInput: an unknown law, or no network.
    """
    _check(hidden, readout, networks, width)
    points = tuple(tuple(int(i) for i in four) for four in quadruples)
    share = max(1, _BLOCK // width)
    neurons, places = max(_BLOCK, width), jnp.asarray(inputs, jnp.float32)
    blocks = []
    for part in jax.random.split(key, math.ceil(networks / share)):
        features, readouts, scales = _neurons(part, places, neurons, hidden, readout)
        blocks.append(_moments(features, readouts, scales, share, width, EXCESS[readout], points))
    return PriorDraws(*(np.concatenate(arrays)[:networks] for arrays in zip(*blocks, strict=True)))


def draw_outputs(key: Array, inputs: NDArray[np.float64], *, networks: int, width: int) -> Float[Array, "networks n"]:
    """Outputs alone, at many points, of networks with Gaussian weights; arguments as `draw`."""
    _check("gaussian", "gaussian", networks, width)
    keys, share = _chunks(key, networks, width * len(inputs))
    drawn = _output_chunks(keys, jnp.asarray(inputs, jnp.float32), share, width)
    outputs: Array = drawn.reshape(-1, len(inputs))[:networks]
    return outputs


def _check(hidden: str, readout: str, networks: int, width: int) -> None:
    if hidden not in ("gaussian", "uniform") or readout not in EXCESS:
        raise BadInput(
            f"laws {hidden!r}, {readout!r}: hidden is gaussian or uniform, readout one of {', '.join(EXCESS)}"
        )
    if networks < 1 or width < 1:
        raise BadInput(f"{networks} networks of width {width}: need at least one of each")


def _chunks(key: Array, networks: int, entries: int) -> tuple[Array, int]:
    """Keys of chunks of networks, and the networks in each."""
    share = math.ceil(networks / math.ceil(networks * entries / _ENTRIES))
    return jax.random.split(key, math.ceil(networks / share)), share


def _features(key: Array, inputs: Array, law: str, shape: tuple[int, ...]) -> Array:
    """φ of neurons in the given shape, (*shape, n)."""
    weights = _unit(key, law, (*shape, inputs.shape[1]))
    features: Array = jax.lax.erf(jnp.matmul(weights * np.float32(inputs.shape[1] ** -0.5), inputs.T))
    return features


@partial(jax.jit, static_argnums=(2, 3))
def _output_chunks(keys: Array, inputs: Array, share: int, width: int) -> Array:
    def chunk(key: Array) -> Array:
        first, second = jax.random.split(key)
        features = _features(first, inputs, "gaussian", (share, width))
        return jnp.einsum("sc,scn->sn", _unit(second, "gaussian", (share, width)), features)

    outputs: Array = jax.lax.map(chunk, keys) * np.float32(width**-0.5)
    return outputs


@partial(jax.jit, static_argnums=(2, 3, 4))
def _neurons(key: Array, inputs: Array, count: int, hidden: str, readout: str) -> tuple[Array, Array, Array]:
    """Features (count, n), readouts α and squared scales s² (count,) of independent neurons."""
    first, second, third, fourth = jax.random.split(key, 4)
    features, readouts = _features(first, inputs, hidden, (count,)), _unit(second, readout, (count,))
    if readout != "student-3":
        return features, readouts, jnp.ones((count,), jnp.float32)
    # χ² of 3 degrees of freedom; s² = (ν − 2)/χ² makes the variance one.
    uniform = jax.random.uniform(fourth, (count,), jnp.float32, np.finfo(np.float32).tiny, 1.0)
    scales = 1.0 / (_unit(third, "gaussian", (count,)) ** 2 - 2.0 * jnp.log(uniform))
    return features, readouts * jnp.sqrt(scales), scales


@partial(jax.jit, static_argnums=(3, 4, 5, 6))
def _moments(
    features: Array,
    readouts: Array,
    scales: Array,
    share: int,
    width: int,
    excess: float,
    points: tuple[tuple[int, ...], ...],
) -> tuple[Array, Array, Array]:
    """f, K̂ and Ĉ of networks made of consecutive neurons."""
    used = share * width
    phi, alpha, square = (
        array[:used].reshape(share, width, *array.shape[1:]) for array in (features, readouts, scales)
    )
    fourth = jnp.zeros((share, len(points)), jnp.float32)
    if excess and points:
        products = [phi[:, :, a] * phi[:, :, b] * phi[:, :, c] * phi[:, :, d] for a, b, c, d in points]
        fourth = np.float32(excess / width) * jnp.mean(jnp.stack(products, axis=2), axis=1)
    return (
        # Sums written out: a batched product of small matrices takes several times as long on a CPU.
        jnp.sum(alpha[:, :, None] * phi, axis=1) * np.float32(width**-0.5),
        jnp.mean((phi * square[:, :, None])[:, :, :, None] * phi[:, :, None, :], axis=1),
        fourth,
    )


def _unit(key: Array, law: str, shape: tuple[int, ...]) -> Array:
    """Independent numbers of unit variance."""
    if law == "uniform":
        return jax.random.uniform(key, shape, jnp.float32, -(3.0**0.5), 3.0**0.5)
    return jax.random.normal(key, shape, jnp.float32)


def four_point(draws: PriorDraws, quadruples: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """⟨ffff⟩_c by the law of total cumulance, without bias, in float64; one number a quadruple (those of the draws)."""
    networks, points = draws.kernel.shape[:2]
    entries = np.ascontiguousarray(draws.kernel.reshape(networks, -1).T, dtype=np.float64)
    entries -= entries.mean(axis=1, keepdims=True)
    covariance = (entries @ entries.T / (networks - 1)).reshape([points] * 4)
    between = [covariance[a, b, c, d] + covariance[a, c, b, d] + covariance[a, d, b, c] for a, b, c, d in quadruples]
    return np.asarray(np.array(between) + np.asarray(draws.fourth, np.float64).mean(axis=0))


def output_four_point(draws: PriorDraws, quadruples: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """⟨ffff⟩ − Σ_pairings ⟨ff⟩⟨ff⟩ of the outputs themselves: bias of order 1/networks, scatter independent of N."""
    outputs = np.ascontiguousarray(draws.outputs.T, dtype=np.float64)
    second = outputs @ outputs.T / outputs.shape[1]
    return np.array(
        [
            (outputs[a] * outputs[b] * outputs[c] * outputs[d]).mean()
            - second[a, b] * second[c, d]
            - second[a, c] * second[b, d]
            - second[a, d] * second[b, c]
            for a, b, c, d in quadruples
        ]
    )
