"""Records of schema 1 are read as records of schema 2, with the same numbers.

`material/toy-schema-1.json` was written by the version before schema 2, of the toy as it was written then: in a form
that has gone since. What it says is compared with its own JSON, and its cells are judged by the toy of today.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers_toy import TOY

from fieldbench.cells.measurement import evidence_of
from fieldbench.cells.runner import Settings
from fieldbench.cells.store import Store
from fieldbench.claims import Remainder
from fieldbench.errors import BadInput
from fieldbench.judging.judge import judge
from fieldbench.judging.predictions import predict
from fieldbench.judging.trial import run_case
from fieldbench.loading.load import load_case
from fieldbench.records.arrays import ArrayPart
from fieldbench.records.assemble import assemble
from fieldbench.records.files import dump, is_old, read
from fieldbench.records.verify import differences, own_differences

OLD = Path(__file__).parent / "material" / "toy-schema-1.json"


@pytest.fixture(scope="module")
def raw():
    return json.loads(OLD.read_text())


@pytest.fixture(scope="module")
def record():
    return read(OLD)


@pytest.fixture(scope="module")
def case():
    return load_case(TOY / "case.py")


def read_as(tmp_path, value):
    """Read an edited old record."""
    path = tmp_path / "edited.json"
    path.write_text(json.dumps(value))
    return read(path)


def edited(raw, change):
    value = json.loads(json.dumps(raw))
    change(value)
    return value


def test_an_old_record_is_known_by_its_first_bytes(record, tmp_path):
    assert is_old(OLD)
    new = tmp_path / "new.json"
    new.write_text(dump(record))
    assert not is_old(new)


def test_every_number_of_a_cell_stays_to_the_last_bit(raw, record):
    assert len(record.cells) == len(raw["cells"]) == 32
    for cell, old in zip(record.cells, raw["cells"], strict=True):
        assert (cell.experiment, cell.variant, cell.first, cell.count) == tuple(
            old[name] for name in ("setup", "variant", "first", "count")
        )
        assert (cell.date, cell.wall_time, cell.peak_memory) == (old["date"], old["wall_time"], old["peak_memory"])
        assert cell.key is None
        for name, part in old["arrays"].items():
            assert cell.arrays[name].array().tobytes() == np.array(part["data"], part["dtype"]).tobytes()
    assert [(e.kind, e.parameters) for e in record.experiments] == [
        (setup["type"], setup["parameters"]) for setup in raw["setups"]
    ]
    assert (record.environments, record.provenance) == (raw["environments"], raw["provenance"])


def test_checks_controls_and_guards_stay_and_what_they_lacked_is_null(raw, record):
    outcomes = [*record.checks, *(control.outcome for control in record.controls)]
    for check, old in zip(outcomes, [*raw["checks"], *(c["outcome"] for c in raw["controls"])], strict=True):
        for name in set(old) - {"parts", "rivals"}:
            assert getattr(check, name) == old[name], name
        assert {part.name: part.values for part in check.parts} == old["parts"]
        assert {(part.order, part.got) for part in check.parts} <= {("", "")}
        assert check.resolution is None
        for rival, before in zip(check.rivals, old["rivals"], strict=True):
            assert {name: getattr(rival, name) for name in before} == before
            assert (rival.distance, rival.free) == (None, "")
    assert [(c.id, c.contradicts, c.noticed) for c in record.controls] == [
        (c["id"], c["contradicts"], c["noticed"]) for c in raw["controls"]
    ]
    assert [guard.model_dump() for guard in record.guards] == raw["guards"]
    assert record.claim.model_dump() == {**raw["claim"], "theory": "", "network": ""}
    for name in ("run_id", "date", "tier", "seed", "replicates", "exploratory", "ports", "data", "summary", "exit_code",
                 "mixtures", "wall_time", "axes"):  # fmt: skip
        assert getattr(record, name) == raw[name], name
    assert record.complete
    assert (record.case, record.sampler, record.figure, record.keys) == (None, None, None, [])


def test_predictions_of_controls_are_theories_like_any_other(raw, record):
    assert record.predictions.keys() == {"theory", "tenth-more"}
    for name, old in (("theory", raw["predictions"]), ("tenth-more", raw["control_predictions"]["tenth-more"])):
        for part, before in zip(record.predictions[name], old, strict=True):
            assert part.experiment == before["setup"]
            assert part.said.keys() == before["arrays"].keys()
            for what, array in before["arrays"].items():
                assert part.said[what].value.array() == np.array(array["data"])[0]  # the leading axis of one is gone
                assert part.said[what].value.shape == array["shape"][1:]
                assert part.said[what].remainders == {}


def test_arrays_along_axes_and_coordinates_keep_their_shape(raw, record, tmp_path):
    curve, samples = np.linspace(0.0, 1.0, 3)[None], np.array([1, 2, 4])

    def add(value):
        value["axes"] = {"curve": ["samples"]}
        value["setups"][1]["coordinates"] = {"samples": ArrayPart.of(samples).model_dump()}
        value["predictions"][1]["arrays"]["curve"] = ArrayPart.of(curve).model_dump()
        value["setups"][1]["parameters"]["scatter"] = "Infinity"

    found = read_as(tmp_path, edited(raw, add))
    said = found.predictions["theory"][1].said["curve"].value
    assert said.shape == [3]
    assert said.array().tobytes() == curve[0].tobytes()
    np.testing.assert_array_equal(found.experiments[1].coordinates["samples"].array(), samples)
    assert found.experiments[1].parameters["scatter"] == np.inf
    assert found.axes == {"curve": ["samples"]}
    assert found.content_hash != record.content_hash


def test_it_is_sealed_and_written_again_it_is_the_same(record, tmp_path):
    assert record.schema_version == "2.3"
    assert record.content_hash == record.own_hash()
    path = tmp_path / "new.json"
    path.write_text(dump(record))
    again = read(path)
    assert again == record
    assert dump(again) == path.read_text()


def test_it_follows_from_its_own_numbers(record):
    assert own_differences(record) == []


def test_its_cells_give_what_it_says_under_the_case_of_today_too(raw, record, case):
    """The toy is written otherwise by now; its mathematics are the same."""
    (kind,) = case.kinds
    experiments = [kind(**part.parameters) for part in record.experiments]
    cells = [
        (
            "main" if cell.variant == "main" else "Squares",
            experiments[cell.experiment],
            cell.first,
            {n: a.array() for n, a in cell.arrays.items()},
        )
        for cell in record.cells
    ]
    found = judge(case, record.tier, evidence_of(cells), predict(case, record.tier, experiments))
    outcomes = [*found.checks, *(control.outcome for control in found.controls)]
    for now, before in zip(outcomes, [*raw["checks"], *(c["outcome"] for c in raw["controls"])], strict=True):
        for name in ("id", "verdict", "declared", "scale", "side", "replicates", "statement"):
            assert getattr(now, name) == before[name], name
        assert len(now.labels) == len(before["labels"])
        for name in ("measured", "standard_error", "interval", "expected"):
            np.testing.assert_allclose(getattr(now, name), before[name], rtol=1e-9, atol=1e-12)
        # On the log scale a relative remainder of 5 % propagates as a centred difference, not as 0.05 itself.
        np.testing.assert_allclose(now.margin, before["margin"], rtol=1e-4)
        for rival, earlier in zip(now.rivals, before["rivals"], strict=True):
            # A rival without a budget has the theory's by now: it is nearer, by that.
            assert rival.rejection.standard_errors < earlier["t"]
            assert (rival.id, rival.as_declared) == (earlier["id"], earlier["rejected"])
    assert [(c.id, c.contradicts, c.as_declared) for c in found.controls] == [
        (c["id"], c["contradicts"], c["noticed"]) for c in raw["controls"]
    ]
    (guard,), (earlier,) = found.guards, raw["guards"]
    assert (guard.smallest, guard.largest, guard.passed) == tuple(earlier[n] for n in ("smallest", "largest", "passed"))
    assert (int(found.exit_code), found.summary()) == (raw["exit_code"], raw["summary"])


def test_the_case_of_today_does_not_know_its_experiments(record, case):
    (line,) = differences(record, case)
    assert "has no Setup with fields size, scatter" in line


FORGERIES = {
    "a verdict": (lambda v: v["checks"][0].update(verdict="contradicted"), "check sum, verdict"),
    "as declared": (lambda v: v["checks"][0].update(as_declared=False), "check sum, as"),
    "a margin": (lambda v: v["checks"][0].update(margin=[0.5, 0.5]), "check sum, margin"),
    "a part of a margin": (lambda v: v["checks"][0]["parts"].update({"finite size": [0.5, 0.5]}), "check sum, "),
    "a number": (lambda v: v["checks"][0].update(measured=[5.0, 7.0]), "check sum, "),
    "a bound": (lambda v: v["checks"][3].update(expected=[1.2]), "check statement, "),
    "an exact number": (lambda v: v["checks"][2].update(measured=[1.1]), "check limit, "),
    "a rejection": (lambda v: v["checks"][0]["rivals"][0].update(rejected=False), "check sum, rival"),
    "a notice": (lambda v: v["controls"][0].update(noticed=False), "control tenth-more, noticed"),
    "a control's verdict": (lambda v: v["controls"][0]["outcome"].update(verdict="reproduced"), "control tenth-more, "),
    "a guard": (lambda v: v["guards"][0].update(passed=False), "guard small-residual, passed"),
    "a diagnostic": (lambda v: v["guards"][0].update(largest=0.6), "guard small-residual, passed"),
    "a rejection's distance": (lambda v: v["checks"][0]["rivals"][0].update(t=4.9), "check sum, rival square-root"),
    "a rejection's significance": (lambda v: v["checks"][0]["rivals"][0].update(p_value=0.002), "check sum, rival"),
    "the exit code": (lambda v: v.update(exit_code=3), "exit code"),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_old_record_is_found(raw, tmp_path, forgery):
    """An old record has no hash: what was edited is found from the numbers beside it."""
    change, words = forgery
    found = own_differences(read_as(tmp_path, edited(raw, change)))
    assert any(words in line for line in found), found


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["guards"][0].update(largest=v["guards"][0]["at_most"]),
        lambda v: v["guards"][0].update(at_least=v["guards"][0]["smallest"]),
        lambda v: v["checks"][0]["rivals"][0].update(t=5.0, p_value=1e-3),
    ],
    ids=["the largest of a diagnostic", "the smallest of a diagnostic", "a rejection"],
)
def test_what_lies_on_its_limit_keeps_it(raw, tmp_path, change):
    assert own_differences(read_as(tmp_path, edited(raw, change))) == []


def test_own_differences_of_what_is_not_as_declared(case, tmp_path):
    """A contradicted check with a surviving rival counts as contradicted, whoever does the sum."""
    wrong = replace(case.checks[1], theory=2.0, margin=(Remainder("none", 0.05),), rivals={"one": 1.0})
    result = run_case(replace(case, checks=(case.checks[0], wrong, *case.checks[2:])), Store(tmp_path, pytest.fail),
                      Settings())  # fmt: skip
    found = assemble(result)
    assert found.checks[1].verdict == "contradicted"
    assert not found.checks[1].rivals[0].rejected
    assert found.exit_code == 3
    assert own_differences(found) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: v.pop("setups"), "not a record of schema 1: KeyError: 'setups'"),
        (lambda v: v["predictions"][0]["arrays"]["sum"].update(data=3.0), "not a record of schema 1: TypeError"),
        (lambda v: v["predictions"][0]["arrays"]["sum"].update(data=[]), "not a record of schema 1: IndexError"),
        (lambda v: v.update(seed="none"), "seed"),
        (lambda v: v.update(colour=1), "colour"),
    ],
)
def test_a_broken_old_record_is_refused_by_name(raw, tmp_path, change, words):
    with pytest.raises(BadInput, match=words):
        read_as(tmp_path, edited(raw, change))
