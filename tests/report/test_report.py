"""Tables made from records: what is shown, and where."""

import shutil
from pathlib import Path

import pytest

from fieldbench.doors.session import Session
from fieldbench.errors import BadInput
from fieldbench.records import files as record
from fieldbench.records.schema import SkippedPart
from fieldbench.report.rows import COLUMNS
from fieldbench.report.table import front_page, write_tables

TOY = Path(__file__).parents[1] / "material" / "toy"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A results directory with one record of the toy case, whose tier leaves one check without an experiment."""
    folder = tmp_path_factory.mktemp("report")
    case = shutil.copytree(TOY, folder / "toy") / "case.py"
    absent = '        AtLeast("absent", Sum.sum, 0.0, on=lambda at: at.size == 50),\n'
    case.write_text(case.read_text().replace('        AtLeast("statement"', absent + '        AtLeast("statement"'))
    session = Session(store=folder / "store", results=folder / "results")
    session.record(session.run(case))
    return folder / "results"


def test_tables_hold_measured_predicted_margin_error_rival_power_and_verdict(results):
    path, records = write_tables(results)
    lines = path.read_text().split("\n")
    assert len(records) == 1
    assert f"| {' | '.join(COLUMNS)} |" in lines
    row = next(line for line in lines if line.startswith("| toy-sum | sum"))
    assert "| 5 % |" in row
    assert "square-root (" in row
    assert row.endswith("| reproduced |")
    assert any(
        line.startswith("| toy-sum | absent |") and "not run: no experiment of the quick tier" in line for line in lines
    )


def test_the_front_page_is_filled_between_its_marks_and_nowhere_else(results, tmp_path):
    readme = tmp_path / "README.md"
    quick, paper = "<!-- verdicts quick -->\n", "<!-- verdicts paper -->\n"
    end = "<!-- /verdicts -->\n"
    readme.write_text(f"before\n{quick}old\n{end}between\n{paper}kept\n{end}")
    for _ in range(2):  # a second time changes nothing more
        write_tables(results, readme)
        text = readme.read_text()
        assert text.startswith(f"before\n{quick}| claim |")
        assert text.endswith(f"{end}between\n{paper}kept\n{end}")
        assert "old" not in text
        assert "absent" not in text
        assert text.count("\n| toy-sum | ") == 1


def test_a_front_page_without_its_end_mark_is_left_alone(results, tmp_path):
    readme = tmp_path / "README.md"
    text = "before\n<!-- verdicts quick -->\nall the rest\n"
    readme.write_text(text)
    with pytest.raises(BadInput, match="no line '<!-- /verdicts -->' after"):
        write_tables(results, readme)
    assert readme.read_text() == text


def test_no_record_is_an_error_with_its_remedy(tmp_path):
    with pytest.raises(BadInput, match="make one with `fieldbench run`"):
        write_tables(tmp_path / "nothing")


def test_the_front_page_has_a_line_a_claim_and_counts_the_rest(results):
    (path,) = results.rglob("*seed0*.json")
    found = record.read(path)
    claim, words, *_, verdict = front_page(found)
    statement = next(check for check in found.checks if check.statement)
    others = [check for check in found.checks if check.labels and check is not statement]
    assert (claim, words) == (found.claim.id, f"{found.claim.title} (`{statement.id}`)")
    assert verdict.startswith(statement.verdict)
    assert verdict.endswith(f". Beside it {len(others)} reproduced")
    changed = found.checks[0].model_copy(update={"verdict": "inconclusive"})
    assert not changed.statement
    *_, verdict = front_page(found.model_copy(update={"checks": [changed, *found.checks[1:]]}))
    assert verdict.endswith(f". Beside it {len(others) - 1} reproduced, 1 inconclusive")


def test_margins_are_told_by_how_much_data_strain_them(results):
    from fieldbench.report.margins import markdown, strain
    from fieldbench.report.table import newest

    (toy,) = newest(results)
    first = next(check for check in toy.checks if check.id == "sum")
    deviations = [abs(m - e) / w for m, e, w in zip(first.measured, first.expected, first.margin, strict=True)]
    assert strain(first) == pytest.approx(max(deviations))
    moved = first.model_copy(
        update={"measured": [e - 0.05 * w for e, w in zip(first.expected, first.margin, strict=True)]}
    )
    assert strain(moved) == pytest.approx(0.05)
    assert strain(first.model_copy(update={"verdict": "contradicted"})) is None
    assert strain(next(check for check in toy.checks if check.side == "above")) is None
    text = markdown([toy.model_copy(update={"checks": [moved, *toy.checks[1:]]})], before=[toy])
    assert "| toy-sum | quick | sum | 0.05 | a guess, which owes a computation | finite size (guessed) |" in text
    assert text.index("| before | ") < text.index("| now | ")
    assert "| toy-sum | quick | statement | " in text


def test_a_record_without_data_that_an_older_one_has_does_not_take_its_place(results, tmp_path):
    (whole,) = (record.read(path) for path in record.find(results))
    skipped = [SkippedPart(kind="Sum", parameters={}, reason="moon is not here")]
    later = {"run_id": "later", "date": "2099-01-01T00:00:00Z"}
    poorer = whole.model_copy(update={**later, "skipped": skipped})
    for one in (whole, poorer):
        record.write(one.sealed(), tmp_path)
    assert record.latest(tmp_path, "toy-sum", whole.claim.revision, "quick").run_id == whole.run_id
    richer = poorer.model_copy(update={"skipped": [], "run_id": "newer"})
    record.write(richer.sealed(), tmp_path)
    assert record.latest(tmp_path, "toy-sum", whole.claim.revision, "quick").run_id == "newer"
