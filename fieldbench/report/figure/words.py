"""Words of a figure: a text for those who do not see it, and labels that no metadata can break."""

from __future__ import annotations

import re
import textwrap

import numpy as np

from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.figure.curves import groups
from fieldbench.verdicts.words import number, on_natural_scale, worst_point

SYMBOL = re.compile(r"[^\W\d_]{1,4}_[\w{}]+")
"""A letter or a short name with an index, such as L_3."""


def describe(record: Record) -> str:
    """One or two sentences with numbers that say what `draw` shows, for a screen reader."""
    return f"{record.claim.title}. {_seen(record)}{_statement(record)}"


def describe_strain(record: Record) -> str:
    """One sentence with numbers that says what `strain` shows."""
    ran = [check for check in record.checks if check.labels]
    counts = {verdict: sum(c.verdict == verdict for c in ran) for verdict in dict.fromkeys(c.verdict for c in ran)}
    found = ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) or "none ran"
    return (
        f"Deviation of measurement from theory in units of the margin for {len(ran)} checks at "
        f"{sum(len(c.labels) for c in ran)} points, {record.tier} tier: {found}."
    )


def _seen(record: Record) -> str:
    if record.figure is None or not record.figure.series:
        return describe_strain(record)
    found = groups(record.figure)
    strands = [strand for group in found for strand in group.strands]
    residuals = np.concatenate([strand.residual for strand in strands])
    points, curves = sum(len(s.x) for s in strands), len(found)
    text = (
        f"{record.figure.y} against {record.figure.x}, {record.tier} tier: {points} measured point{'s' * (points > 1)}"
        + (f" in {curves} groups" if curves > 1 else "")
    )
    finite = np.abs(residuals[np.isfinite(residuals)])
    if finite.size:
        inside = int((finite <= 1.0).sum())
        text += (
            f", {inside} of {finite.size} within the theory's margin, the furthest {number(finite.max())} margins away"
        )
    return text + "."


def _statement(record: Record) -> str:
    check = next((c for c in record.checks if c.statement and c.labels), None)
    return f" {statement(check)}" if check else ""


def statement(check: CheckPart) -> str:
    """A check as a sentence: measured, predicted, margin, verdict."""
    i = worst_point(check)
    relation = {"above": "at least ", "below": "at most "}.get(check.side, "")
    relative = check.scale == "log"
    margin = f"{number(100 * check.margin[i])} %" if relative else number(check.margin[i])
    return (
        f"The statement {check.id} is {check.verdict}: {number(on_natural_scale(check, check.measured[i]))} measured, "
        f"{relation}{number(on_natural_scale(check, check.expected[i]))} predicted"
        + (f" within {margin}." if check.margin[i] > 0 else ".")
    )


def plain(text: str) -> str:
    """Text in which no dollar begins a formula."""
    return text.replace("$", r"\$")


def wrapped(text: str, width: int = 28) -> str:
    """Plain text over several lines."""
    return plain("\n".join(textwrap.wrap(text, width, break_long_words=False)) or text)


def words(name: str) -> str:
    """The id of a rival or check in words."""
    return " ".join({"gp": "Gaussian process", "e0": "E₀"}.get(word, word) for word in name.split("-"))


def typeset(symbol: str) -> str:
    """A symbol as a formula where it is one; text that Matplotlib cannot set as such is shown as it is."""
    if SYMBOL.fullmatch(symbol):
        head, _, index = symbol.partition("_")
        upright = head if len(head) == 1 else r"\mathrm{" + head + "}"
        symbol = f"${upright}_{{{index.strip('{}')}}}$"
    return symbol if "$" not in symbol or _readable(symbol) else plain(symbol)


def _readable(formula: str) -> bool:
    from matplotlib.mathtext import MathTextParser

    try:
        MathTextParser("agg").parse(formula)
    except (ValueError, RuntimeError):
        return False
    return True
