"""A run in about ten lines."""

from pathlib import Path

from fieldbench.report.brief import brief
from fieldbench.report.table import newest

RECORDS = [record for record in newest(Path(__file__).parents[2] / "results") if record.tier == "quick"]


def test_one_claim_is_told_check_by_check_its_statements_first():
    for record in RECORDS:
        lines = brief([record])
        assert len(lines) <= 11
        assert lines[0].startswith(f"{record.claim.id}, quick tier")
        statements = [check.id for check in record.checks if check.statement and check.labels]
        assert [line.strip().partition(":")[0] for line in lines[1 : 1 + len(statements)]] == statements[:8]
        ran = sum(bool(check.labels) for check in record.checks)
        assert (f"  and {ran - 8} further checks: .frame has all" in lines) == (ran > 8)


def test_several_claims_are_told_claim_by_claim():
    lines = brief(RECORDS)
    assert lines[0] == f"{len(RECORDS)} claims"
    assert len(lines) == 10
    assert lines[-1] == f"  and {len(RECORDS) - 8} further claims: .frame has all"
    assert [line.strip().partition(",")[0] for line in lines[1:9]] == [record.claim.id for record in RECORDS[:8]]
