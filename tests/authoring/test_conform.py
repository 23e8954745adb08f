"""`fieldbench conform`: typical mistakes of somebody who started from the template, each one sentence with a remedy."""

import json

import pytest
from helpers_toy import edited
from typer.testing import CliRunner

from fieldbench.authoring import conform
from fieldbench.authoring.conform import in_facts
from fieldbench.authoring.new import write_case
from fieldbench.claims.facts import Claim, Source
from fieldbench.doors.cli import app

CHECK = 'DISTANCE = Check("distance", Walk.distance, scale="log", rivals={"root-n": root_n}, statement=True)'
ROOT = "def root(n):\n    return n**0.5\n\n\n"
OTHER = 'OTHER = Check("other", Walk.distance, scale="log", rivals={"root-n": root_n})'


@pytest.fixture
def case(away):
    """A case as its author has it after the facts, at one length."""
    write_case("my-claim", away / "mine", {})
    edited(away / "mine" / "claim.toml", "0000.00000", "2502.18553")
    edited(away / "mine" / "case.py", "[Walk(24), Walk(32)]", "[Walk(24)]")
    return away / "mine"


def found(*arguments):
    """Exit code, and (about, sentence, missing) of each finding."""
    done = CliRunner().invoke(app, ["conform", "mine", "--json", *arguments], catch_exceptions=False)
    value = json.loads(done.stdout)
    assert value["exit_code"] == done.exit_code
    (one,) = value["cases"]
    assert one["conforms"] == (done.exit_code == 0)
    return done.exit_code, [(f["about"], f["sentence"], f["missing"]) for f in one["findings"]]


def test_the_template_lacks_its_source_and_nothing_else_and_its_quick_tier_is_timed(case, monkeypatch):
    monkeypatch.setattr(conform, "SECONDS", 1e-3)
    code, ((about, sentence, missing),) = found()
    assert (code, about, missing) == (4, "time", True)
    assert sentence.endswith('s, it has 0; take fewer draws or smaller sizes there, the rest in a tier "standard"')
    placeholder = Claim("a", 1, "", "", (Source("eq. 1", "0000.00000"),), "x", regime="y", bibtex=("z",))
    (finding,) = in_facts(placeholder)
    assert finding.sentence.startswith("arXiv id '0000.00000' is none, as 2502.18553 is; write the paper's, or title =")


FACTS = {
    "no regime": ({"regime": " "}, "nothing says where the statement is meant to hold; add regime ="),
    "nobody to cite": ({"bibtex": ()}, "nothing says whom a user has to cite; add the keys, bibtex ="),
    "no formula": ({"latex": ""}, "the formula is not written out; add latex ="),
    "no publication": ({"sources": (Source("eq. 1"),)}, "one has neither arxiv nor title; say which publication it is"),
    "no place": ({"sources": (Source(" ", "hep-th/9901001"),)}, "of hep-th/9901001 no place is given; say which"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), FACTS.values(), ids=FACTS)
def test_a_fact_left_out_is_one_sentence(change, words):
    whole = {"sources": (Source("fig. 2", "2502.18553v2"),), "latex": "x", "regime": "y", "bibtex": ("z",)}
    assert list(in_facts(Claim("a", 1, "", "", **whole))) == []
    said = [finding.sentence for finding in in_facts(Claim("a", 1, "", "", **whole | change)) if finding.missing]
    assert len(said) == 1
    assert said[0].startswith(words)


def test_a_place_without_a_number_would_be_better_with_one():
    source = Source("the introduction", title="A book")
    (finding,) = in_facts(Claim("a", 1, "", "", (source,), "x", regime="y", bibtex=("z",)))
    assert finding.sentence == "where = 'the introduction' names no equation, figure or theorem; add which it is"
    assert not finding.missing


DECLARED = {
    "statement without a rival": (
        ("case.py", CHECK, f"{OTHER}\n{CHECK}".replace(', rivals={"root-n": root_n}, statement', ", statement"),
         "checks=(DISTANCE,)", "checks=(DISTANCE, OTHER)"),
        ("rival", "statement distance has none; name the closest published or plausible alternative, rivals="),
    ),
    "controls of another check": (
        ("case.py", CHECK, f"{CHECK}\n{OTHER}", "checks=(DISTANCE,)", "checks=(DISTANCE, OTHER)",
         'Control("uniform-steps", contradicts=DISTANCE', 'Control("uniform-steps", contradicts=OTHER'),
        ("controls", "statement distance has 1, it takes 2 (checks that read the same have them); add errors that"),
    ),
    "too few worlds": (
        ("worlds.py", ', "persistent": persistent', ""),
        ("worlds", "statement distance has 2 in which it is false, it takes 3; list them in worlds.py, WORLDS ="),
    ),
    "no statement": (
        ("case.py", ", statement=True)", ")"),
        ("statement", "no check is the claim's statement in words; give the one that is statement=True"),
    ),
    "a formula on both sides": (
        ("experiment.py", "@dataclass(frozen=True)\nclass Walk(", f"{ROOT}@dataclass(frozen=True)\nclass Walk(",
         "np.abs(places[:, self.times - 1])", "np.abs(places[:, self.times - 1]) / root(1.0)"),
        ("shared", "measurement and theory both use experiment (root); compute one of them in another way, or argue it "
                   'in claim.toml: [shared] "experiment" = "why"'),
    ),
    "an argument for nothing": (
        ("claim.toml", "[chosen]", '[shared]\n"fieldbench.theory.kernels" = "once"\n\n[chosen]'),
        ("shared", "'fieldbench.theory.kernels' is argued in [shared] and is not shared; drop it"),
    ),
    "no quick tier": (
        ("case.py", '"quick"', '"standard"'),
        ("tiers", "there is none named 'quick', which everybody runs first; add it to tiers="),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "finding"), DECLARED.values(), ids=DECLARED)
def test_a_declaration_left_out_is_said_before_anything_is_measured(case, edit, finding, monkeypatch):
    monkeypatch.setattr("fieldbench.doors.verbs.authors.Session.run", refuse)
    file, *pieces = edit
    for old, new in zip(pieces[::2], pieces[1::2], strict=True):
        edited(case / file, old, new)
    if finding[1].startswith("measurement and theory"):
        edited(case / "case.py", "def root_n(at: Walk) -> Said:", "def root_n(at: Walk) -> Said:  # noqa")
        edited(case / "case.py", "Walk.distance: np.sqrt(at.times)", "Walk.distance: root(at.times)")
        edited(case / "case.py", "import Uniform, Walk", "import Uniform, Walk, root")
    said = [(about, sentence) for about, sentence, _ in found()[1] if about != "run"]
    assert len(said) == 1
    assert said[0][0] == finding[0]
    assert said[0][1].startswith(finding[1])


def refuse(self, path):
    from fieldbench.errors import BadInput

    raise BadInput("not measured")


MEASURED = {
    "a key that is ignored": (
        ("experiment.py", "generator(key).integers", "generator(jax.random.key(0)).integers"),
        ("run", "replicates agree to the last bit in every array: measure ignores its key; draw all randomness"),
    ),
    "a generator of the whole process": (
        ("experiment.py", "generator(key).integers", "np.random.mtrand._rand.randint"),
        ("run", "it used the generator that all of np.random shares, whose state is no part of the key; draw"),
    ),
    "a rival that says what the theory says": (
        ("case.py", "np.sqrt(at.times)}", "np.sqrt(2.0 * at.times / np.pi)}"),
        ("rival", "root-n of distance says at every point what the theory says; name one that the data can exclude"),
    ),
    "a rival without a logarithm": (
        ("case.py", "np.sqrt(at.times)}", "np.sqrt(at.times) - 4.0}"),
        ("rival", "root-n of distance has no value at some point, on the check's scale (a logarithm takes what is"),
    ),
    "a margin that takes all of the way": (
        ("case.py", "0.5 / at.times", "2.0 / at.times"),
        ("resolution", "statement distance has 0.74 at its worst point, margin over distance of the nearest"),
    ),
    "a margin that leaves little room": (
        ("case.py", "0.5 / at.times", "1.0 / at.times"),
        ("resolution", "statement distance has 0.37 at its worst point, margin over distance of the nearest"),
    ),
    "a control that nobody notices": (
        ("case.py", "factor=2.0**-0.5", "factor=1.0"),
        ("controls", "control root-two-lost is NOT noticed: distance: "),
    ),
    "a theory that is wrong": (
        ("case.py", "2.0 * at.times / np.pi)", "2.5 * at.times / np.pi)"),
        ("verdict", "distance: contradicted; measured "),
    ),
    "worlds that are too near": (
        ("worlds.py", "{DISTANCE: {", "{DISTANCE: dict.fromkeys('abc', lambda at: {Walk.distance: 0.8 * "
         "np.sqrt(at.times)}) or {"),
        ("worlds", "none of statement distance is two margins away from the theory; add one that is, or sharpen the "),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "finding"), MEASURED.values(), ids=MEASURED)
def test_a_mistake_that_a_run_shows_is_one_sentence(case, edit, finding):
    edited(case / "experiment.py", "20_000", "2_000")  # the errors below are larger than the noise of these
    edited(case / edit[0], *edit[1:])
    code, everything = found()
    assert code == (4 if any(missing for _, _, missing in everything) else 0)
    said = [(sentence, missing) for about, sentence, missing in everything if about == finding[0]]
    assert len(said) == 1
    assert finding[1] in said[0][0]
    assert said[0][1] == ("0.37" not in finding[1])  # what leaves little room would only be better otherwise


def test_what_cannot_be_loaded_is_said_as_a_run_says_it(case):
    edited(case / "case.py", "CASE = Case(", "CASE = Case((")
    code, ((about, sentence, missing),) = found()
    assert (code, about, missing) == (4, "declarations", True)
    assert "'(' was never closed; the case cannot be read" in sentence
