"""The pytest door, as a third party meets it: a folder of cases outside this repository."""

from pathlib import Path

import pytest

# In-process sessions of pytester forget what they import, and NumPy cannot be loaded twice: load it all beforehand.
import fieldbench.data
import fieldbench.records.files
import fieldbench.cells.runner
import fieldbench.regression
import fieldbench.sampling  # noqa: F401

TOY = Path(__file__).parent / "evidence" / "toy_case.py"
ITEMS = 10


@pytest.fixture
def folder(pytester):
    """A stranger's folder with one case whose file name says nothing."""
    pytester.makeini("[pytest]\n")
    their = pytester.mkdir("their_folder")
    (their / "some_claim.py").write_text(TOY.read_text())
    (their / "notes.py").write_text("raise SystemExit('a file that is no case is never imported')\n")
    return pytester


def records(pytester):
    return sorted((pytester.path / "results").rglob("*.json"))


def test_each_check_rival_and_control_is_an_item(folder):
    result = folder.runpytest_inprocess("their_folder/", "-v")
    result.assert_outcomes(passed=ITEMS - 2)
    result.stdout.fnmatch_lines(
        ["*some_claim.py::sum PASSED*", "*::sum-rejects-square-root PASSED*", "*::control-tenth-more PASSED*"]
    )
    assert len(records(folder)) == 1


def test_two_workers_share_no_case(folder):
    result = folder.runpytest_subprocess("their_folder/", "-n", "2")
    result.assert_outcomes(passed=ITEMS - 2)
    assert len(records(folder)) == 1
    result.stdout.fnmatch_lines(["*= verdicts =*", "toy-sum | sum * | reproduced", "toy-sum: reproduced; *.json"])


def test_a_subset_writes_no_record(folder):
    folder.runpytest_inprocess("their_folder/", "-k", "limit").assert_outcomes(passed=1, deselected=ITEMS - 3)
    assert records(folder) == []


def test_a_broken_claim_fails_with_numbers_instead_of_a_traceback(folder):
    case = folder.path / "their_folder" / "some_claim.py"
    case.write_text(case.read_text().replace('"sum": float(setup.size)', '"sum": 1.2 * setup.size'))
    result = folder.runpytest_inprocess("their_folder/")
    result.stdout.fnmatch_lines(["*NotAsDeclared: sum: contradicted; measured * expected * margin 0.05*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    assert result.ret == 1


def test_fresh_seeds_are_items_of_their_own(folder):
    folder.runpytest_inprocess("their_folder/", "--fresh-seeds", "2").assert_outcomes(passed=3 * (ITEMS - 2))


def test_an_unknown_tier_is_one_clear_sentence(folder):
    result = folder.runpytest_inprocess("their_folder/", "--tier", "huge")
    result.stdout.fnmatch_lines(["*has no tier 'huge'; it has quick, standard*"])


def test_a_session_without_cases_does_not_import_jax(pytester):
    pytester.makeini("[pytest]\n")
    pytester.makepyfile("import sys\n\ndef test_clean():\n    assert 'jax' not in sys.modules\n")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
