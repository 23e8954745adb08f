"""A small honest case for tests of the machinery: the mean of `size` normals around one, times `size`."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from fieldbench.evidence import AtLeast, Check, Claim, Control, Guard, Rival, Source, Tier, grid
from fieldbench.evidence.observables import each, log_slope, theory

CLAIM = Claim(
    id="toy-sum",
    revision=1,
    title="Sums of normals grow linearly",
    statement="The sum of n normals of mean one grows as n.",
    sources=(Source(title="any textbook", where="law of large numbers"),),
    chosen={"scatter": "0.1, so that tests are quick"},
)


@dataclass(frozen=True)
class Setup:
    """Number of normals."""

    size: int
    scatter: float = 0.1


TIERS = {"quick": Tier(grid(Setup, size=[10, 100, 1000]), replicates=8), "standard": Tier([Setup(50), Setup(5000)], 8)}


def predict(setup):
    """Theory: the sum is the number of terms."""
    return {"sum": float(setup.size), "square root": setup.size**0.5}


def measure(setup, key):
    """Experiment: draw the terms and add them."""
    terms = 1.0 + setup.scatter * jax.random.normal(key, (setup.size,))
    return {"sum": jnp.sum(terms), "residual": jnp.abs(jnp.mean(terms) - 1.0)}


def predict_tenth_more(setup):
    """Control: ten per cent too much."""
    return {"sum": 1.1 * setup.size}


def measure_without_offset(setup, key):
    """Control: normals of mean zero, squared to stay positive."""
    return {"sum": jnp.sum(setup.scatter * jax.random.normal(key, (setup.size,)) ** 2), "residual": jnp.zeros(())}


GUARDS = (Guard("small-residual", "residual", at_most=0.5),)
CHECKS = (
    Check(
        "sum",
        each("sum"),
        scale="log",
        budget={"finite size": 0.05},
        where={"size": (100, 1000, 50, 5000)},
        rivals=(Rival("square-root", each("square root"), free="offset"),),
    ),
    Check("exponent", log_slope(each("sum"), over="size"), budget={"finite size": 0.05}, rivals=(Rival("half", 0.5),)),
    Check("limit", theory(lambda: 1.0), expected=1.0, budget={"rounding": 1e-12}, exact=True),
    AtLeast("statement", log_slope(each("sum"), over="size"), 0.9, statement=True),
)
CONTROLS = (
    Control("tenth-more", contradicts="sum", predict=predict_tenth_more),
    Control("no-offset", contradicts="sum", measure=measure_without_offset, where={"size": (1000, 5000)}),
)
