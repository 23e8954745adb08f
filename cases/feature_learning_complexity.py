"""Feature learning changes the complexity class: a network keeps its share of a cubic that its Gaussian process loses."""

import math
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.evidence import AtLeast, AtMost, Check, Claim, Control, Guard, Rival, Source, Tier, batched
from fieldbench.evidence.observables import derived, each, log_slope
from fieldbench.sampling import Underdamped
from fieldbench.sampling.signed_teacher import SIGNS, SignedTeacher
from fieldbench.theory.adaptation import COMPLETE, RESPONSE, SLIDE, cubic_response, observables, solve, staircase
from fieldbench.theory.rescaling import rescaled_process

CLAIM = Claim(
    id="feature-learning-complexity",
    revision=1,
    title="Feature learning changes the complexity class of a cubic target",
    statement=(
        "An erf network in mean-field scaling, taught y = H1(w·x) + ε H3(w·x) with n ∝ d² samples and n/κ ∝ d, keeps a constant "
        "share of the cubic part as d grows; the share of its Gaussian process, and of any rescaling of its kernel, falls as d⁻²."
    ),
    latex=r"R_3=\frac{E[fH_3]_{+\epsilon}-E[fH_3]_{-\epsilon}}{12|\epsilon|}\sim\beta^0,\qquad R_3^{\rm GP}\sim\beta^{-1}",
    sources=(
        Source(
            title="Z. Ringel, Applications of Statistical Field Theory in Deep Learning", where="slides, March 2025"
        ),
        Source(arxiv="2310.03789", where="eqs 7–10 and 13"),
        Source(arxiv="2502.18553", where="review of the adaptive-kernel theory"),
    ),
    regime="d = 150√β, n = 3000β, N = 700β, κ ∝ √β, feature-learning strength χ√β/N held fixed",
    stated={"scaling": "d = 150√β, n = 3000β, N = 700β, κ ∝ √β", "activation": "erf", "target": "H1 + ε H3"},
    chosen={
        "ridge": "not stated by the source; κ = 5√β",
        "cubic": "not stated by the source; ε = ±0.1, and 0 as a control",
        "variances": "not stated by the source; σ_a² = σ_w² = 1",
        "chi": "χ = N√(.08/β): with χ = N along the ray the strength itself grows as √β, which would feign the claim",
        "observable": (
            "the response to the sign of ε, and the harmonic part of H3: E[f H3] alone scores .27 for a network taught z only (erf's own cubic), and for "
            "a Gaussian process it is the radial mode z(|x|² − d − 2) riding on H1"
        ),
    },
    bibtex=("Rubin2024", "Ringel2025"),
)


@dataclass(frozen=True)
class Setup:
    """One β of the ray; `steps` after a burn-in of a quarter of them, from one or two starts."""

    beta: float
    steps: int = 2000
    starts: int = 2
    mean_field: bool = False
    cubic: float = 0.1

    @property
    def dimension(self):
        return round(150 * math.sqrt(self.beta))

    @property
    def samples(self):
        return round(3000 * self.beta)

    @property
    def width(self):
        return round(700 * self.beta)

    @property
    def ridge(self):
        return 5 * math.sqrt(self.beta)

    @property
    def chi(self):
        return self.width * (1.0 if self.mean_field else math.sqrt(0.08 / self.beta))


STANDARD = [Setup(0.08), Setup(0.14), Setup(0.24), Setup(0.4)]
TIERS = {
    "quick": Tier([Setup(0.08, steps=1200), Setup(0.2, starts=1)], replicates=8),
    "standard": Tier(STANDARD, replicates=24, note="about 12 minutes on one core"),
    "paper": Tier(
        [*STANDARD, Setup(1.0, steps=3000, starts=1), Setup(1.0, steps=4000, starts=1, mean_field=True)],
        replicates=8,
        note="β = 1 is the source's own size (d = 150, n = 3000, N = 700): 20 minutes on two cores",
    ),
}

AXES = {name: ("sign",) for name in ("linear", "cubic", "harmonic", "overlap", "radius")}


def coordinates(setup):
    return {"sign": np.array(SIGNS)}


def _problem(setup, sign=1.0):
    return staircase(
        dimension=setup.dimension,
        samples=setup.samples,
        width=setup.width,
        ridge=setup.ridge,
        chi=setup.chi,
        cubic=sign * setup.cubic,
    )


def _theory(setup, theory, suffix=""):
    three = [observables(solve(_problem(setup, sign), theory)) for sign in SIGNS]
    names = {
        "linear": "linear",
        "cubic": "cubic",
        "harmonic": "harmonic",
        "overlap": "overlap_variance",
        "radius": "transverse_variance",
    }
    found = {name: np.array([getattr(one, field) for one in three]) for name, field in names.items()}
    found["response"] = (found["cubic"][2] - found["cubic"][0]) / (2 * setup.cubic)
    found["harmonic_response"] = (found["harmonic"][2] - found["harmonic"][0]) / (2 * setup.cubic)
    return {name + suffix: value for name, value in found.items()}


def _process(setup, scale, suffix):
    down, up = (rescaled_process(_problem(setup, sign), scale) for sign in (-1.0, 1.0))
    return {
        "response" + suffix: (up.cubic - down.cubic) / (2 * setup.cubic),
        "harmonic_response" + suffix: (up.harmonic - down.harmonic) / (2 * setup.cubic),
    }


def predict(setup):
    gp = _process(setup, 1.0, "_gp")
    return {
        **_theory(setup, COMPLETE),
        **_theory(setup, RESPONSE, "_response_theory"),
        **_theory(setup, SLIDE, "_slide"),
        **gp,
        **_process(setup, None, "_rescaling"),
        "gp_harmonic_response": gp["harmonic_response_gp"],
    }


def _experiment(setup):
    return SignedTeacher(
        width=setup.width,
        ridge=setup.ridge,
        feature_scale=setup.chi,
        cubic=setup.cubic,
        steps=setup.steps,
        burn_in=setup.steps // 4,
        starts=setup.starts,
    )


def _inputs(setup, keys):
    shape = (setup.samples, setup.dimension)
    return jax.vmap(lambda key: jax.random.normal(key, shape, jnp.float32))(keys)


@batched(8)
def measure(setup, keys, *, sampler):
    """Both signs of ε and ε = 0 on each replicate's own data set, from the same start with the same noise."""
    split = jax.vmap(jax.random.split)(keys)
    experiment, inputs = _experiment(setup), _inputs(setup, split[:, 0])
    traces = experiment.traces(inputs, experiment.targets(inputs), split[:, 1], sampler)
    return experiment.evidence(inputs, traces)


GUARDS = (Guard("mixing-linear", "rhat_linear", at_most=1.1), Guard("mixing-cubic", "rhat_harmonic", at_most=1.1))
EXPONENT = log_slope(each("harmonic_response"), over="beta")
CHECKS = (
    AtLeast(
        "cubic-response-does-not-fall",
        EXPONENT,
        derived(lambda exponent: exponent / 2, log_slope(each("harmonic_response_gp"), over="beta")),
        statement=True,
        where={"mean_field": False},
        rivals=(
            Rival("gaussian-process", log_slope(each("harmonic_response_gp"), over="beta")),
            Rival("rescaling", log_slope(each("harmonic_response_rescaling"), over="beta")),
        ),
    ),
)
CONTROLS = ()
