"""Records: exact on a round trip, strict JSON, and able to prove their own verdicts."""

import dataclasses
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fieldbench import canonical
from fieldbench.cells.runner import Settings
from fieldbench.cells.store import Store
from fieldbench.claims import Tier
from fieldbench.claims.symbols import symbols
from fieldbench.errors import BadInput, DataMissing, StoreError
from fieldbench.judging.trial import run_case
from fieldbench.loading.load import load_case
from fieldbench.records.arrays import ArrayPart
from fieldbench.records.assemble import assemble
from fieldbench.records.files import SCHEMA_FILE, dump, find, latest, read, replace_reference, schema_text, write
from fieldbench.records.schema import CheckPart, ExperimentPart
from fieldbench.records.verify import differences, own_differences

MATERIAL = Path(__file__).parents[1] / "material"


@pytest.fixture(scope="module")
def case():
    return load_case(MATERIAL / "toy" / "case.py")


@pytest.fixture(scope="module")
def result(case, tmp_path_factory):
    return run_case(case, Store(tmp_path_factory.mktemp("store"), pytest.fail), Settings())


@pytest.fixture(scope="module")
def record(result):
    return assemble(result)


def strict(text):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def changed(record, change):
    """The record with `change` made to its JSON; the hash stays as it was."""
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
    assert record.schema_version == "2.3"
    assert {check.id: check.symbol for check in record.checks} == symbols(result.case)
    assert "S_n" in {check.symbol for check in record.checks}
    assert record.complete
    assert [record.cells[number].variant for number in record.repeated] == ["main"]
    assert record.shared == []
    assert len(record.cells) == len(result.measurements)
    for cell, measurement in zip(record.cells, result.measurements, strict=True):
        for name, array in measurement.arrays.items():
            assert cell.arrays[name].array().tobytes() == np.asarray(array).tobytes()
        assert record.experiments[cell.experiment].parameters == dataclasses.asdict(measurement.experiment)
        assert record.experiments[cell.experiment].kind == "Sum"
        assert (cell.first, cell.count) == measurement.key.block
        assert cell.wall_time > 0
        assert cell.peak_memory > 0
        key = record.keys[cell.key]
        assert (key.code, key.dtype, key.ports) == (measurement.key.code, "float64", {})
        assert key.variant == measurement.key.variant
    for part, outcome in zip(record.checks, result.judgement.checks, strict=True):
        np.testing.assert_array_equal(part.measured, outcome.measured)
        np.testing.assert_array_equal(
            part.margin, np.sum([p.values for p in part.parts], axis=0) if part.parts else 0.0
        )
        assert part.verdict == outcome.verdict
        assert part.resolution == outcome.resolution
        for rival, found in zip(part.rivals, outcome.rivals, strict=True):
            np.testing.assert_array_equal(rival.expected, found.expected)
            np.testing.assert_array_equal(rival.distance, found.distance)
    assert record.provenance["x64"] is True
    assert record.mixtures == {}
    assert len(record.environments) == 1
    assert [key.variant for key in record.keys] == ["main", "broken Squares"]
    assert record.data == record.ports == {}
    assert record.sampler is None


@pytest.mark.parametrize(("version", "lacks"), [("2.0", ("shared", "repeated")), ("2.1", ()), ("2.2", ())])
def test_an_older_record_of_schema_2_is_read_as_one_of_today_and_an_edited_one_is_found(
    version, lacks, record, case, tmp_path
):
    """It is this record without what was added since; a case that has learned more of its claim holds nothing against
    it."""
    old = {n: v for n, v in json.loads(dump(record)).items() if n not in (*lacks, "content_hash")}
    old["claim"] = {name: v for name, v in old["claim"].items() if name not in ("theory", "network")}
    for check in (*old["checks"], *(control["outcome"] for control in old["controls"])):
        check.pop("symbol")
    old |= {"schema_version": version}
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old | {"content_hash": canonical.sha256(old)}))
    found = read(path)
    bare = [check.model_copy(update={"symbol": ""}) for check in record.checks]
    kept = {"repeated": [] if lacks else record.repeated, "checks": bare}
    assert found == record.model_copy(update=kept).sealed()
    assert differences(found, case) == []
    assert differences(found, replace(case, claim=replace(case.claim, theory="sums", network="none"))) == []
    path.write_text(json.dumps(old | {"content_hash": canonical.sha256(old), "wall_time": 1.0}))
    assert any("the record was edited" in line for line in differences(read(path), case))


def test_kinds_of_theory_and_network_stand_in_the_record_and_are_held_against_the_case(result):
    case = replace(result.case, claim=replace(result.case.claim, theory="sums", network="none"))
    record = assemble(replace(result, case=case))
    assert (record.claim.theory, record.claim.network) == ("sums", "none")
    assert differences(record, case) == []
    other = replace(case, claim=replace(case.claim, theory="products"))
    assert any("theory" in line and "products" in line for line in differences(record, other))


def test_another_symbol_than_the_cases_is_held_against_a_record(record, case):
    found = changed(record, lambda value: value["checks"][0].update(symbol="x"))
    assert any("symbol" in line and "'x'" in line for line in differences(found.sealed(), case))


def test_what_is_shared_stands_in_the_record_with_its_argument(result, monkeypatch):
    case = replace(result.case, claim=replace(result.case.claim, shared={"fieldbench.theory": "tested elsewhere"}))
    found = {"fieldbench.theory.kernels.sphere": ("degeneracy",), "helper": ("terms",)}
    monkeypatch.setattr("fieldbench.records.assemble.shared", lambda case: found)
    record = assemble(replace(result, case=case))
    assert [(part.module, part.names, part.why) for part in record.shared] == [
        ("fieldbench.theory.kernels.sphere", ["degeneracy"], "tested elsewhere"),
        ("helper", ["terms"], ""),
    ]
    assert differences(record, case) == []


def test_each_part_of_a_margin_says_what_it_is(record):
    (part,) = record.checks[0].parts
    assert (part.name, part.order, part.got) == ("finite size", "1/√n", "guessed")
    np.testing.assert_allclose(part.values, 0.05, rtol=1e-4)
    (part,) = record.checks[2].parts
    assert (part.name, part.values, part.got) == ("rounding", [1e-12], "bounded")


def test_predictions_are_those_of_every_theory_with_their_remainders(record, result):
    assert record.predictions.keys() == result.predictions.keys() == {"theory", "square-root", "tenth-more"}
    for name, parts in record.predictions.items():
        for part in parts:
            size = record.experiments[part.experiment].parameters["size"]
            said = part.said["sum"]
            value = {"theory": size, "square-root": size**0.5, "tenth-more": 1.1 * size}[name]
            assert said.value.array() == value
            if name == "square-root":
                assert said.remainders == {}
            else:
                assert said.remainders["finite size"].size.array() == 0.05 * value
                assert said.remainders["finite size"].got == "guessed"
    assert len(record.predictions["theory"]) == 3
    assert len(record.predictions["tenth-more"]) == 2


def test_a_figure_needs_nothing_else(record):
    figure = record.figure
    assert (figure.x, figure.y, figure.log) == ("n", "S_n", "xy")
    assert [series.x for series in figure.series] == [[10.0], [100.0], [1000.0]]
    for series in figure.series:
        assert series.theory == series.x
        assert series.rivals == {"square-root": [series.x[0] ** 0.5]}
        assert abs(series.measured[0] - series.theory[0]) < series.margin[0] == pytest.approx(0.05 * series.theory[0])


def test_a_record_says_from_which_checkout_its_case_comes(result, monkeypatch):
    theirs = {"repository": "group/their-claims", "commit": "a" * 40, "dirty": False}
    asked = []
    monkeypatch.setattr("fieldbench.records.assemble.repository", lambda folder: asked.append(folder) or theirs)
    assert assemble(result).case.model_dump() == theirs
    assert asked == [MATERIAL / "toy"]


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
    part = ExperimentPart(kind="Sphere", parameters={"width": np.inf, "sizes": [1, -np.inf], "n": 3}, coordinates={})
    value = strict(json.dumps(part.model_dump(mode="json"), allow_nan=False))
    assert value["parameters"] == {"width": "Infinity", "sizes": [1, "-Infinity"], "n": 3}
    assert ExperimentPart.model_validate(value) == part


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


def test_a_reference_replaces_the_older_one_of_its_seed_and_nothing_else(record, tmp_path):
    def renamed(run_id, **update):
        return record.model_copy(update={"run_id": run_id, **update})

    old = write(renamed("20260101T000000Z-seed0-a"), tmp_path)
    other_seed = write(renamed("20260101T000000Z-seed1-a", seed=1), tmp_path)
    other_tier = write(renamed("20260101T000000Z-seed0-b", tier="standard"), tmp_path)
    new = replace_reference(renamed("20260102T000000Z-seed0-a"), tmp_path)
    assert find(tmp_path) == sorted([new, other_seed, other_tier], key=lambda path: (path.parent, path.name))
    assert not old.exists()
    for update in ({"complete": False}, {"exploratory": True}, {"ports": {"gpr": "theirs:Factory"}}):
        with pytest.raises(BadInput, match="it is no reference; write it elsewhere with --results"):
            replace_reference(renamed("20260103T000000Z-seed0-a", **update), tmp_path)
    assert new.exists()
    assert len(find(tmp_path)) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a record"),
        ('{"schema_version": "2.0"}', "is not a record of schema 1 or 2: run_id: Field required"),
        ('{"schema_version": "1.0"}', "is not a record of schema 1: KeyError"),
        ('{"schema_version": "7.0"}', "schema_version"),
        ("[]", "is not a record of schema 1 or 2"),
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
    assert own_differences(record) == []


def test_an_exploratory_record_reproduces_itself(case, tmp_path):
    found = assemble(run_case(case, Store(tmp_path, pytest.fail), Settings(overrides={"scatter": 0.05})))
    assert found.exploratory
    assert differences(found, case) == []


def test_a_record_with_an_experiment_whose_data_were_not_there_reproduces_itself(case, tmp_path):
    (kind,) = case.kinds

    @dataclasses.dataclass(frozen=True)
    class WithData(kind):
        datasets: tuple[str, ...] = ()

    def checksum(name):
        raise DataMissing(f"{name} is not here")

    experiments = [WithData(100), WithData(1000), WithData(1000, datasets=("moon",))]
    lacking = dataclasses.replace(case, tiers={"quick": Tier(experiments, 8)}, controls=case.controls[:1])
    found = assemble(run_case(lacking, Store(tmp_path, pytest.fail), Settings(checksum=checksum)))
    assert found.summary == "reproduced; not run: moon is not here"
    assert [(skip.parameters["datasets"], skip.reason) for skip in found.skipped] == [(["moon"], "moon is not here")]
    assert differences(found, lacking) == []
    silent = found.model_copy(update={"skipped": []}).sealed()
    assert any("is in the case but not in the record" in line for line in differences(silent, lacking))


def test_a_partial_record_has_cells_and_no_verdicts(case, tmp_path):
    store = Store(tmp_path, pytest.fail)
    run_case(case, store, Settings())
    for path in sorted(tmp_path.rglob("*.json"))[:5]:
        path.unlink()
    found = assemble(run_case(case, store, Settings(partial=True)))
    assert (found.complete, found.checks, found.controls, found.guards) == (False, [], [], [])
    assert (len(found.cells), found.exit_code, found.figure) == (27, 5, None)
    assert "partial" in found.run_id
    assert differences(found, case) == []


def at(value, size):
    """Index of an experiment of the toy in a record's JSON."""
    return next(i for i, e in enumerate(value["experiments"]) if e["parameters"]["size"] == size)


def said(value, theory, size):
    """What a theory says of the sum."""
    return next(p for p in value["predictions"][theory] if p["experiment"] == at(value, size))["said"]["sum"]


def move_a_cell(value):
    cell = next(cell for cell in value["cells"] if cell["experiment"] == at(value, 1000))
    cell["arrays"]["sum"]["data"][0] *= 1.5


def leave_an_experiment_out(value):
    gone = at(value, 10)
    assert gone == 0
    value["experiments"].pop(gone)
    value["cells"] = [c | {"experiment": c["experiment"] - 1} for c in value["cells"] if c["experiment"] != gone]
    value["predictions"] = {
        name: [p | {"experiment": p["experiment"] - 1} for p in parts if p["experiment"] != gone]
        for name, parts in value["predictions"].items()
    }


def leave_a_replicate_out_everywhere(value):
    value["replicates"] = 7
    value["cells"] = [cell for cell in value["cells"] if cell["first"] < 7]


def call_it_partial(value):
    value["complete"] = False
    value["checks"][0].update(verdict="contradicted")


FORGERIES = {
    "a cell value": (move_a_cell, "check sum, standard_error"),
    "a verdict": (lambda v: v["checks"][0].update(verdict="contradicted"), "check sum, verdict"),
    "a declared verdict": (lambda v: v["checks"][0].update(declared="contradicted"), "check sum, declared"),
    "a statement": (lambda v: v["checks"][0].update(statement=True), "check sum, statement"),
    "a margin": (lambda v: v["checks"][1].update(margin=[0.06]), "check exponent, margin"),
    "a part of a margin": (
        lambda v: v["checks"][1]["parts"][0].update(values=[0.06]), "check exponent, parts[0], values"),
    "how a part was got": (lambda v: v["checks"][0]["parts"][0].update(got="computed"), "check sum, parts[0], got"),
    "no word on how a part was got": (lambda v: v["checks"][0]["parts"][0].update(got=""), "check sum, parts[0], got"),
    "a resolution": (lambda v: v["checks"][0].update(resolution=0.01), "check sum, resolution"),
    "a resolution left out": (lambda v: v["checks"][0].update(resolution=None), "check sum, resolution"),
    "a prediction": (lambda v: said(v, "theory", 1000)["value"].update(data=1100.0), "check sum, expected"),
    "a remainder of a prediction": (
        lambda v: said(v, "theory", 1000)["remainders"]["finite size"]["size"].update(data=60.0), "check sum, margin"),
    "a remainder left out": (lambda v: said(v, "theory", 1000).update(remainders={}), "check sum"),
    "a rival's prediction": (
        lambda v: said(v, "square-root", 1000)["value"].update(data=20.0), "check sum, rival square-root"),
    "a control's prediction": (
        lambda v: said(v, "tenth-more", 1000)["value"].update(data=1000.0), "control tenth-more, outcome"),
    "a rival": (lambda v: v["checks"][0]["rivals"][0].update(t=1e4), "check sum, rival square-root, t"),
    "a rival left out": (lambda v: v["checks"][0]["rivals"].pop(), "check sum, rival square-root is missing"),
    "a rival twice": (
        lambda v: v["checks"][0]["rivals"].append(v["checks"][0]["rivals"][0]),
        "rival square-root is in the record twice"),
    "a rival of another check": (
        lambda v: v["checks"][0]["rivals"].append(v["checks"][1]["rivals"][0]),
        "check sum, rival half is in the record but not in the case"),
    "a control": (lambda v: v["controls"][1].update(noticed=False), "control no-offset, noticed"),
    "a control's check": (lambda v: v["controls"][1].update(contradicts="limit"), "control no-offset, contradicts"),
    "a guard": (lambda v: v["guards"][0].update(passed=False), "guard small-residual, passed"),
    "a guard's limit": (lambda v: v["guards"][0].update(at_most=0.6), "guard small-residual, at_most"),
    "a guard left out": (lambda v: v["guards"].pop(), "guard small-residual is missing from the record"),
    "the summary": (lambda v: v.update(summary="reproduced beautifully"), "summary"),
    "the exit code": (lambda v: v.update(exit_code=3), "exit code"),
    "a replicate left out": (lambda v: v["cells"].pop(0), "replicates [1, 2, 3, 4, 5, 6, 7]"),
    "a replicate twice": (lambda v: v["cells"].append(v["cells"][0]), "replicates [0, 0, 1, 2, 3, 4, 5, 6, 7]"),
    "a replicate left out everywhere": (leave_a_replicate_out_everywhere, "replicates: the record says 7"),
    "the number of replicates": (lambda v: v.update(replicates=9), "replicates: the record says 9"),
    "a cell of another experiment": (
        lambda v: v["cells"][0].update(experiment=1), "main, experiment 1: replicates [0, 0, 1, 2, 3, 4, 5, 6, 7]"),
    "a check left out": (lambda v: v["checks"].pop(1), "check exponent is missing from the record"),
    "a check twice": (lambda v: v["checks"].append(v["checks"][1]), "check exponent is in the record twice"),
    "a check of another name": (
        lambda v: v["checks"][1].update(id="slope"), "check slope is in the record but not in the case"),
    "a control left out": (lambda v: v["controls"].pop(0), "control tenth-more is missing from the record"),
    "a claim's text": (lambda v: v["claim"].update(statement="The sum of n normals grows as n²."), "claim, statement"),
    "a claim's source": (lambda v: v["claim"]["sources"][0].update(where="page 1"), "claim, sources[0], where"),
    "a parameter chosen": (lambda v: v["claim"]["chosen"].update(scatter="0.2"), "claim, chosen, scatter"),
    "the tier": (lambda v: v.update(tier="standard"), "is in the case but not in the record"),
    "a tier that there is not": (lambda v: v.update(tier="huge"), "no tier 'huge'"),
    "an experiment left out": (
        leave_an_experiment_out, 'experiment Sum {"scatter":0.1,"size":10} is in the case but not in'),
    "an experiment's parameter": (
        lambda v: v["experiments"][0]["parameters"].update(scatter=0.2),
        'experiment Sum {"scatter":0.2,"size":10} is in the record but not in the case'),
    "an experiment of another kind": (
        lambda v: v["experiments"][0].update(kind="Squares"), "has no Squares with fields"),
    "an axis": (
        lambda v: v["experiments"][0]["coordinates"].update(samples={"dtype": "int64", "shape": [1], "data": [3]}),
        "coordinates of Sum(size=10, scatter=0.1)"),
    "names of axes": (lambda v: v["axes"].update(sum=["samples"]), "axes"),
    "a figure": (lambda v: v["figure"]["series"][0].update(measured=[10.0]), "figure"),
    "verdicts in a record that calls itself partial": (call_it_partial, "partial"),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_an_edited_record_does_not(record, case, forgery):
    """Whoever edits a record has to make its hash anew: then what was edited is found by recomputation."""
    change, message = forgery
    edited = changed(record, change)
    assert differences(edited, case)[0] == "its content is not what its own hash says: the record was edited"
    found = differences(edited.sealed(), case)
    assert any(message in line for line in found), found
    assert not any("hash" in line for line in found), found


def test_what_no_recomputation_knows_is_held_by_the_hash(record, case):
    for change in (
        lambda v: v["provenance"].update(device="another"),
        lambda v: v["environments"][0].update(jax="0.0.1"),
        lambda v: v["cells"][0].update(wall_time=1e-9),
        lambda v: v["keys"][0].update(code="another"),
        lambda v: v.update(run_id="another"),
        lambda v: v.update(content_hash=""),
    ):
        (line,) = differences(changed(record, change), case)
        assert "the record was edited" in line


def test_a_coordinate_that_was_moved_is_found(tmp_path, monkeypatch):
    monkeypatch.delenv("SLEEPY_LOG", raising=False)
    sleepy = load_case(MATERIAL / "sleepy" / "case.py")
    honest = assemble(run_case(sleepy, Store(tmp_path, pytest.fail), Settings()))
    assert differences(honest, sleepy) == []

    def move(value):
        value["experiments"][1]["coordinates"]["words"]["data"] = [0, 2]

    found = differences(changed(honest, move).sealed(), sleepy)
    assert found == ["Uniforms(size=200), axis words[1]: the record says 2, its cells give 1"]


def test_a_record_of_another_revision_is_not_judged_by_this_one(record, case):
    newer = dataclasses.replace(case, claim=dataclasses.replace(case.claim, revision=2))
    with pytest.raises(BadInput, match="the mathematics differ"):
        differences(record, newer)


def test_a_record_is_held_against_the_case_as_it_is_now(record, case):
    """Another margin, another rival, a quantity renamed: the old record does not speak for the new case."""
    first = case.checks[0]
    looser = dataclasses.replace(case.checks[1], margin=(dataclasses.replace(case.checks[1].margin[0], value=0.1),))
    found = differences(record, dataclasses.replace(case, checks=(first, looser, *case.checks[2:])))
    assert any("check exponent, margin" in line for line in found), found
    more = dataclasses.replace(first, rivals={**first.rivals, "linear-root": 0.0})
    controls = tuple(dataclasses.replace(control, contradicts=more) for control in case.controls)
    found = differences(record, dataclasses.replace(case, checks=(more, *case.checks[1:]), controls=controls))
    assert any("check sum, rival linear-root is missing from the record" in line for line in found), found
