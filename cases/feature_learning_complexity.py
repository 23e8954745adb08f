"""Feature learning changes the complexity class: a network keeps the share of a cubic that its GP loses."""

import math
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.evidence import AtLeast, AtMost, Check, Claim, Control, Guard, Points, Rival, Source, Tier, batched
from fieldbench.evidence.observables import derived, each, log_slope
from fieldbench.sampling import Underdamped
from fieldbench.sampling.signed_teacher import SIGNS, SignedTeacher
from fieldbench.sampling.teacher_moments import controls, expected_controls
from fieldbench.theory.adaptation import COMPLETE, SLIDE, observables, solve, staircase
from fieldbench.theory.rescaling import rescaled_process

CLAIM = Claim(
    id="feature-learning-complexity",
    revision=1,
    title="Feature learning changes the complexity class of a cubic target",
    statement=(
        "An erf network in mean-field scaling, taught y = H1(w·x) + ε H3(w·x) with n ∝ d² samples and n/κ ∝ d, keeps a "
        "constant share of the cubic part as d grows; the share of its Gaussian process, and of any rescaling of its "
        "kernel, falls as d⁻²."
    ),
    latex=(
        r"R_3=\frac{E[fH_3]_{+\epsilon}-E[fH_3]_{-\epsilon}}{12|\epsilon|}\sim\beta^0,"
        r"\qquad R_3^{\rm GP}\sim\beta^{-1}"
    ),
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
        "chi": "χ = N√(.08/β): with χ = N the strength would grow as √β along the ray and feign the claim",
        "observable": (
            "the response to the sign of ε, in H3 and in its harmonic part h: E[f H3] alone scores .27 for a network "
            "taught z only (erf's own cubic), and for a GP it is the radial mode z(|x|² − d − 2) riding on H1"
        ),
    },
    errata=(
        "the slides' theory freezes |w_⊥| and takes κ for the ridge; the corrected one lets |w_⊥| adapt, sums the "
        "effective ridge over the response spectrum and has the connected term",
    ),
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
    "quick": Tier([Setup(0.08, steps=1200), Setup(0.14, steps=1600)], replicates=8),
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
KERNEL_RIDGE = replace(COMPLETE, name="ridge over the kernel's spectrum", ridge="kernel")
NO_CONNECTED = replace(COMPLETE, name="without the connected term", connected=False)
AXES = {name + suffix: ("sign",) for name in NAMES for suffix in ("", "_ridge", "_connected", "_slides")}


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
    """From the coefficients at −|ε| (first) and +|ε| (last) to the responses to the sign of ε."""
    return {
        "response": (cubic[-1] - cubic[0]) / (2 * setup.cubic),
        "harmonic_response": (harmonic[-1] - harmonic[0]) / (2 * setup.cubic),
    }


def _theory(setup, theory, ridge=None):
    three = [observables(solve(_problem(setup, sign, ridge), theory)) for sign in SIGNS]
    found = {name: np.array([getattr(one, field) for one in three]) for name, field in NAMES.items()}
    return found | _responses(setup, found["cubic"], found["harmonic"])


def _process(setup, scale, suffix):
    two = [rescaled_process(_problem(setup, sign), scale) for sign in (-1.0, 1.0)]
    found = _responses(setup, [one.cubic for one in two], [one.harmonic for one in two])
    return {name + suffix: value for name, value in found.items()}


def predict(setup):
    """The corrected theory and the size of each of its corrections; the slides' theory; GP and rescaling."""
    full = _theory(setup, COMPLETE)
    corrections = {}
    for cause, theory in (("ridge", KERNEL_RIDGE), ("connected", NO_CONNECTED)):
        without = _theory(setup, theory)
        corrections |= {f"{name}_{cause}": np.abs(full[name] - without[name]) for name in full}
    slides = {name + "_slides": value for name, value in _theory(setup, SLIDE).items()}
    processes = _process(setup, 1.0, "_gp") | _process(setup, None, "_rescaling")
    return full | corrections | slides | processes


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
    """Noise of variance T dt in place of 2T dt, as the 2 of arXiv:2310.03789 eq. 6 misread: half the temperature."""
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
    return found | {name: found[name + "_gp"] for name in ("response", "harmonic_response")}


def predict_full_ridge(setup):
    """κ in place of κ/n in the closure: the data average forgotten."""
    return predict(setup) | _theory(setup, COMPLETE, ridge=setup.samples * setup.ridge)


# Control variates: slopes of each observable in `teacher_moments.controls`, functions of the inputs alone with known
# expectations, so that subtracting them changes no mean, whatever the slopes. These are fits to 160 pilot data sets
# (β = .08 and .14, other keys); they leave a half to an eighth of the scatter. Rows: ε < 0, ε = 0, ε > 0.
SLOPES = {
    "linear": [
        [0.079, -0.047, 0.0, 0.003, 0.005],
        [0.092, 0.017, 0.0, -0.004, -0.007],
        [0.095, 0.100, 0.0, -0.009, -0.016],
    ],
    "overlap": [
        [0.541, -0.302, 0.0, 0.030, -0.171],
        [0.740, -0.149, 0.0, -0.170, -0.055],
        [0.745, 0.556, 0.0, -1.445, -0.383],
    ],
    "radius": [
        [-0.021, 0.002, 0.014, 0.0, 0.0],
        [-0.020, 0.001, 0.003, 0.0, 0.0],
        [-0.019, 0.013, 0.0, 0.036, 0.010],
    ],
    "response": [-0.014, -0.017, 0.0, 0.059, 0.0],
    "harmonic_response": [-0.014, -0.012, 0.0, 0.062, 0.0],
}


def adjusted(name, sign=None):
    """The array `name` (at one sign of ε) with its control variates subtracted; predictions have none to subtract."""
    at = {} if sign is None else {"sign": sign}
    slopes = np.array(SLOPES[name] if sign is None else SLOPES[name][SIGNS.index(sign)])

    def shift(row):
        if "moments" not in row.arrays:
            return 0.0
        return (controls(row["moments"]) - np.array(expected_controls(row.setup.samples))) @ slopes

    def observe(table):
        plain = each(name, at=at)(table)
        columns = [plain.values[:, k] - shift(row) for k, row in enumerate(table)]
        return Points(np.stack(columns, axis=1), plain.labels)

    return observe


def _sizes_of_corrections(name, sign=None):
    """The remainder is of the next order in d/n and d/N: at most as large as what the theory already corrects for."""
    at = {} if sign is None else {"sign": sign}
    parts = {"response ridge (order d/n)": "_ridge", "connected term (order 1/N)": "_connected"}
    return {part: each(name + suffix, at=at) for part, suffix in parts.items()}


def _level(id, name, sign, slides=False, **options):
    rivals = (Rival("slides", each(name + "_slides", at={"sign": sign})),) if slides else ()
    where = RAY | options.pop("where", {})
    return Check(
        id, adjusted(name, sign), budget=_sizes_of_corrections(name, sign), rivals=rivals, where=where, **options
    )


def _response(id, name):
    rivals = tuple(Rival(rival, each(f"{name}_{rival}")) for rival in RIVALS)
    return Check(id, adjusted(name), budget=_sizes_of_corrections(name), rivals=rivals, where=RAY)


def _exponent(suffix=""):
    return log_slope(each("harmonic_response" + suffix) if suffix else adjusted("harmonic_response"), over="beta")


def _intercept(table, columns):
    """Least-squares line in d/n ∝ d/N ∝ β^(−1/2) through one column a setup, at d/n = 0."""
    order = np.array([setup.dimension / setup.samples for setup in table.setups])
    design = np.stack([np.ones_like(order), order], axis=1)
    return columns @ np.linalg.pinv(design)[0]


def limit(*parts):
    """Logarithms of observables (name, sign), each extrapolated along the ray to d/n = 0, where the theory is exact."""

    def observe(table):
        values = [_intercept(table, np.log(adjusted(name, sign)(table).values)) for name, sign in parts]
        return Points(np.stack(values, axis=1), tuple(f"{name}, sign={sign:g}" for name, sign in parts))

    return observe


def _second_order(table):
    """What a line leaves of (d/n)² with coefficient one: the next order of the extrapolation, in natural units."""
    return abs(_intercept(table, np.array([[(s.dimension / s.samples) ** 2 for s in table.setups]]))[0])


def _fall(table):
    """The Gaussian process's response at the largest β minus that at the smallest, on the network's own data."""
    values = each("gp_harmonic_response")(table).values
    return Points(values[:, -1:] - values[:, :1], ("largest minus smallest β",))


RAY = {"mean_field": False}
LONG = RAY | {"steps": (2000, 3000)}  # the tiers with four or more β and enough replicates for fine differences
RIVALS = ("gp", "rescaling")
REMAINDER = (
    "open: what the theory leaves out has two parts of opposite sign, of orders d/n and d/N, which at ε ≥ 0 exceed "
    "its own corrections. At β = .14, four times n at the same n/κ takes d⟨m²⟩ at ε > 0 from .47 below the theory to "
    "within .01 of it; four times N moves d⟨m²⟩ at ε = 0 from .135 above to .07 below and closes half of the gap in "
    "d⟨w_⊥²⟩; both together leave .03 at ε = 0. The connected term accounts for a fifth of the second part: the "
    "weights' covariance is a sum over N neurons in d dimensions, whose spread of order d/N this theory does not "
    "follow. Fluctuations to first order in 1/χ and d/n (theory.adaptation.FLUCTUATING) take d⟨w_⊥²⟩ at ε > 0 from "
    "4.6 … 1.2 % above the theory to 1.1 … .15 % below it, and leave d⟨m²⟩ there 6 … 1.7 % low"
)
GUARDS = (
    Guard("mixing-linear", "rhat_linear", at_most=1.1, where={"starts": 2}),
    Guard("mixing-cubic", "rhat_harmonic", at_most=1.1, where={"starts": 2}),
    Guard("stationary-cubic", "rhat_harmonic", at_most=1.2, where={"starts": 1}),
    Guard("effective-samples-linear", "ess_linear", at_least=20),
    Guard("effective-samples-cubic", "ess_harmonic", at_least=10),
)
CHECKS = (
    AtLeast(
        "cubic-response-does-not-fall",
        _exponent(),
        derived(lambda exponent: exponent / 2, _exponent("_gp")),
        statement=True,
        where=RAY,
        rivals=tuple(Rival(rival, _exponent("_" + rival)) for rival in RIVALS),
    ),
    AtMost(
        "gp-lacks-the-cubic",
        derived(lambda gp, network: gp - 0.05 * network, each("gp_harmonic_response"), each("harmonic_response")),
        0.0,
    ),
    AtMost("gp-response-falls", _fall, 0.0, where=LONG),
    _response("cubic-response", "response"),
    _response("harmonic-response", "harmonic_response"),
    _level("linear-learnability", "linear", -1.0, slides=True),
    _level("linear-learnability-without-cubic", "linear", 0.0),
    _level("linear-learnability-positive", "linear", 1.0),
    _level("teacher-variance", "overlap", -1.0, slides=True),
    _level("linear-learnability-full-mean-field", "linear", -1.0, slides=True, where={"mean_field": True}),
    _level(
        "teacher-variance-full-mean-field",
        "overlap",
        -1.0,
        slides=True,
        where={"mean_field": True},
        expect="contradicted",
        because="open: at the source's own size d⟨m²⟩ is 1.0 % below the corrected theory (a fifth below the slides'); "
        "fluctuations to first order in 1/χ and d/n, which there give d⟨w_⊥²⟩ at every sign to .0004, do not change it",
    ),
    _level("transverse-variance", "radius", -1.0, slides=True, where={"beta": (0.08, 0.14), "steps": 2000}),
    _level(
        "transverse-variance-at-large-beta",
        "radius",
        -1.0,
        slides=True,
        where={"beta": (0.24, 0.4), "steps": 2000},
        expect="inconclusive",
        because="the theory's own corrections, hence the margin, shrink to .0015: finer than 24 replicates resolve",
    ),
    Check(
        "exact-in-the-limit",
        limit(("linear", -1.0), ("linear", 0.0), ("linear", 1.0), ("radius", -1.0), ("radius", 0.0)),
        budget={"second order in d/n": _second_order},
        where=LONG,
    ),
    Check(
        "exact-in-the-limit-at-positive-cubic",
        limit(("overlap", 1.0), ("radius", 1.0)),
        budget={"second order in d/n": _second_order},
        where=LONG,
        expect="inconclusive",
        because="open: at ε > 0 the extrapolated d⟨w_⊥²⟩ lies on the edge of the margin; the levels themselves are off",
    ),
    _level(
        "teacher-variance-without-cubic",
        "overlap",
        0.0,
        where={"beta": (0.14, 0.24, 0.4), "steps": 2000},
        expect="contradicted",
        because=REMAINDER,
    ),
    _level("teacher-variance-positive", "overlap", 1.0, expect="contradicted", because=REMAINDER),
    _level("transverse-variance-positive", "radius", 1.0, expect="contradicted", because=REMAINDER),
)
SMALLEST = {"beta": 0.08}
CONTROLS = (
    Control("noise-without-root-two", "teacher-variance", measure=measure_without_root_two, where=SMALLEST),
    Control("shuffled-labels", "linear-learnability", measure=measure_shuffled, where=SMALLEST | {"steps": 2000}),
    Control("no-feature-learning", "cubic-response", predict=predict_lazy, where=SMALLEST),
    Control("ridge-not-over-n", "linear-learnability", predict=predict_full_ridge, where=SMALLEST),
)
