"""The command line: what it prints where, its exit codes, and one clear line for every bad input."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import fieldbench
from fieldbench.doors.cli import app
from fieldbench.doors.output import Output
from fieldbench.doors.run import parse_overrides
from fieldbench.errors import BadInput

TOY = Path(__file__).parent / "evidence" / "toy_case.py"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder with the toy case in ./cases."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FIELDBENCH_STORE", raising=False)
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "toy_case.py").write_text(TOY.read_text())
    return tmp_path


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def vary(here, old, new, name="toy_case.py"):
    """The toy case with one piece of its text replaced."""
    text = (here / "cases" / "toy_case.py").read_text()
    assert old in text
    (here / "cases" / name).write_text(text.replace(old, new))


def test_run_says_in_plain_lines_what_was_measured_and_expected(here):
    done = call("run")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "# toy-sum (quick tier, seed 0)"
    assert lines[1].split("\t") == [
        "check", "measured", "predicted", "margin", "standard error", "rival (t, p)", "power", "verdict",
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
        call("run")
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
    ("old", "new", "code"),
    [
        ('{"sum": float(setup.size)', '{"sum": 1.3 * setup.size', 3),  # a wrong theory
        ("at_most=0.5", "at_most=1e-9", 4),  # a guard that fails
        ('Rival("half", 0.5)', 'Rival("one", 1.0)', 4),  # a rival that is not rejected
        ('{"sum": 1.1 * setup.size}', '{"sum": setup.size}', 4),  # a control that is not noticed
        ('"sum": jnp.sum(terms)', '"sum": jnp.sum(terms) * jnp.nan', 5),  # NaN in measured data
        ("import jax\n", "import jax\nfrom fieldbench.errors import DataMissing\n", 0),
    ],
    ids=["contradicted", "guard", "rival", "control", "nan", "harmless"],
)
def test_exit_codes(here, old, new, code):
    vary(here, old, new)
    assert call("run").exit_code == code


def test_the_worst_exit_code_wins_and_one_broken_case_does_not_keep_the_others_from_running(here):
    text = (here / "cases" / "toy_case.py").read_text()
    broken = text.replace('id="toy-sum"', 'id="a-broken-one"').replace("jnp.sum(terms),", "jnp.sum(terms) / 0.0,")
    (here / "cases" / "broken.py").write_text(broken)
    done = call("run", "--json")
    value = json.loads(done.stdout)
    assert done.exit_code == 5
    assert [result["claim"]["id"] for result in value["results"]] == ["toy-sum"]
    assert [error["claim"] for error in value["errors"]] == ["a-broken-one"]
    assert "values that are not finite" in value["errors"][0]["error"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "toy-sun"), "unknown case 'toy-sun'; did you mean toy-sum?"),
        (("info", "toy-sun"), "did you mean toy-sum?"),
        (("history", "toy-sun"), "did you mean toy-sum?"),
        (("run", "--tier", "quik"), "no tier 'quik'; it has quick, standard"),
        (("run", "--set", "scatter"), "is not of the form field=value"),
        (("run", "--set", "colour=1"), "cannot set {'colour': 1}"),
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
    done = call(*arguments)
    assert done.exit_code == 5
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert not done.stdout


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
    "docstring": ('"""Experiment: draw the terms and add them."""', '"""Draw and add."""', 0),
    "margin": ('"finite size": 0.05}, rivals=(Rival("half"', '"finite size": 0.06}, rivals=(Rival("half"', 0),
    "theory": ("setup.size**0.5}", "setup.size**0.51}", 0),
    "measurement": ("1.0 + setup.scatter", "1.001 + setup.scatter", 24),
    "control": ("jnp.sum(setup.scatter * ", "jnp.sum(2.0 * setup.scatter * ", 8),
    "helper of the measurement": ("return n", "return n + 0", 24),
}


@pytest.mark.parametrize(("old", "new", "redone"), EDITS.values(), ids=EDITS)
def test_what_an_edit_redoes(here, old, new, redone):
    vary(here, "(setup.size,))\n    return", "(helper(setup.size),))\n    return")
    vary(here, "def predict(setup):", "def helper(n):\n    return n\n\n\ndef predict(setup):")
    assert json.loads(call("run", "--json").stdout)["results"][0]["computed"] == 32
    vary(here, old, new)
    assert json.loads(call("run", "--json").stdout)["results"][0]["computed"] == redone


def test_set_is_exploratory_and_marked_so(here):
    done = call("run", "--set", "scatter=0.05")
    assert "# toy-sum (quick tier, seed 0, exploratory)" in done.stdout
    (path,) = (here / "results").rglob("*.json")
    assert "exploratory" in path.name
    assert {s["parameters"]["scatter"] for s in json.loads(path.read_text())["setups"]} == {0.05}
    assert "exploratory" in call("history", "toy-sum").stdout
    assert call("results-table").exit_code == 5  # nothing that speaks for the suite


def test_overrides_are_python_literals_or_words():
    found = parse_overrides(["a=1", "b=0.5", "c=(1, 2)", "d=erf", "e=x=y", "f=None"])
    assert found == {"a": 1, "b": 0.5, "c": (1, 2), "d": "erf", "e": "x=y", "f": None}
    with pytest.raises(BadInput, match="field=value"):
        parse_overrides(["1a=3"])


def test_fresh_seeds_run_each_and_report_flips(here):
    value = json.loads(call("run", "--fresh-seeds", "2", "--json").stdout)
    assert [result["seed"] for result in value["results"]] == [0, 1, 2]
    assert value["flips"] == []
    assert len({result["checks"][0]["measured"][0] for result in value["results"]}) == 3
    vary(here, '"limit", theory(lambda: 1.0)', '"limit", theory(seeded)')
    vary(here, "def predict(setup):", "COUNT = []\ndef seeded():\n    import os\n    n = int(os.environ.get('N', 0))\n"
         "    os.environ['N'] = str(n + 1)\n    return 1.0 + n\n\ndef predict(setup):")  # fmt: skip
    done = call("run", "--fresh-seeds", "1")
    assert "FLIP toy-sum, limit: reproduced at seed 0, contradicted at seed 1" in done.stdout
    assert done.exit_code == 3


def test_verify_recomputes_and_reports_what_was_edited(here):
    call("run")
    (here / "results" / "asv").mkdir()
    (here / "results" / "asv" / "benchmarks.json").write_text("{}")  # lies beside the claims and is no record
    done = call("verify", "results")
    assert done.exit_code == 0
    assert "reproduces itself: reproduced" in done.stdout
    (path,) = (here / "results" / "toy-sum").rglob("*.json")
    value = json.loads(path.read_text())
    value["cells"][-1]["arrays"]["sum"]["data"][0] = 1000.0
    path.write_text(json.dumps(value))
    done = call("verify", path)
    assert done.exit_code == 5
    assert "control no-offset" in done.stdout
    path.write_text("{")
    assert call("verify", "results").exit_code == 5


def test_the_results_table_is_made_from_the_newest_records(here):
    call("run")
    call("run", "--tier", "standard")
    assert call("results-table").exit_code == 0
    text = (here / "results" / "README.md").read_text()
    assert "| claim | check | measured | predicted | margin | standard error | rival (t, p) | power | verdict |" in text
    assert text.index("## quick") < text.index("## standard")
    assert text.count("| toy-sum | ") == 8
    assert "**toy-sum**: reproduced. Controls: tenth-more noticed, no-offset noticed." in text


def test_a_terminal_gets_a_table_whose_labels_in_brackets_survive(capsys):
    out = Output()
    out.terminal = True
    out.table(("check", "verdict"), [("sum [size=100]", "reproduced")], "title")
    said = capsys.readouterr().out
    assert "sum [size=100]" in said
    assert "│" in said


def test_info_shows_what_a_case_declares():
    text = call("info", "toy-sum").stdout
    for piece in ("The sum of n normals", "chosen here: scatter", "quick: 3 setups, 8 replicates",
                  "sum; margin from finite size; rivals square-root", "no-offset: must contradict sum"):  # fmt: skip
        assert piece in text


def test_list_imports_nothing(here):
    (here / "cases" / "toy_case.py").write_text('CLAIM = Claim(id="x-y", title="A title")\nraise SystemExit(9)\n')
    assert json.loads(call("list", "--json").stdout) == [
        {"claim": "x-y", "title": "A title", "file": "cases/toy_case.py"}
    ]


def test_a_case_file_is_named_by_its_path_from_anywhere(here, monkeypatch):
    elsewhere = here / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert call("run", here / "cases" / "toy_case.py").exit_code == 0


def test_notebook_run_gives_a_frame(here):
    found = fieldbench.run("toy-sum", overrides={"scatter": 0.05})
    assert found.exit_code == 0
    assert list(found.frame["check"]) == ["sum", "sum", "exponent", "limit", "statement"]
    assert np.isfinite(found.frame["measured"]).all()
    assert found["toy-sum"].exploratory
    assert found.paths == (None,)
    assert "<table" in found._repr_html_()
    assert not (here / "results").exists()
    with pytest.raises(AttributeError):
        fieldbench.no_such_name  # noqa: B018


def test_interruption_keeps_what_is_finished(here):
    # A process started in the background of a shell inherits an ignored SIGINT: Python's own handler is put back first.
    handler = "signal.signal(signal.SIGINT, signal.default_int_handler)"
    vary(here, "import jax\n", f"import os\nimport signal\n\nimport jax\n{handler}\n")
    vary(here, "    terms = 1.0", "    if setup.size == 1000 and os.environ.get('STOP'):\n"
         "        os.kill(os.getpid(), signal.SIGINT)\n    terms = 1.0")  # fmt: skip
    command = [sys.executable, "-m", "fieldbench.doors.cli", "run"]
    done = subprocess.run(command, env={**_environment(), "STOP": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert "finished cells are kept" in done.stderr
    assert "Traceback" not in done.stderr
    assert "16 of 32 cells measured now" in call("run").stdout


def _environment():
    import os

    return dict(os.environ)
