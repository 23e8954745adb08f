"""A mean of uniforms is one half."""

from __future__ import annotations

from fieldbench.claims import Case, Check, Control, Guard, Known, Remainder, Said, Tier

from .experiment import OfSquares, Uniforms


def half(at: Uniforms) -> Said:
    return {Uniforms.mean: Known(0.5, Remainder("none", 0.1))}


def third(at: Uniforms) -> Said:
    return {Uniforms.mean: Known(1 / 3, Remainder("none", 0.1))}


MEAN = Check("mean", Uniforms.mean, rivals={"third": 1 / 3})
CASE = Case(
    theories={Uniforms: half},
    tiers={"quick": Tier([Uniforms(100), Uniforms(200)], replicates=8)},
    checks=(MEAN,),
    controls=(
        Control("squares", contradicts=MEAN, experiment=OfSquares, on=lambda at: at.size == 200),
        Control("third", contradicts=MEAN, theory=third),
    ),
    guards=(Guard("a-name", Uniforms.name, of=(Uniforms.mean,), at_least=0),),
)
