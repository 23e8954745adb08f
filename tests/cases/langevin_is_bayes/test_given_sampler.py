"""A sampler given to the suite: right ones keep the verdict, one a per cent off loses it."""

from dataclasses import dataclass

import jax
import numpy as np
import pytest

from cases.langevin_is_bayes.stationary_laws import any_sampler
from cases.langevin_is_bayes.wells import GivenWells
from fieldbench.sampling import Underdamped
from fieldbench.verdicts.rule import estimate, judge


class Weaker:
    """An energy whose force is a per cent too small."""

    def __init__(self, energy):
        self.energy = energy

    def gradient(self, position):
        return 0.99 * self.energy.gradient(position)

    def __getattr__(self, name):
        return getattr(self.energy, name)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class WeakForce(Underdamped):
    def move(self, energy, state, noise, step):
        return super().move(Weaker(energy), state, noise, step)


SAMPLERS = {
    "reproduced": (Underdamped(), Underdamped(step=1.0), Underdamped(step=0.7, friction=1.0)),
    "contradicted": (Underdamped(temperature=1.01**2), WeakForce()),
}


@pytest.mark.slow
@pytest.mark.parametrize(("verdict", "sampler"), [(v, s) for v, samplers in SAMPLERS.items() for s in samplers])
def test_a_per_cent_in_noise_or_force_is_contradicted_and_another_step_is_not(verdict, sampler):
    at = GivenWells(6000)
    found = at.measure(jax.random.split(jax.random.key(11), 16), sampler=sampler)
    known = any_sampler(at)[GivenWells.square]
    (asked,) = (np.log1p(known.sizes()[r.name] / known.value) for r in known.remainders)
    logs = np.log(np.asarray(found[GivenWells.square]))
    assert judge(estimate(logs), np.log(known.value), -asked, asked) == verdict
