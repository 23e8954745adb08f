"""Off the ray: how often a theory is within its stated budget, and how wide that is; the table of docs/findings.md.

Points were drawn by a seed before the theory was touched. A deviation counts after its sampling variance is taken off,
√(D² − s²). `python tests/test_budgets.py` prints the rows.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

ROOT = Path(__file__).parents[1]
CLAIMS = ("feature-learning-complexity", "linear-cnn-three-quarters")


def points(claim):
    """D, s and the budget of every quantity at every point."""
    newest = max((ROOT / "results" / claim).glob("r*/off-the-ray/*.json"), key=lambda path: path.name)
    checks = [check for check in json.loads(newest.read_bytes())["checks"] if check["id"].endswith("-off-the-ray")]
    measured, expected, error, budget = (
        np.concatenate([check[name] for check in checks])
        for name in ("measured", "expected", "standard_error", "margin")
    )
    return np.abs(measured - expected), error, budget


def row(claim):
    deviation, error, budget = points(claim)
    within = np.mean(deviation**2 - error**2 <= budget**2)
    # What an exact theory would have: D is the sampling error alone.
    exact = np.mean(1.0 - 2.0 * stats.norm.sf(np.sqrt(1.0 + (budget / error) ** 2)))
    wide = 1.0 / np.median(deviation / budget)
    return f"| {claim} | {len(budget)} | {100 * within:.1f} % | {100 * exact:.1f} % | {wide:.2f} |"


@pytest.mark.parametrize("claim", CLAIMS)
def test_findings_say_how_often_a_theory_is_within_its_budget(claim):
    assert row(claim) in (ROOT / "docs" / "findings.md").read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    print(*map(row, CLAIMS), sep="\n")
