"""Typical mistakes of an author, each answered by one sentence that names the place and says what to do.

Those that keep a case from being read at all are in tests/doors/helpers_broken.py.
"""

import pytest
from helpers_toy import copied, replaced, said_of
from typer.testing import CliRunner

from fieldbench.doors.cli import app

GUARD = 'Guard("small-residual", Sum.residual, of=(Sum.sum,), at_most=0.5)'
CONTROL = 'Control("tenth-more", contradicts=SUM, theory=tenth_more)'

MISTAKES = {
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
    "control of a limit that computes nothing": (
        ("contradicts=SUM, theory", 'contradicts=Limit("other", lambda: 1.0, 1.0, (Remainder("left", 0.1),)), theory'),
        "other is a limit; give what computes it wrongly, computed=",
    ),
    "expectation without analysis": (
        ("GROWS, 0.9, statement=True", 'GROWS, 0.9, expect="contradicted"'),
        "expecting 'contradicted' needs because= with the analysis",
    ),
    "expectation that is no verdict": (
        ("GROWS, 0.9, statement=True", 'GROWS, 0.9, expect="refuted"'),
        "expect='refuted' is no verdict; choose one of reproduced, compatible, contradicted",
    ),
    "two ids": (('Limit("limit"', 'Limit("exponent"'), "ids are used twice: exponent"),
    "name that is not kebab-case": (('Limit("limit"', 'Limit("The Limit"'), "check 'The Limit' is not kebab-case"),
    "string for a quantity": (('"sum", Sum.sum,', '"sum", "sum",'), "'sum' is no quantity or observable; refer to"),
    "unknown tier of a check": (
        ('scale="log",', 'scale="log", tiers=("huge",),'),
        "check sum: no tier 'huge'; there are quick",
    ),
    "experiment that is not frozen": (("@dataclass(frozen=True)\nclass Sum", "@dataclass\nclass Sum"), "frozen"),
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


def said_by_run(*options):
    """What a run of the toy says of it, in one line."""
    done = CliRunner().invoke(app, ["run", "toy", *options], catch_exceptions=False)
    assert done.exit_code == 5
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(("edit", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_sentence_that_says_what_to_do(toy, edit, message):
    path = replaced(toy, *edit)
    said = said_by_run()
    assert said.startswith("error: ")
    assert "Traceback" not in said
    assert said_of(path, message) in said


def test_a_case_without_a_rival_is_no_evidence(toy):
    replaced(toy, ', rivals={"square-root": Rival(square_root, free="offset")}', "")
    replaced(toy, ', rivals={"half": 0.5}', "")
    assert "no rival; a case has at least one theory that the data must exclude" in said_by_run()


def test_an_unknown_tier_names_the_known_ones(toy):
    assert "case toy-sum has no tier 'quik'; it has quick, standard" in said_by_run("--tier", "quik")


def test_a_wrong_shape_in_one_replicate_only_is_refused_before_it_is_committed(toy):
    """Shapes that follow the axes are checked cell by cell; a dtype can only be compared with the siblings'."""
    replaced(toy, "self.sum: jnp.sum(drawn)", "self.sum: jnp.sum(drawn).astype('f4' if drawn[0] > 1.1 else 'f8')")
    said = said_by_run()
    assert "array 'sum' is float" in said
    assert "in earlier replicates float" in said
    assert "this cell is not kept" in said


def test_traceback_shows_the_way_to_an_error(toy):
    replaced(toy, "self.sum: jnp.sum(drawn)", "self.sum: jnp.sum(drawn) + absent")
    said = said_by_run("--traceback")
    assert "Traceback" in said
    assert "NameError" in said


def test_a_control_may_not_be_defined_beside_the_checks(toy):
    replaced(toy, "CASE = Case(", "class Here(Sum):\n    pass\n\n\nCASE = Case(")
    replaced(toy, "experiment=Squares", "experiment=Here")
    assert "define Here beside the sound experiment, not in case.py" in said_by_run()


def test_two_kinds_of_experiment_may_not_share_their_draws(toy):
    replaced(toy, '"quick": Tier([Sum(10),', '"quick": Tier([Other(10), Sum(10),')
    replaced(toy, "def size(at", "@dataclass(frozen=True)\nclass Other(Sum):\n    pass\n\n\ndef size(at")
    replaced(toy, "from .experiment import", "from dataclasses import dataclass\n\nfrom .experiment import")
    assert "Other and Sum share the stream ''" in said_by_run()


def test_an_observable_named_like_a_quantity_is_refused(toy):
    """What a theory says is found by its printed name: of the one it would be taken for the other."""
    replaced(toy, "    exponent,\n    per,\n", "    exponent,\n    observable,\n    per,\n")
    replaced(toy, "GROWS = exponent(Sum.sum, over=size)",
             "@observable(Sum.sum)\ndef residual(at: Sum, found):\n    return found\n\n\n"
             "GROWS = exponent(residual, over=size)")  # fmt: skip
    done = CliRunner().invoke(app, ["info", str(toy)])
    assert done.exit_code == 5
    assert "reads the observable 'residual', which is also a quantity's name; give the function another" in done.stderr
