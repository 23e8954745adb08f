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
from fieldbench.theory.adaptation import COMPLETE, SLIDE, observables, solve, staircase
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

NAMES = {
    "linear": "linear",
    "cubic": "cubic",
    "harmonic": "harmonic",
    "overlap": "overlap_variance",
    "radius": "transverse_variance",
}
KERNEL_RIDGE = replace(COMPLETE, name="kernel ridge", ridge="kernel")
AXES = {name + suffix: ("sign",) for name in NAMES for suffix in ("", "_kernel_ridge", "_slide")}


def coordinates(setup):
    return {"sign": np.array(SIGNS)}


def _problem(setup, sign, ridge=None):
    return staircase(
        dimension=setup.dimension,
        samples=setup.samples,
        width=setup.width,
        ridge=setup.ridge if ridge is None else ridge,
        chi=setup.chi,
        cubic=sign * setup.cubic,
    )


def _responses(setup, cubic, harmonic):
    """From the coefficients at −|ε| and +|ε| to the responses to the sign of ε."""
    return {
        "response": (cubic[-1] - cubic[0]) / (2 * setup.cubic),
        "harmonic_response": (harmonic[-1] - harmonic[0]) / (2 * setup.cubic),
    }


def _theory(setup, theory, suffix="", ridge=None):
    three = [observables(solve(_problem(setup, sign, ridge), theory)) for sign in SIGNS]
    found = {name: np.array([getattr(one, field) for one in three]) for name, field in NAMES.items()}
    found |= _responses(setup, found["cubic"], found["harmonic"])
    return {name + suffix: value for name, value in found.items()}


def _process(setup, scale, suffix):
    two = [rescaled_process(_problem(setup, sign), scale) for sign in (-1.0, 1.0)]
    found = _responses(setup, [one.cubic for one in two], [one.harmonic for one in two])
    return {name + suffix: value for name, value in found.items()}


def predict(setup):
    """The corrected theory; beside it the theory of the slides, the corrected one with the ridge of K, GP and rescaling."""
    return {
        **_theory(setup, COMPLETE),
        **_theory(setup, KERNEL_RIDGE, "_kernel_ridge"),
        **_theory(setup, SLIDE, "_slide"),
        **_process(setup, 1.0, "_gp"),
        **_process(setup, None, "_rescaling"),
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


@batched(8)
def measure_without_root_two(setup, keys):
    """The misprint of arXiv:2310.03789 eq. 6 taken the other way: noise of variance Tdt, half the temperature."""
    return measure(setup, keys, sampler=Underdamped(temperature=0.5))


@batched(8)
def measure_shuffled(setup, keys, *, sampler):
    """The labels belong to other inputs: there is nothing to learn."""
    split = jax.vmap(jax.random.split)(keys)
    experiment, inputs = _experiment(setup), _inputs(setup, split[:, 0])
    targets = jnp.roll(experiment.targets(inputs), 1, axis=-1)
    return experiment.evidence(inputs, experiment.traces(inputs, targets, split[:, 1], sampler))


def predict_lazy(setup):
    """No feature learning: the Gaussian process in place of the network."""
    found = predict(setup)
    return {**found, **{name: found[name + "_gp"] for name in ("response", "harmonic_response")}}


def predict_full_ridge(setup):
    """κ in place of κ/n in the closure: the factor n of the data average forgotten."""
    return {**predict(setup), **_theory(setup, COMPLETE, ridge=setup.samples * setup.ridge)}


def _remainder(name, sign=None):
    """What is left beyond the response ridge is of the order d/n of that correction itself, whose size is the bound taken."""
    at = {} if sign is None else {"at": {"sign": sign}}
    return {
        "order d/n: as large as the response ridge's own correction": derived(
            lambda full, partial: np.abs(full - partial), each(name, **at), each(name + "_kernel_ridge", **at)
        )
    }


NEGATIVE = {"sign": -1.0}
RIVALS = ("gp", "rescaling")


def _exponent(suffix=""):
    return log_slope(each("harmonic_response" + suffix), over="beta")


GUARDS = (
    Guard("mixing-linear", "rhat_linear", at_most=1.1),
    Guard("mixing-cubic", "rhat_harmonic", at_most=1.1),
    Guard("effective-samples-linear", "ess_linear", at_least=20),
    Guard("effective-samples-cubic", "ess_harmonic", at_least=10),
)
CHECKS = (
    AtLeast(
        "cubic-response-does-not-fall",
        _exponent(),
        derived(lambda exponent: exponent / 2, _exponent("_gp")),
        statement=True,
        where={"mean_field": False},
        rivals=tuple(Rival(rival, _exponent("_" + rival)) for rival in RIVALS),
    ),
    AtMost(
        "gp-lacks-the-cubic",
        derived(lambda gp, network: gp - 0.05 * network, each("gp_harmonic_response"), each("harmonic_response")),
        0.0,
    ),
    Check(
        "cubic-response",
        each("response"),
        budget=_remainder("response"),
        rivals=tuple(Rival(rival, each("response_" + rival)) for rival in RIVALS),
    ),
    Check("linear-learnability", each("linear", at=NEGATIVE), budget=_remainder("linear", -1.0)),
    Check(
        "teacher-variance",
        each("overlap", at=NEGATIVE),
        budget=_remainder("overlap", -1.0),
        rivals=(Rival("slides", each("overlap_slide", at=NEGATIVE)),),
    ),
    Check(
        "transverse-variance",
        each("radius", at=NEGATIVE),
        budget=_remainder("radius", -1.0),
        rivals=(Rival("slides", each("radius_slide", at=NEGATIVE)),),
    ),
)
SMALLEST = {"beta": 0.08}
CONTROLS = (
    Control("noise-without-root-two", "transverse-variance", measure=measure_without_root_two, where=SMALLEST),
    Control("shuffled-labels", "linear-learnability", measure=measure_shuffled, where=SMALLEST),
    Control("no-feature-learning", "cubic-response", predict=predict_lazy),
    Control("ridge-not-over-n", "linear-learnability", predict=predict_full_ridge),
)
