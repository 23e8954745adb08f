"""The runner: experiments of a tier become cells, each measured once and kept."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fieldbench import canonical
from fieldbench.cells.codehash import code_hash, reach, require_as_imported
from fieldbench.cells.keys import replicate_key
from fieldbench.cells.measurement import Measurement, Skipped, evidence_of
from fieldbench.cells.provenance import collect, measure_cost
from fieldbench.cells.repeated import require_own, require_same
from fieldbench.cells.replicates import require_evidence, weighed
from fieldbench.cells.siblings import Siblings
from fieldbench.cells.store import CellKey, Store
from fieldbench.claims.case import Case
from fieldbench.claims.names import MAIN, foreign
from fieldbench.claims.variant import Variant
from fieldbench.errors import BadInput, DataMissing
from fieldbench.twice import chosen, without_global_state

POLL = 0.5
"""Seconds between looks at cells that other processes measure, when nothing else is left to do."""


@dataclass(frozen=True)
class Settings:
    """How a case is run, whichever door it came through.

    Args:
        tier: name of the tier.
        seed: the suite's seed.
        ports: port's name → implementation, injected into `measure`.
        port_names: port's name → printable name of its implementation, part of each cell's key.
        reuse: take stored cells of somebody else's implementation too. What it consists of is not known (an extension
            may have been compiled anew under the same name), so that its cells else live for one run.
        overrides: fields of every experiment to replace; the run is then exploratory.
        checksum: data set's name → checksum; raises `DataMissing` where it is not on this machine.
        progress: called with (done, total, what) after each cell.
        partial: measure nothing; take what the store has, and judge only if that is all.
        share: this process is one, by number, of so many that work on one store; it measures what no other does, and
            does not wait for them.
    """

    tier: str = "quick"
    seed: int = 0
    ports: Mapping[str, Any] = field(default_factory=dict)
    port_names: Mapping[str, str] = field(default_factory=dict)
    reuse: bool = False
    overrides: Mapping[str, Any] = field(default_factory=dict)
    checksum: Callable[[str], str] | None = None
    progress: Callable[[int, int, str], None] = lambda done, total, what: None
    partial: bool = False
    share: tuple[int, int] = (0, 1)

    def names_of(self, ports: Iterable[str]) -> dict[str, str]:
        """Some ports with the printable names of what is under them."""
        return {port: self.port_names.get(port, "") for port in ports}


@dataclass(frozen=True)
class Work:
    """One block of replicates of one variant of one experiment: the unit of work."""

    experiment: Any
    variant: Variant
    first: int
    data: Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """What a measurement reaches of the project: its hash, and the files."""

    hash: str
    reached: frozenset[Path]


def measure(
    case: Case, present: Mapping[Any, Mapping[str, str]], replicates: int, store: Store, settings: Settings
) -> tuple[tuple[Measurement, ...], bool]:
    """Every block of the experiments whose data are here, from the store or anew; and whether none is missing.

    One of those measured anew is computed a second time.

    Raises:
        BadInput: a measurement with NaN or ragged arrays, one that ignores its key or mixes the keys of a block, or
            replicates that cannot be weighed as independent ones.
        StoreError: a finished cell cannot be written.
    """
    work = list(plan(case, present, replicates))
    number, of = settings.share
    order = [(n + len(work) * number // of) % len(work) for n in range(len(work))]  # so that workers start apart
    left = Counter((item.variant.name, item.experiment) for item in work)
    siblings, sources = Siblings(), dict[tuple[Path, ...], Source]()
    finished: dict[int, Measurement] = {}
    while order:
        busy = []
        for n in order:
            item = work[n]
            what = f"{case.claim.id} {item.variant.name} {canonical.text(item.experiment)}"
            settings.progress(len(finished), len(work), what)
            cell = _finish(case, item, store, settings, siblings, sources)
            if cell is None:
                busy.append(n)
                continue
            finished[n] = cell
            place = (item.variant.name, item.experiment)
            left[place] -= 1
            if not left[place]:
                where = f"{case.claim.id}, {item.variant.name}, {item.experiment}"
                siblings.require_unlike(item.experiment, item.variant.name, where)
                _require_evidence(case, settings.tier, list(finished.values()), item, where)
        if settings.partial or of > 1:
            break
        if len(busy) == len(order):
            time.sleep(POLL)
        order = busy
    found = [(work[n], finished[n]) for n in sorted(finished)]
    found = _repeated(case, found, replicates, store, settings)
    settings.progress(len(work), len(work), case.claim.id)
    return tuple(measurement for _, measurement in found), len(found) == len(work)


def plan(case: Case, present: Mapping[Any, Mapping[str, str]], replicates: int) -> Iterator[Work]:
    """The blocks to measure: the case's own, then those of controls that break the measurement."""
    for variant in sorted(case.variants(), key=lambda v: v.name != MAIN):
        if replicates % variant.size:
            raise BadInput(
                f"case {case.claim.id}: {replicates} replicates are not whole blocks of {variant.size}; "
                "a block is never computed in part"
            )
        for experiment, data in present.items():
            if variant.applies(experiment):
                for first in range(0, replicates, variant.size):
                    yield Work(experiment, variant, first, data)


def overridden(case: Case, experiments: Sequence[Any], overrides: Mapping[str, Any]) -> Sequence[Any]:
    """The experiments with fields replaced where they have them; those that become equal are run once."""
    if not overrides:
        return experiments
    known = {field.name for experiment in experiments for field in dataclasses.fields(experiment)}
    if unknown := sorted(set(overrides) - known):
        raise BadInput(
            f"case {case.claim.id}: cannot set {', '.join(unknown)}: its experiments have {', '.join(sorted(known))}"
        )

    for experiment in experiments:
        for name, value in overrides.items():
            _require_like(experiment, name, value, empty=any(getattr(other, name, None) == () for other in experiments))

    def changed(experiment: Any) -> Any:
        own = {field.name for field in dataclasses.fields(experiment)}
        return replace(experiment, **{name: value for name, value in overrides.items() if name in own})

    return list(dict.fromkeys(changed(experiment) for experiment in experiments))


def _require_like(experiment: Any, name: str, value: Any, *, empty: bool) -> None:
    """A field of several values is replaced by several, and by none only where the tier has such an experiment."""
    own = getattr(experiment, name, None)
    field = f"{type(experiment).__name__}.{name}"
    if isinstance(own, tuple) and not isinstance(value, tuple):
        several = tuple(value) if isinstance(value, list) else (value,)
        raise BadInput(f"{name}={value!r}: {field} holds several values, as {own}; write {name}={several!r}")
    if isinstance(own, tuple) and own and not value and not empty:
        raise BadInput(f"{name}=(): without a value of {field} there is nothing to measure; the tier has {own}")


def available(
    experiments: Sequence[Any], checksum: Callable[[str], str] | None
) -> tuple[dict[Any, dict[str, str]], list[Skipped]]:
    """Split the experiments into those whose data are here (with checksums) and those skipped with a reason."""
    present: dict[Any, dict[str, str]] = {}
    skipped = []
    for experiment in experiments:
        try:
            names = tuple(getattr(experiment, "datasets", ()))
            if names and checksum is None:
                raise DataMissing(f"no data source was given for {', '.join(names)}")
            present[experiment] = {name: checksum(name) for name in names} if checksum else {}
        except DataMissing as error:
            skipped.append(Skipped(experiment, str(error)))
    return present, skipped


def _finish(
    case: Case,
    item: Work,
    store: Store,
    settings: Settings,
    siblings: Siblings,
    sources: dict[tuple[Path, ...], Source],
) -> Measurement | None:
    """Load a finished cell, or measure and store it; None if it may not be measured, or another process does."""
    variant = item.variant
    ports = {name: settings.ports[name] for name in variant.ports}
    theirs = foreign(settings.names_of(ports))
    key, reached = key_of(case, item, settings, sources)
    where = f"{case.claim.id}, {variant.name}, {item.experiment}, replicates from {item.first}"
    lasting = settings.reuse or not theirs
    there = store.path(key).exists()
    cell = store.load(key) if lasting else None
    if cell is not None:
        remedy = f"it came from the store: delete {store.path(key)} or its siblings, and run again"
        siblings.require_like(item.experiment, variant.name, cell.arrays, where, remedy)
        return Measurement(item.experiment, variant.name, key, cell.arrays, cell.provenance, reused=True)
    if settings.partial:
        return None
    require_as_imported(reached)
    with store.lease(key) if lasting else contextlib.nullcontext(True) as mine:
        if not mine or (lasting and not there and store.path(key).exists()):  # finished meanwhile
            return None
        with measure_cost() as cost:
            arrays = measure_block(
                case, item, range(item.first, item.first + variant.size), settings.seed, ports, where
            )
        siblings.require_like(item.experiment, variant.name, arrays, where, "this cell is not kept")
        cell = store.save(key, arrays, {**collect(settings.seed), **cost})
    return Measurement(item.experiment, variant.name, key, cell.arrays, cell.provenance, reused=False)


def key_of(
    case: Case, item: Work, settings: Settings, sources: dict[tuple[Path, ...], Source]
) -> tuple[CellKey, frozenset[Path]]:
    """The key of a block as it would be measured now, and the files that its measurement reaches."""
    variant = item.variant
    ports = {name: settings.ports[name] for name in variant.ports}
    names = settings.names_of(ports)
    theirs = foreign(names)
    homes = (_files_of(port, names[name], name in theirs) for name, port in ports.items())
    files = (variant.source, *(path for home in homes for path in home))
    if files not in sources:
        sources[files] = Source(code_hash(files), frozenset(reach(files)))
    key = CellKey(
        claim=case.claim.id,
        revision=case.claim.revision,
        experiment={"kind": type(item.experiment).__name__, **canonical.plain(item.experiment)},
        seed=settings.seed,
        block=(item.first, variant.size),
        variant=variant.key,
        dtype=jnp.zeros(()).dtype.name,
        matmul_precision=str(jax.config.jax_default_matmul_precision),  # type: ignore[attr-defined]
        data=dict(item.data),
        ports={name: _identity(port, names[name], name in theirs) for name, port in ports.items()},
        code=sources[files].hash,
    )
    return key, sources[files].reached


def _require_evidence(case: Case, tier: str, found: Sequence[Measurement], last: Work, where: str) -> None:
    """What all replicates of an experiment have in common, once they are there."""
    name, experiment = last.variant.name, last.experiment
    blocks = [(m.variant, m.experiment, m.key.block[0], m.arrays) for m in found if m.variant == name]
    arrays = evidence_of([block for block in blocks if block[1] == experiment]).get(name, {}).get(experiment, {})
    require_evidence(arrays, weighed(case, tier, name, experiment), where)


def _repeated(
    case: Case, found: list[tuple[Work, Measurement]], replicates: int, store: Store, settings: Settings
) -> list[tuple[Work, Measurement]]:
    """Compute one of the sound blocks of this run a second time, one of its keys replaced by a fresh one.

    It is the first, or the last where the first is declared to draw what the block has in common. Diagnostics may be
    of the whole block: only what a check weighs is compared.

    Raises:
        BadInput: the others came out otherwise, or that one did not; no cell of that kind of experiment is kept.
    """
    anew = [n for n, (item, cell) in enumerate(found) if item.variant.name == MAIN and not cell.reused]
    if not anew:
        return found
    costs = [found[n][1].provenance["wall_time"] for n in anew]
    number = anew[chosen(costs, settings.seed, case.claim.id, settings.tier)]
    item, cell = found[number]
    where = f"{case.claim.id}, {item.experiment}, replicates from {item.first}, computed a second time"
    ports = {name: settings.ports[name] for name in item.variant.ports}
    block = list(range(item.first, item.first + item.variant.size))
    other = None if len(block) == 1 else -1 if item.variant.common else 0
    if other is not None:
        block[other] = replicates
    again = measure_block(case, item, block, settings.seed, ports, where)
    read = weighed(case, settings.tier, MAIN, item.experiment)
    drawn = {name for name, quantity in read.items() if quantity.sampled and not quantity.discrete}
    try:
        if other is None:
            require_same(cell.arrays, again, set(read), where)
        else:
            require_own(cell.arrays, again, other, drawn, item.variant.common, where)
    except BadInput:
        for made, measured in found:
            if type(made.experiment) is type(item.experiment) and not measured.reused:
                store.drop(measured.key)
        raise
    return [*found[:number], (item, replace(cell, repeated=True)), *found[number + 1 :]]


def measure_block(
    case: Case, item: Work, block: Sequence[int], seed: int, ports: Mapping[str, Any], where: str
) -> dict[str, NDArray[Any]]:
    """Arrays of the replicates of a block, by their numbers."""
    variant, count = item.variant, item.variant.size
    keys = [replicate_key(seed, case.claim.id, variant.stream, item.experiment, number) for number in block]
    batched = variant.block is not None
    with without_global_state(where):
        found = variant.measure(item.experiment, jnp.stack(keys) if batched else keys[0], ports)
    shapes = variant.shapes(item.experiment) if variant.shapes else {}
    arrays = {}
    for name, value in found.items():
        array = np.asarray(value) if batched else np.asarray(value)[None]
        if array.shape[:1] != (count,):
            raise BadInput(
                f"{where}: {name!r} has shape {array.shape}; its first axis must be the block of {count} replicates"
            )
        if name in shapes and array.shape[1:] != shapes[name]:
            raise BadInput(f"{where}: {name!r} has shape {array.shape[1:]} a replicate, its axes have {shapes[name]}")
        if not np.all(np.isfinite(array)):
            raise BadInput(
                f"{where}: {name!r} has {np.sum(~np.isfinite(array))} values that are not finite; "
                "nothing of this cell is kept"
            )
        arrays[name] = array
    return arrays


def _files_of(port: Any, name: str, theirs: bool) -> list[Path]:
    """Where a port's class is defined and, where somebody else's factory makes it, where that is."""
    found = [Path(inspect.getfile(type(port)))]
    module = sys.modules.get(name.partition(":")[0])
    if theirs and module is not None and module.__file__:
        found.append(Path(module.__file__))
    return found


def _identity(port: Any, name: str, theirs: bool) -> str:
    """A port in a cell's key: its name and, where it is somebody else's, the fields that its factory gave it."""
    if not theirs or not dataclasses.is_dataclass(port):
        return name
    return f"{name} {port!r}"
