"""The pytest door, as a third party meets it: a folder of cases outside this repository."""

import json
import shutil
from pathlib import Path

import pytest

# In-process sessions of pytester forget what they import, and NumPy cannot be loaded twice: load it all beforehand.
import fieldbench.cells.runner
import fieldbench.data
import fieldbench.evidence.case
import fieldbench.judging.drawing
import fieldbench.judging.judge
import fieldbench.records.assemble
import fieldbench.records.files
import fieldbench.regression
import fieldbench.sampling  # noqa: F401

MATERIAL = Path(__file__).parents[1] / "material"
ITEMS = 8


@pytest.fixture(params=["second form", "first form"])
def folder(pytester, request):
    """A stranger's folder with one case; in the first form its file name says nothing."""
    return stranger(pytester, request.param)


@pytest.fixture
def toy(pytester):
    """The same with the case in the second form."""
    return stranger(pytester, "second form")


def stranger(pytester, form):
    pytester.makeini("[pytest]\n")
    their = pytester.mkdir("their_folder")
    if form == "second form":
        shutil.copytree(MATERIAL / "toy", their / "some_claim", ignore=shutil.ignore_patterns("__pycache__"))
    else:
        (their / "some_claim.py").write_text((MATERIAL / "first_form_case.py").read_text())
    (their / "notes.py").write_text("raise SystemExit('a file that is no case is never imported')\n")
    return pytester


def records(pytester):
    return sorted((pytester.path / ".fieldbench" / "results").rglob("*.json"))


def vary(pytester, old, new, file="case.py"):
    path = pytester.path / "their_folder" / "some_claim" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_each_check_rival_and_control_is_an_item(folder):
    result = folder.runpytest_inprocess("their_folder/", "-v")
    result.assert_outcomes(passed=ITEMS)
    result.stdout.fnmatch_lines(
        [
            "*their_folder/some_claim*.py::sum PASSED*",
            "*::sum-rejects-square-root PASSED*",
            "*::control-tenth-more PASSED*",
        ]
    )
    assert len(records(folder)) == 1
    assert not (folder.path / "results").exists()


def test_two_workers_share_no_case(folder):
    result = folder.runpytest_subprocess("their_folder/", "-n", "2")
    result.assert_outcomes(passed=ITEMS)
    assert len(records(folder)) == 1
    result.stdout.fnmatch_lines(["*= verdicts =*", "toy-sum | sum * | reproduced", "toy-sum: reproduced; *.json"])


def test_a_subset_writes_no_record(folder):
    folder.runpytest_inprocess("their_folder/", "-k", "limit").assert_outcomes(passed=1, deselected=ITEMS - 1)
    assert records(folder) == []


def test_a_broken_claim_fails_with_numbers_instead_of_a_traceback(toy):
    vary(toy, "float(at.size)", "1.2 * at.size")
    result = toy.runpytest_inprocess("their_folder/")
    result.stdout.fnmatch_lines(["*NotAsDeclared: sum: contradicted; measured * expected * margin 0.05*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    assert result.ret == 1


def test_records_are_written_elsewhere_if_asked(toy):
    toy.runpytest_inprocess("their_folder/", "--results", "mine").assert_outcomes(passed=ITEMS)
    assert len(list((toy.path / "mine" / "toy-sum").rglob("*.json"))) == 1
    assert records(toy) == []


def test_fresh_seeds_are_items_of_their_own(folder):
    folder.runpytest_inprocess("their_folder/", "--fresh-seeds", "2").assert_outcomes(passed=3 * ITEMS)


def test_an_unknown_tier_is_one_clear_sentence(folder):
    result = folder.runpytest_inprocess("their_folder/", "--tier", "huge")
    result.stdout.fnmatch_lines(["*has no tier 'huge'; it has quick, standard*"])
    result.stdout.no_fnmatch_line("*Traceback*")


OPEN = "line 1: '(' was never closed; the case cannot be read"
BROKEN = {
    "cut off": ("some_claim/case.py", "CASE = Case(\n", f"*some_claim/case.py, {OPEN}"),
    "its experiment": ("some_claim/experiment.py", "a b\n", "*some_claim/experiment.py, line 1: invalid syntax; *"),
    "a wrong name": ("some_claim/case.py", "\nCASE = Case()\n", "*case.py, line 2: NameError: name 'Case' is not*"),
    "its facts": ("some_claim/claim.toml", "id =\n", "*some_claim/claim.toml cannot be read as TOML: *line 1*"),
    "the first form, cut off": ("old.py", "CLAIM = Claim(id='old'\n", f"*old.py, {OPEN}"),
    "the first form, incomplete": ("old.py", "CLAIM = None\n", "*old.py binds no TIERS; a case needs CLAIM, TIERS, *"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text", "words"), BROKEN.values(), ids=BROKEN)
def test_a_case_that_cannot_be_read_fails_to_be_collected_in_one_sentence(toy, file, text, words):
    (toy.path / "their_folder" / file).write_text(text)
    result = toy.runpytest_inprocess("their_folder/")
    result.assert_outcomes(errors=1)
    assert result.ret == 2
    result.stdout.fnmatch_lines([f"*: {words}"])
    result.stdout.no_fnmatch_line("*Traceback*")
    assert len([line for line in result.stdout.lines if line.startswith(("CaseError: ", "BadInput: "))]) == 1
    others = toy.runpytest_inprocess("their_folder/", "--continue-on-collection-errors")
    others.assert_outcomes(errors=1, passed=ITEMS if file == "old.py" else 0)
    way = toy.runpytest_inprocess("their_folder/", "--traceback")
    way.stdout.fnmatch_lines(["*Traceback (most recent call last):*", f"*: {words}"])


def test_an_error_in_a_case_is_one_sentence_and_traceback_shows_the_way(toy):
    vary(toy, "float(at.size)", "float(at.size) / (at.size - 100)")
    result = toy.runpytest_inprocess("their_folder/")
    result.assert_outcomes(failed=ITEMS)
    result.stdout.fnmatch_lines(["CaseError: *some_claim/case.py, line *: ZeroDivisionError: float division by zero"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result = toy.runpytest_inprocess("their_folder/", "--traceback", "-k", "limit")
    result.stdout.fnmatch_lines(["*Traceback (most recent call last):*", "*in theory*", "CaseError: *"])


def damage(pytester):
    cell = min((pytester.path / ".fieldbench" / "store").rglob("*.npz"))
    cell.write_bytes(cell.read_bytes()[:-1])
    return cell


@pytest.mark.parametrize("options", [(), ("-W", "error")], ids=["", "warnings are errors"])
def test_a_damaged_cell_is_reported_and_redone(toy, options):
    """It is a word to the user, not a Python warning that their configuration could turn into a failure."""
    toy.makeini("[pytest]\nfilterwarnings = error\n" if options else "[pytest]\n")
    toy.runpytest_inprocess("their_folder/").assert_outcomes(passed=ITEMS)
    cell = damage(toy)
    result = toy.runpytest_inprocess("their_folder/", *options)
    result.assert_outcomes(passed=ITEMS, warnings=0)
    said = [line for line in result.stdout.lines if line.startswith("warning: ")]
    assert said == [
        f"warning: stored cell {cell.relative_to(toy.path).with_suffix('').with_suffix('.json')} is damaged "
        "(its arrays are truncated or were edited): it is measured again"
    ]
    result = toy.runpytest_inprocess("their_folder/", *options)
    result.assert_outcomes(passed=ITEMS, warnings=0)
    result.stdout.no_fnmatch_line("warning: *")


def test_a_damaged_cell_is_reported_by_workers_too(toy):
    toy.runpytest_inprocess("their_folder/").assert_outcomes(passed=ITEMS)
    damage(toy)
    result = toy.runpytest_subprocess("their_folder/", "-n", "2", "-W", "error")
    result.assert_outcomes(passed=ITEMS)
    result.stdout.fnmatch_lines(["warning: stored cell * is damaged (*): it is measured again"])


def test_a_damaged_cell_is_reported_even_where_the_run_fails(toy):
    toy.runpytest_inprocess("their_folder/").assert_outcomes(passed=ITEMS)
    damage(toy)
    vary(toy, "at_most=0.5", "at_most=1e-9")
    result = toy.runpytest_inprocess("their_folder/")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["warning: stored cell * is damaged (*): it is measured again"])


def test_what_is_left_to_another_tier_is_skipped_with_its_reason(toy):
    vary(toy, "on=lambda at: at.size > 10,", 'on=lambda at: at.size > 10, tiers=("standard",),')
    result = toy.runpytest_inprocess("their_folder/", "-rs")
    result.assert_outcomes(passed=ITEMS - 4, skipped=4)  # the check, its rival, both controls
    result.stdout.fnmatch_lines(["SKIPPED*left to the standard tier*"])
    (path,) = records(toy)
    assert json.loads(path.read_text())["summary"] == "reproduced; not run: sum"


def test_both_forms_in_one_session(toy):
    text = (MATERIAL / "first_form_case.py").read_text().replace('id="toy-sum"', 'id="old-sum"')
    (toy.path / "their_folder" / "old.py").write_text(text)
    toy.runpytest_inprocess("their_folder/").assert_outcomes(passed=2 * ITEMS)
    assert len(records(toy)) == 2


def test_a_session_without_cases_does_not_import_jax(pytester):
    pytester.makeini("[pytest]\n")
    pytester.makepyfile("import sys\n\ndef test_clean():\n    assert 'jax' not in sys.modules\n")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
