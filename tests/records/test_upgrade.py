"""Records of schema 1 are read as records of schema 2, with the same numbers.

`material/toy-schema-1.json` was written by the version before schema 2, of tests/material/first_form_case.py.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fieldbench.cells.runner import Settings, run_case
from fieldbench.cells.store import Store
from fieldbench.claims import Remainder
from fieldbench.errors import BadInput
from fieldbench.loading.load import load_case
from fieldbench.records.arrays import ArrayPart
from fieldbench.records.assemble import assemble
from fieldbench.records.files import dump, is_old, read
from fieldbench.records.verify import differences, own_differences

OLD = Path(__file__).parent / "material" / "toy-schema-1.json"
MATERIAL = Path(__file__).parents[1] / "material"


@pytest.fixture(scope="module")
def raw():
    return json.loads(OLD.read_text())


@pytest.fixture(scope="module")
def record():
    return read(OLD)


@pytest.fixture(scope="module")
def case():
    return load_case(MATERIAL / "first_form_case.py")


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
    assert record.claim.model_dump() == raw["claim"]
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
    assert record.schema_version == "2.0"
    assert record.content_hash == record.own_hash()
    path = tmp_path / "new.json"
    path.write_text(dump(record))
    again = read(path)
    assert again == record
    assert dump(again) == path.read_text()


def test_it_follows_from_its_own_numbers_with_its_case_and_without(record, case):
    assert differences(record, case) == []
    assert own_differences(record) == []


def test_axes_of_a_prediction_that_the_case_dropped_are_no_difference(raw, case, tmp_path):
    """Records of schema 1 have the axes of predictions, too; those of quantities that were measured must agree."""
    dropped = read_as(tmp_path, edited(raw, lambda v: v.update(axes={"half root": ["scaled"]})))
    assert differences(dropped, case) == []
    moved = read_as(tmp_path, edited(raw, lambda v: v.update(axes={"sum": ["samples"]})))
    assert any("axes" in line for line in differences(moved, case))


def test_the_second_form_of_a_case_does_not_know_its_experiments(record):
    (line,) = differences(record, load_case(MATERIAL / "toy" / "case.py"))
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
    "the exit code": (lambda v: v.update(exit_code=3), "exit code"),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_old_record_is_found_with_its_case_and_without(raw, case, tmp_path, forgery):
    """An old record has no hash: what was edited is found from the numbers beside it."""
    change, words = forgery
    forged = read_as(tmp_path, edited(raw, change))
    for found in (own_differences(forged), differences(forged, case)):
        assert any(words in line for line in found), found


def test_what_an_old_record_lacks_is_forgiven_to_it_alone(record, case, tmp_path):
    honest = assemble(run_case(case, Store(tmp_path, pytest.fail), Settings()))
    assert differences(honest, case) == []
    assert honest.checks[0].resolution is not None
    silent = honest.checks[0].model_copy(update={"resolution": None})
    (line,) = differences(honest.model_copy(update={"checks": [silent, *honest.checks[1:]]}).sealed(), case)
    assert "check sum, resolution" in line


def test_own_differences_of_what_is_not_as_declared(tmp_path):
    """A contradicted check with a surviving rival counts as contradicted, whoever does the sum."""
    case = load_case(MATERIAL / "toy" / "case.py")
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
