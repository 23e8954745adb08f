"""Words of a figure: a text for those who do not see it, and labels that no metadata can break."""

from __future__ import annotations

import math
import re
import textwrap

from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.figure.curves import groups
from fieldbench.verdicts.words import number, on_natural_scale, worst_point

INDEXED = re.compile(r"(?<!\w)([^\W\d_]{1,4})([_^])(\{[\w/+\-.,=<>]*\}|-?\d+(?:\.\d+)?|[^\W_]+)(?!\w)")
"""A short name with an index or exponent, such as L_3, d^{3/4}, k^-1.5."""


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
    found = groups(record.figure, record.checks)
    strands = [strand for group in found for strand in group.strands]
    points, curves = sum(len(s.x) for s in strands), len(found)
    agree = sum(int(strand.agrees.sum()) for strand in strands)
    return (
        f"{record.figure.y} against {record.figure.x}, {record.tier} tier: {points} measured point{'s' * (points > 1)}"
        + (f" in {curves} groups" if curves > 1 else "")
        + f", of which {agree} agree{'s' * (agree == 1)} with the theory to within its margin and two standard errors."
    )


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


def with_error(value: float, error: float) -> str:
    """A value to the digit in which its error begins."""
    if not (math.isfinite(value) and math.isfinite(error) and error > 0):
        return number(value)
    places = max(0, -math.floor(math.log10(error)))
    return f"{value:.{places}f} ± {error:.{places}f}"


def inline(text: str) -> str:
    """Text in which indices and exponents are set as such, and no dollar begins a formula."""
    return INDEXED.sub(_formula, text.replace("$", r"\$"))


def wrapped(text: str, width: int = 28) -> str:
    """The same over several lines."""
    return "\n".join(inline(line) for line in textwrap.wrap(text, width, break_long_words=False) or [text])


def words(name: str) -> str:
    """The id of a rival or check in words."""
    return " ".join({"gp": "Gaussian process", "e0": "E_0", "gaussian": "Gaussian"}.get(w, w) for w in name.split("-"))


def typeset(symbol: str) -> str:
    """A symbol that may be a formula between dollars; what Matplotlib cannot set as such is shown as it is."""
    return symbol if "$" in symbol and _readable(symbol) else inline(symbol)


def _formula(match: re.Match[str]) -> str:
    head, where, index = match.groups()
    index = index.strip("{}")
    return f"${_upright(head)}{where}{{{_upright(index)}}}$"


def _upright(name: str) -> str:
    """Names of several letters stand upright in a formula."""
    return rf"\mathrm{{{name}}}" if name.isalpha() and len(name) > 1 else name


def _readable(formula: str) -> bool:
    from matplotlib.mathtext import MathTextParser

    try:
        MathTextParser("agg").parse(formula)
    except (ValueError, RuntimeError):
        return False
    return True
