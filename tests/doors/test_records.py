"""The doors to records: compare, explain, refill, convert, and partial records."""

import json
import shutil
from pathlib import Path

import pytest
from helpers_doors import call, computed, refusal, vary
from helpers_toy import copied

from fieldbench.records.files import is_old, read

OLD = Path(__file__).parents[1] / "records" / "material" / "toy-schema-1.json"


pytestmark = pytest.mark.usefixtures("here")


def recorded(here, folder):
    """Run, and give the one record that was written to a folder of its own."""
    call("run", "--results", folder)
    (path,) = (here / folder).rglob("*.json")
    return path


def drop(here, count):
    """Forget finished cells, as a run that was stopped would lack them."""
    for head in sorted((here / ".fieldbench" / "store").rglob("*.json"))[:count]:
        head.unlink()


def test_a_record_compared_with_itself_is_identical(here):
    path = recorded(here, "one")
    for arguments in ((path, path), ("one", "one"), ("one", path)):
        done = call("compare", *arguments)
        assert done.exit_code == 0
        assert done.stdout.splitlines() == [
            "toy-sum, quick tier",
            "  measured: 4 checks to the last bit",
            "  cells: 56 arrays identical, 0 arrays different, 0 arrays without counterpart",
            "  predictions: 6 of checks and rivals equal to 1e-09, 0 not",
        ]


def test_a_changed_verdict_heads_the_output_and_is_3(here):
    recorded(here, "sound")
    vary(here, "float(at.size)", "1.3 * at.size")
    recorded(here, "wrong")
    done = call("compare", "sound", "wrong")
    assert done.exit_code == 3
    assert done.stdout.splitlines()[1] == "  VERDICT check sum: reproduced -> contradicted"
    value = json.loads(call("compare", "sound", "wrong", "--json").stdout)
    assert value["exit_code"] == 3
    (found,) = value["compared"]
    assert found["verdicts"][0] == {"what": "check sum", "old": "reproduced", "new": "contradicted"}


def test_claims_with_a_changed_verdict_come_before_the_others(here):
    copied(here / "cases", "also", "a-sum")
    call("run", "--results", "before")
    vary(here, "float(at.size)", "1.3 * at.size")
    call("run", "--results", "after")
    done = call("compare", "before", "after")
    heads = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert heads == ["toy-sum, quick tier", "a-sum, quick tier"]
    assert done.exit_code == 3


def test_the_newest_complete_record_of_each_claim_tier_and_seed_is_compared(here):
    first = recorded(here, "before")
    call("run", "--results", "before", "--tier", "standard")
    value = json.loads(first.read_text())
    vary(here, "float(at.size)", "1.3 * at.size")
    recorded(here, "after")
    shutil.copytree(here / "before", here / "after", dirs_exist_ok=True)  # an older one beside the newer
    for path in (here / "after").rglob("*.json"):
        if path.name == first.name and path.read_text() == first.read_text():
            older = read(path).model_copy(update={"date": "2000-01-01T00:00:00+00:00"}).sealed()
            path.write_text(older.model_dump_json())
    assert value["exit_code"] == 0
    call("run", "--results", "after", "--seed", "1")
    done = call("compare", "before", "after")
    assert done.stdout.count("quick tier\n") == 1
    assert done.stdout.count("standard tier\n") == 1
    assert "only in the new: toy-sum, quick tier, seed 1" in done.stdout


def test_an_old_record_is_compared_with_its_successor(here):
    recorded(here, "new")
    done = call("compare", OLD, "new")
    assert done.exit_code == 0
    assert "predictions: 6 of checks and rivals equal to 1e-09, 0 not" in done.stdout


def test_explain_says_everything_of_a_verdict(here):
    call("run")
    lines = call("explain", "toy-sum/sum").stdout.splitlines()
    record = json.loads(next((here / ".fieldbench" / "results").rglob("*.json")).read_text())
    check = record["checks"][0]
    assert lines[0] == f"toy-sum/sum: reproduced (quick tier, {record['run_id']})"
    text = "\n".join(lines)
    for piece in (
        "decided at: size=100 (2 points)",
        "measured:   100.4 ± 0.003085 (relative), 8 replicates",
        "predicted:  100",
        "margin:     0.05 (relative), of which",
        "0.05        finite size (order 1/√n, guessed)",
        f"resolution: {check['resolution']:.4g}",
        "rival square-root: rejected by ",
        "standard errors at size=1000, its constant fitted",
    ):
        assert piece in text, piece


def test_explain_of_one_sided_exact_and_absent_checks(here):
    call("run")
    statement = call("explain", "toy-sum/statement").stdout
    assert "  at least:   0.9\n" in statement
    assert "decided at: exponent (1 points)" in statement
    limit = call("explain", "toy-sum/limit").stdout
    assert "  measured:   1\n" in limit
    assert "1e-12       rounding (bounded)" in limit
    exponent = call("explain", "toy-sum/exponent").stdout
    assert "rival half: rejected by " in exponent
    assert ", 0.5 from the theory here" in exponent
    vary(here, "on=lambda at: at.size > 10,", 'on=lambda at: at.size > 10, tiers=("standard",),')
    call("run")
    assert "not run: left to the standard tier" in call("explain", "toy-sum/sum").stdout


def test_explain_says_why_a_verdict_is_as_it_is(here):
    vary(here, "at_most=0.5", "at_most=1e-9")
    call("run")
    assert "reason: guard failed: small-residual" in call("explain", "toy-sum/sum").stdout
    vary(here, "at_most=1e-9", "at_most=0.5")
    vary(here, 'theory=1.0, margin=(Remainder("finite size", 0.05),)',
         'theory=2.0, margin=(Remainder("none", 0.05),), expect="contradicted", because="it is one"')  # fmt: skip
    call("run")
    text = call("explain", "toy-sum/exponent").stdout
    assert "toy-sum/exponent: contradicted" in text
    assert "because: it is one" in text


def test_explain_looks_into_ones_own_runs_first_then_the_reference(here):
    call("run", "--tier", "standard", "--reference")
    call("run", "--reference")
    vary(here, "float(at.size)", "1.3 * at.size")
    call("run")
    assert "contradicted" in call("explain", "toy-sum/sum").stdout
    assert "reproduced" in call("explain", "toy-sum/sum", "--results", "results").stdout
    assert "standard tier" in call("explain", "toy-sum/sum", "--tier", "standard").stdout
    value = json.loads(call("explain", "toy-sum/sum", "--json").stdout)
    assert (value["claim"], value["tier"], value["check"]["verdict"]) == ("toy-sum", "quick", "contradicted")


def test_a_partial_record_carries_a_run_to_another_store(here):
    call("run")
    drop(here, 12)
    done = call("run", "--partial", "--results", "partial", "--json")
    (result,) = json.loads(done.stdout)["results"]
    assert done.exit_code == 5
    assert (result["complete"], result["computed"], result["cells"]) == (False, 0, 20)
    assert result["summary"] == "partial: 20 cells measured, nothing judged"
    assert "partial" in Path(result["record"]).name
    assert "partial: 20 cells measured, nothing judged" in call("run", "--partial").stdout
    done = call("refill", "partial", "--store", "elsewhere")
    assert done.exit_code == 0
    assert "20 of 20 cells added" in done.stdout
    assert "0 of 20 cells added" in call("refill", result["record"], "--store", "elsewhere").stdout
    assert computed("--store", "elsewhere") == 12
    assert computed() == 12


def test_a_partial_run_of_everything_is_judged_and_of_nothing_is_not(here):
    done = call("run", "--partial")
    assert done.exit_code == 5
    assert "partial: 0 cells measured, nothing judged" in done.stdout
    call("run")
    done = call("run", "--partial", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["results"][0]["complete"]


def test_a_partial_record_speaks_for_nothing(here):
    call("run", "--results", "results")
    drop(here, 1)
    call("run", "--partial", "--results", "results")
    assert len(list((here / "results").rglob("*.json"))) == 2
    assert call("run", "--partial", "--reference").exit_code == 5
    assert len(list((here / "results").rglob("*.json"))) == 2
    entries = json.loads(call("history", "toy-sum", "--results", "results", "--json").stdout)
    assert sorted(entry["marks"] for entry in entries) == ["", "partial"]
    assert "toy-sum/sum: reproduced" in call("explain", "toy-sum/sum", "--results", "results").stdout
    assert call("compare", "results", "results").exit_code == 0
    assert call("results-table").exit_code == 0
    assert (here / "results" / "README.md").read_text().count("| toy-sum | ") == 4
    (_, partial) = sorted((here / "results").rglob("*.json"), key=lambda path: "partial" in path.name)
    done = call("verify", partial)
    assert "reproduces itself: partial: 31 cells measured, nothing judged" in done.stdout
    assert json.loads(call("flips", "results", "--json").stdout)["judgements"] == 8


def test_refilled_cells_of_other_code_are_measured_again(here):
    recorded(here, "records")
    vary(here, "1.0 + scatter", "1.0 + 1.0 * scatter", "helper.py")
    assert "32 of 32 cells added" in call("refill", "records", "--store", "elsewhere").stdout
    assert computed("--store", "elsewhere") == 32


def test_refill_replaces_a_damaged_cell_and_says_so(here):
    recorded(here, "records")
    cell = next((here / ".fieldbench" / "store").rglob("*.npz"))
    cell.write_bytes(cell.read_bytes()[:-1])
    done = call("refill", "records")
    assert "1 of 32 cells added" in done.stdout
    assert "is damaged" in done.stderr
    assert computed() == 0


def test_convert_rewrites_an_old_record_and_nothing_else(here):
    old = here / "results" / "toy-sum" / "r1" / "quick" / "20261129T092304Z-seed0-f25996c2.json"
    old.parent.mkdir(parents=True)
    shutil.copy(OLD, old)
    call("run", "--results", "results")
    (new,) = [path for path in old.parent.glob("*.json") if path != old]
    before, untouched = read(old), new.read_bytes()
    done = call("convert", "results")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [f"{old.relative_to(here)}: converted", "1 records converted"]
    assert not is_old(old)
    assert read(old) == before
    assert new.read_bytes() == untouched
    again = old.read_bytes()
    assert json.loads(call("convert", "results", "--json").stdout) == {"converted": []}
    assert old.read_bytes() == again


def test_an_old_record_is_held_against_its_own_numbers_only(here):
    """Before and after its conversion; an edit is found in both, the case here is not asked."""
    old, edited = here / "old.json", here / "edited.json"
    shutil.copy(OLD, old)
    vary(here, "float(at.size)", "1.3 * at.size")  # a record of schema 2 would not follow from it
    for said in ((), ("the record was edited",)):
        done = call("verify", old)
        assert done.exit_code == 0, done.stdout
        assert "follows from its own numbers (the case has another form by now): reproduced" in done.stdout
        value = json.loads(old.read_text())
        value["checks"][0]["verdict"] = "contradicted"
        edited.write_text(json.dumps(value))
        done = call("verify", edited)
        assert done.exit_code == 5
        assert all(words in done.stdout for words in ("check sum, verdict", *said))
        call("convert", old)
    assert not is_old(old)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compare", "nowhere", "nowhere"), "nowhere does not exist"),
        (("compare", "cases", "cases"), "no complete record below cases; make one with `fieldbench run`"),
        (("explain", "toy-sum"), "'toy-sum' is not of the form CASE/CHECK; `fieldbench info toy-sum` lists the checks"),
        (("explain", "toy-sun/sum"), "did you mean toy-sum?"),
        (("explain", "toy-sum/sum", "--tier", "paper"), "no paper record of toy-sum in .fieldbench/results or results"),
        (("refill", "nowhere"), "nowhere does not exist"),
        (("refill", "cases"), "no record below cases"),
        (("convert", "nowhere"), "nowhere does not exist"),
        (("refill", "bad.json"), "bad.json is not a record"),
        (("convert", "bad.json"), "bad.json is not a record"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_on_stderr_and_exit_code_5(here, arguments, message):
    (here / "bad.json").write_text('{"schema_version": "1.0"}')
    assert message in refusal(*arguments)


def test_an_unknown_check_names_the_known_ones(here):
    call("run")
    said = refusal("explain", "toy-sum/som")
    assert "toy-sum has no check 'som'; it has sum, exponent, limit, statement" in said


def test_records_without_a_claim_in_common_cannot_be_compared(here):
    recorded(here, "one")
    vary(here, 'id = "toy-sum"', 'id = "a-sum"', "claim.toml")
    recorded(here, "two")
    assert "one and two have no claim and tier in common" in refusal("compare", "one", "two")


@pytest.mark.parametrize("verb", ["compare", "explain", "refill", "convert"])
def test_json_is_alone_on_stdout(here, verb):
    recorded(here, "records")
    call("run")
    arguments = {"compare": ("records", "records"), "explain": ("toy-sum/sum",)}.get(verb, ("records",))
    done = call(verb, *arguments, "--json")
    assert done.exit_code == 0
    assert isinstance(json.loads(done.stdout), dict)
