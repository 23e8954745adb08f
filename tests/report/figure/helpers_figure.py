"""Figures made by hand, put into a committed record."""

from pathlib import Path

from fieldbench.records import files
from fieldbench.records.schema import FigurePart, SeriesPart

RESULTS = Path(__file__).parents[3] / "results"


def committed(claim, tier="quick"):
    """The newest committed record of a claim."""
    (revision,) = sorted((RESULTS / claim).glob("r*"))[-1:]
    return files.latest(RESULTS, claim, int(revision.name[1:]), tier)


def series(x, measured, theory=None, group="one", label="", error=0.1, margin=0.5, rivals=None, curve=None):
    """A series whose theory is what was measured, unless another is given."""
    return SeriesPart(
        group=group, label=label, x=x, measured=measured, standard_error=[error] * len(x),
        theory=theory or measured, margin=[margin] * len(x), rivals=rivals or {}, curve=curve,
    )  # fmt: skip


def figure(*members, x="P", y="L_3", log=""):
    """A figure of these series."""
    return FigurePart(x=x, y=y, log=log, series=list(members))


def with_figure(record, part):
    """The record with another figure."""
    return record.model_copy(update={"figure": part})
