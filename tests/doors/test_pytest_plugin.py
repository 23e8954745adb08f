"""The pytest door, as a third party meets it: a folder of cases outside this repository."""

import json
import sys
from types import SimpleNamespace

import pytest
from helpers_broken import BROKEN
from helpers_toy import copied, edited, replaced, said_of

# In-process sessions of pytester forget what they import, and NumPy cannot be loaded twice: load it all beforehand.
import fieldbench.cells.runner
import fieldbench.data
import fieldbench.data.cache
import fieldbench.data.digits
import fieldbench.judging.trial
import fieldbench.records.assemble
import fieldbench.records.files
import fieldbench.regression
import fieldbench.sampling  # noqa: F401
from fieldbench.doors.pytest_plugin import pytest_collection_modifyitems, share_cores

ITEMS = 8


@pytest.fixture
def toy(pytester):
    """A stranger's folder with one case, and modules that are none."""
    pytester.makeini("[pytest]\n")
    their = pytester.mkdir("their_folder")
    copied(their, "some_claim")
    (their / "notes.py").write_text("raise SystemExit('a file that is no case is never imported')\n")
    (their / "old.py").write_text("CLAIM = None\nraise SystemExit('not even one that binds CLAIM')\n")
    return pytester


def records(pytester):
    return sorted((pytester.path / ".fieldbench" / "results").rglob("*.json"))


def vary(pytester, old, new):
    edited(pytester.path / "their_folder" / "some_claim" / "case.py", old, new)


def test_each_check_rival_and_control_is_an_item(toy):
    result = toy.runpytest_inprocess("their_folder/", "-v")
    result.assert_outcomes(passed=ITEMS)
    result.stdout.fnmatch_lines(
        [
            "*their_folder/some_claim*.py::sum PASSED*",
            "*::sum-rejects-square-root PASSED*",
            "*::control-tenth-more PASSED*",
        ]
    )
    assert len(records(toy)) == 1
    assert not (toy.path / "results").exists()


def test_a_subset_writes_no_record(toy):
    toy.runpytest_inprocess("their_folder/", "-k", "limit").assert_outcomes(passed=1, deselected=ITEMS - 1)
    assert records(toy) == []


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


def test_fresh_seeds_are_items_of_their_own(toy):
    toy.runpytest_inprocess("their_folder/", "--fresh-seeds", "2").assert_outcomes(passed=3 * ITEMS)


def test_an_unknown_tier_is_one_clear_sentence(toy):
    result = toy.runpytest_inprocess("their_folder/", "--tier", "huge")
    result.stdout.fnmatch_lines(["*has no tier 'huge'; it has quick, standard*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def told(result):
    """The sentences in which a session says what is wrong with a case."""
    return [line for line in result.stdout.lines if line.startswith(("CaseError: ", "BadInput: "))]


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_case_that_cannot_be_read_fails_to_be_collected_in_one_sentence(toy, broken):
    """The same sentence as on the command line."""
    (old, new), message = broken
    words = said_of(replaced(copied(toy.path / "their_folder", "cut_off", "cut-off"), old, new), message)
    result = toy.runpytest_inprocess("their_folder/")
    result.assert_outcomes(errors=1)
    assert result.ret == 2
    (line,) = told(result)
    assert f"cut_off/{words}" in line
    result.stdout.no_fnmatch_line("*Traceback*")
    way = toy.runpytest_inprocess("their_folder/", "--traceback")
    way.stdout.fnmatch_lines(["*Traceback (most recent call last):*"])
    assert told(way) == [line]


def test_a_case_that_cannot_be_read_does_not_keep_the_others_from_running(toy):
    cut_off = copied(toy.path / "their_folder", "cut_off", "cut-off")
    edited(cut_off / "case.py", "CASE = Case(", "CASE = Case((")
    toy.runpytest_inprocess("their_folder/", "--continue-on-collection-errors").assert_outcomes(errors=1, passed=ITEMS)


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


def test_two_workers_share_no_case_and_report_a_damaged_cell_too(toy):
    """Workers are processes of their own; only one of them that has the whole case can write its record."""
    toy.runpytest_inprocess("their_folder/", "--results", "before").assert_outcomes(passed=ITEMS)
    damage(toy)
    result = toy.runpytest_inprocess("their_folder/", "-n", "2", "-W", "error")
    result.assert_outcomes(passed=ITEMS)
    assert len(records(toy)) == 1
    result.stdout.fnmatch_lines(
        [
            "[[]1 of 1[]] toy-sum: * s",
            "warning: stored cell * is damaged (*): it is measured again",
            "*= claims, quick tier =*",
            "✓ toy-sum*0.9*",
            "1 claim in *: 1 reproduced; all as declared",
            "records in .fieldbench/results; *",
        ]
    )


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
    result = toy.runpytest_inprocess("their_folder/", "-ra")
    result.assert_outcomes(passed=ITEMS - 4, skipped=4)
    result.stdout.fnmatch_lines(["not run: 4 left to the standard tier"])
    result.stdout.no_fnmatch_line("SKIPPED*")


def test_the_last_screen_is_the_last_thing_said_and_leads_with_what_is_not_as_declared(toy):
    copied(toy.path / "their_folder", "another", "another-sum")
    edited(toy.path / "their_folder" / "another" / "case.py", "float(at.size)", "float(at.size) / (at.size - 100)")
    vary(toy, "float(at.size)", "1.2 * at.size")
    result = toy.runpytest_inprocess("their_folder/")
    lines = result.stdout.lines
    start = next(i for i, line in enumerate(lines) if "= claims, quick tier =" in line)
    assert max(len(line) for line in lines[start:-1]) <= 80
    screen = "\n".join(line.strip() for line in lines[start + 1 :]).replace("\n", " ")
    assert screen.startswith("NOT AS DECLARED another-sum: could not run: CaseError: ")
    assert "ZeroDivisionError: float division by zero" in screen
    assert "toy-sum: sum: contradicted; measured" in screen
    assert "✓!toy-sum" in screen
    assert "[1 of 2] another-sum: " in "\n".join(lines[:start])
    assert "1 reproduced, 1 could not run; 2 NOT as declared" in screen
    assert lines[-1].startswith("=")
    assert f"{ITEMS + 1} failed" in lines[-1]
    # pytest's own summary follows, whose lines are cut at the terminal's width unless CI is set.
    before = "\n".join(lines[:start]).partition("short test summary info")[0]
    assert before.count("ZeroDivisionError: float division by zero") == 1
    assert f"the same keeps {ITEMS - 1} further items of another-sum from running" in before


def test_a_case_that_cannot_be_collected_leads_the_screen(toy):
    cut_off = copied(toy.path / "their_folder", "cut_off", "cut-off")
    edited(cut_off / "case.py", "CASE = Case(", "CASE = Case((")
    result = toy.runpytest_inprocess("their_folder/", "--continue-on-collection-errors")
    result.stdout.fnmatch_lines(["NOT AS DECLARED", "  cut-off: could not run: CaseError: *", "✓ toy-sum*"])


def test_the_claim_is_a_keyword_and_what_is_selected_is_shown(toy):
    copied(toy.path / "their_folder", "another", "another-sum")
    result = toy.runpytest_inprocess("their_folder/", "-k", "another-sum")
    result.assert_outcomes(passed=ITEMS, deselected=ITEMS)
    assert [path.parents[2].name for path in records(toy)] == ["another-sum"]
    result.stdout.fnmatch_lines(
        [
            "*= selected =*",
            "item * verdict",
            "exponent *1 * 0.05 * reproduced",
            "exponent-rejects-half *0.5 *rejected, t = *",
            "control-tenth-more  * noticed",
            "*= claims, quick tier =*",
            "✓ another-sum *",
        ]
    )
    result = toy.runpytest_inprocess("their_folder/", "-k", "limit and toy-sum")
    result.assert_outcomes(passed=1, deselected=2 * ITEMS - 1)
    result.stdout.fnmatch_lines(["*= selected =*", "item *", "limit  1 * 1 * 1e-12 * reproduced"])
    result.stdout.no_fnmatch_line("*= claims, quick tier =*")


def test_options_of_the_working_directory_hold_where_none_is_given(toy):
    table = '[tool.fieldbench]\ntier = "standard"\nresults = "mine"\nseed = 3\n'
    (toy.path / "pyproject.toml").write_text(table)
    toy.runpytest_inprocess("their_folder/").assert_outcomes(passed=ITEMS)
    (path,) = (toy.path / "mine").rglob("*.json")
    assert path.parent.name == "standard"
    assert "-seed3-" in path.name
    (toy.path / "pyproject.toml").write_text(table.replace("tier", "teir"))
    result = toy.runpytest_inprocess("their_folder/")
    result.stderr.fnmatch_lines(["ERROR: pyproject.toml: [[]tool.fieldbench] has no option 'teir'; it takes tier, *"])
    toy.makepyfile(test_other="def test_other():\n    pass\n")
    toy.runpytest_inprocess("test_other.py").assert_outcomes(passed=1)  # a session without cases need not care


def test_what_cannot_stand_under_a_port_stops_the_session_in_one_sentence(toy):
    (toy.path / "beside.py").write_text("class Half:\n    def predictions(self):\n        pass\n")
    result = toy.runpytest_inprocess("their_folder/", "--with", "gpr=beside:Half", plugins=())
    sentence = "ERROR: port gpr: beside:Half gives a Half without the method traces; a gpr has predictions and traces"
    assert sentence in result.stderr.lines
    assert result.ret == 4


LIVE = """
import os, pty, re, sys
written = []
def read(terminal):
    data = os.read(terminal, 4096)
    written.append(data)
    return data
os.environ["COLUMNS"] = "80"
pty.spawn([sys.executable, "-m", "pytest", "their_folder/", "-p", "no:cacheprovider", *sys.argv[1:]], read)
"""


def test_a_terminal_has_one_live_line_and_no_letters(toy):
    result = toy.run(sys.executable, "-c", LIVE)
    text = result.stdout.str()
    assert "0 of 1 claims: toy-sum" in text  # while it ran, though pytest captured its output
    assert "1 claim in" in text
    assert "case.py ." not in text
    assert "%]" not in text


def test_two_cases_in_one_session(toy):
    copied(toy.path / "their_folder", "another", "another-sum")
    toy.runpytest_inprocess("their_folder/").assert_outcomes(passed=2 * ITEMS)
    assert len(records(toy)) == 2


def test_workers_begin_with_the_case_that_took_longest_when_its_reference_was_measured(toy):
    for name in ("a_brief", "b_long", "c_unknown"):
        copied(toy.path / "their_folder", name, name.replace("_", "-"))
    for claim, seconds in (("a-brief", [1.0, 2.0]), ("b-long", [5.0])):
        record = toy.path / "results" / claim / "r1" / "quick" / "20260101T000000Z.json"
        record.parent.mkdir(parents=True)
        record.write_text(json.dumps({"cells": [{"wall_time": second} for second in seconds]}))
    items, _ = toy.inline_genitems("their_folder/")
    before, options = list(items), lambda name: "quick"
    pytest_collection_modifyitems(SimpleNamespace(getoption=options), items)
    assert items == before
    worker = SimpleNamespace(workerinput={"fieldbench-cases": True}, getoption=options)
    pytest_collection_modifyitems(worker, items)
    assert list(dict.fromkeys(item.path.parent.name for item in items)) == [
        "b_long",
        "a_brief",
        "c_unknown",
        "some_claim",
    ]
    for name in ("b_long", "some_claim"):
        of = [[item for item in some if item.path.parent.name == name] for some in (before, items)]
        assert of[0] == of[1]


def test_a_session_without_cases_does_not_import_jax(pytester):
    pytester.makeini("[pytest]\n")
    pytester.makepyfile("import sys\n\ndef test_clean():\n    assert 'jax' not in sys.modules\n")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("worker", "cores", "kept"),
    [
        ({"workercount": 2, "workerid": "gw1"}, {0, 1, 2, 3}, {1, 3}),
        ({"workercount": 2, "workerid": "gw0"}, {4, 7}, {4}),
        ({"workercount": 4, "workerid": "gw0"}, {0, 1}, None),
        ({"workercount": 1, "workerid": "gw0"}, {0, 1}, None),
        ({}, {0, 1}, None),
    ],
)
def test_each_worker_has_cores_of_its_own_where_there_are_enough(worker, cores, kept, monkeypatch):
    config = SimpleNamespace(workerinput=worker) if worker else SimpleNamespace()
    found = []
    monkeypatch.setattr("os.sched_getaffinity", lambda process: cores, raising=False)
    monkeypatch.setattr("os.sched_setaffinity", lambda process, chosen: found.append(set(chosen)), raising=False)
    share_cores(config)
    assert found == ([kept] if kept else [])
