"""The command line: what it prints where, its exit codes, and one clear line for every bad input."""

import contextlib
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from helpers_broken import BROKEN
from helpers_doors import call, computed, refusal, vary
from helpers_toy import copied, replaced, said_of
from rich.console import Console
from typer.testing import CliRunner

import fieldbench
from fieldbench.doors.cli import app
from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.run import parse_overrides
from fieldbench.errors import BadInput
from fieldbench.loading.load import CaseError
from fieldbench.report.pace import Pace
from fieldbench.report.rows import COLUMNS

pytestmark = pytest.mark.usefixtures("here")


def second(here, name, old, new):
    """A second case: the toy under another name, with a piece of its text replaced; the file that had it."""
    return replaced(copied(here / "cases", name.replace("-", "_"), name), old, new)


def records(here, folder=".fieldbench/results"):
    return sorted((here / folder).rglob("*.json"))


def test_run_says_in_plain_lines_what_was_measured_and_expected(here):
    done = call("run")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "# toy-sum (quick tier, seed 0)"
    assert lines[1].split("\t") == [
        "check", "measured", "predicted", "margin", "resolution", "standard error", "rival (t, p)", "power", "verdict",
    ]  # fmt: skip
    assert [line.split("\t")[0].split(" [")[0] for line in lines[2:6]] == ["sum", "exponent", "limit", "statement"]
    assert all(line.endswith("\treproduced") for line in lines[2:6])
    assert "control tenth-more: noticed by sum" in lines
    assert any(line.startswith("32 of 32 cells measured now") for line in lines)
    assert any(line.startswith("0 of 32 cells measured now") for line in call("run").stdout.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("list",),
        ("info", "toy-sum"),
        ("history", "toy-sum"),
        ("verify",),
        ("results-table",),
        ("doctor",),
        ("run", "no-such-case"),
        ("info", "no-such-case"),
        ("run", "--tier", "no-such-tier"),
    ],
    ids=" ".join,
)
def test_json_is_alone_on_stdout(arguments):
    if arguments[0] in ("history", "verify", "results-table"):
        call("run", "--reference")
    done = call(*arguments, "--json")
    value = json.loads(done.stdout)
    if isinstance(value, dict) and "exit_code" in value:
        assert value["exit_code"] == done.exit_code


def test_json_of_a_run_has_verdicts_and_names_the_record(here):
    value = json.loads(call("run", "--json").stdout)
    (result,) = value["results"]
    assert (value["exit_code"], value["errors"], value["flips"]) == (0, [], [])
    assert {check["id"]: check["verdict"] for check in result["checks"]}["exponent"] == "reproduced"
    assert (here / result["record"]).is_file()
    assert (result["computed"], result["cells"]) == (32, 32)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("case.py", "Known(float(at.size)", "Known(1.3 * at.size", 3),  # a wrong theory
        ("case.py", "at_most=0.5", "at_most=1e-9", 4),  # a guard that fails
        ("case.py", "GROWS, 0.9, statement", "GROWS, 0.999, statement", 4),  # a statement that excludes nothing
        ("case.py", "Known(1.1 * at.size", "Known(at.size", 4),  # a control that is not noticed
        ("experiment.py", "self.sum: jnp.sum(drawn)", "self.sum: jnp.sum(drawn) * jnp.nan", 5),  # NaN in measured data
        ("experiment.py", "import jax\n", "import jax\nfrom fieldbench.errors import DataMissing\n", 0),
    ],
    ids=["contradicted", "guard", "statement", "control", "nan", "harmless"],
)
def test_exit_codes(here, file, old, new, code):
    vary(here, old, new, file)
    assert call("run").exit_code == code


def test_the_worst_exit_code_wins_and_one_broken_case_does_not_keep_the_others_from_running(here):
    second(here, "a-broken-one", "jnp.sum(drawn),", "jnp.sum(drawn) / 0.0,")
    done = call("run", "--json")
    value = json.loads(done.stdout)
    assert done.exit_code == 5
    assert [result["claim"]["id"] for result in value["results"]] == ["toy-sum"]
    assert [error["claim"] for error in value["errors"]] == ["a-broken-one"]
    assert "values that are not finite" in value["errors"][0]["error"]


@pytest.fixture(params=BROKEN.values(), ids=BROKEN)
def broken(request, here):
    """A case `cut-off` that cannot be read: its file, and what is said of it."""
    (old, new), message = request.param
    path = second(here, "cut-off", old, new)
    return path, said_of(path, message)


def test_a_case_that_cannot_be_read_is_listed_and_said_in_one_sentence(here, broken):
    path, message = broken
    listed = {entry["claim"]: entry for entry in json.loads(call("list", "--json").stdout)}
    assert listed.keys() == {"cut-off", "toy-sum"}
    done = call("run", "--json")
    value = json.loads(done.stdout)
    assert done.exit_code == value["exit_code"] == 5
    assert [result["claim"]["id"] for result in value["results"]] == ["toy-sum"]
    assert [error["claim"] for error in value["errors"]] == ["cut-off"]
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: cut-off: ")
    assert path.name in line
    assert message in line, line
    assert line.endswith(value["errors"][0]["error"].split(": ", 1)[1])
    shown = call("info", "cut-off")
    assert shown.exit_code == 5
    (said,) = shown.stderr.splitlines()
    assert message in said


def test_traceback_shows_the_way_to_an_error_of_a_case(here):
    path = second(here, "divides", "float(at.size)", "float(at.size) / (at.size - 100)")
    line = refusal("run", "divides")
    assert said_of(path, "case.py, line {/ (at.size}: ZeroDivisionError: float division by zero") in line
    for arguments in (("run", "divides", "--traceback"), ("run", "divides", "--traceback", "--json")):
        done = call(*arguments)
        assert done.exit_code == 5
        assert "Traceback (most recent call last)" in done.stderr
        assert "in theory" in done.stderr
        assert done.stderr.splitlines()[-1] == line
    second(here, "cut-off", "CASE = Case(", "CASE = Case((")
    assert "Traceback" not in call("info", "cut-off").stderr
    assert "Traceback (most recent call last)" in call("info", "cut-off", "--traceback").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "toy-sun"), "unknown case 'toy-sun'; did you mean toy-sum?"),
        (("info", "toy-sun"), "did you mean toy-sum?"),
        (("history", "toy-sun"), "did you mean toy-sum?"),
        (("run", "--tier", "quik"), "no tier 'quik'; it has quick, standard"),
        (("run", "--set", "scatter"), "is not of the form field=value"),
        (("run", "--set", "colour=1"), "cannot set colour: its experiments have scatter, size"),
        (("run", "--with", "gpr"), "is not of the form gpr=module:factory"),
        (("run", "--with", "engine=a:b"), "unknown port 'engine'"),
        (("run", "--with", "gpr=no_such_module:f"), "cannot load 'no_such_module:f'"),
        (("run", "--cases", "nowhere"), "nowhere does not exist"),
        (("run", "--fresh-seeds", "-1"), "is negative"),
        (("run", "--results", "file"), "cannot write file"),
        (("run", "--store", "file"), "cannot write file"),
        (("results-table", "--results", "empty"), "no record in empty"),
        (("verify", "nowhere"), "nowhere does not exist"),
        (("verify", "cases"), "no record below cases"),
        (("data", "fetch", "no-such-set"), "unknown data set 'no-such-set'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_on_stderr_and_exit_code_5(here, arguments, message):
    (here / "file").write_text("in the way")
    assert message in refusal(*arguments)


@pytest.mark.parametrize(
    "arguments", [("run", "--no-such-option"), ("no-such-verb",), ("info",), ("run", "--seed", "x")]
)
def test_usage_errors_are_2(arguments):
    assert call(*arguments).exit_code == 2


def test_a_damaged_cell_is_reported_and_redone(here):
    call("run")
    cell = next((here / ".fieldbench" / "store").rglob("*.npz"))
    cell.write_bytes(cell.read_bytes()[:-1])
    done = call("run")
    assert done.exit_code == 0
    assert "is damaged (its arrays are truncated or were edited): it is measured again" in done.stderr
    assert "1 of 32 cells measured now" in done.stdout


EDITS = {
    "docstring of the measurement": ("experiment.py", '"""Draw the terms and add them."""', '"""Draw and add."""', 0),
    "comment": ("experiment.py", "drawn = terms(", "# comes first\n        drawn = terms(", 0),
    "docstring of the theory": ("case.py", '"""The sum is the number of terms."""', '"""As many as there are."""', 0),
    "margin": ("case.py", 'margin=(Remainder("finite size", 0.05),)', 'margin=(Remainder("finite size", 0.06),)', 0),
    "remainder": ("case.py", '(at.size), Remainder("finite size", 0.05', '(at.size), Remainder("n", 0.06', 0),
    "theory": ("case.py", "float(at.size)", "1.001 * at.size", 0),
    "rival": ("case.py", "at.size**0.5", "at.size**0.51", 0),
    "control of theory": ("case.py", "1.1 * at.size", "1.2 * at.size", 0),
    "guard": ("case.py", "at_most=0.5", "at_most=0.4", 0),
    "figure": ("case.py", 'label="n"', 'label="number"', 0),
    "statement": ("claim.toml", "grows as n.", "grows linearly with n.", 0),
    "revision": ("claim.toml", "revision = 1", "revision = 2", 32),
    "measurement": ("experiment.py", "self.sum: jnp.sum(drawn)", "self.sum: 1.001 * jnp.sum(drawn)", 32),
    "broken measurement": ("experiment.py", "- 1.0) ** 2)", "- 1.0) ** 2 * 1.5)", 32),
    "helper": ("helper.py", "1.0 + scatter", "1.001 + scatter", 32),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "redone"), EDITS.values(), ids=EDITS)
def test_what_an_edit_redoes(here, file, old, new, redone):
    assert computed() == 32
    vary(here, old, new, file)
    done = call("run", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["results"][0]["computed"] == redone


def test_an_experiment_added_to_a_tier_keeps_the_others_cells(here):
    call("run")
    vary(here, "[Sum(10), Sum(100), Sum(1000)]", "[Sum(10), Sum(100), Sum(300), Sum(1000)]")
    assert computed() == 8


def test_a_control_that_breaks_the_measurement_otherwise_has_other_cells(here):
    """The same name, the same file, another class."""
    experiment = here / "cases" / "toy" / "experiment.py"
    experiment.write_text(
        experiment.read_text() + "\n\n@dataclass(frozen=True)\nclass Halves(Sum):\n    def measure(self, key):\n"
        "        return {self.sum: 0.5 * jnp.sum(terms(key, self.size, self.scatter))}\n"
    )
    assert computed() == 32
    vary(here, "import Squares, Sum", "import Halves, Squares, Sum")
    vary(here, "experiment=Squares", "experiment=Halves")
    assert computed() == 8
    vary(here, "experiment=Halves", "experiment=Squares")
    assert computed() == 0


def test_set_is_exploratory_and_marked_so(here):
    done = call("run", "--set", "scatter=0.05")
    assert "# toy-sum (quick tier, seed 0, exploratory)" in done.stdout
    (path,) = records(here)
    assert "exploratory" in path.name
    assert {e["parameters"]["scatter"] for e in json.loads(path.read_text())["experiments"]} == {0.05}
    assert "exploratory" in call("history", "toy-sum").stdout
    assert call("results-table", "--results", ".fieldbench/results").exit_code == 5  # nothing that speaks for the suite
    done = call("run", "--set", "scatter=0.05", "--reference")
    assert done.exit_code == 5
    assert "it is no reference; write it elsewhere with --results" in done.stderr
    assert not records(here, "results")


def test_own_runs_never_touch_the_reference_unless_asked_by_name(here):
    call("run")
    assert not (here / "results").exists()
    (own,) = records(here)
    assert own.parent == here / ".fieldbench" / "results" / "toy-sum" / "r1" / "quick"
    assert json.loads(call("run", "--reference", "--json").stdout)["results"][0]["record"].startswith("results/")
    (first,) = records(here, "results")
    first = first.rename(first.with_name("20000101T000000Z-seed0-aaaaaaaa.json"))  # as if it were older
    call("run", "--seed", "1", "--reference")
    call("run", "--tier", "standard", "--reference")
    (seed1,) = [path for path in records(here, "results") if "seed1" in path.name]
    (standard,) = [path for path in records(here, "results") if path.parent.name == "standard"]
    call("run", "--reference")
    assert not first.exists()
    assert len(records(here, "results")) == 3
    assert seed1.exists()
    assert standard.exists()
    assert records(here) == [own]
    call("run", "--results", "elsewhere")
    assert len(records(here, "elsewhere")) == 1


def test_history_looks_into_both_the_reference_and_ones_own_runs(here):
    call("run", "--reference")
    call("run", "--seed", "1")
    entries = json.loads(call("history", "toy-sum", "--json").stdout)
    assert [entry["seed"] for entry in entries] == [0, 1]
    assert [entry["record"].startswith("results/") for entry in entries] == [True, False]
    (only,) = json.loads(call("history", "toy-sum", "--results", "results", "--json").stdout)
    assert only["seed"] == 0
    assert "no record of toy-sum in nowhere" in call("history", "toy-sum", "--results", "nowhere").stdout


def test_overrides_are_python_literals_or_words():
    found = parse_overrides(["a=1", "b=0.5", "c=(1, 2)", "d=erf", "e=x=y", "f=None"])
    assert found == {"a": 1, "b": 0.5, "c": (1, 2), "d": "erf", "e": "x=y", "f": None}
    with pytest.raises(BadInput, match="field=value"):
        parse_overrides(["1a=3"])


def test_fresh_seeds_run_each_and_report_flips(here, monkeypatch):
    value = json.loads(call("run", "--fresh-seeds", "2", "--json").stdout)
    assert [result["seed"] for result in value["results"]] == [0, 1, 2]
    assert value["flips"] == []
    assert len({result["checks"][0]["measured"][0] for result in value["results"]}) == 3
    monkeypatch.setenv("RUNS", "0")
    vary(here, 'Limit("limit", lambda: 1.0,', 'Limit("limit", seeded,')
    vary(here, "def size(at", "def seeded():\n    import os\n    n = int(os.environ['RUNS'])\n"
         "    os.environ['RUNS'] = str(n + 1)\n    return 1.0 + n\n\n\ndef size(at")  # fmt: skip
    done = call("run", "--fresh-seeds", "1")
    assert "FLIP toy-sum, limit: contradicted at seed 1, else reproduced" in done.stdout
    assert done.exit_code == 3


def test_verify_recomputes_and_reports_what_was_edited(here):
    call("run", "--reference")
    (here / "results" / "asv").mkdir()
    (here / "results" / "asv" / "benchmarks.json").write_text("{}")  # lies beside the claims and is no record
    done = call("verify")
    assert done.exit_code == 0
    assert "reproduces itself: reproduced" in done.stdout
    (path,) = (here / "results" / "toy-sum").rglob("*.json")
    value = json.loads(path.read_text())
    value["cells"][-1]["arrays"]["sum"]["data"][0] = 1000.0
    path.write_text(json.dumps(value))
    done = call("verify", path)
    assert done.exit_code == 5
    assert "does not reproduce itself" in done.stdout
    assert "its content is not what its own hash says: the record was edited" in done.stdout
    assert "control no-offset" in done.stdout
    path.write_text("{")
    assert call("verify", "results").exit_code == 5


def test_verify_returns_the_worst_exit_code_of_the_records(here):
    vary(here, "Known(float(at.size)", "Known(1.3 * at.size")
    assert call("run", "--results", "results").exit_code == 3
    assert call("verify", "results").exit_code == 3
    (wrong,) = records(here, "results")
    wrong.rename(wrong.with_name("20000101T000000Z-seed0-aaaaaaaa.json"))  # not of the same second as the next one
    vary(here, "Known(1.3 * at.size", "Known(float(at.size)")
    call("run", "--results", "results")
    assert len(records(here, "results")) == 2
    assert call("verify", "results").exit_code == 3  # both are what they say they are


def test_a_record_of_a_case_that_is_not_here_or_cannot_be_read_is_said(here):
    call("run", "--reference")
    facts = here / "cases" / "toy" / "claim.toml"
    facts.write_text(facts.read_text().replace('"toy-sum"', '"toy-total"'))
    done = call("verify")
    assert done.exit_code == 5
    assert "no case here has the claim id toy-sum; name its folder with --cases" in done.stdout
    facts.write_text(facts.read_text().replace('"toy-total"', '"toy-sum"'))
    (here / "cases" / "toy" / "case.py").write_text("CASE = (")
    done = call("verify")
    assert done.exit_code == 5
    assert "case.py, line 1: " in done.stdout


def test_the_results_table_is_made_from_the_newest_records(here):
    call("run", "--reference")
    call("run", "--tier", "standard", "--reference")
    assert call("results-table").exit_code == 0
    text = (here / "results" / "README.md").read_text()
    assert f"| {' | '.join(COLUMNS)} |" in text
    assert text.index("## quick") < text.index("## standard")
    assert text.count("| toy-sum | ") == 8
    assert "**toy-sum**: reproduced. Controls: tenth-more noticed, no-offset noticed." in text


def test_a_terminal_gets_a_table_whose_labels_in_brackets_survive(capsys):
    out = Output()
    out.terminal = True
    out.table(("check", "verdict"), [("sum [size=100]", "reproduced")], "title")
    said = capsys.readouterr().out
    assert "sum [size=100]  reproduced" in said
    assert "title" in said


def in_terminal(monkeypatch, capsys, width, *arguments):
    """What a call says in a terminal of that width."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    with contextlib.suppress(SystemExit):
        app([str(argument) for argument in arguments])
    return re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out).splitlines()


@pytest.mark.parametrize("arguments", [("run",), ("list",), ("history", "toy-sum"), ("info", "toy-sum"),
                                       ("explain", "toy-sum/sum")], ids=" ".join)  # fmt: skip
def test_tables_fit_eighty_columns(here, monkeypatch, capsys, arguments):
    call("run")
    lines = in_terminal(monkeypatch, capsys, 80, *arguments)
    assert lines
    paths = ("record ", "toy-sum (revision 1, ")  # broken, they could not be copied
    assert max(len(line) for line in lines if not line.startswith(paths)) <= 80


def test_check_and_verdict_are_whole_in_a_narrow_terminal_and_other_columns_go(here, monkeypatch, capsys):
    vary(here, '"exponent", GROWS', '"exponent-of-the-sum-over-a-very-long-range-of-numbers", GROWS')
    wide = in_terminal(monkeypatch, capsys, 200, "run")
    narrow = in_terminal(monkeypatch, capsys, 80, "run")
    for lines in (wide, narrow):
        assert any(
            line.startswith("exponent-of-the-sum-over-a-very-long-range-of-numbers") and "reproduced" in line
            for line in lines
        )
    assert "standard error" in wide[1]
    assert "standard error" not in narrow[1]
    assert narrow[1].split() == ["check", "measured", "verdict"]


def test_several_claims_end_in_one_screen(here):
    second(here, "cut-off", "CASE = Case(", "CASE = Case((")
    second(here, "another-sum", "at.size**0.5", "at.size**0.51")
    done = call("run")
    lines = done.stdout.splitlines()
    start = lines.index("NOT AS DECLARED")
    assert lines[start + 1].startswith("  cut-off: could not run: CaseError: ")
    assert sum(line.startswith("✓ ") for line in lines[start:]) == 2
    assert any(line.startswith("3 claims in ") for line in lines[start:])
    assert max(map(len, lines[start:])) <= 80
    assert [line.split(":")[0] for line in done.stderr.splitlines() if line.startswith("[")] == [
        "[1 of 3] another-sum", "[2 of 3] cut-off", "[3 of 3] toy-sum",
    ]  # fmt: skip


def test_a_notebook_sees_which_claim_runs_and_how_long_the_rest_takes(capsys):
    out = Output()
    out._errors = Console(stderr=True, force_jupyter=True, width=80)
    with out.watch(Pace({"a": 10.0, "b": 20.0})) as watcher:
        progress = watcher.start("a")
        progress(1, 4, "a cell")
        watcher.finish("a")
    drawn = [text.strip() for text in capsys.readouterr().err.split("\r") if text.strip()]
    assert drawn[0] == "0 of 2 claims, about 30 s left: a"
    assert drawn[-1].startswith("1 of 2 claims, about ")
    assert len(drawn) == 3


def test_the_version_is_the_packages():
    from importlib.metadata import version

    assert fieldbench.__version__ == version("fieldbench")
    assert call("--version").stdout == f"fieldbench {fieldbench.__version__}\n"
    done = subprocess.run([sys.executable, "-m", "fieldbench", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == call("--version").stdout


def test_the_shell_completes_claims(here):
    copied(here / "cases", "another", "another-sum")
    complete = {"_FIELDBENCH_COMPLETE": "complete_bash", "COMP_WORDS": "fieldbench run to", "COMP_CWORD": "2"}
    assert CliRunner().invoke(app, [], env=complete, prog_name="fieldbench").stdout.split() == ["toy-sum"]


def test_a_directory_has_its_own_defaults(here):
    (here / "pyproject.toml").write_text(
        '[tool.fieldbench]\ntier = "standard"\nseed = 2\nresults = "mine"\nstore = "cells"\n'
    )
    assert "# toy-sum (standard tier, seed 2)" in call("run").stdout
    assert len(records(here, "mine")) == 1
    assert (here / "cells").is_dir()
    assert not (here / ".fieldbench" / "results").exists()
    assert "(standard tier, " in call("explain", "toy-sum/sum").stdout
    assert [r.seed for r in fieldbench.run("toy-sum").records] == [2]
    assert "# toy-sum (quick tier, seed 0)" in call("run", "--tier", "quick", "--seed", "0").stdout
    (here / "pyproject.toml").write_text("[tool.fieldbench.with]\ngpr = 'no_such_module:f'\n")
    assert "cannot load 'no_such_module:f'" in refusal("run")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            'teir = "quick"',
            "pyproject.toml: [tool.fieldbench] has no option 'teir'; it takes tier, seed, ",
        ),
        ('seed = "3"', "[tool.fieldbench] seed = '3'; it is a whole number"),
        ("seed = true", "[tool.fieldbench] seed = True; it is a whole number"),
        ("tier = 3", "[tool.fieldbench] tier = 3; it is a string"),
        ('with = "gpr=a:b"', 'it is a table, such as with = {gpr = "module:factory"}'),
        ("tier = ", "pyproject.toml cannot be read as TOML: "),
    ],
    ids=lambda value: value[:12],
)
def test_a_wrong_default_is_one_sentence(here, table, message):
    (here / "pyproject.toml").write_text(f"[tool.fieldbench]\n{table}\n")
    assert message in refusal("list")


def test_a_value_that_is_not_there_says_why(here):
    """The logarithm of what is negative: measured numbers are finite, what is made of them is not."""
    vary(here, "exponent(Sum.sum, over=size)", "exponent(Sum.sum - 12.0, over=size)")
    done = call("run")
    assert done.exit_code == 4
    reason = "8 of 8 replicates have no value of exponent((sum - 12.0)) at exponent: it takes a logarithm, and "
    reason += "(sum - 12.0) falls to -"
    assert any(line.startswith(f"exponent has no value: {reason}") for line in done.stdout.splitlines())
    row = next(line for line in done.stdout.splitlines() if line.startswith("exponent [exponent]"))
    assert row.split("\t")[1] == "no value"
    assert "nan" not in call("explain", "toy-sum/exponent").stdout.split("difference")[0]
    assert f"  reason: {reason}" in call("explain", "toy-sum/exponent").stdout


def test_an_inconclusive_check_says_what_would_settle_it(here):
    vary(here, '"exponent", GROWS, theory=1.0, margin=(Remainder("finite size", 0.05),)',
         '"exponent", GROWS, theory=1.0, margin=(Remainder("finite size", 0.001),)')  # fmt: skip
    vary(here, '"quick": Tier([Sum(10), Sum(100), Sum(1000)]', '"quick": Tier([Sum(10), Sum(100, 0.2)]')
    done = call("run")
    said = [line for line in done.stdout.splitlines() if line.startswith("exponent is inconclusive: ")]
    assert len(said) == 1
    assert "replicates" in said[0]
    assert "  to settle it: " in call("explain", "toy-sum/exponent").stdout


def test_info_shows_what_a_case_declares():
    text = call("info", "toy-sum").stdout
    for piece in ("The sum of n normals", "chosen here: scatter", "quick: 3 experiments, 8 replicates",
                  "sum; rivals square-root", "exponent; margin from finite size; rivals half",
                  "limit; margin from rounding", "no-offset: must contradict sum", "ports: none",
                  "fields for --set\n  size (Sum): 10, 100, 1000, 50, 5000\n  scatter (Sum): 0.1\n",
                  "statement; a statement of the claim"):  # fmt: skip
        assert piece in text
    assert r"latex: \sum_{i=1}^n x_i \to n" in text


def test_list_imports_nothing(here):
    for file in ("case", "experiment", "helper"):
        (here / "cases" / "toy" / f"{file}.py").write_text("raise SystemExit(9)\n")
    assert json.loads(call("list", "--json").stdout) == [
        {"claim": "toy-sum", "title": "Sums of normals grow linearly", "file": "cases/toy/case.py"},
    ]


def test_a_module_that_binds_claim_is_no_case_any_more(here):
    old = here / "cases" / "old.py"
    old.write_text('CLAIM = Claim(id="x-y", title="A title")\nraise SystemExit(9)\n')
    assert [entry["claim"] for entry in json.loads(call("list", "--json").stdout)] == ["toy-sum"]
    for name in ("x-y", "old", old):
        assert f"unknown case '{name}'" in refusal("run", name)


@pytest.mark.parametrize("name", ["toy/case.py", "toy"])
def test_a_case_is_named_by_its_file_or_folder_from_anywhere(here, monkeypatch, name):
    elsewhere = here / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert call("run", here / "cases" / name).exit_code == 0
    assert len(records(elsewhere)) == 1


def test_notebook_run_gives_a_frame(here):
    found = fieldbench.run("toy-sum", overrides={"scatter": 0.05})
    assert found.exit_code == 0
    assert list(found.frame["check"]) == ["sum", "sum", "exponent", "limit", "statement"]
    assert np.isfinite(found.frame["measured"]).all()
    assert found["toy-sum"].exploratory
    assert found.paths == (None,)
    assert "<table" in found._repr_html_()
    assert not (here / "results").exists()
    assert not records(here)
    written = fieldbench.run("toy-sum", results="mine")
    assert [path.resolve() for path in written.paths] == records(here, "mine")
    with pytest.raises(AttributeError):
        fieldbench.no_such_name  # noqa: B018


def test_a_notebook_is_warned_of_a_damaged_cell_and_told_of_a_broken_case(here):
    fieldbench.run("toy-sum")
    cell = next((here / ".fieldbench" / "store").rglob("*.npz"))
    cell.write_bytes(cell.read_bytes()[:-1])
    with pytest.warns(UserWarning, match="is damaged .*: it is measured again"):
        assert fieldbench.run("toy-sum").exit_code == 0
    assert fieldbench.run("toy-sum").results[0].computed == 0
    vary(here, "CASE = Case(", "CASE = Case((")
    with pytest.raises(CaseError, match=r"case\.py, line \d+: .*; the case cannot be read"):
        fieldbench.run("toy-sum")


def test_interruption_keeps_what_is_finished(here):
    # A process started in the background of a shell inherits an ignored SIGINT: Python's own handler is put back first.
    handler = "signal.signal(signal.SIGINT, signal.default_int_handler)"
    vary(here, "import jax\n", f"import os\nimport signal\n\nimport jax\n{handler}\n", "experiment.py")
    vary(here, "        drawn = terms", "        if self.size == 1000 and os.environ.get('STOP'):\n"
         "            os.kill(os.getpid(), signal.SIGINT)\n        drawn = terms", "experiment.py")  # fmt: skip
    command = [sys.executable, "-m", "fieldbench.doors.cli", "run"]
    done = subprocess.run(command, env={**os.environ, "STOP": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert "finished cells are kept" in done.stderr
    assert "Traceback" not in done.stderr
    assert "16 of 32 cells measured now" in call("run").stdout


def test_doctor_looks_where_run_writes_and_at_the_reference_records(here):
    call("run", "--reference")
    call("run", "--results", "mine")
    (here / "pyproject.toml").write_text('[tool.fieldbench]\nresults = "mine"\n')
    examined = {entry["what"]: entry for entry in json.loads(call("doctor", "--json").stdout)["examined"]}
    assert examined["results"]["detail"] == "mine, 1 record"
    assert examined["reference"] == {"what": "reference", "state": "well", "detail": "results, 1 record"}
    call("results-table")
    next((here / "results").rglob("*.json")).unlink()
    done = call("doctor", "--json")
    examined = {entry["what"]: entry for entry in json.loads(done.stdout)["examined"]}
    assert done.exit_code == 5
    assert examined["reference"]["state"] == "wrong"
    assert "is in manifest.txt and not here" in examined["reference"]["detail"]
