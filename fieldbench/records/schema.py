"""The form of a record, version 2.3: strict JSON, every number exact on a round trip, no pickle."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from fieldbench import canonical
from fieldbench.records.arrays import ArrayPart, Parameters, Part, Real

SCHEMA_VERSION: Literal["2.3"] = "2.3"


class SourcePart(Part):
    """Where a statement is published."""

    where: str
    arxiv: str
    title: str


class ClaimPart(Part):
    """Everything of a Claim; records older than schema 2.2 say nothing of its kind of theory and network."""

    id: str
    revision: int
    title: str
    statement: str
    latex: str
    theory: str = ""
    network: str = ""
    sources: list[SourcePart]
    regime: str
    stated: dict[str, str]
    chosen: dict[str, str]
    errata: list[str]
    bibtex: list[str]
    preliminary: bool


class ExperimentPart(Part):
    """One experiment of the tier: its kind, its parameters, and the coordinates along its axes."""

    kind: str
    parameters: Parameters
    coordinates: dict[str, ArrayPart]


class RemainderPart(Part):
    """By how much a predicted value may be off for one cause; order and origin are empty where nothing states them."""

    size: ArrayPart
    order: str
    got: str


class SaidPart(Part):
    """What a theory says of one quantity or expression at one experiment."""

    value: ArrayPart
    remainders: dict[str, RemainderPart]


class PredictionPart(Part):
    """What a theory says at an experiment (an index into `experiments`)."""

    experiment: int
    said: dict[str, SaidPart]


class KeyPart(Part):
    """What a cell's key has beside claim, experiment, seed and block."""

    variant: str
    code: str
    dtype: str
    matmul_precision: str
    data: dict[str, str]
    ports: dict[str, str]


class CellPart(Part):
    """A finished block of replicates: leading axis over its replicates.

    `environment` and `key` are indices into the record's lists. From the latter a cell's key is put together again, so
    that a record refills a store; it is None where the record was of schema 1, which cannot.
    """

    experiment: int
    variant: str
    first: int
    count: int
    arrays: dict[str, ArrayPart]
    environment: int
    key: int | None
    date: str
    wall_time: Real
    peak_memory: int
    peak_growth: int

    @model_validator(mode="after")
    def _of_its_replicates(self) -> CellPart:
        if self.first < 0 or self.count < 1:
            raise ValueError(f"a block of {self.count} replicates from {self.first} on is none")
        if ragged := [name for name, part in self.arrays.items() if part.shape[:1] != [self.count]]:
            raise ValueError(f"array {ragged[0]!r} is not of {self.count} replicates")
        return self


class MarginPart(Part):
    """A named part of a margin over the points; order and origin are empty where nothing states them."""

    name: str
    values: list[Real]
    order: str
    got: str


class RivalPart(Part):
    """A rival at the points of its check: its value, its margin, its distance from the data in standard errors.

    `t` and `p_value` are those of the most telling point. `distance` is None in records of schema 1.
    """

    id: str
    expected: list[Real]
    margin: list[Real]
    distance: list[Real] | None
    free: str
    t: Real
    p_value: Real
    point: int
    rejected: bool


class CheckPart(Part):
    """A check over its points, on the check's scale (logarithms where `scale` is "log").

    `resolution` is the margin over the distance of the nearest rival from the theory, infinite where they meet; None
    where there is neither rival nor effect. `symbol` is what is measured, as the paper writes it; records older than
    schema 2.3, limits and controls have none.
    """

    id: str
    symbol: str = ""
    verdict: str
    declared: str
    as_declared: bool
    because: str
    reason: str
    statement: bool
    scale: str
    side: str
    labels: list[str]
    replicates: int
    measured: list[Real]
    standard_error: list[Real]
    interval: list[Real]
    expected: list[Real]
    margin: list[Real]
    parts: list[MarginPart]
    resolution: Real | None
    smallest_caught: list[Real]
    flip_rate: Real
    rivals: list[RivalPart]


class ControlPart(Part):
    """A deliberate error, and what the named check said to it."""

    id: str
    contradicts: str
    noticed: bool
    outcome: CheckPart


class GuardPart(Part):
    """A diagnostic's extremes over all cells, against its limits."""

    id: str
    array: str
    smallest: Real
    largest: Real
    at_most: Real | None
    at_least: Real | None
    passed: bool


class SkippedPart(Part):
    """An experiment that was not measured, and why."""

    kind: str
    parameters: Parameters
    reason: str


class SamplerPart(Part):
    """Step and tolerance of the sampler under the case, where it has them."""

    step: Real | None
    tolerance: Real | None


class SeriesPart(Part):
    """Points of a figure at one experiment: measured with standard error, the theory with its margin, rivals, and a
    dense curve of the theory."""

    group: str
    label: str
    x: list[Real]
    measured: list[Real]
    standard_error: list[Real]
    theory: list[Real]
    margin: list[Real]
    rivals: dict[str, list[Real]]
    curve: list[list[Real]] | None


class FigurePart(Part):
    """What the claim looks like: words under the axes, logarithmic axes, series."""

    x: str
    y: str
    log: str
    series: list[SeriesPart]


class SharedPart(Part):
    """Functions of a module that both the measurement and a theory reach, and why they may be shared."""

    module: str
    names: list[str]
    why: str


class CheckoutPart(Part):
    """A repository at a commit: where code of the record can be had again."""

    repository: str | None
    commit: str | None
    dirty: bool | None


class Record(Part):
    """One run of one case at one tier and seed, complete: `fieldbench verify` recomputes every verdict from it.

    `complete` is False for a record that only keeps finished cells of a run still going on: it has no verdicts.
    `mixtures` lists provenance fields in which the cells differ, with the values found: cells of other machines or
    versions may be in the store. `upgraded_from` is the schema in which it was written, if an older one. `case` is the
    checkout that the case itself comes from, `provenance` has that of fieldbench. `shared` is what measurement and
    theory have in common, `repeated` the indices of cells that the run computed a second time; records older than
    schema 2.1 say nothing of either. `content_hash` is the SHA-256 of everything else in the record.
    """

    schema_version: Literal["2.3"] = SCHEMA_VERSION
    upgraded_from: Literal["1.0"] | None = None
    content_hash: str = ""
    run_id: str
    date: str
    claim: ClaimPart
    case: CheckoutPart | None
    tier: str
    seed: int
    replicates: int
    complete: bool
    exploratory: bool
    ports: dict[str, str]
    sampler: SamplerPart | None
    data: dict[str, str]
    summary: str
    exit_code: int
    checks: list[CheckPart]
    controls: list[ControlPart]
    guards: list[GuardPart]
    skipped: list[SkippedPart]
    figure: FigurePart | None
    provenance: dict[str, Any]
    environments: list[dict[str, Any]]
    keys: list[KeyPart]
    mixtures: dict[str, list[Any]]
    wall_time: Real
    axes: dict[str, list[str]]
    experiments: list[ExperimentPart]
    predictions: dict[str, list[PredictionPart]]
    cells: list[CellPart]
    shared: list[SharedPart] = Field(default_factory=list)
    repeated: list[int] = Field(default_factory=list)

    @model_validator(mode="after")
    def _of_one_piece(self) -> Record:
        asked = [part.experiment for parts in self.predictions.values() for part in parts]
        for name, numbers, there in (
            ("experiment", [*(cell.experiment for cell in self.cells), *asked], self.experiments),
            ("environment", [cell.environment for cell in self.cells], self.environments),
            ("key", [cell.key for cell in self.cells if cell.key is not None], self.keys),
            ("repeated cell", self.repeated, self.cells),
        ):
            if lost := [number for number in numbers if not 0 <= number < len(there)]:
                raise ValueError(f"{name} {lost[0]} is referred to, of {len(there)}")
        return self

    def sealed(self) -> Record:
        """The same record with the hash of its content."""
        return self.model_copy(update={"content_hash": self.own_hash()})

    def own_hash(self) -> str:
        """SHA-256 of the canonical JSON of everything but the hash itself."""
        return canonical.sha256(self.model_dump(mode="json", exclude={"content_hash"}))
