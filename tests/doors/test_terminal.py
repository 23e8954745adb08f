"""Columns that fit, and symbols of what is measured."""

from types import SimpleNamespace

import numpy as np

from fieldbench.claims import Experiment, Quantity, crossing, exponent, log
from fieldbench.claims.observables import observable
from fieldbench.claims.symbols import symbol_of, symbols
from fieldbench.doors.terminal.output import Output
from fieldbench.doors.terminal.tables import fitting, selected
from fieldbench.report.rows import ITEM_COLUMNS

COLUMNS = ("check", "measured", "margin", "verdict")
ROWS = [("a-check-of-some-length", "0.9208", "0.0031", "reproduced"), ("another", "–", "–", "not run: left to another")]


def names(width, **options):
    return [COLUMNS[i] for i in fitting(COLUMNS, ROWS, width, **options)]


def test_columns_go_in_order_until_the_rest_fits_and_the_others_never():
    drop = ("margin", "measured")
    widths = {width: names(width, drop=drop) for width in range(20, 90)}
    whole = 22 + 2 + 8 + 2 + 6 + 2 + 24
    assert widths[whole] == list(COLUMNS)
    assert widths[whole - 1] == ["check", "measured", "verdict"]
    assert widths[whole - 9] == ["check", "verdict"]
    assert widths[20] == ["check", "verdict"]


def test_what_may_be_folded_asks_for_less_and_what_is_empty_goes():
    rows = [("a", "1", "", "reproduced: " + "words " * 20)]
    assert [COLUMNS[i] for i in fitting(COLUMNS, rows, 40, drop=("margin",), fold=("verdict",))] == [
        "check", "measured", "verdict",
    ]  # fmt: skip


def test_selected_items_have_their_numbers_where_there_is_room_and_a_verdict_always():
    long = "not run: left to the standard tier, which has the statistics for it"
    rows = [["one", "a-check", "1.2", "1.3", "0.2", "reproduced"], ["one", "another", "–", "–", "–", long]]
    lines = selected(ITEM_COLUMNS, rows, 64)
    assert lines[:2] == [
        "item     measured  predicted  ± margin  verdict",
        "a-check  1.2       1.3        0.2       reproduced",
    ]
    assert lines[2].startswith("another  –         –          –         not run: ")
    assert max(map(len, lines)) <= 64
    assert " ".join(line[40:] for line in lines[2:]) == long
    assert selected(ITEM_COLUMNS, rows, 44)[1] == "a-check  1.2       reproduced"
    assert selected(ITEM_COLUMNS, [*rows, ["two", *rows[0][1:]]], 80)[-1].startswith("two    a-check  1.2 ")


class Curve(Experiment):
    samples = (1, 2)
    learned = Quantity("samples", symbol="L_k")
    error = Quantity(symbol="MSE")
    energy = Quantity(symbol="E", unit="J")
    plain = Quantity()


@observable(Curve.learned)
def at_its_end(at, learned):
    return learned[:, -1]


@observable(Curve.learned, Curve.error)
def of_both(at, learned, error):
    return learned[:, -1] * error


def test_symbols_are_the_papers_where_there_is_one():
    size = exponent(crossing(Curve.learned, 0.5), over=lambda at: 1.0)
    expected = {
        Curve.learned: "L_k",
        Curve.learned.at(samples=2): "L_k",
        Curve.energy: "E [J]",
        Curve.plain: "plain",
        log(Curve.error / Curve.plain): "ln MSE/plain",
        Curve.error - 2.0: "MSE − 2",
        crossing(Curve.learned, 0.5): "L_k=0.5 at",
        size: "exponent",
        at_its_end: "L_k",
        of_both: "of both",
    }
    assert {expression: symbol_of(expression) for expression in expected} == expected
    case = SimpleNamespace(
        checks=[SimpleNamespace(id="a", observable=Curve.error), SimpleNamespace(id="limit", computed=np.ones)]
    )
    assert symbols(case) == {"a": "MSE", "limit": ""}


def test_a_strangers_text_does_not_steer_the_terminal(capsys):
    Output().line("\x1b[2J\x07 λ_k\tname\n")
    Output().table(("a",), [("\x9b31m",)])
    assert capsys.readouterr().out == "\\x1b[2J\\x07 λ_k\tname\n\na\n\\x9b31m\n"
