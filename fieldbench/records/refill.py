"""Refill: cells of committed records, also partial ones, go back into a store, so that a run goes on elsewhere."""

from __future__ import annotations

from fieldbench.cells.store import CellKey, Store
from fieldbench.errors import BadInput
from fieldbench.records.assemble import PASSING
from fieldbench.records.schema import CellPart, Record


def refill(record: Record, store: Store) -> int:
    """Put those cells of a record into a store that it lacks; returns their number.

    A cell is found again only by the same code, data and arithmetic: its key is the one that it had. Cells of records
    of schema 1 have no key and stay out.

    Raises:
        BadInput: the record was edited.
    """
    if record.content_hash != record.own_hash():
        raise BadInput(
            f"{record.run_id} of {record.claim.id} is not what its own hash says: it was edited; take it from where it "
            "is committed, cells of an edited record are not used"
        )
    added = 0
    for cell in record.cells:
        key = recorded_key(record, cell)
        if key is not None and store.load(key) is None:
            provenance = record.environments[cell.environment] | {name: getattr(cell, name) for name in PASSING}
            store.save(key, {name: part.array() for name, part in cell.arrays.items()}, provenance)
            added += 1
    return added


def recorded_key(record: Record, cell: CellPart) -> CellKey | None:
    """The key under which a cell was measured; None for one of schema 1."""
    if cell.key is None:
        return None
    experiment = record.experiments[cell.experiment]
    return CellKey(
        claim=record.claim.id,
        revision=record.claim.revision,
        experiment={"kind": experiment.kind, **experiment.parameters},
        seed=record.seed,
        block=(cell.first, cell.count),
        **record.keys[cell.key].model_dump(),
    )
