"""Chains of the posterior exp{−½|w|² − Σ_μ[Δ_μ² + uΔ_μ⁴]/2κ}, Δ = y − Ψw, paired with chains of a Gaussian one.

Around the Gaussian posterior of the ridge κ_c = κ/(1 + 6uc), any c, in coordinates ζ that whiten it and start from its
mean, the energy is

    U(ζ) = ½|ζ|² + (u/2κ) Σ_μ (Δ_μ⁴ − 6cΔ_μ²),   Δ = Δ_c − Xζ,

up to a constant: all frequencies are near one, so that a chain forgets its start in a few steps. Beside each chain runs
one with ½|ζ|² alone on the same noise, whose mean is exactly zero: the difference of the two scatters by what the
quartic term does, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp

from fieldbench.errors import BadInput
from fieldbench.typing import Array, Float


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class QuarticPosterior:
    """Energies of a batch (sets, chains, 2): the quartic posterior and its Gaussian partner, in that order.

    Positions are arrays (sets, chains, 2, m). Keys of shape (sets, chains, 1) drive the partners by the same noise.

    Attributes:
        points: X, training features in the whitened coordinates, (sets, n, m).
        missed: Δ_c, (sets, n).
        contraction: c of each set, (sets,).
        ridge, coupling: κ and u.
        curvature: an estimate of the largest second derivative.
    """

    points: Float[Array, "sets n m"]
    missed: Float[Array, "sets n"]
    contraction: Float[Array, " sets"]
    ridge: Float[Array, ""]
    coupling: Float[Array, ""]
    curvature: Float[Array, ""]
    chains: int = field(metadata={"static": True})

    @property
    def batch(self) -> tuple[int, ...]:
        """(sets, chains, 2)."""
        return (self.points.shape[0], self.chains, 2)

    def residuals(self, position: Float[Array, "sets chains 2 m"]) -> Float[Array, "sets chains n"]:
        """Δ of the quartic chains."""
        moved = jnp.einsum("scm,snm->scn", position[:, :, 0], self.points)
        return self.missed[:, None, :] - moved

    def value(self, position: Float[Array, "sets chains 2 m"]) -> Float[Array, "sets chains 2"]:
        """U of every chain."""
        square = self.residuals(position) ** 2
        quartic = jnp.sum(square**2 - 6 * self.contraction[:, None, None] * square, axis=-1)
        interaction = self.coupling / (2 * self.ridge) * quartic
        free = jnp.sum(position**2, axis=-1) / 2
        return free + jnp.stack([interaction, jnp.zeros_like(interaction)], axis=-1)

    def gradient(self, position: Float[Array, "sets chains 2 m"]) -> Float[Array, "sets chains 2 m"]:
        """∂U/∂ζ."""
        missed = self.residuals(position)
        cubic = missed * (missed**2 - 3 * self.contraction[:, None, None])
        force = -2 * self.coupling / self.ridge * jnp.einsum("scn,snm->scm", cubic, self.points)
        return position + jnp.stack([force, jnp.zeros_like(force)], axis=2)


def quartic_posterior(
    points: Float[Array, "sets n m"],
    levels: Float[Array, "sets m"],
    targets: Float[Array, "sets n"],
    contraction: Float[Array, " sets"],
    *,
    ridge: float,
    coupling: float,
    chains: int,
) -> tuple[QuarticPosterior, Float[Array, "sets m"], Float[Array, "sets m"]]:
    """The energy, with the Gaussian's mean weights and standard deviations: w = mean + deviation·ζ.

    Args:
        points, levels: of `regression.modes.basis`, of each data set.
        targets: y(x_μ).
        contraction: c ≥ 0; the law does not depend on it.
        ridge, coupling: κ > 0 and u ≥ 0.
        chains: of each data set.

    Raises:
        BadInput: shapes that do not fit, no chain, κ ≤ 0 or u < 0 (the law is then not normalisable).
    """
    sets, count, modes = points.shape
    if levels.shape != (sets, modes) or targets.shape != (sets, count) or contraction.shape != (sets,):
        raise BadInput(
            f"points {points.shape}, levels {levels.shape}, targets {targets.shape}, contraction {contraction.shape}: "
            "need (sets, n, m), (sets, m), (sets, n), (sets,)"
        )
    if chains < 1 or not ridge > 0.0 or coupling < 0.0:
        raise BadInput(f"{chains} chains, ridge {ridge}, coupling {coupling}: need one chain, κ > 0 and u ≥ 0")
    dtype = points.dtype
    dressed = (ridge / (1.0 + 6.0 * coupling * contraction))[:, None]
    mean = jnp.einsum("snm,sn->sm", points, targets) / (levels + dressed)
    deviation = jnp.sqrt(dressed / (levels + dressed))
    missed = targets - jnp.einsum("snm,sm->sn", points, mean)
    # The quartic's own curvature, (6u/κ)(Δ² − c) on a mode that sees many points, is well below that of the prior.
    one = jnp.ones((), dtype)
    energy = QuarticPosterior(
        points * deviation[:, None, :],
        missed,
        contraction,
        jnp.asarray(ridge, dtype),
        jnp.asarray(coupling, dtype),
        one,
        chains,
    )
    return energy, mean, deviation
