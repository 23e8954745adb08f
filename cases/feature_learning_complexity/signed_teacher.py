"""How erf networks answer the sign of their teacher's cubic part: y = z + sε H_3(z), s = −1, 0, +1, all else equal.

An overlap E[f H_3] alone is no evidence of learning a cubic: erf has a cubic of its own, which a network taught z alone
shows too. The response

    R_3 = (E[f H_3]_{+ε} − E[f H_3]_{−ε}) / (2ε E[H_3²]),     and the same with the cubic harmonic h in place of H_3,

is free of it: 1 for a network that has learned the cubic, 0 for one that has not. Same inputs and same noise cancel
most of its scatter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from numpy.typing import NDArray

from fieldbench.errors import BadInput
from fieldbench.sampling import Sampler
from fieldbench.sampling.integrators import normals
from fieldbench.sampling.networks import Weights, fully_connected, harmonic_norm, order_parameters
from fieldbench.typing import Array, Float

SIGNS = (-1.0, 0.0, 1.0)
_SPREAD_OF_STARTS = (1.0, 3.0)

FloatArray = NDArray[np.float64]


class Traces(NamedTuple):
    """Along the chains, each (draws, replicates, starts, signs).

    Attributes:
        linear, cubic, harmonic: coefficients of z, H_3 and the cubic harmonic h in f.
        overlap: d⟨m²⟩.
        radius: d⟨w_⊥²⟩ of one component.
    """

    linear: FloatArray
    cubic: FloatArray
    harmonic: FloatArray
    overlap: FloatArray
    radius: FloatArray


class Means(NamedTuple):
    """Posterior means of a replicate, (replicates, signs), and its responses to the sign of ε, (replicates,)."""

    linear: FloatArray
    cubic: FloatArray
    overlap: FloatArray
    radius: FloatArray
    response: FloatArray
    harmonic_response: FloatArray


@dataclass(frozen=True)
class SignedTeacher:
    """The network (width N, ridge κ, factor χ, |ε|, σ_w², σ_a²) and how long to sample from how many starts.

    Every fourth step is observed: the stiffest modes turn by up to 1.2 rad a step, and one that comes round fully
    between two looks seems frozen (every tenth step left a seventh of the effective samples of E[f z] at β = .4).

    The first start is a draw from the prior, the second one three times as wide along the teacher, beyond the
    feature-learning state: R-hat of the two sees both sides.
    """

    width: int
    ridge: float
    feature_scale: float
    cubic: float
    steps: int
    burn_in: int
    starts: int = 2
    thin: int = 4
    hidden_variance: float = 1.0
    readout_variance: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.starts <= len(_SPREAD_OF_STARTS):
            raise BadInput(f"starts = {self.starts}: one or two")
        if self.cubic == 0:
            raise BadInput("cubic = 0: the response to the sign of nothing is undefined")

    def targets(self, inputs: Float[Array, "replicates samples dimension"]) -> Float[Array, "replicates signs samples"]:
        """z + sε H_3(z) for the three signs s, z the first coordinate."""
        z = inputs[..., 0]
        return jnp.stack([z + sign * self.cubic * (z**3 - 3 * z) for sign in SIGNS], axis=1)

    def traces(
        self,
        inputs: Float[Array, "replicates samples dimension"],
        targets: Float[Array, "replicates signs samples"],
        keys: Array,
        sampler: Sampler,
    ) -> Traces:
        """Order parameters of the chains; `keys` holds one key a replicate."""
        replicates, _, dimension = inputs.shape
        shape = (replicates, self.starts, len(SIGNS))
        targets = jnp.broadcast_to(targets[:, None], (*shape, targets.shape[-1]))
        energy = fully_connected(
            inputs, targets, width=self.width, ridge=self.ridge, feature_scale=self.feature_scale,
            hidden_variance=self.hidden_variance, readout_variance=self.readout_variance,
        )  # fmt: skip
        split = jax.vmap(lambda key: jax.random.split(key, self.starts + 1))(keys)

        shapes = (replicates, self.starts, 1, self.width, dimension), (replicates, self.starts, 1, self.width, 1)
        start = Weights(*normals(split[:, 0], shapes, inputs.dtype))
        along = jnp.asarray(_SPREAD_OF_STARTS[: self.starts], inputs.dtype)[None, :, None, None]
        start = start._replace(hidden=start.hidden.at[..., 0].multiply(along))
        initial = jax.tree.map(lambda w: jnp.broadcast_to(w, shape + w.shape[3:]), start)
        samples = sampler.sample(
            energy,
            initial,
            split[:, 1:, None],
            steps=self.steps,
            burn_in=self.burn_in,
            thin=self.thin,
            observe=Partial(order_parameters, energy),  # type: ignore[no-untyped-call]
        )
        found = {name: np.asarray(trace, np.float64) for name, trace in samples.records.items()}
        return Traces(
            linear=found["linear"],
            cubic=found["hermite"] / 6,
            harmonic=found["harmonic"] / harmonic_norm(dimension),
            overlap=found["overlap"],
            radius=found["radius"],
        )

    def means(self, traces: Traces) -> Means:
        """Over draws and starts."""
        linear, cubic, harmonic, overlap, radius = (trace.mean(axis=(0, 2)) for trace in traces)
        return Means(linear, cubic, overlap, radius, self._response(cubic), self._response(harmonic))

    def _response(self, coefficient: FloatArray) -> FloatArray:
        """From a coefficient at the three signs, (replicates, signs), to its response, (replicates,)."""
        return np.asarray((coefficient[:, -1] - coefficient[:, 0]) / (2 * self.cubic))
