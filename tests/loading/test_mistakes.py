"""Typical mistakes of an author, each answered by one sentence that names the place and says what to do."""

import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fieldbench.doors.cli import app

sys.path.insert(0, str(Path(__file__).parent))
from helpers_toy import copied, line_of, replaced

GUARD = 'Guard("small-residual", Sum.residual, of=(Sum.sum,), at_most=0.5)'
CONTROL = 'Control("tenth-more", contradicts=SUM, theory=tenth_more)'

MISTAKES = {
    "misspelt quantity": (
        ("GROWS = exponent(Sum.sum", "GROWS = exponent(Sum.sun"),
        "line {GROWS = exponent}: AttributeError: type object 'Sum' has no attribute 'sun'; did you mean 'sum'?",
    ),
    "missing control": (
        (f"        {CONTROL},\n", ""),
        "1 control(s); a case has at least two deliberate errors, Control(",
    ),
    "no margin": (
        (
            'Known(float(at.size), Remainder("finite size", 0.05, order="1/√n", got="guessed", relative=True))',
            "float(at.size)",
        ),
        "line {SUM = Check(}: check sum: it has no margin: its theory gives no Remainder of what it reads; give ",
    ),
    "no margin for a number": (
        (' margin=(Remainder("finite size", 0.05),),', ""),
        'line {Check("exponent"}: check exponent: it has no margin; a number for a theory needs margin=(Remainder(',
    ),
    "a key that is ignored": (
        ("drawn = terms(key, self.size", "drawn = terms(jax.random.key(0), self.size"),
        "replicates agree to the last bit in every array: measure ignores its key; draw all randomness from it",
    ),
    "NaN": (
        ("self.sum: jnp.sum(drawn)", "self.sum: jnp.sum(drawn) * jnp.nan"),
        "'sum' has 1 values that are not finite; nothing of this cell is kept",
    ),
    "wrong shape": (
        ("self.sum: jnp.sum(drawn)", "self.sum: drawn[:2]"),
        "'sum' has shape (2,) a replicate, its axes have ()",
    ),
    "theory called in the measurement": (
        ("from .helper import terms", "from .case import theory\nfrom .helper import terms"),
        "experiment.py reaches case.py, which defines the theory and judges: a measurement must not share the formula",
    ),
    "control that selects nothing": (
        ("on=lambda at: at.size >= 1000", "on=lambda at: at.size > 9000"),
        'case.py, line {Control("no-offset"}: control no-offset selects nothing: its on= is true of no experiment',
    ),
    "guard that selects nothing": (
        (GUARD, GUARD[:-1] + ", on=lambda at: at.size == 7)"),
        'case.py, line {Guard("small-residual"}: guard small-residual selects nothing',
    ),
    "guard that guards nothing": (
        (GUARD, GUARD.replace("(Sum.sum,)", "()")),
        "guard small-residual guards nothing: of= takes",
    ),
    "guard without limit": (
        (GUARD, GUARD.replace(", at_most=0.5", "")),
        "guard small-residual has no limit: give at_most or",
    ),
    "chain without guard": ((f"    guards=({GUARD},),\n", ""), "reads Sum.sum, which comes from a chain, at Sum(size="),
    "check that selects nothing": (
        ("on=lambda at: at.size > 10,", "on=lambda at: at.size > 10**9,"),
        "case.py, line {SUM = Check(}: check sum selects nothing",
    ),
    "axis that does not exist": (
        ("residual = Quantity(", 'residual = Quantity("times", '),
        "Sum.residual has the axis 'times', which Sum does not have; an axis is an attribute",
    ),
    "quantity that nothing reads": (
        ("    residual = Quantity(", "    unread = Quantity()\n    residual = Quantity("),
        "Sum.unread is declared and nothing reads it; drop or judge it",
    ),
    "control by its name": (
        ("contradicts=SUM, theory", 'contradicts="sum", theory'),
        "control tenth-more: contradicts='sum' is no check; name the check itself, not its id",
    ),
    "control of a foreign check": (
        ("contradicts=SUM, theory", 'contradicts=Check("other", Sum.sum), theory'),
        "check other is not one of the case's checks",
    ),
    "control that breaks nothing": (
        ("contradicts=SUM, theory=tenth_more", "contradicts=SUM"),
        "breaks either the theory or the measurement: give one of theory, experiment",
    ),
    "expectation without analysis": (
        ("GROWS, 0.9, statement=True", 'GROWS, 0.9, expect="contradicted"'),
        "expecting 'contradicted' needs because= with the analysis",
    ),
    "expectation that is no verdict": (
        ("GROWS, 0.9, statement=True", 'GROWS, 0.9, expect="refuted"'),
        "expect='refuted' is no verdict; choose one of reproduced, contradicted",
    ),
    "two ids": (('Limit("limit"', 'Limit("exponent"'), "ids are used twice: exponent"),
    "name that is not kebab-case": (('Limit("limit"', 'Limit("The Limit"'), "check 'The Limit' is not kebab-case"),
    "string for a quantity": (('"sum", Sum.sum,', '"sum", "sum",'), "'sum' is no quantity or observable; refer to"),
    "unknown tier of a check": (
        ('scale="log",', 'scale="log", tiers=("huge",),'),
        "check sum: no tier 'huge'; there are quick",
    ),
    "syntax": (("def size(at: Sum) -> float:", "def size(at: Sum) -> float"), "case.py, line {def size}: expected ':'"),
    "import": (
        ("from .experiment import Squares, Sum", "from .experimint import Squares, Sum"),
        "case.py, line {from .experimint}: ModuleNotFoundError: No module named",
    ),
    "no CASE": (("CASE = Case(", "KASE = Case("), "case.py binds no CASE; end it with CASE = Case("),
    "experiment that is not frozen": (("@dataclass(frozen=True)\nclass Sum", "@dataclass\nclass Sum"), "frozen"),
    "claim without a field": (
        ('title = "Sums', 'titel = "Sums'),
        "claim.toml: add title; its fields are id, revision, title, statement",
    ),
    "LaTeX in double quotes": (
        ("latex = '\\sum_{i=1}^n x_i \\to n'", 'latex = "x \\to n"'),
        "claim.toml: latex holds the control character '\\t'; write LaTeX in single quotes",
    ),
    "figure over what is no axis": (
        ('x=per(size), label="n"', 'x="size", label="n"'),
        "line {figure=Figure(}: the figure's x='size' is no axis of sum, whose axes are none; a field is shown by ",
    ),
    "margin that is a function": (
        ('margin=(Remainder("finite size", 0.05),)', 'margin=(Remainder("finite size", lambda at: 0.05),)'),
        "part 'finite size' of its margin is a function; make it an expression, per(lambda at: …)",
    ),
    "too few replicates": (
        (
            '"quick": Tier([Sum(10), Sum(100), Sum(1000)], replicates=8)',
            '"quick": Tier([Sum(10), Sum(100)], replicates=4)',
        ),
        "tier 'quick' has 4 replicates; a rival is excluded from 8 at least",
    ),
    "source without a place": (
        ('where = "law of large numbers"', 'place = "law"'),
        "claim.toml: [[sources]] takes where, and arxiv or title; not place",
    ),
    "theory of nothing": (
        ("    return {Sum.sum: Known(float", "    return {Sum.residual: Known(float"),
        "the case's own theory says nothing of Sum.sum",
    ),
    "error in a measurement": (
        ("self.sum: jnp.sum(drawn)", "self.sum: jnp.sum(drawn) + absent"),
        "experiment.py, line {absent}: NameError: name 'absent' is not defined",
    ),
}


@pytest.fixture
def toy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return copied(tmp_path)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_sentence_that_says_what_to_do(toy, name):
    (old, new), message = MISTAKES[name]
    path = replaced(toy, old, new)
    done = CliRunner().invoke(app, ["run", "toy"], catch_exceptions=False)
    assert done.exit_code == 5
    said = " ".join(done.stderr.split())
    assert said.startswith("error: ")
    assert "Traceback" not in done.stderr
    wanted = re.sub(r"line \{(.*?)\}", lambda mark: f"line {line_of(path, mark[1])}", message)
    assert wanted in said


def test_a_case_without_a_rival_is_no_evidence(toy):
    replaced(toy, ', rivals={"square-root": Rival(square_root, free="offset")}', "")
    replaced(toy, ', rivals={"half": 0.5}', "")
    done = CliRunner().invoke(app, ["run", "toy"])
    assert "no rival; a case has at least one theory that the data must exclude" in " ".join(done.stderr.split())


def test_an_unknown_tier_names_the_known_ones(toy):
    done = CliRunner().invoke(app, ["run", "toy", "--tier", "quik"])
    assert done.exit_code == 5
    assert "case toy-sum has no tier 'quik'; it has quick, standard" in done.stderr


def test_a_wrong_shape_in_one_replicate_only_is_refused_before_it_is_committed(toy):
    """Shapes that follow the axes are checked cell by cell; a dtype can only be compared with the siblings'."""
    replaced(toy, "self.sum: jnp.sum(drawn)", "self.sum: jnp.sum(drawn).astype('f4' if drawn[0] > 1.1 else 'f8')")
    done = CliRunner().invoke(app, ["run", "toy"])
    assert done.exit_code == 5
    said = " ".join(done.stderr.split())
    assert "array 'sum' is float" in said
    assert "in earlier replicates float" in said
    assert "this cell is not kept" in said


def test_traceback_shows_the_way_to_an_error(toy):
    replaced(toy, "self.sum: jnp.sum(drawn)", "self.sum: jnp.sum(drawn) + absent")
    done = CliRunner().invoke(app, ["run", "toy", "--traceback"])
    assert "Traceback" in done.stderr
    assert "NameError" in done.stderr


def test_a_control_may_not_be_defined_beside_the_checks(toy):
    replaced(toy, "CASE = Case(", "class Here(Sum):\n    pass\n\n\nCASE = Case(")
    replaced(toy, "experiment=Squares", "experiment=Here")
    done = CliRunner().invoke(app, ["run", "toy"])
    assert "define Here beside the sound experiment, not in case.py" in " ".join(done.stderr.split())


def test_two_kinds_of_experiment_may_not_share_their_draws(toy):
    replaced(toy, '"quick": Tier([Sum(10),', '"quick": Tier([Other(10), Sum(10),')
    replaced(toy, "def size(at", "@dataclass(frozen=True)\nclass Other(Sum):\n    pass\n\n\ndef size(at")
    replaced(toy, "from .experiment import", "from dataclasses import dataclass\n\nfrom .experiment import")
    done = CliRunner().invoke(app, ["run", "toy"])
    assert "Other and Sum share the stream ''" in " ".join(done.stderr.split())
