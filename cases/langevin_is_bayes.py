"""The stationary law of Langevin training is the Bayesian posterior: on quadratics, at finite width, as N → ∞."""

from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from fieldbench.errors import TooFewPoints
from fieldbench.evidence import Check, Claim, Control, Guard, Points, Rival, Source, Tier, batched
from fieldbench.evidence.observables import derived, difference, each, ratio, theory
from fieldbench.sampling import EulerMaruyama, GibbsWithinLangevin, MetropolisAdjusted, Underdamped, fully_connected
from fieldbench.sampling.integrators import mean_squares, wells
from fieldbench.sampling.networks import (
    LinearPrior,
    gibbs_means,
    linear_observables,
    mixing,
    predictive,
    reweighted_prior,
    traces,
)
from fieldbench.statistics import ess, rhat
from fieldbench.theory.kernels import Kernel
from fieldbench.theory.langevin import euler_maruyama_slope, mean_square, response_defect, wide_langevin
from fieldbench.theory.networks import finite_width, linear_posterior

CLAIM = Claim(
    id="langevin-is-bayes",
    revision=1,
    title="The stationary law of Langevin training is the Bayesian posterior",
    statement=(
        "Gradient descent with weight decay γ and white noise of temperature T on a summed squared loss samples the "
        "posterior of a Gaussian prior of variance T/γ and noise variance T, at any width; as the width grows, mean "
        "and variance of the outputs tend to Gaussian-process regression, with corrections of order 1/N."
    ),
    latex=r"d\theta=-(\gamma\theta+\nabla L)dt+\sqrt{2T}dW\;\Rightarrow\;p(\theta)\propto e^{-(L+\gamma\theta^2/2)/T}",
    sources=(
        Source(arxiv="2502.18553", where="Langevin training as Bayesian inference"),
        Source(arxiv="2310.03789", where="eq. 6"),
        Source(
            title="Z. Ringel, Applications of Statistical Field Theory in Deep Learning", where="slides, March 2025"
        ),
    ),
    regime="stable steps; the expansion in 1/N needs N above the variance of the log evidence (theory.finite_width)",
    stated={"dynamics": "Langevin with weight decay", "limit": "N → ∞ at standard scaling, χ = 1"},
    chosen={
        "wells": "not stated by the source; k = 1.5, 2.1, 9, U = x²/2 + x⁴/4 and x⁴/4: laws computable at any step",
        "networks": "not stated by the source; d = 5, P = 24, y = 2 x_1, κ = σ_w² = σ_a² = 1, one fixed data set",
        "widths": "not stated by the source; 8 and 32 (linear), 64 to 256 (erf, Langevin), to 1024 (erf, exact Bayes)",
        "resolution": "not stated by the source. Where theory is exact the margin is what a sampler is asked for: 1 % "
        "of a variance (2 % of a weight's), a twentieth of a posterior's spread, a tenth of a finite-width correction, "
        "a quarter of a step's bias",
    },
    errata=("arXiv:2310.03789 eq. 6 prints the noise as 2σξ; its law needs √2 σξ (rival `doubled-noise`)",),
    bibtex=("Ringel2025", "Rubin2024"),
)

STIFFNESS, QUARTIC = np.array([1.5, 2.1, 9.0, 1.0, 0.0]), np.array([0.0, 0.0, 0.0, 0.25, 0.25])
EVEN = np.array([1.5, 2.1, 9.0, 1.0, 1.0]) ** -0.5  # the scales that give the quadratic wells unit curvature
QUADRATIC, QUARTICS = {"well": (0, 1, 2)}, {"well": (3, 4)}
# Each quartic well has a quadratic one of about its frequency, driven by the same noise: less a share of the partner's
# departure its own scatters half as much. Any share leaves the mean as predicted; 0.7 is near the regression's.
PARTNERS, SHARE = ((3, 1), (4, 0)), 0.7
DIMENSION, SAMPLES, TESTS, RIDGE = 5, 24, 16, 1.0
BLOCK = 16


@dataclass(frozen=True)
class Setup:
    """One system under one sampler ("port": the suite's, at its own step unless one is given).

    A replicate is `chains` chains of `steps` steps, and `draws` draws that need no Langevin chain: Gibbs sweeps of the
    linear network; erf networks drawn from the prior and weighted with their evidence.
    """

    system: str
    sampler: str = "port"
    step: float = 0.0
    width: int = 0
    chains: int = 8
    steps: int = 0
    draws: int = 0


def _wells(sampler, step, steps, chains=1000):
    return Setup("wells", sampler, step, chains=chains, steps=steps)


QUICK = [
    _wells("euler-maruyama", 0.05, 1600),
    _wells("euler-maruyama", 0.1, 1600),
    _wells("baoab", 0.4, 3200),
    _wells("metropolis", 0.3, 800),
    _wells("preconditioned", 0.1, 800),
    Setup("linear", width=8, steps=4000, draws=6000),
    Setup("erf", width=64, steps=1600, draws=2048),
    Setup("prior", width=128, draws=4096),
]
TIERS = {
    "quick": Tier(QUICK, BLOCK),
    "standard": Tier(
        [
            *QUICK,
            _wells("baoab", 0.4, 12_800, chains=4000),
            _wells("baoab", 0.2, 25_600, chains=8000),
            Setup("linear", "gibbs-within-langevin", width=8, steps=6000, draws=6000),
            Setup("linear", width=32, steps=8000, draws=6000),
            Setup("erf", step=0.7, width=64, steps=4800, draws=2048),
            Setup("erf", width=128, steps=6400, draws=4096),
            Setup("erf", width=256, steps=9600, draws=4096),
            Setup("prior", width=1024, draws=2048),
        ],
        BLOCK,
        note="no paper tier: the claim is asymptotic and the sources give no sizes",
    ),
}
AXES = {
    **dict.fromkeys(("square", "square_euler", "square_verlet", "square_exact"), ("well",)),
    **dict.fromkeys(("predictor", "predictor_gp", "predictor_hot", "spread", "gibbs_predictor"), ("direction",)),
    **dict.fromkeys(("weights", "weights_gp", "weights_hot", "weights_step", "gibbs_weights"), ("direction",)),
}


def coordinates(setup):
    return {"well": np.arange(len(STIFFNESS)), "direction": np.arange(DIMENSION)}


@cache
def _data():
    """The one data set: Gaussian inputs for training and test, labels along the first axis."""
    points = np.random.default_rng(0).normal(size=(SAMPLES + TESTS, DIMENSION))
    return points[:SAMPLES], 2 * points[:SAMPLES, 0], points[SAMPLES:]


def predict(setup):
    return {"wells": _predict_wells, "linear": _predict_linear}.get(setup.system, _predict_erf)(setup)


def _squares(scheme, step, scale=1.0):
    """⟨θ²⟩ in each well, sampled in coordinates θ/s: curvatures k s² and g s⁴."""
    s = scale * np.ones(len(STIFFNESS))
    return s**2 * [mean_square(scheme, k * a**2, g * a**4, step) for k, g, a in zip(STIFFNESS, QUARTIC, s, strict=True)]


def _predict_wells(setup):
    exact = _squares("exact", setup.step)
    found = {"square_exact": exact, "square": exact}
    if setup.sampler == "preconditioned":
        found["square"] = _squares("euler-maruyama", setup.step, EVEN)
    elif setup.sampler != "metropolis":
        found["square"] = _squares(setup.sampler, setup.step)
    for name, bias in (("euler", setup.step * STIFFNESS / 2), ("verlet", setup.step**2 * STIFFNESS / 4)):
        found[f"square_{name}"] = exact / np.where(bias < 1, 1 - bias, 1.0)  # beyond stability: no rival
    return found


def _predict_linear(setup):
    inputs, targets, _ = _data()
    step_bias = _step(setup) ** 2 / 4
    found = {"readout_step": step_bias, "weights_step": np.full(DIMENSION, step_bias)}
    for suffix, width, temperature in (("", setup.width, 1.0), ("_gp", 10**7, 1.0), ("_hot", setup.width, 2.0)):
        # At twice the temperature the noise and both layers' priors double: f = aw is that of inputs twice as large.
        law = linear_posterior(temperature * inputs, targets, width=width, ridge=temperature * RIDGE)
        found["predictor" + suffix] = temperature * law.predictor
        found["weights" + suffix] = temperature * np.diag(law.weight_gram)
        found["readout" + suffix] = temperature * law.readout_gram
        found["spread" + suffix] = temperature * np.sqrt(np.diag(law.covariance))
    return found | {f"gibbs_{name}": found[name] for name in ("predictor", "weights", "readout")}


@cache
def _expansion():
    inputs, targets, tests = _data()
    return finite_width(Kernel("erf"), inputs, targets, tests, ridge=RIDGE)


@cache
def _wide(step, friction):
    return wide_langevin(*_data(), ridge=RIDGE, step=step, friction=friction)


def _predict_erf(setup):
    law = _expansion()
    found = {"gp_mean": law.mean, "gp_variance": law.variance, "expansion": law.evidence_variance / setup.width}
    for name in ("mean", "variance"):
        limit = getattr(law, name)
        found[name] = found[f"bayes_{name}"] = limit + getattr(law, f"{name}_slope") / setup.width
        found[f"connected_{name}"] = limit + getattr(law, f"{name}_connected") / setup.width
    step, friction = _step(setup), Underdamped().friction
    wide = _wide(step, friction)
    found["output_variance"] = found["bayes_variance"] * np.sum(wide.variance) / np.sum(law.variance)
    # To first order in 1/N the chain answers perturbations of degree up to four around its quadratic prior.
    return found | {"step_bias": abs(response_defect(4, step, friction))}


def predict_connected_only(setup):
    """The fluctuation of the kernel forgotten: what is right for the kernel is not for the predictor."""
    found = predict(setup)
    return found | {f"bayes_{name}": found[f"connected_{name}"] for name in ("mean", "variance")}


def _network(setup, replicates=1, hidden_variance=1.0):
    inputs, targets, _ = (array.astype(np.float32) for array in _data())
    targets = np.broadcast_to(targets, (replicates, setup.chains, SAMPLES))
    activation = "linear" if setup.system == "linear" else "erf"
    shape = {"width": max(setup.width, 1), "activation": activation}
    return fully_connected(inputs, targets, ridge=RIDGE, hidden_variance=hidden_variance, **shape)


def _step(setup):
    """The step h of the suite's own sampler on this network."""
    return (setup.step or Underdamped().step) / float(_network(setup).curvature) ** 0.5


@batched(BLOCK)
def measure(setup, keys, *, gpr, sampler):
    if setup.system == "wells":
        return _measure_wells(setup, keys)
    if setup.sampler == "gibbs-within-langevin":
        sampler = GibbsWithinLangevin(every=4)
    elif setup.step:
        sampler = Underdamped(setup.step)
    if setup.system == "linear":
        return _measure_linear(setup, keys, sampler) | _measure_gibbs(setup, keys)
    return _measure_erf(setup, keys, gpr, sampler)


@batched(BLOCK)
def measure_without_root_two(setup, keys):
    """Noise of variance T dt in place of 2T dt: half the temperature."""
    return _measure_linear(setup, keys, Underdamped(temperature=0.5))


@batched(BLOCK)
def measure_with_decay_off_by_d(setup, keys):
    """Weight decay T/σ_w² on hidden weights in place of T d/σ_w²: their prior's variance is d times too large.

    Half of the default step: at the whole one the wide prior now and then meets a curvature beyond stability.
    """
    return _measure_linear(setup, keys, Underdamped(step=0.7), hidden_variance=float(DIMENSION))


def _measure_wells(setup, keys):
    samplers = {
        "baoab": Underdamped(setup.step, friction=1.0),
        "metropolis": MetropolisAdjusted(setup.step, leapfrogs=3),
    }
    energy = wells(STIFFNESS, QUARTIC, (len(keys), setup.chains))
    scale = EVEN if setup.sampler == "preconditioned" else None
    sampler = samplers.get(setup.sampler, EulerMaruyama(setup.step))
    trace = mean_squares(sampler, energy, keys, steps=setup.steps, scale=scale)
    every = np.ones((len(keys), 1))
    return {"square": trace.mean(axis=0), "rhat": every * rhat(trace), "ess": every * ess(trace)}


def _measure_linear(setup, keys, sampler, hidden_variance=1.0):
    energy = _network(setup, len(keys), hidden_variance)
    trace = traces(sampler, energy, keys, Partial(linear_observables, energy), steps=setup.steps)
    return {name: values.mean(axis=(0, 2)) for name, values in trace.items()} | mixing(trace["predictor"])


def _measure_gibbs(setup, keys):
    inputs, targets, _ = _data()
    means = gibbs_means(keys, inputs, targets, prior=LinearPrior(setup.width, 1.0, RIDGE), sweeps=setup.draws)
    return {f"gibbs_{name}": mean for name, mean in means.items()}


def _measure_erf(setup, keys, gpr, sampler):
    inputs, targets, tests = _data()
    points, kernel = np.concatenate([inputs, tests]), Kernel("erf")
    gram, cross = kernel(inputs, inputs), kernel(tests, inputs)
    regressed = gpr.predictions(gram, RIDGE, np.column_stack([targets, cross.T]), cross, np.array([SAMPLES]))[0]
    limit = {"gp_mean": regressed[:, 0], "gp_variance": kernel.diagonal(tests) - np.diag(regressed[:, 1:])}
    exact = [jnp.asarray(array, jnp.float32) for array in (points, targets, kernel(points, points))]
    request = {"width": setup.width, "ridge": RIDGE, "networks": setup.draws}
    draws = [reweighted_prior(jax.random.fold_in(key, 1), *exact, **request) for key in keys]
    found = {f"bayes_{name}": [getattr(draw, name) for draw in draws] for name in ("mean", "variance")}
    found |= {name: np.tile(value, (len(keys), 1)) for name, value in limit.items()}
    found["effective"] = [draw.effective for draw in draws]
    if not setup.steps:
        return found
    energy = _network(setup, len(keys))
    observe = Partial(predictive, energy, jnp.asarray(tests, jnp.float32))
    trace = traces(sampler, energy, keys, observe, steps=setup.steps)
    found["mean"] = trace["mean"].mean(axis=(0, 2))
    found["variance"] = trace["variance"].mean(axis=(0, 2)) + trace["mean"].var(axis=(0, 2))
    found["output_variance"] = np.mean((trace["output"] - trace["output"].mean(axis=(0, 1, 2))) ** 2, axis=(0, 2))
    return found | mixing(trace["mean"] @ limit["gp_mean"][:, None])


def bias(table):
    """⟨θ²⟩ of each quartic well relative to the Gibbs law, less a share of its quadratic partner's."""
    exact, columns, labels = _squares("exact", 0.0), [], []
    for row, label in zip(table, table.labels(), strict=True):
        relative = row["square"] / exact - 1
        columns += [relative[:, well] - SHARE * relative[:, partner] for well, partner in PARTNERS]
        labels += [f"{label}, well={well}".removeprefix(", ") for well, _ in PARTNERS]
    return Points(np.stack(columns, axis=1), tuple(labels))


def order(table):
    """Exponent of the bias in the step, one a quartic well, between the smallest and the largest step."""
    steps = np.array([setup.step for setup in table.setups])
    if len(steps) < 2:
        raise TooFewPoints("an order needs two steps: see the standard tier")
    values, ends = np.abs(bias(table).values).reshape(-1, len(steps), len(PARTNERS)), [steps.argmin(), steps.argmax()]
    slopes = np.diff(np.log(values[:, ends]), axis=1)[:, 0] / np.diff(np.log(steps[ends]))
    return Points(slopes, tuple(f"well={well}" for well, _ in PARTNERS))


def _biases(scheme, step):
    return _squares(scheme, step)[3:] - _squares("exact", step)[3:]


def _limiting_orders(step):
    """Of Euler–Maruyama, from h to 2h, and of BAOAB, from 10h to 20h, extrapolated to zero in h and in h²."""

    def local(scheme, h):
        return np.log2(_biases(scheme, 2 * h) / _biases(scheme, h))

    euler = 2 * local("euler-maruyama", step) - local("euler-maruyama", 2 * step)
    return np.concatenate([euler, (4 * local("baoab", 10 * step) - local("baoab", 20 * step)) / 3])


def _limiting_coefficients(step):
    """Bias over step of Euler–Maruyama, extrapolated to zero in h."""
    return 2 * _biases("euler-maruyama", step) / step - _biases("euler-maruyama", 2 * step) / (2 * step)


def _change(limit):
    """Of an extrapolation whose error falls at least fourfold when the step is halved: three times what is left."""
    return np.abs(limit(0.01) - limit(0.005))


def effect(name):
    """N times the relative departure from GPR: of the mean, projected on GPR's own, or of the summed variance."""

    def observe(table):
        columns = []
        for row in table:
            if name.endswith("mean"):
                limit = row["gp_mean"]
                departure = np.sum(limit * row[name], axis=1) / np.sum(limit**2, axis=1) - 1
            else:
                departure = row[name].sum(axis=1) / row["gp_variance"].sum(axis=1) - 1
            columns.append(row.setup.width * departure)
        return Points(np.stack(columns, axis=1), tuple(table.labels()))

    return observe


def _at_infinite_width(table, columns):
    """Least-squares line in 1/N through one column a setup, at 1/N = 0."""
    inverse = 1 / np.array([setup.width for setup in table.setups])
    return columns @ np.linalg.pinv(np.stack([np.ones_like(inverse), inverse], axis=1))[0]


def slope(name, widths=2):
    """Coefficient of 1/N, extrapolated to infinite width."""

    def observe(table):
        if len({setup.width for setup in table.setups}) < widths:
            raise TooFewPoints(f"the slope needs {widths} widths: see the standard tier")
        return Points(_at_infinite_width(table, effect(name)(table).values)[:, None], ("slope",))

    return observe


def next_order(kind):
    """What a line in 1/N leaves: the slope times the square of the expansion's parameter (the evidence's variance)."""
    return lambda table: np.abs(
        slope(kind)(table).values[0] * _at_infinite_width(table, each("expansion")(table).values ** 2)
    )


def share(observable, fraction):
    return derived(lambda values: fraction * np.abs(values), observable)


def summed(name):
    return derived(lambda values: values.reshape(len(values), -1, TESTS).sum(axis=2), each(name), label="sum")


LINEAR, ERF, PRIOR = {"system": "linear"}, {"system": "erf"}, {"system": ("erf", "prior"), "step": 0.0}
EULER, BAOAB, METROPOLIS = {"sampler": "euler-maruyama"}, {"sampler": "baoab"}, {"sampler": "metropolis"}
CHAINS = {"system": ("wells", "linear", "erf")}
PERCENT = {"resolution: 1 %": 0.01}
SPREAD = {"resolution: a twentieth of the posterior's spread": share(each("spread"), 0.05)}
# A Störmer–Verlet scheme is off by h²ω²/4 in a variance, ω = 1 for what moves slowly; BAOAB by less.
WEIGHTS = {"resolution: 2 %": 0.02, "step": each("weights_step")}
READOUT = {"resolution: 2 %": 0.02, "step": each("readout_step")}
INTEGER = {"resolution: half of the half that tells integers apart": 0.25}

GUARDS = (
    Guard("mixing", "rhat", at_most=1.05, where=CHAINS),
    Guard("effective-draws", "ess", at_least=100, where=CHAINS),
    Guard("effective-networks", "effective", at_least=0.2, where={"system": ("erf", "prior")}),
)


def _quadratic(sampler, *rivals):
    return Check(
        f"{sampler}-on-quadratics",
        each("square", at=QUADRATIC),
        scale="log",
        budget=PERCENT,
        where={"sampler": sampler},
        rivals=tuple(Rival(f"{law}-law", each(f"square_{law}", at=QUADRATIC)) for law in rivals),
    )


def _quartic(where, rival, **long):
    name = where["sampler"]
    return (
        Check(
            f"{name}-on-quartics",
            bias,
            where=where,
            budget={"resolution: a quarter of the bias": share(bias, 0.25)},
            rivals=(Rival("no-bias", 0.0),),
        ),
        Check(f"{name}-order", order, where=where | long, budget=INTEGER, rivals=(Rival("other-order", rival),)),
    )


def _posterior(kind, **options):
    """Langevin against exact Bayes at the same width."""
    return Check(
        f"posterior-{kind}",
        difference(effect(kind), effect(f"bayes_{kind}")),
        expected=0.0,
        where=ERF,
        budget={
            "resolution: a tenth of the finite-width correction": share(effect(kind), 0.1),
            "step, through the response of quartic modes": derived(
                np.multiply, each("step_bias"), share(effect(kind), 1)
            ),
        },
        rivals=(Rival("gaussian-process", derived(np.negative, effect(kind))),),
        **options,
    )


def _slope(kind):
    """Exact Bayes, and Langevin, against the theory in 1/N."""
    rivals = (Rival("gaussian-process", 0.0), Rival("connected-term-alone", slope(f"connected_{kind}")))
    budget = {"next order in 1/N": next_order(f"bayes_{kind}")}
    return (
        Check(f"bayes-slope-of-{kind}", slope(f"bayes_{kind}"), where=PRIOR, budget=budget, rivals=rivals),
        Check(
            f"langevin-slope-of-{kind}",
            slope(kind, widths=3),
            where={**ERF, "step": 0.0},
            budget={
                "next order in 1/N": next_order(kind),
                "step, through the response of quartic modes": lambda table: (
                    np.abs(slope(kind)(table).values[0]) * each("step_bias")(table).values.max()
                ),
            },
            rivals=rivals,
        ),
    )


CHECKS = (
    _quadratic("euler-maruyama", "exact"),
    _quadratic("baoab", "euler", "verlet"),
    _quadratic("preconditioned", "euler"),
    _quadratic("metropolis"),
    Check("metropolis-on-quartics", each("square", at=QUARTICS), scale="log", budget=PERCENT, where=METROPOLIS),
    *_quartic(EULER, 2.0),
    *_quartic(BAOAB, 1.0, chains=(4000, 8000)),  # the standard tier: a bias of 0.1 % is to be resolved
    Check(
        "limiting-orders",
        theory(lambda: _limiting_orders(0.005)),
        expected=np.array([1.0, 1.0, 2.0, 2.0]),
        exact=True,
        budget={"next order: a third of this change is left": lambda _: _change(_limiting_orders), "rounding": 1e-6},
    ),
    Check(
        "euler-maruyama-coefficient",
        theory(lambda: _limiting_coefficients(0.005)),
        expected=np.array([euler_maruyama_slope(k, g) for k, g in zip(STIFFNESS[3:], QUARTIC[3:], strict=True)]),
        exact=True,
        budget={"next order: a third of this change is left": lambda _: _change(_limiting_coefficients)},
    ),
    Check(
        "linear-predictor",
        each("predictor"),
        where=LINEAR,
        budget=SPREAD,
        rivals=(Rival("gaussian-process", each("predictor_gp")), Rival("doubled-noise", each("predictor_hot"))),
    ),
    Check(
        "linear-weights",
        each("weights"),
        scale="log",
        where=LINEAR,
        budget=WEIGHTS,
        rivals=(Rival("doubled-noise", each("weights_hot")),),
    ),
    Check("linear-readout", each("readout"), scale="log", where=LINEAR, budget=READOUT),
    Check(
        "langevin-meets-gibbs",
        difference(each("predictor"), each("gibbs_predictor")),
        expected=0.0,
        where=LINEAR,
        budget=SPREAD,
    ),
    Check(
        "weights-meet-gibbs", ratio(each("weights"), each("gibbs_weights")), scale="log", where=LINEAR, budget=WEIGHTS
    ),
    _posterior("mean", statement=True),
    _posterior("variance"),
    Check(
        "step-bias-of-outputs",
        ratio(summed("output_variance"), summed("bayes_variance")),
        where=ERF,
        budget={
            "resolution: 1 %": 0.01,
            "order 1/N of the bias": derived(
                lambda out, bayes, expansion: np.abs(out / bayes - 1) * expansion,
                summed("output_variance"),
                summed("bayes_variance"),
                each("expansion"),
            ),
        },
        rivals=(Rival("no-bias", 1.0),),
    ),
    *_slope("mean"),
    *_slope("variance"),
)

CONTROLS = (
    Control(
        "noise-without-root-two",
        contradicts="linear-weights",
        measure=measure_without_root_two,
        where={"system": "linear", "steps": 4000},
    ),
    Control(
        "decay-off-by-d",
        contradicts="linear-weights",
        measure=measure_with_decay_off_by_d,
        where={"system": "linear", "steps": 4000},
    ),
    Control(
        "kernel-fluctuation-left-out",
        contradicts="bayes-slope-of-mean",
        predict=predict_connected_only,
        where=PRIOR,
        why="the connected term alone is right for the kernel, not for the predictor",
    ),
)
