"""The example of docs/your-own-claim.md: its expected verdict, and that its data still say so."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fieldbench.authoring.conform import in_declarations, in_facts
from fieldbench.cells.numerics import numerics
from fieldbench.doors.cli import app
from fieldbench.doors.session import Session
from fieldbench.loading.load import load_case, load_worlds
from fieldbench.records import files
from fieldbench.verdicts.rule import Verdict

EXAMPLES = Path(__file__).parents[2] / "examples"
CASE = EXAMPLES / "minimum_norm_risk" / "case.py"


def test_its_facts_and_declarations_lack_nothing():
    with numerics():
        case = load_case(CASE)
        assert [*in_facts(case.claim), *in_declarations(case, load_worlds(case))] == []


def test_the_committed_record_has_the_expected_verdict_and_follows_from_its_numbers():
    record = files.latest(EXAMPLES / "results", "minimum-norm-risk", 1, "quick")
    assert record.summary == "reproduced"
    done = CliRunner().invoke(app, ["verify", str(EXAMPLES / "results"), "--cases", str(EXAMPLES)])
    assert done.exit_code == 0, done.output


def test_few_draws_contradict_no_check_and_show_every_error(tmp_path):
    result = Session(store=tmp_path, results=None, compiled=None, overrides={"draws": 8}).run(CASE)
    assert {check.verdict for check in result.judgement.checks} <= {Verdict.REPRODUCED, Verdict.INCONCLUSIVE}
    assert not any(rival.survives for check in result.judgement.checks for rival in check.rivals)
    assert all(control.as_declared for control in result.judgement.controls)


@pytest.mark.whole
def test_it_conforms(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["conform", str(EXAMPLES)])
    assert done.stdout.splitlines() == ["minimum-norm-risk: conforms"]
