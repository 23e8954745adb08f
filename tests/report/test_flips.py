"""Flips over seeds, from records whose verdicts are known."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fieldbench.doors.cli import app
from fieldbench.doors.session import Session
from fieldbench.records import files as record
from fieldbench.report.flips import stability

TOY = Path(__file__).parents[1] / "material" / "toy" / "case.py"


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flips")
    session = Session(store=folder / "store", results=folder / "results")
    found, path = session.record(session.run(TOY))
    assert record.read(path) == found
    return found


def _at(toy, seed, verdict=None, rejected=True):
    """The record as another seed would give it, with another verdict of its first check or a rival that survives."""
    first = toy.checks[0]
    rivals = [rival.model_copy(update={"rejected": rejected}) for rival in first.rivals]
    changed = first.model_copy(update={"verdict": verdict or first.verdict, "rivals": rivals, "flip_rate": 0.01 * seed})
    return toy.model_copy(update={"seed": seed, "checks": [changed, *toy.checks[1:]]})


def test_the_door_pools_the_newest_record_of_each_seed(toy, tmp_path):
    for name, found in {
        "old": _at(toy, 0, "inconclusive").model_copy(update={"date": "2000-01-01T00:00:00Z"}),
        **{f"seed{seed}": _at(toy, seed) for seed in range(3)},
        "tried": _at(toy, 3, "inconclusive").model_copy(update={"exploratory": True}),
        "unfinished": _at(toy, 0, "inconclusive").model_copy(
            update={"date": "2099-01-01T00:00:00Z", "complete": False}
        ),
        "larger": _at(toy, 4, "inconclusive").model_copy(update={"tier": "standard"}),
        "older": _at(toy, 5, "inconclusive").model_copy(
            update={"claim": toy.claim.model_copy(update={"revision": toy.claim.revision - 1})}
        ),
    }.items():
        (tmp_path / f"{name}.json").write_text(record.dump(found))
    table = tmp_path / "stability.md"
    done = CliRunner().invoke(app, ["flips", str(tmp_path), "--to", str(table), "--json"])
    value = json.loads(done.stdout)
    assert (done.exit_code, len(value["records"]), value["pooled_rate"]) == (0, 3, 0.0)
    rows = [line for line in table.read_text().splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| toy-sum", "| all"]
    assert "- no verdict flipped\n" in table.read_text()
    done = CliRunner().invoke(app, ["flips", str(tmp_path), "--tier", "paper"])
    assert done.exit_code == 5
    assert "no record of tier 'paper'" in done.stderr


def test_no_flip_where_all_seeds_agree(toy):
    found = stability([_at(toy, seed) for seed in range(3)])
    assert (found.flipped, found.pooled) == ([], 0.0)
    value = found.as_value()
    assert value["judgements"] == 3 * value["items"]
    assert value["items"] == len(toy.checks) + sum(len(c.rivals) for c in toy.checks) + len(toy.controls)
    # Flip rates 0, .01, .02 of the first check average to .01; the others' are their own at every seed.
    assert value["predicted"][f"toy-sum {toy.checks[0].id}"] == pytest.approx(0.01)
    assert value["predicted"][f"toy-sum {toy.checks[1].id}"] == pytest.approx(toy.checks[1].flip_rate)


def test_the_minority_flips_and_is_pooled_over_all_judgements(toy):
    found = stability([_at(toy, 0, "inconclusive"), *(_at(toy, seed) for seed in (1, 2, 3))])
    (item,) = found.flipped
    assert (item.name, item.usual, item.flips) == (toy.checks[0].id, toy.checks[0].verdict, 1)
    assert found.pooled == pytest.approx(1 / (4 * len(found.items)))
    assert any("inconclusive at seed 0" in line for line in found.lines())


def test_a_rival_that_survives_at_one_seed_is_a_flip(toy):
    rival = toy.checks[0].rivals[0].id
    found = stability([*(_at(toy, seed) for seed in range(3)), _at(toy, 3, rejected=False)])
    assert [item.name for item in found.flipped] == [f"{toy.checks[0].id} against {rival}"]


def test_what_was_not_run_is_left_out(toy):
    found = stability([_at(toy, seed, "not run") for seed in range(2)])
    assert all(not item.name.startswith(toy.checks[0].id) for item in found.items)
