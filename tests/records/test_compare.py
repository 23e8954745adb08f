"""What changed between two records, the gravest first."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from fieldbench.cells.runner import Settings
from fieldbench.cells.store import Store
from fieldbench.claims import Known, Remainder
from fieldbench.judging.trial import run_case
from fieldbench.loading.load import load_case
from fieldbench.records.assemble import assemble
from fieldbench.records.compare import compare
from fieldbench.records.files import read

TOY = Path(__file__).parents[1] / "material" / "toy" / "case.py"
OLD = Path(__file__).parent / "material" / "toy-schema-1.json"


@pytest.fixture(scope="module")
def case():
    return load_case(TOY)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Cells do not depend on theories: one store serves every variation of the case below."""
    return Store(tmp_path_factory.mktemp("store"), pytest.fail)


@pytest.fixture(scope="module")
def record(case, store):
    return assemble(run_case(case, store, Settings()))


def varied(case, store, **changes):
    return assemble(run_case(dataclasses.replace(case, **changes), store, Settings()))


def with_sum(case, **changes):
    """Changes of the case that replace its first check."""
    first = dataclasses.replace(case.checks[0], **changes)
    controls = tuple(dataclasses.replace(control, contradicts=first) for control in case.controls)
    return {"checks": (first, *case.checks[1:]), "controls": controls}


def theory_of(case, factor=1.0, remainder=0.05):
    (kind,) = case.kinds

    def theory(at):
        return {kind.sum: Known(factor * at.size, Remainder("finite size", remainder, relative=True))}

    return {"theories": {kind: theory}}


def lines(old, new):
    return list(compare(old, new).lines())


def test_a_record_is_identical_with_itself(record):
    found = compare(record, record)
    assert not found.grave
    assert found.gone == found.new == found.verdicts == found.margins == found.measured == found.predictions == []
    assert (found.identical, found.predicted) == (4, 6)  # four checks; and two rivals
    # 24 sound cells of two quantities, 8 broken ones of one.
    assert found.cells == {"identical": 56, "different": 0, "without counterpart": 0}
    assert list(found.lines()) == [
        "toy-sum, quick tier",
        "  measured: 4 checks to the last bit",
        "  cells: 56 arrays identical, 0 arrays different, 0 arrays without counterpart",
        "  predictions: 6 of checks and rivals equal to 1e-09, 0 not",
    ]


def test_a_changed_verdict_comes_first(record, case, store):
    wrong = varied(case, store, **theory_of(case, factor=1.3))
    found = compare(record, wrong)
    assert found.grave
    assert {"what": "check sum", "old": "reproduced", "new": "contradicted"} in found.verdicts
    assert [entry["what"] for entry in found.predictions] == ["check sum"]
    assert found.predictions[0]["relative"] == pytest.approx(np.log(1.3) / np.log(100))
    assert found.predicted == 5
    assert found.cells["identical"] == 56
    assert lines(record, wrong)[1] == "  VERDICT check sum: reproduced -> contradicted"


def test_a_rival_a_control_and_a_guard_have_verdicts_too(record, case, store):
    (kind,) = case.kinds
    near = varied(case, store, checks=(case.checks[0], dataclasses.replace(case.checks[1], rivals={"half": 1.0}),
                                       *case.checks[2:]))  # fmt: skip
    assert lines(record, near)[1:3] == [
        "  VERDICT check exponent: reproduced -> compatible",
        "  VERDICT check exponent, rival half: rejected -> not rejected",
    ]
    assert lines(record, near)[-1] == "    check exponent, rival half: 0.5 -> 1, 1.00e+00 relative"
    toothless = dataclasses.replace(case.controls[0], theory=theory_of(case)["theories"][kind])
    dull = varied(case, store, controls=(toothless, case.controls[1]))
    assert lines(record, dull)[1] == "  VERDICT control tenth-more: noticed -> not noticed"
    tight = varied(case, store, guards=(dataclasses.replace(case.guards[0], at_most=1e-9),))
    said = lines(record, tight)
    assert "  VERDICT guard small-residual: passed -> failed" in said
    assert "  VERDICT check sum: reproduced -> inconclusive" in said
    assert all(compare(record, other).grave for other in (near, dull, tight))


def test_what_is_gone_heads_the_output_even_before_a_verdict(record, case, store):
    less = varied(case, store, checks=(case.checks[0], *case.checks[2:]), **theory_of(case, factor=1.3))
    said = lines(record, less)
    assert said[1] == "  gone: check exponent"
    assert said[2].startswith("  VERDICT check sum: ")
    assert compare(record, less).grave
    assert "  new: check exponent" in lines(less, record)
    assert "  gone: check exponent" not in lines(less, record)


def test_a_rival_a_control_and_a_guard_that_are_gone(record, case, store):
    for change, words in (
        (with_sum(case, rivals={}), "check sum, rival square-root"),
        ({"controls": case.controls[:1]}, "control no-offset"),
        ({"guards": ()}, "guard small-residual"),
    ):
        less = varied(case, store, **change)
        assert lines(record, less)[1] == f"  gone: {words}"
        assert compare(record, less).grave
        assert not any("gone" in line for line in lines(less, record))
        assert any(line.startswith("  new: ") and words in line for line in lines(less, record)), words


def test_a_quantity_that_is_gone_or_not_predicted_any_more_heads_the_output(record):
    cells = [
        cell.model_copy(update={"arrays": {n: a for n, a in cell.arrays.items() if n != "residual"}})
        for cell in record.cells
    ]
    less = record.model_copy(update={"cells": cells})
    assert lines(record, less)[1] == "  gone: quantity residual"
    assert compare(record, less).grave
    assert lines(less, record)[1] == "  new: quantity residual"
    assert not compare(less, record).grave


def test_a_check_that_is_not_run_any_more_is_a_changed_verdict(record, case, store):
    elsewhere = varied(case, store, **with_sum(case, tiers=("standard",)))
    said = lines(record, elsewhere)
    assert "  VERDICT check sum: reproduced -> not run" in said
    assert compare(record, elsewhere).grave


@pytest.mark.parametrize(("factor", "listed"), [(1.1, True), (0.9, True), (1.02, False), (0.98, False), (1.0, False)])
def test_a_margin_is_listed_with_both_sets_of_parts_if_it_changed_by_more_than_three_per_cent(
    record, case, store, factor, listed
):
    margin = (Remainder("finite size", factor * 0.04), Remainder("rounding", factor * 0.01))
    changed = dataclasses.replace(case.checks[1], margin=margin)
    other = varied(case, store, checks=(case.checks[0], changed, *case.checks[2:]))
    found = compare(record, other)
    assert [entry["check"] for entry in found.margins] == (["exponent"] if listed else [])
    assert not found.grave
    if listed:
        (entry,) = found.margins
        assert (entry["old"], entry["new"]) == ([0.05], [pytest.approx(factor * 0.05)])
        assert entry["words"] == (
            f"0.05 -> {factor * 0.05:.3g} at exponent: finite size 0.05 -> "
            f"finite size {factor * 0.04:.3g} + rounding {factor * 0.01:.3g}"
        )
        assert f"  margin exponent: {entry['words']}" in lines(record, other)


def test_a_propagated_margin_is_listed_at_the_point_where_it_changed_most(record, case, store):
    wider = varied(case, store, **theory_of(case, remainder=0.055))
    (entry,) = compare(record, wider).margins
    assert entry["check"] == "sum"
    assert entry["words"].startswith("0.05 -> 0.055 at size=1")
    assert compare(record, varied(case, store, **theory_of(case, remainder=0.051))).margins == []


def test_fresh_draws_differ_by_standard_errors(record, case, store):
    other = assemble(run_case(case, store, Settings(seed=1)))
    found = compare(record, other)
    assert not found.grave
    assert found.identical == 1  # the limit, which rests on no draw
    assert [entry["check"] for entry in found.measured] == ["sum", "exponent", "statement"]
    z = np.array([value for entry in found.measured for value in entry["z"]])
    assert 0 < np.abs(z).max() < 6
    for entry in found.measured:
        assert entry["largest"] == np.abs(entry["z"]).max()
    assert found.cells == {"identical": 0, "different": 0, "without counterpart": 56}  # other replicates
    assert found.predicted == 6
    assert any("difference over combined standard error: mean " in line for line in found.lines())


def test_z_is_the_difference_over_the_combined_standard_error(record):
    check = record.checks[1]
    moved = check.model_copy(update={"measured": [check.measured[0] + 2 * check.standard_error[0] * 2**0.5]})
    found = compare(record, record.model_copy(update={"checks": [record.checks[0], moved, *record.checks[2:]]}))
    assert found.measured[0]["z"] == [pytest.approx(2.0)]
    assert found.identical == 3


def test_another_implementation_of_the_same_draws_is_told_from_other_draws(record):
    part = record.cells[0].arrays["sum"]
    moved = part.model_copy(update={"data": [np.nextafter(part.data[0], np.inf)]})
    cell = record.cells[0].model_copy(update={"arrays": record.cells[0].arrays | {"sum": moved}})
    found = compare(record, record.model_copy(update={"cells": [cell, *record.cells[1:]]}))
    assert found.cells == {"identical": 55, "different": 1, "without counterpart": 0}


def test_a_case_that_moved_to_the_second_form_is_compared_with_its_old_record(record):
    """Cells are found again by parameters; the same draws in another form are the same numbers to rounding."""
    found = compare(read(OLD), record)
    assert not found.verdicts
    assert not found.gone
    assert found.cells["identical"] + found.cells["different"] == 48
    # Broken measurements had the name of their control, and have that of their class.
    assert found.cells["without counterpart"] == 8
    assert found.predicted == 6


def test_points_that_are_not_judged_any_more_are_gone(record, case, store):
    fewer = varied(case, store, **with_sum(case, on=lambda at: at.size == 1000))
    assert lines(record, fewer)[1] == "  gone: check sum: 2 points before, 1 now"
    assert compare(record, fewer).grave
    assert "  new: check sum: 1 points before, 2 now" in lines(fewer, record)
    assert not compare(fewer, record).gone


def test_points_in_another_order_are_compared_each_with_its_own(record):
    """By their names; where these changed too, by what is predicted."""

    def turned(check, names):
        order = list(range(len(check.labels)))[::-1]
        numbers = ("labels", "measured", "standard_error", "interval", "expected", "margin", "smallest_caught")
        lists = {name: [getattr(check, name)[i] for i in order] for name in numbers}
        rivals = [r.model_copy(update={"expected": [r.expected[i] for i in order]}) for r in check.rivals]
        parts = [p.model_copy(update={"values": [p.values[i] for i in order]}) for p in check.parts]
        lists["labels"] = names(lists["labels"])
        return check.model_copy(update={**lists, "rivals": rivals, "parts": parts})

    for names in (lambda labels: labels, lambda labels: [f"renamed {label}" for label in labels]):
        checks = [turned(check, names) if check.id == "sum" else check for check in record.checks]
        found = compare(record, record.model_copy(update={"checks": checks}))
        assert found.identical == len(record.checks)
        assert not found.measured
        assert not found.predictions
        assert not found.margins
