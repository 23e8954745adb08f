"""What a record says, computed anew by the code that is here: its predictions, its random bits, some of its cells."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.cells.provenance import collect
from fieldbench.cells.runner import Settings, Source, Work, key_of, measure_block
from fieldbench.claims.case import Case
from fieldbench.claims.check import Check
from fieldbench.claims.names import foreign
from fieldbench.errors import DataMissing
from fieldbench.judging.predictions import FloatArray, Said, ask
from fieldbench.records import refill
from fieldbench.records.reread import experiments_of, predictions_of
from fieldbench.records.schema import CellPart, Record
from fieldbench.records.verify import OF_MARGIN, TOLERANCE

ARITHMETIC = (
    "processor", "device", "backend", "x64", "matmul_precision", "blas", "xla_flags", "jax", "jaxlib", "numpy", "scipy",
)  # fmt: skip
"""Where two machines agree in these, the same program gives the same bits."""

CHEAP = 60.0
"""Seconds that a cell took, of those that are measured anew."""


def predictions_differ(record: Record, case: Case) -> Iterator[str]:
    """Where the theories of the case now say something else than a record says that they do.

    Those of experiments whose data are not here are passed over; so are predictions of a run with somebody else's
    implementation, whose rounding was that one's. Call inside `numerics()`.
    """
    if foreign(record.ports):
        return
    experiments = experiments_of(record, case)
    stated = predictions_of(record, experiments)
    for name, where in case.theories_in(record.tier, experiments).items():
        for experiment in where:
            try:
                said = ask(case.named(name, experiment), experiment, name)
            except DataMissing:
                continue
            yield from _said_otherwise(stated.get(name, {}).get(experiment, {}), said, f"{name} at {experiment}")


def _said_otherwise(stated: Mapping[str, Said], here: Mapping[str, Said], where: str) -> Iterator[str]:
    for what in sorted(stated.keys() | here.keys()):
        if what not in stated or what not in here:
            yield f"{where}: {what} is said {'only here' if what in here else 'only in the record'}"
            continue
        before, now = stated[what], here[what]
        if before.remainders.keys() != now.remainders.keys():
            yield f"{where}, {what}: the remainders have other names here"
            continue
        margin = sum((np.abs(size.size) for size in now.remainders.values()), start=np.zeros(now.value.shape))
        if not _alike(before.value, now.value, margin):
            yield f"{where}, {what}: the record says {_few(before.value)}, the theory here {_few(now.value)}"
        for cause, size in now.remainders.items():
            if not _alike(before.remainders[cause].size, size.size, margin):
                yield f"{where}, {what}: remainder {cause!r} has another size here"


def _alike(a: FloatArray, b: FloatArray, margin: FloatArray) -> bool:
    """Up to what processors and versions differ by: as for what `verify` recomputes."""
    if a.shape != b.shape:
        return False
    return bool(np.all(np.abs(a - b) <= TOLERANCE * np.abs(b) + OF_MARGIN * margin + 1e-13))


def bits_differ(record: Record) -> Iterator[str]:
    """Whether the record's seed gives the random bits here that it gave there."""
    stated, here = record.provenance.get("rng_bits"), collect(record.seed)["rng_bits"]
    if stated != here:
        yield "random bits: seed and generator here do not give those of the record"


def data_differ(record: Record, settings: Settings) -> Iterator[str]:
    """Data sets whose checksums are not those of the record, where they are here."""
    for name, stated in sorted(record.data.items()):
        try:
            here = settings.checksum(name) if settings.checksum else stated
        except DataMissing:
            continue
        if here != stated:
            yield f"data set {name}: the record has {stated}, here it is {here}"


def unread(record: Record, case: Case) -> list[str]:
    """Arrays that no check, control, guard or figure of the case reads: nothing in the record depends on them."""
    from fieldbench.claims.structure import leaves

    read = {quantity.name for check in case.checks if isinstance(check, Check) for quantity in leaves(check.observable)}
    read |= {quantity.name for quantity in leaves(case.figure.y)} if case.figure else set()
    read |= {guard.array for guard in record.guards}
    return sorted({name for cell in record.cells for name in cell.arrays} - read)


@dataclass(frozen=True)
class Again:
    """A cell measured anew. `off` is the largest difference in its arrays, relative to the largest value of each;
    `same` whether there is none at all; `expected` whether there may be none, on arithmetic like that of the record."""

    where: str
    off: float
    same: bool
    expected: bool


def measured_again(record: Record, case: Case, settings: Settings, count: int, seed: int | None = None) -> list[Again]:
    """Measure some of a record's cheap cells again, chosen by nobody; those that other code measured are left.

    Args:
        record, case: what was recorded, and the case here.
        settings: with the record's tier, seed and ports.
        count: how many cells.
        seed: of the choice, for tests; from the system otherwise.
    """
    if foreign(record.ports):
        return []
    experiments, sources = experiments_of(record, case), dict[tuple[Path, ...], Source]()
    possible: list[tuple[CellPart, Work]] = []
    for cell in record.cells:
        data = record.keys[cell.key].data if cell.key is not None else {}
        at = experiments[cell.experiment]
        variant = next((v for v in case.variants() if v.name == cell.variant and v.applies(at)), None)
        if variant is None or cell.wall_time > CHEAP:
            continue
        item = Work(at, variant, cell.first, data)
        if _here(data, settings) and refill.recorded_key(record, cell) == key_of(case, item, settings, sources)[0]:
            possible.append((cell, item))
    choice: Sequence[Any] = (random.Random(seed) if seed is not None else random.SystemRandom()).sample(
        possible, min(count, len(possible))
    )
    return [_again(record, case, settings, cell, item) for cell, item in choice]


def _here(data: Mapping[str, str], settings: Settings) -> bool:
    try:
        return all(settings.checksum is not None and settings.checksum(name) == stated for name, stated in data.items())
    except DataMissing:
        return False


def _again(record: Record, case: Case, settings: Settings, cell: CellPart, item: Work) -> Again:
    where = f"{cell.variant}, {item.experiment}, replicates from {cell.first}"
    ports = {name: settings.ports[name] for name in item.variant.ports}
    block = range(cell.first, cell.first + cell.count)
    found = measure_block(case, item, block, settings.seed, ports, where)
    stated = {name: part.array() for name, part in cell.arrays.items()}
    here, there = collect(settings.seed), record.environments[cell.environment]
    return Again(
        where,
        off=max((_off(stated[name], found[name]) for name in stated.keys() & found.keys()), default=0.0),
        same=stated.keys() == found.keys() and all(_bits(stated[name]) == _bits(found[name]) for name in stated),
        expected=all(here[name] == there.get(name) for name in ARITHMETIC),
    )


def _bits(array: NDArray[Any]) -> tuple[str, tuple[int, ...], bytes]:
    return array.dtype.name, array.shape, array.tobytes()


def _off(a: NDArray[Any], b: NDArray[Any]) -> float:
    if a.shape != b.shape or a.dtype.kind not in "biuf":
        return 0.0 if np.array_equal(a, b) else np.inf
    scale = float(np.max(np.abs(a), initial=0.0)) or 1.0
    return float(np.max(np.abs(a.astype(float) - b.astype(float)), initial=0.0)) / scale


def _few(values: FloatArray) -> str:
    shown = ", ".join(f"{value:.9g}" for value in np.ravel(values)[:3])
    return shown + (" …" if np.size(values) > 3 else "")
