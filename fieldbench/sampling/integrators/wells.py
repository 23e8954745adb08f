"""One-dimensional wells U = ½kθ² + gθ⁴, many chains in each: energies whose stationary laws are known at any step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.errors import BadInput
from fieldbench.sampling.integrators.interface import in_its_dtype
from fieldbench.typing import Array, Float, Numbers


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Wells:
    """A batch (*chains, wells) of one-dimensional chains; positions are arrays of that shape.

    The curvature is set to 1, so that a sampler's step is the step h itself. Keys of shape (*chains, 1) drive the wells
    of a chain by the same noise: differences between wells then scatter less than each of them.
    """

    stiffness: Float[Array, "*ones wells"]
    quartic: Float[Array, "*ones wells"]
    curvature: Float[Array, ""]
    batch: tuple[int, ...] = field(metadata={"static": True})

    def value(self, position: Float[Array, "*chains wells"]) -> Float[Array, "*chains wells"]:
        """½kθ² + gθ⁴."""
        square = position * position
        return (self.stiffness / 2 + self.quartic * square) * square

    def gradient(self, position: Float[Array, "*chains wells"]) -> Float[Array, "*chains wells"]:
        """kθ + 4gθ³."""
        return (self.stiffness + 4 * self.quartic * position * position) * position


def wells(stiffness: Numbers, quartic: Numbers, chains: tuple[int, ...], dtype: Any = np.float32) -> Wells:
    """The energy of chains (*chains,) in each of the wells (k, g).

    Args:
        stiffness, quartic: k and g of each well, shape (wells,).
        chains: axes of independent chains before the axis of wells.
        dtype: float32 or float64.

    Raises:
        BadInput: k or g negative, a flat well, shapes that differ, or float64 where JAX has none.
    """
    k, g = (np.asarray(values, dtype) for values in (stiffness, quartic))
    if k.ndim != 1 or k.shape != g.shape:
        raise BadInput(f"stiffness {k.shape} and quartic {g.shape} must be vectors of one length")
    if not (np.all(k >= 0) and np.all(g >= 0) and np.all(k + g > 0)):
        raise BadInput(f"wells k={k.tolist()}, g={g.tolist()}: both at least zero, and one of them positive")
    shape = (1,) * len(chains) + k.shape
    one = in_its_dtype("wells", np.ones((), dtype))
    return Wells(jnp.asarray(k.reshape(shape)), jnp.asarray(g.reshape(shape)), one, (*chains, k.shape[0]))
