"""docs/findings.md: what it names is there, and each row of its tables is what the newest record says.

`python tests/test_findings.py` rewrites the rows.
"""

import json
import math
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "findings.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROW = re.compile(r"^\| `[a-z\d-]+/[a-z\d-]+` \|.*\|$", re.MULTILINE)


@cache
def checks(claim: str, tier: str):
    """Of the newest complete record of a claim at a tier."""
    found = [json.loads(path.read_bytes()) for path in (ROOT / "results" / claim).glob(f"r*/{tier}/*.json")]
    complete = sorted((record for record in found if record["complete"]), key=lambda record: record["date"])
    return {check["id"]: check for check in complete[-1]["checks"]} if complete else {}


def row_of(row: str) -> str:
    """The row as the record has it: which check, tier and point is read from the first three cells."""
    name, tier, point = (cell.strip() for cell in row.split("|")[1:4])
    claim, check_id = name.strip("`").split("/")
    check, parts = checks(claim, tier)[check_id], point.split("; ")
    fitting = [i for i, label in enumerate(check["labels"]) if all(part in label for part in parts)]
    (i,) = [i for i in fitting if check["labels"][i].endswith(parts[-1])] or fitting
    logarithmic, error = check["scale"] == "log", check["standard_error"][i]
    size = error * math.exp(check["measured"][i]) if logarithmic else error
    places = max(0, 1 - math.floor(math.log10(size))) if size else 6

    def number(value):
        return f"{math.exp(value) if logarithmic else value:.{places}f}".replace("-", "−")

    def width(value):
        return f"{100 * value:.2g} %" if logarithmic else f"{value:.2g}"

    side = {"both": "", "above": "≥ ", "below": "≤ "}[check["side"]]
    others = ", ".join(f"{r['id']} {number(r['expected'][i])}" for r in check["rivals"] if not r["free"])
    numbers = number(check["measured"][i]), width(error) if error else "exact", side + number(check["expected"][i])
    ends = "–" if side else width(check["margin"][i]), others or "–", check["verdict"]
    return f"| {' | '.join((name, tier, point, *numbers, *ends))} |"


@pytest.mark.parametrize("row", ROW.findall(TEXT))
def test_a_row_is_that_of_its_record(row):
    assert row == row_of(row), f"write\n{row_of(row)}"


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([^`\s]+/[^`\s]+)`", TEXT))))
def test_what_is_named_is_there(named):
    path, _, test = named.partition("::")
    if (ROOT / path).exists():
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")
    else:
        claim, check = named.split("/")
        assert any(check in checks(claim, tier.name) for tier in (ROOT / "results" / claim).glob("r*/*"))


if __name__ == "__main__":
    PAGE.write_text(ROW.sub(lambda found: row_of(found[0]), TEXT), encoding="utf-8")
