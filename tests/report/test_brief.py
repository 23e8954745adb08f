"""A run in about ten lines."""

from pathlib import Path

import pytest

from fieldbench.records import files
from fieldbench.report.brief import brief

RESULTS = Path(__file__).parents[2] / "results"


@pytest.fixture(scope="module")
def records():
    """Ten committed records, of ten claims."""
    return [files.read(path) for path in sorted(RESULTS.glob("*/r*/quick/*.json"))[:10]]


def test_one_claim_is_told_check_by_check_its_statements_first(records):
    for record in records:
        lines = brief([record])
        assert len(lines) <= 11
        assert lines[0].startswith(f"{record.claim.id}, quick tier")
        statements = [check.id for check in record.checks if check.statement and check.labels]
        assert [line.strip().partition(":")[0] for line in lines[1 : 1 + len(statements)]] == statements[:8]
        ran = sum(bool(check.labels) for check in record.checks)
        assert (f"  and {ran - 8} further checks: .frame has all" in lines) == (ran > 8)


def test_several_claims_are_told_claim_by_claim(records):
    lines = brief(records)
    assert lines[0] == f"{len(records)} claims"
    assert len(lines) == 10
    assert lines[-1] == f"  and {len(records) - 8} further claims: .frame has all"
    assert [line.strip().partition(",")[0] for line in lines[1:9]] == [record.claim.id for record in records[:8]]
