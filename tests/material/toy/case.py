"""The sum of n normals of mean one grows as n."""

from __future__ import annotations

from fieldbench.claims import (
    AtLeast,
    Case,
    Check,
    Control,
    Figure,
    Guard,
    Known,
    Limit,
    Remainder,
    Rival,
    Said,
    Tier,
    exponent,
    per,
)

from .experiment import Squares, Sum


def size(at: Sum) -> float:
    return at.size


def theory(at: Sum) -> Said:
    """The sum is the number of terms."""
    return {Sum.sum: Known(float(at.size), Remainder("finite size", 0.05, order="1/√n", got="guessed", relative=True))}


def square_root(at: Sum) -> Said:
    return {Sum.sum: at.size**0.5}


def tenth_more(at: Sum) -> Said:
    return {Sum.sum: Known(1.1 * at.size, Remainder("finite size", 0.05, got="guessed", relative=True))}


TIERS = {
    "quick": Tier([Sum(10), Sum(100), Sum(1000)], replicates=8),
    "standard": Tier([Sum(50), Sum(5000)], replicates=8),
}
GROWS = exponent(Sum.sum, over=size)
SUM = Check(
    "sum", Sum.sum, scale="log", on=lambda at: at.size > 10, rivals={"square-root": Rival(square_root, free="offset")}
)
CASE = Case(
    theories={Sum: theory},
    tiers=TIERS,
    checks=(
        SUM,
        Check("exponent", GROWS, theory=1.0, margin=(Remainder("finite size", 0.05),), rivals={"half": 0.5}),
        Limit("limit", lambda: 1.0, expected=1.0, margin=(Remainder("rounding", 1e-12, got="bounded"),)),
        AtLeast("statement", GROWS, 0.9, statement=True),
    ),
    controls=(
        Control("tenth-more", contradicts=SUM, theory=tenth_more),
        Control("no-offset", contradicts=SUM, experiment=Squares, on=lambda at: at.size >= 1000),
    ),
    guards=(Guard("small-residual", Sum.residual, of=(Sum.sum,), at_most=0.5),),
    figure=Figure(y=Sum.sum, x=per(size), label="n", rivals={"square-root": square_root}, log="xy"),
)
