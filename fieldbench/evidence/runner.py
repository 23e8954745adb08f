"""The one way through: claim → setups of a tier → cells → evidence table → checks → verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fieldbench.errors import BadInput, DataMissing
from fieldbench.evidence import canonical
from fieldbench.evidence.case import Case, ports_of
from fieldbench.evidence.judge import judge_case, make_row
from fieldbench.evidence.keys import replicate_key
from fieldbench.evidence.provenance import collect, measure_cost
from fieldbench.evidence.reach import reachable_hash
from fieldbench.evidence.result import CaseResult, Measurement, Skipped
from fieldbench.evidence.store import CellKey, Store
from fieldbench.evidence.table import Table, matches
from fieldbench.evidence.tier import Tier, block_of


@dataclass(frozen=True)
class Options:
    """How a case is run.

    Args:
        tier: name of the tier.
        seed: the suite's seed.
        ports: port name → implementation, injected into `measure`.
        port_names: port name → its printable name, part of each cell's key.
        overrides: fields of every setup to replace; the run is then exploratory.
        checksum: data set name → checksum; raises `DataMissing` where it is not on this machine.
        progress: called with (done, total, what) after each cell.
    """

    tier: str = "quick"
    seed: int = 0
    ports: Mapping[str, Any] = field(default_factory=dict)
    port_names: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    checksum: Callable[[str], str] | None = None
    progress: Callable[[int, int, str], None] = lambda done, total, what: None


@dataclass(frozen=True)
class _Work:
    """One block of replicates of one variant at one setup: the unit of work."""

    setup: Any
    variant: str
    measure: Callable[..., Mapping[str, Any]]
    first: int
    count: int
    data: Mapping[str, str]


def run_case(case: Case, store: Store, options: Options) -> CaseResult:
    """Measure what the store lacks, predict, and judge.

    Raises:
        BadInput: unknown tier or field, a measurement with NaN or ragged arrays.
        StoreError: a finished cell cannot be written.
    """
    started = time.perf_counter()
    tier = _override(case, case.tier(options.tier), options.overrides)
    present, skipped = _available(tier.setups, options.checksum)
    work = list(_plan(case, tier, present))
    measurements = []
    hashes: dict[Any, str] = {}
    for done, item in enumerate(work):
        options.progress(done, len(work), f"{case.claim.id} {item.variant} {canonical.text(item.setup)}")
        measurements.append(_finish(case, item, store, options, hashes))
    options.progress(len(work), len(work), case.claim.id)

    setups = list(present)
    predicted = _predictions(case, case.predict, setups)
    broken = {
        control.id: _predictions(case, control.predict, [s for s in setups if matches(s, control.where)])
        for control in case.controls
        if control.predict is not None
    }
    missing = "; ".join(dict.fromkeys(skip.reason for skip in skipped))
    return CaseResult(
        case=case,
        tier=options.tier,
        seed=options.seed,
        replicates=tier.replicates,
        measurements=tuple(measurements),
        predicted=predicted,
        control_predictions=broken,
        judgement=judge_case(case, measurements, predicted, broken, missing),
        skipped=tuple(skipped),
        exploratory=bool(options.overrides),
        ports={name: options.port_names.get(name, "") for name in case.ports},
        data={name: digest for data in present.values() for name, digest in data.items()},
        wall_seconds=time.perf_counter() - started,
    )


def _override(case: Case, tier: Tier, overrides: Mapping[str, Any]) -> Tier:
    """The tier with fields of all its setups replaced; setups that become equal are run once."""
    if not overrides:
        return tier
    try:
        changed = [replace(setup, **overrides) for setup in tier.setups]
    except TypeError as error:
        raise BadInput(f"case {case.claim.id}: cannot set {dict(overrides)}: {error}") from error
    return Tier(list(dict.fromkeys(changed)), tier.replicates, tier.note)


def _available(
    setups: Sequence[Any], checksum: Callable[[str], str] | None
) -> tuple[dict[Any, dict[str, str]], list[Skipped]]:
    """Split the setups into those whose data are here (with checksums) and those skipped with a reason."""
    present: dict[Any, dict[str, str]] = {}
    skipped = []
    for setup in setups:
        try:
            names = tuple(getattr(setup, "datasets", ()))
            if names and checksum is None:
                raise DataMissing(f"no data source was given for {', '.join(names)}")
            present[setup] = {name: checksum(name) for name in names} if checksum else {}
        except DataMissing as error:
            skipped.append(Skipped(setup, str(error)))
    return present, skipped


def _plan(case: Case, tier: Tier, present: Mapping[Any, dict[str, str]]) -> Iterator[_Work]:
    """The blocks to measure: the case's own, then those of controls that break the measurement."""
    variants: list[tuple[str, Callable[..., Mapping[str, Any]], dict[str, Any]]] = [("main", case.measure, {})]
    variants += [(c.id, c.measure, dict(c.where)) for c in case.controls if c.measure is not None]
    for variant, measure, where in variants:
        count = block_of(measure) or 1
        if tier.replicates % count:
            raise BadInput(
                f"case {case.claim.id}: {tier.replicates} replicates are not whole blocks of {count}; "
                "a block is never computed in part"
            )
        for setup, data in present.items():
            if matches(setup, where):
                for first in range(0, tier.replicates, count):
                    yield _Work(setup, variant, measure, first, count, data)


def _finish(case: Case, item: _Work, store: Store, options: Options, hashes: dict[Any, str]) -> Measurement:
    """Load a finished cell or measure and store it."""
    ports = {name: options.ports[name] for name in ports_of(item.measure)}
    if item.measure not in hashes:
        hashes[item.measure] = reachable_hash(item.measure, ports=ports)
    key = CellKey(
        claim=case.claim.id,
        revision=case.claim.revision,
        setup=canonical.plain(item.setup),
        seed=options.seed,
        block=(item.first, item.count),
        variant=item.variant,
        dtype=jnp.zeros(()).dtype.name,
        matmul_precision=str(jax.config.jax_default_matmul_precision),  # type: ignore[attr-defined]
        data=dict(item.data),
        ports={name: options.port_names.get(name, "") for name in ports},
        code=hashes[item.measure],
    )
    cell = store.load(key)
    reused = cell is not None
    if cell is None:
        with measure_cost() as cost:
            arrays = _measure(case, item, options.seed, ports)
        cell = store.save(key, arrays, {**collect(options.seed), **cost})
    return Measurement(item.setup, item.variant, item.first, item.count, cell.arrays, cell.provenance, reused)


def _measure(case: Case, item: _Work, seed: int, ports: Mapping[str, Any]) -> dict[str, np.ndarray[Any, Any]]:
    keys = [replicate_key(seed, case.claim.id, item.setup, item.first + i) for i in range(item.count)]
    batched = block_of(item.measure) is not None
    found = item.measure(item.setup, jnp.stack(keys) if batched else keys[0], **ports)
    arrays = {}
    for name, value in found.items():
        array = np.asarray(value) if batched else np.asarray(value)[None]
        where = f"{case.claim.id}, {item.variant}, {item.setup}, replicates from {item.first}: array {name!r}"
        if array.shape[:1] != (item.count,):
            raise BadInput(
                f"{where} has shape {array.shape}; its first axis must be the block of {item.count} replicates"
            )
        if not np.all(np.isfinite(array)):
            raise BadInput(
                f"{where} has {np.sum(~np.isfinite(array))} values that are not finite; nothing of this cell is kept"
            )
        arrays[name] = array
    return arrays


def _predictions(case: Case, predict: Callable[..., Mapping[str, Any]], setups: Sequence[Any]) -> Table:
    rows = []
    for setup in setups:
        arrays = {name: np.asarray(value, dtype=np.float64)[None] for name, value in predict(setup).items()}
        rows.append(make_row(case, setup, arrays))
    return Table(tuple(rows))
