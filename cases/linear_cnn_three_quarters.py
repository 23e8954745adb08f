"""A two-layer linear CNN learns a linear teacher with P ~ d^{3/4} samples, while its Gaussian process needs P ~ d."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.evidence import Tier, batched
from fieldbench.sampling import Underdamped
from fieldbench.sampling.control_variates import adjust
from fieldbench.sampling.diagnostics import ess, rhat
from fieldbench.sampling.gibbs import LinearPrior
from fieldbench.sampling.linear_curves import LinearTeacher, gibbs_curves, langevin_traces


@dataclass(frozen=True)
class Setup:
    """One point on the source's ray N = 10 α, S = 50 α, C = 1000 α.

    A replicate is the mean over `draws` independent data sets, each of the largest size with the smaller ones nested in
    it. `langevin` is the number of Langevin steps run beside Gibbs on the first of them (0: none).
    """

    alpha: float
    samples: tuple[int, ...]
    draws: int
    langevin: int = 0
    ridge: float = 1.0
    mean_field: float = 100.0

    @property
    def teacher(self) -> LinearTeacher:
        return LinearTeacher(patches=round(10 * self.alpha), size=round(50 * self.alpha))

    @property
    def prior(self) -> LinearPrior:
        return LinearPrior(channels=round(1000 * self.alpha), mean_field=self.mean_field, ridge=self.ridge)

    @property
    def dimension(self) -> int:
        return self.teacher.patches * self.teacher.size


ORDER_PARAMETERS = ("learnability", "ratio", "orthogonal", "mse")

# Sizes bracket P_50 closely: a replicate's P_50 is interpolated between two nested training sets.
TIERS = {
    "quick": Tier([Setup(0.2, (15, 21), 128, langevin=1600), Setup(0.4, (48, 64), 64)], replicates=16),
    "standard": Tier(
        [
            Setup(0.4, (48, 64), 128, langevin=2000),
            Setup(1.0, (211, 270), 16),
            Setup(2.0, (640, 800), 6),
            Setup(1.0, (125, 160), 16, ridge=0.01),
        ],
        replicates=32,
    ),
    "paper": Tier(
        [
            Setup(0.4, (48, 64), 128, langevin=4000),
            Setup(1.0, (211, 270), 16),
            Setup(2.0, (640, 800), 6),
            Setup(4.0, (1900, 2300), 3),
            Setup(1.0, (125, 160), 16, ridge=0.01),
        ],
        replicates=32,
        note="the source's own ray up to alpha = 4 (d = 8000): about an hour on one core, 2 GiB",
    ),
}


@batched(8)
def measure(setup, keys, *, sampler):
    return _measure(setup, keys, sampler)


@batched(8)
def measure_shuffled(setup, keys, *, sampler):
    return _measure(setup, keys, sampler, shift=1)


@batched(8)
def measure_cold(setup, keys):
    return _measure(setup, keys, Underdamped(temperature=0.5))


def _measure(setup, keys, sampler, *, shift=0):
    keys = jax.vmap(lambda key: jax.random.split(key, setup.draws))(keys)
    sets = _gibbs(setup, keys, keys, shift)
    trace = sets["trace"].reshape(-1, *sets["trace"].shape[2:])
    means = {name: _adjusted(sets[name], sets["controls"]).mean(axis=1) for name in ORDER_PARAMETERS}
    means["raw_learnability"] = sets["learnability"].mean(axis=1)
    means["scatter"] = sets["learnability"].std(axis=1, ddof=1)
    # Chains are short because they forget their start in a sweep: pool the block's data sets, each about its own mean.
    centred = trace - trace.mean(axis=(2, 3), keepdims=True)
    by_sweep = centred.transpose(2, 0, 3, 1).reshape(-1, 2, len(setup.samples))
    by_set = centred.transpose(0, 2, 3, 1).reshape(-1, 2, len(setup.samples))
    means["rhat"] = np.tile(rhat(by_sweep), (len(keys), 1))
    means["ess"] = np.tile(ess(by_set) / len(keys), (len(keys), 1))
    if setup.langevin:
        # Many chains on one data set a replicate, as many as the program just compiled holds.
        same = _gibbs(setup, jnp.repeat(keys[:, :1], setup.draws, axis=1), keys, shift)
        means |= {f"gibbs_{name}": same[name].mean(axis=1)[:, -1] for name in ("learnability", "ratio")}
        means |= _langevin(setup, keys[:, 0], sampler)
    return means


def _gibbs(setup, keys, chain_keys, shift):
    found = gibbs_curves(
        keys.reshape(-1), chain_keys.reshape(-1), shift, teacher=setup.teacher, samples=setup.samples,
        prior=setup.prior, burn_in=3, keep=2,
    )  # fmt: skip
    return {name: np.asarray(a).reshape(*keys.shape, *a.shape[1:]) for name, a in found.items()}


def _adjusted(values, controls):
    """Shape (replicates, draws, sizes), less what the known fluctuations of each of the block's data sets explain."""
    flat = controls.reshape(-1, *controls.shape[2:])
    sizes = [adjust(values[..., k].ravel(), flat[:, k]).reshape(values.shape[:2]) for k in range(values.shape[2])]
    return np.stack(sizes, axis=2)


def _langevin(setup, keys, sampler):
    traces = langevin_traces(
        keys, teacher=setup.teacher, samples=setup.samples[-1], prior=setup.prior, sampler=sampler,
        steps=setup.langevin, burn_in=400, thin=4,
    )  # fmt: skip
    traces = {name: np.asarray(trace, dtype=np.float64) for name, trace in traces.items()}
    means = {f"langevin_{name}": trace.mean(axis=0) for name, trace in traces.items()}
    centred = np.stack([trace - trace.mean(axis=0) for trace in traces.values()], axis=2)
    means["langevin_rhat"] = np.tile(rhat(centred), (len(keys), 1))
    means["langevin_ess"] = np.stack([ess(centred[:, [chain]]) for chain in range(len(keys))])
    return means
