"""The one way through: claim → experiments of a tier → cells → evidence → checks → verdict."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fieldbench.cells.measurement import Measurement, Skipped, evidence_of
from fieldbench.cells.runner import Settings, available, measure, overridden
from fieldbench.cells.store import Store
from fieldbench.claims.case import Case
from fieldbench.claims.names import foreign
from fieldbench.errors import BadInput
from fieldbench.judging.drawing import draw
from fieldbench.judging.judge import judge, rehearse
from fieldbench.judging.predictions import Predictions, at_precision, predict
from fieldbench.verdicts.outcome import ExitCode, Judgement


@dataclass(frozen=True)
class Result:
    """A case run at one tier and seed. `judgement` is None where cells are missing: a partial result."""

    case: Case
    tier: str
    seed: int
    replicates: int
    measurements: tuple[Measurement, ...]
    predictions: Predictions
    judgement: Judgement | None
    figure: Mapping[str, Any] | None = None
    skipped: tuple[Skipped, ...] = ()
    exploratory: bool = False
    ports: Mapping[str, str] = field(default_factory=dict)
    sampler: Mapping[str, Any] | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    wall_seconds: float = 0.0

    @property
    def exit_code(self) -> ExitCode:
        """0 if everything is as declared; a partial result could not run."""
        return ExitCode.COULD_NOT_RUN if self.judgement is None else self.judgement.exit_code

    @property
    def summary(self) -> str:
        """The claim's outcome in one line."""
        if self.judgement is None:
            return f"partial: {len(self.measurements)} cells measured, nothing judged"
        skipped = tuple(dict.fromkeys(skip.reason for skip in self.skipped))
        return self.judgement.summary(skipped, tuple(sorted(self.data)))

    @property
    def computed(self) -> int:
        """Number of blocks measured in this run (the others came from the store)."""
        return sum(not m.reused for m in self.measurements)


def run_case(case: Case, store: Store, settings: Settings) -> Result:
    """Predict, measure what the store lacks, and judge.

    Raises:
        BadInput: unknown tier or field, a theory that does not say what a check reads, a measurement with NaN or
            ragged arrays, or one that ignores its key.
        StoreError: a finished cell cannot be written.
    """
    started = time.perf_counter()
    planned, replicates = case.planned(settings.tier)
    present, skipped = available(overridden(case, planned, settings.overrides), settings.checksum)
    # A theory does not wait for the data: what is wrong with it is known before hours of measurement.
    ports = settings.names_of(case.ports)
    theirs = foreign(ports)
    coarsest = max((precision_of(settings.ports[port]) for port in theirs), default=DOUBLE)
    said = predict(case, settings.tier, list(present), settings.seed)
    predictions = at_precision(said, coarsest / DOUBLE)
    rehearse(case, settings.tier, list(present), predictions)
    measurements, whole = measure(case, present, replicates, store, settings)
    evidence = evidence_of([(m.variant, m.experiment, m.key.block[0], m.arrays) for m in measurements])
    missing = "; ".join(dict.fromkeys(skip.reason for skip in skipped))
    return Result(
        case=case,
        tier=settings.tier,
        seed=settings.seed,
        replicates=replicates,
        measurements=measurements,
        predictions=predictions,
        judgement=judge(case, settings.tier, evidence, predictions, missing, theirs) if whole else None,
        figure=draw(case, evidence, predictions) if whole else None,
        skipped=tuple(skipped),
        exploratory=bool(settings.overrides),
        ports=ports,
        sampler=_sampler(settings.ports["sampler"]) if "sampler" in case.ports else None,
        data={name: digest for data in present.values() for name, digest in data.items()},
        wall_seconds=time.perf_counter() - started,
    )


DOUBLE = float(np.finfo(np.float64).eps)


def precision_of(port: Any) -> float:
    """The relative rounding that somebody else's implementation declares as its `precision`, double by default.

    Raises:
        BadInput: it is not between that of double precision and 1 %.
    """
    precision = getattr(port, "precision", DOUBLE)
    if not isinstance(precision, int | float) or not DOUBLE <= precision <= 0.01:
        raise BadInput(
            f"{type(port).__name__}.precision is {precision!r}; give the relative rounding of one operation, between "
            f"{DOUBLE:.2g} (double precision) and 0.01, or leave it out"
        )
    return float(precision)


def _sampler(sampler: Any) -> dict[str, Any]:
    """Step and tolerance of a sampler, where it has fields of these names."""
    return {name: getattr(sampler, name, None) for name in ("step", "tolerance")}
