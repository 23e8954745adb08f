"""Somebody else's implementation under claim A1: a right one keeps the verdicts, a wrong one is contradicted.

The tier is cut to one small experiment, so exponents are not run; the learnability curve is what a wrong solver bends.
"""

import json
import operator
import re
import shutil
import sys
from pathlib import Path

import pytest
from helpers_toy import copied, edited
from typer.testing import CliRunner

from fieldbench.doors import ports
from fieldbench.doors.cli import app
from fieldbench.errors import BadInput

THEIRS = '''
"""Regression as a stranger would write it: a dense solve at every size, nothing nested, nothing reused."""

import numpy as np


class Dense:
    """One linear system a size."""

    factor = 1.0

    def _system(self, gram, ridge, size):
        return gram[:size, :size] + self.factor * ridge * np.eye(size)

    def predictions(self, gram, ridge, targets, cross, sizes):
        return np.stack([cross[:, :n] @ np.linalg.solve(self._system(gram, ridge, n), targets[:n]) for n in sizes])

    def traces(self, gram, ridge, symmetric, sizes):
        return np.array([np.trace(np.linalg.solve(self._system(gram, ridge, n), symmetric[:n, :n])) for n in sizes])


class RidgeTenTimes(Dense):
    """A porting error: the ridge in other units."""

    factor = 10.0
'''
SMALL = ["--set", "dimension=8", "--set", "largest=190", "--set", "draws=16"]
A1 = Path(__file__).parents[2] / "cases" / "gp_cubic_staircase"


@pytest.fixture
def verdicts(tmp_path, monkeypatch):
    """Run A1, less the limits, which no solver enters, under an implementation; its verdicts and the result."""
    (tmp_path / "their_solver.py").write_text(THEIRS)
    folder = shutil.copytree(A1, tmp_path / "a1", ignore=shutil.ignore_patterns("__pycache__"))
    edited(folder / "case.py", "checks=CHECKS,", "checks=tuple(c for c in CHECKS if not isinstance(c, Limit)),")
    monkeypatch.syspath_prepend(str(tmp_path))

    def run(*options):
        directories = ["--results", str(tmp_path / "results"), "--store", str(tmp_path / "store")]
        found = CliRunner().invoke(app, ["run", str(folder), "--json", *SMALL, *directories, *options])
        assert found.exit_code != 5, found.stderr
        result = json.loads(found.stdout)["results"][0]
        return {check["id"]: check["verdict"] for check in result["checks"]}, result

    return run


@pytest.mark.slow
def test_a_foreign_solver_keeps_the_verdicts_and_a_wrong_one_is_contradicted(verdicts):
    own, _ = verdicts()
    theirs, record = verdicts("--with", "gpr=their_solver:Dense")
    wrong, _ = verdicts("--with", "gpr=their_solver:RidgeTenTimes")
    assert own["cubic-learnability"] == own["cubic-p50"] == "reproduced"
    assert own == theirs
    assert record["ports"] == {"gpr": "their_solver:Dense"}
    assert record["computed"] == record["cells"]  # none of our own cells is taken for theirs
    assert wrong["cubic-learnability"] == "contradicted"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("cpu=a:b", "unknown port 'cpu'; there are gpr, sampler"),
        ("gpr=a", "not of the form gpr=module:factory"),
    ],
)
def test_malformed_options_are_refused(option, message):
    with pytest.raises(BadInput, match=message):
        ports.parse([option])


@pytest.mark.parametrize("target", ["absent_module:Thing", "fieldbench.regression:Absent"])
def test_an_implementation_that_cannot_be_loaded_is_named(target):
    with pytest.raises(BadInput, match=f"port gpr: cannot load '{target}'"):
        ports.build({"gpr": target})


def test_every_default_can_be_built():
    assert set(ports.build({})) == set(ports.DEFAULTS)


PORT = """
from fieldbench.regression import NestedCholesky

class Scale(NestedCholesky):
    def times(self, value):
        return 1.0 * value
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """The toy, whose measurement now asks for a port; somebody's implementation lies beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FIELDBENCH_STORE", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    material = Path(__file__).parents[1] / "material" / "toy"
    folder = Path(shutil.copytree(material, tmp_path / "cases" / "toy", ignore=shutil.ignore_patterns("__pycache__")))
    experiment = folder / "experiment.py"
    text = experiment.read_text().replace("(self, key: jax.Array)", "(self, key: jax.Array, *, gpr: Any)", 1)
    experiment.write_text(text.replace("self.sum: jnp.sum(drawn)", "self.sum: gpr.times(jnp.sum(drawn))"))
    return tmp_path


def run(folder, port, text, *options):
    """Run the toy with an implementation written to a module of that name; its exit code, stderr and result."""
    (folder / f"{port}.py").write_text(text)
    found = CliRunner().invoke(app, ["run", "--json", "--with", f"gpr={port}:Scale", *options], catch_exceptions=False)
    value = json.loads(found.stdout)
    return found.exit_code, found.stderr, (value["results"] or [None])[0]


def test_an_implementation_is_part_of_each_cell_that_uses_it(toy):
    code, _, result = run(toy, "port_a", PORT)
    assert (code, result["computed"], result["ports"]) == (0, 32, {"gpr": "port_a:Scale"})
    # The broken measurement asks for no port: its eight cells serve under any.
    code, _, result = run(toy, "port_b", PORT)
    assert (code, result["computed"]) == (0, 24)
    code, _, result = run(toy, "port_a", PORT, "--reuse")
    assert (code, result["computed"]) == (0, 0)
    code, _, result = run(toy, "port_a", PORT.replace("1.0 *", "1.001 *"), "--reuse")
    assert (code, result["computed"]) == (0, 24)
    code, _, result = run(toy, "port_a", '"""Words."""\n' + PORT, "--reuse")
    assert (code, result["computed"]) == (0, 0)


def test_cells_of_somebody_elses_implementation_live_for_one_run(toy):
    """An extension compiled anew behind the same module is another implementation, and no hash sees it."""
    compiled = "import outside\n" + PORT.replace("1.0 *", "outside.FACTOR *")
    (toy / "outside.py").write_text("FACTOR = 1.0\n")
    code, _, result = run(toy, "port_f", compiled)
    assert (code, result["computed"]) == (0, 32)
    sys.modules["outside"].FACTOR = 1.5
    code, _, result = run(toy, "port_f", compiled)
    assert (code, result["computed"]) == (3, 24)
    assert result["summary"].startswith("NOT AS DECLARED: sum contradicted, declared reproduced")


def test_an_unused_port_is_said_to_be_unused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    copied(tmp_path / "cases")
    code, said, _ = run(tmp_path, "port_g", PORT)
    assert code == 0
    assert "toy-sum has no port gpr: port_g:Scale is not used and nothing is said of it" in said


def test_a_check_of_our_own_sampler_is_not_asked_of_another(toy):
    edited(toy / "cases" / "toy" / "case.py", '"sum", Sum.sum,', '"sum", Sum.sum, own=("gpr",),')
    code, _, result = run(toy, "port_h", PORT.replace("1.0 *", "1.5 *"))
    checks = {check["id"]: check for check in result["checks"]}
    assert checks["sum"]["verdict"] == "not run"
    assert checks["sum"]["reason"] == "its theory is that of the suite's own gpr"
    assert {c["outcome"]["verdict"] for c in result["controls"]} == {"not run"}
    assert code == 0
    edited(toy / "cases" / "toy" / "case.py", 'own=("gpr",)', 'own=("cpu",)')
    code, said, _ = run(toy, "port_h", PORT)
    assert code == 5
    assert "names no port 'cpu'; the case's ports are gpr" in said


def test_an_identity_is_judged_at_the_precision_that_a_port_declares(toy):
    """Half of its digits: the identity holds to what it promises, and no further."""
    edited(toy / "cases" / "toy" / "case.py", '"finite size", 0.05, order="1/√n", got="guessed"', '"rounding", 1e-12')
    single = PORT.replace("Cholesky):", "Cholesky):\n    precision = 2.0**-23").replace("1.0 *", "(1.0 + 1e-8) *")
    _, _, result = run(toy, "port_i", single)
    (check,) = (check for check in result["checks"] if check["id"] == "sum")
    assert check["margin"] == pytest.approx([1e-12 * 2.0**29] * 2, rel=1e-3)
    assert len(result["checks"]) == 4
    code, said, _ = run(toy, "port_j", single.replace("2.0**-23", "'single'"))
    assert code == 5
    assert "Scale.precision is 'single'; give the relative rounding of one operation" in said


def test_a_record_of_a_foreign_implementation_is_no_reference(toy):
    code, said, _ = run(toy, "port_c", PORT, "--reference")
    assert code == 5
    assert "of a foreign implementation: it is no reference; write it elsewhere with --results" in said
    assert not list((toy / "results").rglob("*.json"))


def test_an_error_in_an_implementation_names_its_own_file(toy):
    code, said, _ = run(toy, "port_d", PORT.replace("1.0 * value", "value.no_such_thing"))
    assert code == 5
    (line,) = said.splitlines()
    assert "port_d.py, line 6: AttributeError: " in line
    assert "toy-sum" in line


def test_a_bug_of_our_own_comes_with_its_traceback_and_is_not_called_the_cases_fault(toy, monkeypatch):
    monkeypatch.setattr("fieldbench.judging.trial.evidence_of", operator.truediv)
    code, said, _ = run(toy, "port_e", PORT)
    assert code == 5
    assert said.startswith("Traceback (most recent call last)")
    assert said.splitlines()[-1] == "error: toy-sum: truediv expected 2 arguments, got 1"
    assert "CaseError" not in said


WRONG = {
    "a class": (
        "Right = NestedCholesky\nmake = lambda: NestedCholesky",
        "gives the class NestedCholesky; name what makes an instance",
    ),
    "a method": (
        "class make:\n    predictions = None",
        "gives a make without the method predictions; a gpr has predictions and traces",
    ),
    "a shape": (
        "class make(NestedCholesky):\n    def predictions(self, gram, ridge, targets, cross, sizes):\n"
        "        return super().predictions(gram, ridge, targets, cross, sizes).transpose(0, 2, 1)",
        "predictions (sizes, tests, targets) returned the shape (3, 2, 3) where (3, 3, 2) was asked for",
    ),
    "not a number": (
        "class make(NestedCholesky):\n    def traces(self, gram, ridge, symmetric, sizes):\n"
        "        return [float('nan')] * len(sizes)",
        "traces (sizes) returned values that are not finite on a well-posed problem",
    ),
    "nothing": (
        "class make(NestedCholesky):\n    def traces(self, *arguments):\n        pass",
        "traces (sizes) returned NoneType, not an array of numbers",
    ),
    "an error": (
        "class make(NestedCholesky):\n    def traces(self, gram, ridge, symmetric):\n        pass",
        "fails on a problem of a few numbers: TypeError: ",
    ),
    "its arguments": (
        "class make(NestedCholesky):\n    def traces(self, gram, ridge, symmetric, sizes):\n"
        "        gram += 1.0\n        return super().traces(gram, ridge, symmetric, sizes)",
        "the regression changed the kernel matrix that it was given",
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_a_regression_that_cannot_stand_under_the_port_is_refused_in_a_sentence(tmp_path, monkeypatch, text, message):
    name = f"wrong_{abs(hash(text))}"
    (tmp_path / f"{name}.py").write_text(f"from fieldbench.regression import NestedCholesky\n\n{text}\n")
    monkeypatch.chdir(tmp_path)  # not on the path: modules of the working directory are found all the same
    monkeypatch.setattr("sys.path", list(sys.path))
    with pytest.raises(BadInput, match=re.escape(message)):
        ports.require_sound({"gpr": f"{name}:make"})


def test_a_sampler_is_tried_too(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    ports.require_sound({"sampler": "fieldbench.sampling:EulerMaruyama"})
    (tmp_path / "their_sampler.py").write_text(
        "from dataclasses import dataclass, replace\nfrom fieldbench.sampling import Underdamped\n\n\n"
        "class Sees:\n    def sample(self, energy, initial, key, **how):\n"
        "        found = Underdamped().sample(energy, initial, key, **how)\n"
        "        return replace(found, records={name: value[1:] for name, value in found.records.items()})\n\n\n"
        "class Says:\n    def sample(self, energy, initial, key, **how):\n        return initial\n"
    )
    with pytest.raises(BadInput, match=r"returned the shape \(1, 3, 2, 2\) where \(2, 3, 2, 2\) was asked for"):
        ports.require_sound({"sampler": "their_sampler:Sees"})
    with pytest.raises(BadInput, match=r"without records; return fieldbench\.sampling\.Samples"):
        ports.require_sound({"sampler": "their_sampler:Says"})
    with pytest.raises(BadInput, match="without the method sample; a sampler has sample"):
        ports.require_sound({"sampler": "fieldbench.regression:NestedCholesky"})


def test_nothing_is_measured_under_a_port_that_is_refused(toy):
    (toy / "port_k.py").write_text("class Scale:\n    def times(self, value):\n        return value\n")
    found = CliRunner().invoke(app, ["run", "--with", "gpr=port_k:Scale"], catch_exceptions=False)
    assert found.exit_code == 5
    (line,) = found.stderr.splitlines()
    words = "port_k:Scale gives a Scale without the method predictions; a gpr has predictions and traces"
    assert line == f"error: port gpr: {words}"
    assert not (toy / ".fieldbench").exists()
