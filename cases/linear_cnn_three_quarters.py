"""A two-layer linear CNN learns a linear teacher with P ~ d^{3/4} samples, while its Gaussian process needs P ~ d."""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.evidence import Check, Claim, Control, Guard, Rival, Source, Tier, batched
from fieldbench.evidence.observables import (
    crossing,
    derived,
    difference,
    each,
    local_log_slopes,
    log_slope,
    log_slope_margin,
    ratio,
    spread,
    theory,
)
from fieldbench.sampling import Underdamped
from fieldbench.sampling.control_variates import adjust
from fieldbench.sampling.diagnostics import ess, rhat
from fieldbench.sampling.gibbs import LinearPrior
from fieldbench.sampling.linear_curves import LinearTeacher, gibbs_curves, langevin_traces
from fieldbench.theory.linear_cnn import LinearCNN, adapted, aligned, gaussian_process, half_samples
from fieldbench.theory.linear_cnn_p50 import extrapolated_level, half_samples_budget, local_exponent
from fieldbench.theory.linear_cnn_remainders import QUANTITIES, remainders
from fieldbench.theory.shrinkage import shrinkage

CLAIM = Claim(
    id="linear-cnn-three-quarters",
    revision=1,
    title="A linear CNN learns with d^{3/4} samples, its Gaussian process with d",
    statement="With N = 10 α patches of size S = 50 α, d = N S, C = 1000 α channels and mean-field factor χ = 100, a "
    "two-layer linear CNN reaches half of a linear teacher with a number of samples P_50 that grows like d^{3/4}; "
    "the Gaussian process of the same network needs P_50 ~ d.",
    latex=r"P_{50} \to 2(1+\kappa)\sqrt{C/(\chi\sqrt d)}\, d^{3/4}, \qquad P_{50}^{\mathrm{GP}} = (\kappa + 1/2)\, d",
    sources=(Source(arxiv="2502.18553", where="Fig. 3.2"),),
    regime="linear teacher, Gaussian inputs, posterior at ridge κ/χ; finite-size exponents are .76-.82 at these sizes",
    stated={"patches": "N = 10 α", "size": "S = 50 α", "channels": "C = 1000 α", "mean_field": "χ = 100"},
    chosen={
        "ridge": "not stated by the source; κ = 1, where the data-averaged theory is accurate, and κ = .01, where "
        "linear response is not and the non-linear shrinkage of the noisy teacher is needed",
        "alpha": "0.2 to 4; exact Gibbs sampling makes α = 2 (d = 2000) a matter of minutes",
        "samples": "two nested sizes around P_50",
    },
    bibtex=("Ringel2025",),
)


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

# The sizes bracket P_50 closely: a replicate's P_50 is interpolated between two nested training sets.
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
        note="the source's own ray up to alpha = 4 (d = 8000): about 90 minutes on one core, 2 GiB",
    ),
}


AXES = dict.fromkeys((*ORDER_PARAMETERS, "raw_learnability", "scatter", "rhat", "ess"), ("samples",))
PARTS = {
    "own_signal": "the teacher's signal over data sets, to second order",
    "half_sample": "half a sample in the self-consistent ridge",
    "kernel": "fluctuation of the kernel at finite C",
    "tilt": "thermal turn of the learned direction at finite χ",
}
MOST_LANGEVIN = (1600, 2000, 4000)


def coordinates(setup):
    return {"samples": setup.samples}


def predict(setup):
    model = LinearCNN(setup.teacher.patches, setup.teacher.size, setup.prior.channels, setup.mean_field, setup.ridge)
    curves = {
        "": [adapted(model, p) for p in setup.samples],
        "_shrinkage": [shrinkage(model, p) for p in setup.samples],
        "_kernel": [adapted(model, p, spectrum="kernel") for p in setup.samples],
        "_bare": [adapted(model, p, spectrum="bare") for p in setup.samples],
        "_gp": [gaussian_process(model, p) for p in setup.samples],
    }
    found = {f"{name}{of}": [getattr(at, name) for at in curve] for of, curve in curves.items() for name in QUANTITIES}
    left = [remainders(model, p) for p in setup.samples]
    for number, name in enumerate(QUANTITIES):
        found |= {f"{name}_{part}": [each[part][number] for each in left] for part in PARTS}
        found[f"{name}_beyond"] = np.abs(np.subtract(found[name], found[f"{name}_shrinkage"]))
    return found | _predict_p50(setup, model) | {"langevin_bias": _step_bias(setup)}


def _predict_p50(setup, model):
    theories = {"": adapted, "_shrinkage": shrinkage, "_gp": gaussian_process, "_aligned": aligned}
    found = {f"p50{of}": half_samples(model, function) for of, function in theories.items()}
    found["p50_kernel"] = half_samples(model, lambda m, p: adapted(m, p, spectrum="kernel"))
    budget = half_samples_budget(model, setup.samples[0], setup.samples[-1])
    return found | {f"p50_{part}": size for part, size in budget.items()}


def _step_bias(setup):
    """h²/4 for the sampler's step h ≤ 0.65/√(largest curvature), the lazy kernel's Marchenko-Pastur edge at least.

    The sampler takes 1.4/√ of a bound six times that edge. A Störmer-Verlet scheme is off by h²ω²/4 in the variance of
    a mode of frequency ω, at most 1 for what learns slowly; BAOAB is exact for quadratic energies and better than that
    otherwise.
    """
    share = setup.samples[-1] / setup.dimension
    return 0.25 * 0.65**2 / (1 + share * (1 + share**-0.5) ** 2 / setup.ridge)


def predict_half_mean_field(setup):
    return predict(replace(setup, mean_field=setup.mean_field / 2))


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


def beyond(name):
    return {"noise beyond linear response": each(f"{name}_beyond")}


def parts(name):
    return {words: each(f"{name}_{part}") for part, words in PARTS.items()}


def relative(budget, name):
    """The same budget for the logarithm of a quantity."""
    return {words: ratio(part, each(name)) for words, part in budget.items()}


def dimension(setup):
    return setup.dimension


def local_margin(table):
    """The margins of two neighbouring P_50 over the logarithm of their dimensions' ratio."""
    margin = p50_margin(table).values[0]
    return (margin[1:] + margin[:-1]) / np.diff(np.log([setup.dimension for setup in table.setups]))


def spread_margin(table):
    """The largest and the smallest P_50/d^{3/4} each move within their margins."""
    levels, margin = scaled(each("p50"))(table).values[0], p50_margin(table).values[0]
    return (margin[levels.argmax()] + margin[levels.argmin()]) * levels.max() / levels.min()


def scaled(observable):
    """P_50 over d^{3/4}."""
    return lambda table: derived(lambda p: p / np.array([s.dimension for s in table.setups]) ** 0.75, observable)(table)


LARGE = 250_000  # the largest network is at four times this α: α = 10⁶, d = 5·10¹⁴
RIDGES = (1.0, 0.01)
TIGHT, SMALL = ({"ridge": ridge} for ridge in RIDGES)
P50 = crossing("learnability", 0.5)
P50_BUDGET = {
    "noise beyond linear response": each("p50_beyond"),
    "remainders of the learnability through the slope": each("p50_remainder"),
    "interpolation": each("p50_interpolation"),
}
p50_margin = derived(lambda *budget: sum(budget), *P50_BUDGET.values())
POWER_LAWS = (
    Rival("gaussian-process", each("p50_gp"), free="offset"),
    Rival("full-alignment", each("p50_aligned"), free="offset"),
)

GUARDS = (
    Guard("gibbs-mixing", "rhat", at_most=1.05),
    # The scatter of data sets is ten times that of the posterior: a few draws a replicate are enough.
    Guard("gibbs-draws", "ess", at_least=5),
    Guard("langevin-mixing", "langevin_rhat", at_most=1.05, where={"langevin": MOST_LANGEVIN}),
    Guard("langevin-draws", "langevin_ess", at_least=50, where={"langevin": MOST_LANGEVIN}),
)
GIBBS, LANGEVIN = ("gibbs-mixing", "gibbs-draws"), ("langevin-mixing", "langevin-draws")

CHECKS = (
    Check(
        "learnability",
        each("learnability"),
        where=TIGHT,
        budget=beyond("learnability") | parts("learnability"),
        guards=GIBBS,
        rivals=(
            Rival("kernel-spectrum", each("learnability_kernel")),
            Rival("equivalent-kernel", each("learnability_bare")),
            Rival("no-feature-learning", each("learnability_gp")),
        ),
    ),
    *(
        Check(
            name,
            each(of),
            where=TIGHT,
            scale="log",
            budget=relative(beyond(of) | parts(of), of),
            guards=GIBBS,
            rivals=(Rival("equivalent-kernel", each(f"{of}_bare")), Rival("no-feature-learning", each(f"{of}_gp"))),
        )
        for name, of in (("eigenvalue-ratio", "ratio"), ("test-error", "mse"))
    ),
    Check(
        "orthogonal-ratio",
        each("orthogonal"),
        where=TIGHT,
        budget=beyond("orthogonal") | parts("orthogonal"),
        guards=GIBBS,
        rivals=(Rival("teacher-alone-adapts", 1.0),),
    ),
    Check(
        "learnability-shrinkage",
        each("learnability"),
        each("learnability_shrinkage"),
        budget=parts("learnability"),
        guards=GIBBS,
    ),
    Check(
        "p50",
        P50,
        each("p50"),
        where=TIGHT,
        scale="log",
        budget=P50_BUDGET,
        guards=GIBBS,
        rivals=(*POWER_LAWS, Rival("gaussian-process-level", each("p50_gp"))),
    ),
    Check(
        "p50-exponent",
        log_slope(P50, over=dimension),
        log_slope(each("p50"), over=dimension),
        where=TIGHT,
        budget={"margins of P_50 through the fit": log_slope_margin(p50_margin, over="dimension")},
        guards=GIBBS,
        rivals=(Rival("gaussian-process", 1.0), Rival("full-alignment", 0.5)),
        statement=True,
    ),
    Check(
        "local-exponents",
        local_log_slopes(P50, over=dimension),
        local_log_slopes(each("p50"), over=dimension),
        where=TIGHT,
        budget={"margins of P_50": local_margin},
        guards=GIBBS,
    ),
    Check(
        "spread-over-three-quarters",
        spread(scaled(P50)),
        spread(scaled(each("p50"))),
        where=TIGHT,
        budget={"margins of P_50": spread_margin},
        guards=GIBBS,
        rivals=(Rival("exact-collapse", 0.0),),
    ),
    Check(
        "p50-at-small-ridge",
        P50,
        each("p50_shrinkage"),
        where=SMALL,
        scale="log",
        budget={words: part for words, part in P50_BUDGET.items() if words != "noise beyond linear response"},
        guards=GIBBS,
        rivals=(Rival("linear-response", each("p50")), Rival("kernel-spectrum", each("p50_kernel"))),
    ),
    Check(
        "langevin-learnability",
        difference(each("langevin_learnability"), each("gibbs_learnability")),
        0.0,
        where={"langevin": MOST_LANGEVIN},
        budget={"finite step": each("langevin_bias")},
        guards=LANGEVIN,
    ),
    Check(
        "langevin-ratio",
        derived(np.log, ratio(each("langevin_ratio"), each("gibbs_ratio"))),
        0.0,
        where={"langevin": MOST_LANGEVIN},
        budget={"finite step": each("langevin_bias")},
        guards=LANGEVIN,
    ),
    Check(
        "limiting-exponent",
        theory(lambda: [local_exponent(4 * LARGE, ridge) for ridge in RIDGES]),
        0.75,
        exact=True,
        # The distance from 3/4 halves when α grows fourfold: that at a quarter of α is twice what is left.
        budget={"order α^{-1/2}": lambda table: [abs(local_exponent(LARGE, k) - 0.75) for k in RIDGES]},
    ),
    Check(
        "limiting-level",
        theory(lambda: [extrapolated_level(LARGE, ridge) for ridge in RIDGES]),
        1.0,
        exact=True,
        # The extrapolation's own remainder is of order 1/α: that from a quarter of α is four times what is left.
        budget={"order 1/α": lambda table: [abs(extrapolated_level(LARGE / 4, k) - 1) for k in RIDGES]},
    ),
    Check(
        "gaussian-process-needs-d",
        theory(lambda: [half_samples(LinearCNN.on_ray(100, ridge=k), gaussian_process) / 5e6 for k in RIDGES]),
        [ridge + 0.5 for ridge in RIDGES],
        exact=True,
        budget={"root finding": 1e-10},
    ),
)

CONTROLS = (
    Control(
        "shuffled-labels",
        contradicts="learnability",
        measure=measure_shuffled,
        where={"alpha": 0.4},
        why="without the teacher there is nothing to learn",
    ),
    Control(
        "mean-field-halved",
        contradicts="eigenvalue-ratio",
        predict=predict_half_mean_field,
        where=TIGHT,
        why="feature learning half as strong",
    ),
    Control(
        "langevin-without-root-two",
        contradicts="langevin-ratio",
        measure=measure_cold,
        where={"langevin": MOST_LANGEVIN},
        why="the noise printed without the factor √2 samples at half the temperature",
    ),
)
