"""Off the ray: how often a theory is within its stated budget, and how wide that is; the tables of docs/findings.md.

Points were drawn by a seed before the theory was touched. A budget is the sum of what a theory says that it leaves out,
without what a case adds to its margin as the resolution that it asks for. A deviation counts after its sampling
variance is taken off, √(D² − s²). As a deviation within its budget can still be measured beyond it, the share so found
is at most that of an exact theory. The theory's own deviations δ are deconvolved from D = δ + s: with b the budget,

    δ/b ~ (1 − w) N(0, τ²) + w N(0, 3²)

by maximum likelihood, w the share of those that its budget says nothing about; the interval is of the networks drawn
again, since quantities of one network share their data. `python tests/test_budgets.py` prints the rows.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

ROOT = Path(__file__).parents[1]
DRAWN = ("-off-the-ray", "-elsewhere", "-at-drawn-points")
"""Ends of the names of checks at drawn points."""
CLAIMS = {
    "feature-learning-complexity": "off-the-ray",
    "linear-cnn-three-quarters": "off-the-ray",
    "relu-adaptation": "off-the-ray",
    "near-transition": "off-the-ray",
    "grokking-first-order": "off-the-ray",
    "modular-addition": "standard",
    "erf-cnn-cubic": "off-the-ray",
}
DENSITIES = ("near-transition", "grokking-first-order")
"""Claims whose −log p, of many bins that scatter together, has a row of its own."""
DECONVOLVED = ("feature-learning-complexity", "linear-cnn-three-quarters")
OUTLIERS = 3.0  # budgets
WIDTHS, SHARES = np.linspace(0.0, 1.0, 101)[1:, None], np.linspace(0.0, 0.2, 81)[:, None, None]
UNSETTLED = ("near-transition",)
"""Claims whose guard on drift fails at their points: their rows are shown, and say more of chains than of theory."""

ALL, SAMPLED, AS_VARIANCE = (
    "all but −log p and near-transition",
    "relu-adaptation",
    ", its theory's sampling as variance",
)
"""The claim whose theory is itself sampled: its budget holds three standard errors, 4.4 medians of what they are of."""


def record(claim):
    """The newest record at the claim's drawn points."""
    path = max((ROOT / "results" / claim).glob(f"r*/{CLAIMS[claim]}/*.json"), key=lambda path: path.name)
    return json.loads(path.read_bytes())


def drawn(claim):
    """Its checks there that were judged."""
    return [check for check in record(claim)["checks"] if check["id"].endswith(DRAWN) and check["measured"]]


def together(checks):
    """D, s and the budget of every quantity at every point."""
    names = ("measured", "expected", "standard_error")
    measured, expected, error = (np.concatenate([check[name] for check in checks]) for name in names)
    return np.abs(measured - expected), error, np.concatenate([budget(check) for check in checks])


def without_sampling(checks):
    """The same with a theory's own sampling in s, as that of the measurement is, and not in the budget."""
    deviation, error, budget = together(checks)
    sampled = np.concatenate(
        [sum(np.abs(p["values"]) for p in check["parts"] if p["name"].startswith("sampling of")) for check in checks]
    )
    return deviation, np.hypot(error, sampled / 3.0), budget - sampled


def parts(claim):
    """The same of all but −log p, and of −log p."""
    for density in (False, True):
        asked = [check for check in drawn(claim) if check["id"].startswith("action") == density]
        if asked:
            yield together(asked)


def budget(check):
    """The margin without the parts that were chosen."""
    left = np.array(check["margin"])
    for part in check["parts"]:
        if part["got"] == "chosen":
            left = left - np.abs(part["values"])
    return left


def of_exact(error, budget, more=1.0):
    """The share that an exact theory would have within, with so many times the data: D is the sampling error alone."""
    return float(np.mean(1.0 - 2.0 * stats.norm.sf(np.sqrt(1.0 + more * (budget / error) ** 2))))


def row(name, deviation, error, budget):
    within = np.mean(deviation**2 - error**2 <= budget**2)
    # What an exact theory would have: D is the sampling error alone.
    exact = of_exact(error[error > 0], budget[error > 0])
    wide = 1.0 / np.median(deviation / budget)
    return f"| {name} | {len(budget)} | {100 * within:.1f} % | {100 * exact:.1f} % | {wide:.2f} |"


def pool(parts):
    return tuple(np.concatenate(columns) for columns in zip(*parts.values(), strict=True))


def rows():
    """One row a claim and density, and all together."""
    every = {}
    for claim in CLAIMS:
        names = (claim, f"{claim}, −log p") if claim in DENSITIES else (claim,)
        every |= dict(zip(names, parts(claim), strict=True))
    settled = {name: numbers for name, numbers in every.items() if name in CLAIMS and name not in UNSETTLED}
    every[ALL] = pool(settled)
    every[f"{SAMPLED}{AS_VARIANCE}"] = without_sampling(drawn(SAMPLED))
    every[f"all of these{AS_VARIANCE}"] = pool(settled | {SAMPLED: every[f"{SAMPLED}{AS_VARIANCE}"]})
    return {name: row(name, *numbers) for name, numbers in every.items()}


def test_findings_say_how_often_a_theory_is_within_its_budget():
    missing = [line for line in rows().values() if line not in said()]
    assert not missing, "write\n" + "\n".join(missing)


def by_network(claim):
    """The same of all its checks, and which network each is of."""
    checks = drawn(claim)
    labels = [label.split(", sign=")[0] for check in checks for label in check["labels"]]
    networks = [label.rpartition(", samples=")[0] or label for label in labels]
    return *together(checks), np.array(networks)


def deconvolved(deviation, error, budget, networks, draws=1000):
    """Share of δ within b, its 95 % interval, and τ."""
    near, far = (
        stats.norm.logpdf(deviation, scale=np.sqrt(error**2 + (width * budget) ** 2)) for width in (WIDTHS, OUTLIERS)
    )
    logs = np.logaddexp(np.log1p(-SHARES) + near, np.log(np.maximum(SHARES, 1e-300)) + far)
    inside = [1.0 - 2.0 * stats.norm.sf(1.0 / width) for width in (WIDTHS[:, 0], OUTLIERS)]
    shares = (1.0 - SHARES[..., 0]) * inside[0] + SHARES[..., 0] * inside[1]
    names, of = np.unique(networks, return_inverse=True)
    likelihoods = np.stack([logs[..., of == i].sum(axis=-1) for i in range(len(names))], axis=-1)

    def best(weights):
        likelihood = likelihoods @ weights
        return np.unravel_index(likelihood.argmax(), likelihood.shape)

    rng = np.random.default_rng(0)
    again = [shares[best(rng.multinomial(len(names), np.full(len(names), 1 / len(names))))] for _ in range(draws)]
    found = best(np.ones(len(names)))
    return shares[found], *np.quantile(again, [0.025, 0.975]), WIDTHS[found[1], 0]


def needed(claim, share=0.97):
    """Data sets at which an exact theory would have so much within, nothing else changed."""
    _, error, budget, _ = by_network(claim)
    more = optimize.brentq(lambda more: of_exact(error, budget, more) - share, 0.1, 100.0)
    return int(np.ceil(more * record(claim)["replicates"]))


def second_row(claim):
    share, low, high, width = deconvolved(*by_network(claim))
    sets = f"{record(claim)['replicates']} | {needed(claim)}"
    return f"| {claim} | {width:.2f} | {100 * share:.1f} % | {100 * low:.1f} … {100 * high:.1f} % | {sets} |"


def pooled():
    return tuple(map(np.concatenate, zip(*map(by_network, DECONVOLVED), strict=True)))


def said():
    return (ROOT / "docs" / "findings.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("claim", DECONVOLVED)
def test_findings_say_what_share_of_the_theorys_own_deviations_is_within(claim):
    assert second_row(claim) in said()


def test_findings_say_the_pooled_share():
    share, low, high, _ = deconvolved(*pooled())
    assert f"{100 * share:.1f} % ({100 * low:.1f} … {100 * high:.1f} %)" in " ".join(said())
    assert low > 0.95


@pytest.mark.parametrize(("width", "share"), [(0.3, 0.0), (0.5, 0.1)])
def test_deconvolution_finds_what_was_put_in(width, share):
    rng, count = np.random.default_rng(1), 2000
    error = np.exp(rng.normal(-1.0, 0.7, count))
    own = np.where(rng.random(count) < share, rng.normal(0.0, OUTLIERS, count), rng.normal(0.0, width, count))
    found, low, high, _ = deconvolved(
        np.abs(own + error * rng.normal(size=count)), error, np.ones(count), np.arange(count) % 100, draws=100
    )
    assert low - 0.01 < np.mean(np.abs(own) < 1.0) < high + 0.01
    assert abs(found - np.mean(np.abs(own) < 1.0)) < 0.02


if __name__ == "__main__":
    print(*rows().values(), *map(second_row, DECONVOLVED), sep="\n")
    share, low, high, _ = deconvolved(*pooled())
    print(f"{100 * share:.1f} % ({100 * low:.1f} … {100 * high:.1f} %)")
