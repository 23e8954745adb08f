"""Off the ray: how often a theory is within its stated budget, and how wide that is; the table of docs/findings.md.

Points were drawn by a seed before the theory was touched. A budget is the sum of what a theory says that it leaves out,
without what a case adds to its margin as the resolution that it asks for. A deviation counts after its sampling
variance is taken off, √(D² − s²). `python tests/test_budgets.py` prints the rows.
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats

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
}
DENSITIES = ("near-transition", "grokking-first-order")
"""Claims whose −log p, of many bins that scatter together, has a row of its own."""
UNSETTLED = ("near-transition",)
"""Claims whose guard on drift fails at their points: their rows are shown, and say more of chains than of theory."""


def parts(claim, tier):
    """D, s and the budget of every quantity at every point: of all but −log p, and of −log p."""
    newest = max((ROOT / "results" / claim).glob(f"r*/{tier}/*.json"), key=lambda path: path.name)
    record = json.loads(newest.read_bytes())
    checks = [check for check in record["checks"] if check["id"].endswith(DRAWN) and check["measured"]]
    apart = [check["id"].startswith("action") for check in checks]
    for density in (False, True):
        asked = [check for check, is_density in zip(checks, apart, strict=True) if is_density == density]
        if asked:
            names = ("measured", "expected", "standard_error")
            measured, expected, error = (np.concatenate([check[name] for check in asked]) for name in names)
            yield np.abs(measured - expected), error, np.concatenate([budget(check) for check in asked])


def budget(check):
    """The margin without the parts that were chosen."""
    left = np.array(check["margin"])
    for part in check["parts"]:
        if part["got"] == "chosen":
            left = left - np.abs(part["values"])
    return left


def row(name, deviation, error, budget):
    within = np.mean(deviation**2 - error**2 <= budget**2)
    # What an exact theory would have: D is the sampling error alone.
    exact = np.mean(1.0 - 2.0 * stats.norm.sf(np.sqrt(1.0 + (budget[error > 0] / error[error > 0]) ** 2)))
    wide = 1.0 / np.median(deviation / budget)
    return f"| {name} | {len(budget)} | {100 * within:.1f} % | {100 * exact:.1f} % | {wide:.2f} |"


def rows():
    """One row a claim and density, and all together."""
    every = {}
    for claim, tier in CLAIMS.items():
        names = (claim, f"{claim}, −log p") if claim in DENSITIES else (claim,)
        every |= dict(zip(names, parts(claim, tier), strict=True))
    settled = [numbers for name, numbers in every.items() if name in CLAIMS and name not in UNSETTLED]
    every["all but −log p and near-transition"] = tuple(
        np.concatenate(columns) for columns in zip(*settled, strict=True)
    )
    return {name: row(name, *numbers) for name, numbers in every.items()}


def test_findings_say_how_often_a_theory_is_within_its_budget():
    said = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8").splitlines()
    missing = [line for line in rows().values() if line not in said]
    assert not missing, "write\n" + "\n".join(missing)


if __name__ == "__main__":
    print(*rows().values(), sep="\n")
