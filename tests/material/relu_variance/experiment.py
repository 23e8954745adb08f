from dataclasses import dataclass

import jax
import jax.numpy as jnp

from fieldbench.claims import Experiment, Quantity


@dataclass(frozen=True)
class Network(Experiment):
    """f(x) = Σ_c a_c relu(w_c·x) at one x with |x|² = d = `inputs`; a replicate is `networks` of them."""

    width: int
    sigma_w: float = 1.5
    sigma_a: float = 0.8
    inputs: int = 2
    networks: int = 30_000

    second = Quantity(symbol="⟨f²⟩", doc="second moment of the output over the ensemble")
    fourth = Quantity(symbol="⟨f⁴⟩", doc="fourth moment of the output over the ensemble")

    def measure(self, key):
        first, last = jax.random.split(key)
        w = jax.random.normal(first, (self.networks, self.width, self.inputs))
        a = jax.random.normal(last, (self.networks, self.width))
        w, a = w * self.sigma_w / self.inputs**0.5, a * self.sigma_a / self.width**0.5
        f = (a * self.activation(w @ jnp.ones(self.inputs))).sum(axis=1)
        return {self.second: (f**2).mean(), self.fourth: (f**4).mean()}

    def activation(self, h):
        return jnp.maximum(h, 0.0)


@dataclass(frozen=True)
class Leaky(Network):
    """Broken: a leaky ReLU of slope 0.3, which somebody's default argument gave."""

    def activation(self, h):
        return jnp.where(h > 0, h, 0.3 * h)
