"""Langevin sampling of two-layer networks: the step, its compilation, and effective samples a gradient.

`track_*` are counts by formula or by fixed seed; wall times on a shared machine only trend. XLA's cost analysis counts
a scan of a hundred steps as one, so flops and bytes are counted by hand.
"""

import math
import time
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from fieldbench import sampling
from fieldbench.sampling import EulerMaruyama, MetropolisAdjusted, Underdamped
from fieldbench.sampling.integrators import loop, normals
from fieldbench.sampling.networks import Weights, fully_connected, harmonic_norm, order_parameters
from fieldbench.statistics import diagnostics

# Per entry: erf 20, its slope 20 (a polynomial of degree 5, and the exponent's bits); a normal is half of two words of
# Threefry (20 rounds of 5) and of Box–Muller (30); the dynamics moves it in 8.
BETAS, ERF_FLOPS, NORMAL_FLOPS, MOVE_FLOPS = [0.08, 0.24, 1.0], 20, 65, 8
SAMPLERS = {"baoab": Underdamped(), "euler-maruyama": EulerMaruyama(), "metropolis": MetropolisAdjusted()}
LEAPFROGS = 16
SIGNS, CUBIC = (-1.0, 0.0, 1.0), 0.1
SPREAD_OF_STARTS = (1.0, 3.0)


def _sampler(name):
    """A sampler by name; what this commit does not have yet is skipped."""
    if name in SAMPLERS:
        return SAMPLERS[name], 1
    try:
        if name == "gibbs-within-langevin":
            return sampling.GibbsWithinLangevin(), 1
        return MetropolisAdjusted(step=2.0, leapfrogs=LEAPFROGS), LEAPFROGS
    except (AttributeError, TypeError) as absent:
        raise NotImplementedError(f"{name} is not there yet") from absent


def _sizes(beta):
    """d, n, N, κ, χ of claim A2 at β."""
    width = round(700 * beta)
    return round(150 * math.sqrt(beta)), round(3000 * beta), width, 5 * math.sqrt(beta), width * math.sqrt(0.08 / beta)


def gradient_flops(dimension, samples, width):
    """Two matrix products (4 n d N), erf and its slope and the readout's two products on an (N, n) array."""
    return 4 * samples * dimension * width + samples * width * (2 * ERF_FLOPS + 8)


def step_flops(dimension, samples, width):
    """The gradient, and noise and dynamics of N(d + 1) weights."""
    return gradient_flops(dimension, samples, width) + width * (dimension + 1) * (NORMAL_FLOPS + MOVE_FLOPS)


def gradient_bytes(dimension, samples, width, itemsize=4):
    """Inputs read twice, weights read and gradients written, and six passes over the (N, n) array."""
    return itemsize * (2 * samples * dimension + 4 * width * (dimension + 1) + 6 * width * samples)


def _run(beta, replicates, steps, sampler, burn_in=0, starts=1, thin=10):
    """Traces, (draws, replicates, starts, signs), of networks as claim A2 samples them.

    Taught z + sε H_3(z) at the three signs s of ε, on the same inputs, from the same start, with the same noise; a
    second start is three times as wide along the teacher.
    """
    dimension, samples, width, ridge, scale = _sizes(beta)
    shape = (replicates, starts, len(SIGNS))
    inputs = jax.random.normal(jax.random.key(1), (replicates, samples, dimension), jnp.float32)
    z = inputs[..., 0]
    targets = jnp.stack([z + sign * CUBIC * (z**3 - 3 * z) for sign in SIGNS], axis=1)
    targets = jnp.broadcast_to(targets[:, None], (*shape, samples))
    energy = fully_connected(inputs, targets, width=width, ridge=ridge, feature_scale=scale)

    keys = jax.random.split(jax.random.key(0), replicates)
    split = jax.vmap(lambda key: jax.random.split(key, starts + 1))(keys)
    weights = (replicates, starts, 1, width, dimension), (replicates, starts, 1, width, 1)
    start = Weights(*normals(split[:, 0], weights, inputs.dtype))
    along = jnp.asarray(SPREAD_OF_STARTS[:starts], inputs.dtype)[None, :, None, None]
    start = start._replace(hidden=start.hidden.at[..., 0].multiply(along))
    start = jax.tree.map(lambda w: jnp.broadcast_to(w, shape + w.shape[3:]), start)
    observe = Partial(order_parameters, energy)
    found = sampler.sample(energy, start, split[:, 1:, None], steps=steps, burn_in=burn_in, thin=thin, observe=observe)
    traces = {name: np.asarray(trace, np.float64) for name, trace in found.records.items()}
    return {
        "linear": traces["linear"],
        "cubic": traces["hermite"] / 6,
        "harmonic": traces["harmonic"] / harmonic_norm(dimension),
        "overlap": traces["overlap"],
    }


class LangevinStep:
    """Ten steps of BAOAB at the sizes of claim A2, the three signs of ε on one data set."""

    params = (BETAS,)
    param_names = ("beta",)
    version = "1"
    timeout = 300

    def setup(self, beta):
        _run(beta, 1, 10, Underdamped())

    def time_ten_steps(self, beta):
        _run(beta, 1, 10, Underdamped())

    time_ten_steps.version = "1"

    def track_flops_a_step(self, beta):
        dimension, samples, width, *_ = _sizes(beta)
        return len(SIGNS) * step_flops(dimension, samples, width)

    track_flops_a_step.unit = "flops"
    track_flops_a_step.version = "1"

    def track_bytes_a_step(self, beta):
        dimension, samples, width, *_ = _sizes(beta)
        return len(SIGNS) * gradient_bytes(dimension, samples, width)

    track_bytes_a_step.unit = "bytes"
    track_bytes_a_step.version = "1"


class LangevinESS:
    """Effective samples of the linear and cubic overlaps a gradient, from fixed seeds, and what was learned.

    All samplers get the same number of gradients. A sampler of another law (noise without √2, noise drawn twice) shows
    in the learnabilities and in the squared weights, whatever its speed.
    """

    params = ([*SAMPLERS, "hamiltonian", "gibbs-within-langevin"],)
    param_names = ("sampler",)
    version = "2"
    timeout = 300
    gradients = 1600

    def setup(self, name):
        sampler, each = _sampler(name)
        steps = self.gradients // each // 10 * 10
        traces = _run(0.08, 4, steps, sampler, burn_in=steps // 2, starts=2, thin=4)
        spent = 2 * steps * each
        series = {k: v.transpose(0, 2, 1, 3) for k, v in traces.items()}
        self.linear = float(diagnostics.ess(series["linear"]).mean()) / spent
        self.cubic = float(diagnostics.ess(series["harmonic"]).mean()) / spent
        self.rhat = float(diagnostics.rhat(series["linear"]).max())
        self.means = {k: float(np.mean(v[..., 0])) for k, v in traces.items()}

    def track_linear_ess_a_gradient(self, sampler):
        return self.linear

    track_linear_ess_a_gradient.version = "2"

    def track_cubic_ess_a_gradient(self, sampler):
        return self.cubic

    track_cubic_ess_a_gradient.version = "2"

    def track_rhat(self, sampler):
        return self.rhat

    track_rhat.version = "2"

    def track_learnability(self, sampler):
        return self.means["linear"]

    track_learnability.version = "2"

    def track_cubic_learnability(self, sampler):
        return self.means["cubic"]

    track_cubic_learnability.version = "2"

    def track_teacher_variance(self, sampler):
        return self.means["overlap"]

    track_teacher_variance.version = "2"


class StationaryLaw:
    """Variance on quadratic energies over its closed form, at the default step: one, or the sampler's known bias."""

    params = (list(SAMPLERS),)
    param_names = ("sampler",)
    version = "1"
    timeout = 300

    def setup(self, name):
        stiffness = jnp.array([1.0, 5.0, 25.0], jnp.float32)
        chains = 4000
        energy = _Quadratic(stiffness, jnp.max(stiffness), chains)
        start = jax.random.normal(jax.random.key(0), (chains, 3), jnp.float32) / jnp.sqrt(stiffness)
        found = SAMPLERS[name].sample(
            energy, start, jax.random.key(1), steps=400, burn_in=400, thin=20, observe=lambda x: {"square": x * x}
        )
        self.ratios = np.asarray(found.records["square"]).mean(axis=(0, 1)) * np.asarray(stiffness)

    def track_softest(self, sampler):
        return float(self.ratios[0])

    track_softest.version = "1"

    def track_stiffest(self, sampler):
        return float(self.ratios[-1])

    track_stiffest.version = "1"


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class _Quadratic:
    stiffness: jax.Array
    curvature: jax.Array
    chains: int = field(metadata={"static": True})

    @property
    def batch(self):
        return (self.chains,)

    def value(self, position):
        return jnp.sum(self.stiffness * position**2, axis=-1) / 2

    def gradient(self, position):
        return self.stiffness * position


class Compile:
    """Compilation of a whole run, and how many there are for new data, new keys and another step of one shape."""

    version = "1"
    timeout = 300

    def track_seconds(self):
        jax.clear_caches()
        start = time.perf_counter()
        _run(0.08, 1, 10, Underdamped())
        first = time.perf_counter() - start
        start = time.perf_counter()
        _run(0.08, 1, 10, Underdamped())
        return first - (time.perf_counter() - start)

    track_seconds.unit = "seconds"
    track_seconds.version = "1"

    def track_programs_a_shape(self):
        jax.clear_caches()
        for step in (0.5, 1.0):
            _run(0.08, 1, 10, Underdamped(step=step))
        return loop._run._cache_size()

    track_programs_a_shape.version = "1"
