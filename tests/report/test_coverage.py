"""The coverage list: what it shows of records, cases without record and claims that are not encoded."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fieldbench.doors.cli import app
from fieldbench.doors.session import Session
from fieldbench.errors import BadInput
from fieldbench.report.coverage import read_not_encoded, write_coverage

ROOT = Path(__file__).parents[2]
OTHER = '[elsewhere]\ntitle = "Something"\nsource = "arXiv:1, eq. 2"\nwhy = "no text"\nerrata = ["a factor 2"]\n'


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """One record of a toy case with a declared discrepancy and an erratum."""
    folder = tmp_path_factory.mktemp("coverage")
    toy = shutil.copytree(ROOT / "tests" / "material" / "toy", folder / "toy")
    declared = 'expect="contradicted", because="the sum is not so large"'
    open_check = f'        Check("open", Sum.sum, theory=1e9, margin=(Remainder("rounding", 1.0),), {declared}),\n'
    case, facts = toy / "case.py", toy / "claim.toml"
    case.write_text(case.read_text().replace('        AtLeast("statement"', open_check + '        AtLeast("statement"'))
    facts.write_text('errata = ["a sign is lost"]\n' + facts.read_text())
    session = Session(store=folder / "store", results=folder / "results")
    session.record(session.run(case))
    return folder / "results"


def _write(tmp_path, results, cases, others=OTHER):
    listed = tmp_path / "not-encoded.toml"
    listed.write_text(others)
    write_coverage(tmp_path / "coverage.md", results, cases, listed)
    return (tmp_path / "coverage.md").read_text()


def test_each_claim_has_its_status_by_tier_its_discrepancies_and_errata(results, tmp_path):
    text = _write(tmp_path, results, ["toy-sum", "without-record"])
    row = next(line for line in text.splitlines() if line.startswith("| `toy-sum`"))
    assert "(open contradicted)" in row
    assert row.count("| not run ") == 2
    assert "| `without-record` | – | – | no record | no record | no record |" in text
    assert "- `toy-sum`, open: contradicted (quick). The sum is not so large." in text
    assert "| `elsewhere` | Something | arXiv:1, eq. 2 | no text |" in text
    assert "- `elsewhere`: A factor 2." in text
    assert "- `toy-sum`: A sign is lost." in text


def test_no_records_at_all_leave_a_list_of_claims(tmp_path):
    text = _write(tmp_path, tmp_path / "nothing", ["toy-sum"])
    assert "| `toy-sum` | – | – | no record |" in text
    assert "## Declared discrepancies\n\nNone." in text


def test_a_claim_is_not_both_encoded_and_not(results, tmp_path):
    with pytest.raises(BadInput, match="elsewhere: encoded as a case and listed"):
        _write(tmp_path, results, ["elsewhere"])


@pytest.mark.parametrize(
    "text", ["[a]\ntitle = 'x'\nsource = 'y'\n", "[a]\ntitle='x'\nsource='y'\nwhy=' '\n", "a = 1\n", "[a\n"]
)
def test_a_list_that_cannot_be_read_is_named(tmp_path, text):
    path = tmp_path / "list.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"list\.toml"):
        read_not_encoded(path)


def test_the_committed_list_names_every_claim(tmp_path, monkeypatch):
    """Statuses follow the records and may move on; a claim that is missing means that nobody ran the command."""
    monkeypatch.chdir(ROOT)
    written = tmp_path / "coverage.md"
    done = CliRunner().invoke(app, ["coverage", "--to", str(written)])
    assert done.exit_code == 0, done.output
    names = [_names(path) for path in (written, ROOT / "docs" / "coverage.md")]
    assert names[0] == names[1], "run `fieldbench coverage` and commit docs/coverage.md"


def _names(path):
    lines = path.read_text().splitlines()
    return [line.split("`")[1] for line in lines if line.startswith("| `")]
