"""How well the chains of feature learning mix in the committed records; the table of docs/findings.md.

A row is a quantity of a claim's standard tier at the network that mixes it worst. `python tests/test_mixing.py` prints
the rows.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
CLAIMS = {  # chains that an R-hat compares: starts of a data set
    "near-transition": 1,
    "grokking-first-order": 2,
    "modular-addition": 2,
    "relu-adaptation": 2,
    "erf-cnn-cubic": 2,
    "specialisation-scaling": 1,
    "linear-adaptation-is-rescaling": 2,
}


def diagnostics(claim):
    """(kind, quantity) → values of each experiment of the claim itself, (replicates, …)."""
    newest = max((ROOT / "results" / claim).glob("r*/standard/*.json"), key=lambda path: path.name)
    record, found = json.loads(newest.read_bytes()), {}
    for cell in record["cells"]:
        if cell["variant"] == "main":
            at = record["experiments"][cell["experiment"]]["parameters"]
            for name, array in cell["arrays"].items():
                kind, _, quantity = name.partition("_")
                if kind in ("rhat", "ess"):
                    each = found.setdefault((kind, quantity or "all"), {})
                    values, _ = each.setdefault(cell["experiment"], ([], at.get("starts")))
                    values.append(np.array(array["data"], dtype=float))
    return {key: {at: (np.concatenate(v), starts) for at, (v, starts) in each.items()} for key, each in found.items()}


def stationary(effective, chains):
    """Split R-hat of chains that have nothing to forget, of so many effective draws together.

    Means of half-chains of e draws scatter by 1/e of the variance σ², and what varies within them is σ²(1 − 1/e).
    """
    each = effective / (2 * chains)
    return math.sqrt(1 + 1 / (each - 1))


def row(claim, quantity, found):
    mixed, drawn = found["rhat", quantity], found["ess", quantity]
    worst = max(mixed, key=lambda at: mixed[at][0].mean())
    rhat, effective = mixed[worst][0], drawn[worst][0]
    expected = stationary(effective.mean(), mixed[worst][1] or CLAIMS[claim])
    pooled = effective.mean() * len(effective)
    numbers = f"{effective.mean():.0f} | {rhat.mean():.3f} | {expected:.3f} | {len(rhat)} | {pooled:.0f}"
    return f"| {claim} | {quantity} | {numbers} |"


def rows(claim):
    found = diagnostics(claim)
    return [row(claim, quantity, found) for kind, quantity in found if kind == "rhat" and ("ess", quantity) in found]


@pytest.mark.parametrize("claim", CLAIMS)
def test_findings_say_how_well_chains_mix(claim):
    said = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8").splitlines()
    missing = [line for line in rows(claim) if line not in said]
    assert not missing, "write\n" + "\n".join(missing)


@pytest.mark.parametrize("chains", [1, 2])
def test_a_stationary_chain_has_the_split_rhat_of_its_effective_draws(chains):
    """Autoregressive chains of 40 effective draws: to .02, of the order 1/e², and twice the scatter of a mean."""
    from fieldbench.statistics import ess, rhat

    draw, correlation = np.random.default_rng(0), 0.9
    noise = draw.normal(size=(400, chains, 400))
    series = [noise[0] / math.sqrt(1 - correlation**2)]
    for each in noise[1:]:
        series.append(correlation * series[-1] + each)
    traces = np.array(series)
    assert rhat(traces).mean() == pytest.approx(stationary(ess(traces).mean(), chains), abs=0.02)


if __name__ == "__main__":
    print(*(line for claim in CLAIMS for line in rows(claim)), sep="\n")
