"""`fieldbench verify` against whoever makes a record consistent with itself: theories and cells are computed anew."""

import json

import pytest
from helpers_doors import call, refusal, vary

from fieldbench.records import files

pytestmark = pytest.mark.usefixtures("here")


def the_record(here):
    (path,) = (here / "results").rglob("*.json")
    return path


def forged(path, change):
    """The record with a change, and its hash made anew."""
    value = json.loads(path.read_text())
    change(value)
    path.write_text(files.dump(files.Record.model_validate(value).sealed()))


def said(*arguments):
    done = call("verify", "results", *arguments)
    return done.exit_code, done.stdout


def test_an_honest_record_is_what_is_computed_anew(here):
    call("run", "--reference")
    code, text = said("--predictions", "--remeasure", "100")
    assert code == 0, text
    cells = len(json.loads(the_record(here).read_text())["cells"])
    assert f"{cells} of its {cells} cells measured anew, {cells} to the same bits" in text


def test_a_theory_that_never_said_so(here):
    """A record that was made with another theory is consistent, and not of the theory that is here."""
    vary(here, "Known(float(at.size)", "Known(1.001 * at.size")
    call("run", "--results", "results")
    vary(here, "Known(1.001 * at.size", "Known(float(at.size)")
    assert said()[0] == 0
    code, text = said("--predictions")
    assert code == 5
    assert "sum: the record says 10.01, the theory here 10" in text


def test_a_remainder_that_was_wider(here):
    call("run", "--reference")
    vary(here, 'float(at.size), Remainder("finite size", 0.05', 'float(at.size), Remainder("finite size", 0.049')
    code, text = said("--predictions")
    assert code == 5
    assert "remainder 'finite size' has another size here" in text


def test_numbers_that_were_never_measured(here):
    call("run", "--reference")
    path = the_record(here)

    def move(value):
        for cell in value["cells"]:
            data = cell["arrays"]["sum"]["data"]
            data[0] = data[0] * (1 + 1e-12)

    forged(path, move)
    assert said()[0] == 0  # by far less than any standard error
    code, text = said("--remeasure", "1")
    assert code == 5
    assert "measured anew on the same arithmetic it differs by" in text

    def elsewhere(value):
        for environment in value["environments"]:
            environment["processor"] = "another"

    forged(path, elsewhere)
    code, text = said("--remeasure", "1")
    assert code == 0
    assert "on another arithmetic than the record's it differs by" in text


def test_cells_of_other_code_are_left(here):
    call("run", "--reference")
    path = the_record(here)
    forged(path, lambda value: [key.update(code="another") for key in value["keys"]])
    code, text = said("--remeasure", "3")
    assert code == 0
    assert "0 of its" in text


def test_random_bits_of_another_generator(here):
    call("run", "--reference")
    path = the_record(here)
    forged(path, lambda value: value["provenance"].update(rng_bits="0" * 64))
    code, text = said()
    assert code == 5
    assert "random bits: seed and generator here do not give those of the record" in text


def test_every_record_is_judged_and_which_could_not_is_said(here, monkeypatch):
    call("run", "--reference")
    path = the_record(here)
    (path.parent / "a-first.json").write_text("[" * 100_000)
    code, text = said()
    assert code == 5
    assert "a-first.json is not a record: it nests deeper than" in text
    assert "reproduces itself" in text
    (path.parent / "a-first.json").unlink()

    def fails(record, case):
        raise ZeroDivisionError("in some corner")

    monkeypatch.setattr("fieldbench.records.verify.differences", fails)
    code, text = said()
    assert code == 5
    assert "cannot be judged: ZeroDivisionError: in some corner" in text


def test_a_number_of_cells_below_none_is_refused():
    assert "at least 0" in refusal("verify", "results", "--remeasure", "-1")
