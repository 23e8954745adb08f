"""Records: exact on a round trip, strict JSON, and able to prove their own verdicts."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fieldbench.errors import BadInput, StoreError
from fieldbench.evidence.case import load_case
from fieldbench.evidence.record import SCHEMA_FILE, dump, find, from_result, latest, read, schema_text, write
from fieldbench.evidence.runner import Options, run_case
from fieldbench.evidence.schema import ArrayPart, CheckPart, SetupPart
from fieldbench.evidence.store import Store
from fieldbench.evidence.verify import differences

TOY = Path(__file__).with_name("toy_case.py")


@pytest.fixture(scope="module")
def case():
    return load_case(TOY)


@pytest.fixture(scope="module")
def result(case, tmp_path_factory):
    return run_case(case, Store(tmp_path_factory.mktemp("store"), pytest.fail), Options())


@pytest.fixture(scope="module")
def record(result):
    return from_result(result)


def strict(text):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def changed(record, change):
    """The record with `change` made to its JSON."""
    value = strict(dump(record))
    change(value)
    return type(record).model_validate(value)


def test_a_record_is_exact_on_a_round_trip(record, tmp_path):
    path = write(record, tmp_path)
    assert path == tmp_path / "toy-sum" / "r1" / "quick" / f"{record.run_id}.json"
    again = read(path)
    assert again == record
    assert dump(again) == path.read_text()


def test_a_record_holds_every_number_of_the_run(record, result):
    assert len(record.cells) == len(result.measurements)
    for cell, measurement in zip(record.cells, result.measurements, strict=True):
        for name, array in measurement.arrays.items():
            assert cell.arrays[name].array().tobytes() == np.asarray(array).tobytes()
        assert record.setups[cell.setup].parameters == dataclasses.asdict(measurement.setup)
        assert cell.wall_time > 0
        assert cell.peak_memory > 0
    for part, outcome in zip(record.checks, result.judgement.checks, strict=True):
        np.testing.assert_array_equal(part.measured, outcome.measured)
        np.testing.assert_array_equal(part.margin, np.sum(list(part.parts.values()), axis=0) if part.parts else 0.0)
        assert part.verdict == outcome.verdict
    assert record.provenance["x64"] is True
    assert record.mixtures == {}
    assert len(record.environments) == 1


@given(
    hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.int64, np.bool_, np.uint8]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    )
)
def test_arrays_are_exact_in_strict_json(array):
    text = json.dumps(ArrayPart.of(array).model_dump(mode="json"), allow_nan=False)
    back = ArrayPart.model_validate(strict(text)).array()
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    same = np.isnan(array) if array.dtype.kind == "f" else np.zeros(array.shape, bool)  # NaN payloads are not kept
    assert back[~same].tobytes() == array[~same].tobytes()
    np.testing.assert_array_equal(back, array)


def test_arrays_of_names_are_exact():
    names = np.array([["odd", "NaN"], ["", "ε"]])
    np.testing.assert_array_equal(ArrayPart.model_validate(ArrayPart.of(names).model_dump()).array(), names)


def test_arrays_that_json_cannot_hold_are_refused():
    with pytest.raises(BadInput, match="real and imaginary part"):
        ArrayPart.of(np.zeros(2, complex))


def test_numbers_that_json_lacks_are_spelt_out(record):
    check = record.checks[0].model_copy(update={"flip_rate": np.nan, "measured": [np.inf, -np.inf]})
    value = strict(json.dumps(check.model_dump(mode="json"), allow_nan=False))
    assert value["measured"] == ["Infinity", "-Infinity"]
    assert value["flip_rate"] == "NaN"
    assert CheckPart.model_validate(value).measured == [np.inf, -np.inf]


def test_an_infinite_parameter_is_exact_in_strict_json():
    part = SetupPart(type="Setup", parameters={"width": np.inf, "sizes": [1, -np.inf], "n": 3}, coordinates={})
    value = strict(json.dumps(part.model_dump(mode="json"), allow_nan=False))
    assert value["parameters"] == {"width": "Infinity", "sizes": [1, "-Infinity"], "n": 3}
    assert SetupPart.model_validate(value) == part


def test_the_committed_schema_is_that_of_the_code():
    assert SCHEMA_FILE.read_text() == schema_text(), "write it again: SCHEMA_FILE.write_text(schema_text())"


def test_the_newest_record_that_speaks_for_the_suite(record, tmp_path):
    def put(**update):
        written = record.model_copy(update=update)
        write(written, tmp_path)
        return written

    assert latest(tmp_path, "toy-sum", 1, "quick") is None
    put(run_id="20260101T000000Z-a", date="2026-01-01T00:00:00+00:00")
    newest = put(run_id="20260102T000000Z-a", date="2026-01-02T00:00:00+00:00")
    put(run_id="20260103T000000Z-b", date="2026-01-03T00:00:00+00:00", exploratory=True)
    put(run_id="20260103T000000Z-c", date="2026-01-03T00:00:00+00:00", ports={"gpr": "theirs:Factory"})
    put(run_id="20260103T000000Z-d", date="2026-01-03T00:00:00+00:00", seed=1)
    assert latest(tmp_path, "toy-sum", 1, "quick") == newest
    assert len(find(tmp_path)) == 5


def test_a_results_directory_that_is_a_file_is_named_and_nothing_measured_is_lost(record, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file.*the measurements are kept in the store; choose a writable directory"):
        write(record, tmp_path / "file")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a record"),
        ('{"schema_version": "1.0"}', "run_id: Field required"),
        ('{"schema_version": "7.0"}', "schema_version"),
        ("NaN", "NaN is not JSON"),
    ],
)
def test_what_is_not_a_record_is_refused_by_name(tmp_path, text, message):
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=re.escape(str(path)) + ".*" + message):
        read(path)
    with pytest.raises(BadInput, match="cannot read"):
        read(tmp_path / "absent.json")
    with pytest.raises(BadInput, match="does not exist"):
        find(tmp_path / "absent")


def test_an_array_whose_shape_does_not_fit_is_refused(record):
    def shorten(value):
        next(iter(value["cells"][0]["arrays"].values()))["shape"] = [2]

    with pytest.raises(ValueError, match="do not fit shape"):
        changed(record, shorten)


def test_an_honest_record_reproduces_itself(record, case):
    assert differences(record, case) == []


def move_a_cell(value):
    cell = next(cell for cell in value["cells"] if value["setups"][cell["setup"]]["parameters"]["size"] == 1000)
    cell["arrays"]["sum"]["data"][0] *= 1.5


FORGERIES = {
    "a cell value": (move_a_cell, "check sum, standard_error"),
    "a verdict": (lambda v: v["checks"][0].update(verdict="contradicted"), "check sum, verdict"),
    "a margin": (lambda v: v["checks"][1].update(margin=[0.06]), "check exponent, margin"),
    "a prediction": (lambda v: v["predictions"][2]["arrays"]["sum"].update(data=[1100.0]), "check sum, expected"),
    "a rival": (lambda v: v["checks"][0]["rivals"][0].update(t=1e4), "check sum, rivals"),
    "a control": (lambda v: v["controls"][1].update(noticed=False), "control no-offset, noticed"),
    "a guard": (lambda v: v["guards"][0].update(passed=False), "guard small-residual, passed"),
    "the summary": (lambda v: v.update(summary="reproduced beautifully"), "summary"),
    "the exit code": (lambda v: v.update(exit_code=3), "exit code"),
    "a replicate left out": (lambda v: v["cells"].pop(0), "replicates [1, 2, 3, 4, 5, 6, 7]"),
    "a check left out": (lambda v: v["checks"].pop(1), "check exponent is in the case but not in the record"),
    "a control left out": (lambda v: v["controls"].pop(0), "control tenth-more is in the case but not in the record"),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_an_edited_record_does_not(record, case, forgery):
    change, message = forgery
    found = differences(changed(record, change), case)
    assert any(message in line for line in found), found


def test_a_record_of_another_revision_is_not_judged_by_this_one(record, case):
    newer = dataclasses.replace(case, claim=dataclasses.replace(case.claim, revision=2))
    with pytest.raises(BadInput, match="the mathematics differ"):
        differences(record, newer)
