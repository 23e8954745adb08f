"""Somebody else's implementation under claim A1: a right one keeps the verdicts, a wrong one is contradicted.

The tier is cut to one small dimension, so exponents are not run; the learnability curve is what a wrong solver bends.
"""

import json

import pytest

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
SMALL = ["--set", "dimension=8", "--set", "largest=740", "--set", "draws=4"]


@pytest.fixture
def verdicts(tmp_path, monkeypatch):
    """Run A1 under an implementation and read its verdicts, exit code and record."""
    from typer.testing import CliRunner

    (tmp_path / "their_solver.py").write_text(THEIRS)
    monkeypatch.syspath_prepend(str(tmp_path))

    def run(*options):
        directories = ["--results", str(tmp_path / "results"), "--store", str(tmp_path / "store")]
        found = CliRunner().invoke(app, ["run", "gp-cubic-staircase", "--json", *SMALL, *directories, *options])
        result = json.loads(found.stdout)["results"][0]
        return {check["id"]: check["verdict"] for check in result["checks"]}, result

    return run


@pytest.mark.slow
def test_a_foreign_solver_keeps_the_verdicts_and_a_wrong_one_is_contradicted(verdicts):
    own, _ = verdicts()
    theirs, record = verdicts("--with", "gpr=their_solver:Dense")
    wrong, _ = verdicts("--with", "gpr=their_solver:RidgeTenTimes")
    assert own["cubic-learnability"] == theirs["cubic-learnability"] == "reproduced"
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
