"""A case for tests of interruption: cells that take a moment, and a log of which were measured."""

import os
import time
from dataclasses import dataclass

import jax
import numpy as np

from fieldbench.evidence import Check, Claim, Control, Rival, Source, Tier, grid
from fieldbench.evidence.observables import each

CLAIM = Claim(
    id="sleepy",
    revision=1,
    title="Cells that take a moment",
    statement="A mean of uniforms is one half.",
    sources=(Source(title="any textbook", where="law of large numbers"),),
)


@dataclass(frozen=True)
class Setup:
    """Number of uniforms."""

    size: int


TIERS = {"quick": Tier(grid(Setup, size=[100, 200]), replicates=8)}


def predict(setup):
    """Theory: one half."""
    return {"mean": 0.5}


def uniforms(setup, key):
    """Draws, with a name by which the test knows the cell again."""
    name = np.asarray(jax.random.key_data(key))
    with open(os.environ.get("SLEEPY_LOG", os.devnull), "a") as log:
        log.write(f"{name[0]}-{name[1]}\n")
    time.sleep(0.03)
    return name, np.random.default_rng(name).random(setup.size)


def measure(setup, key):
    """Experiment: the mean of the draws."""
    name, draws = uniforms(setup, key)
    return {"mean": draws.mean(), "name": name}


def measure_squares(setup, key):
    """Control: squares, whose mean is a third."""
    name, draws = uniforms(setup, key)
    return {"mean": (draws**2).mean(), "name": name}


def predict_third(setup):
    """Control: a wrong mean."""
    return {"mean": 1 / 3}


CHECKS = (Check("mean", each("mean"), budget={"none": 0.1}, rivals=(Rival("third", 1 / 3),)),)
CONTROLS = (
    Control("squares", contradicts="mean", measure=measure_squares, where={"size": 200}),
    Control("third", contradicts="mean", predict=predict_third),
)
