"""Compare: what changed between two records of the same claim and tier, the gravest first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench import canonical
from fieldbench.records.schema import CheckPart, Record

MARGIN_TOLERANCE = 0.03
PREDICTION_TOLERANCE = 1e-9


@dataclass
class Comparison:
    """Two records of one claim and tier.

    Attributes:
        gone: checks, rivals, controls, guards and measured quantities that the new record no longer has.
        new: those that the old one did not have.
        verdicts: whose verdict, rejection or notice changed, with both.
        margins: checks whose margin changed by more than 3 % at some point, with the parts of both.
        measured: checks whose measured value is not bit for bit the same: differences over combined standard errors.
        identical: checks measured to the last bit as before.
        cells: arrays of the same replicate of the same experiment, bit for bit the same and not.
        predictions: checks and rivals whose prediction differs by more than 1e-9 relative.
        predicted: how many do not.
    """

    claim: str
    tier: str
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    margins: list[dict[str, Any]] = field(default_factory=list)
    measured: list[dict[str, Any]] = field(default_factory=list)
    identical: int = 0
    cells: dict[str, int] = field(default_factory=lambda: {"identical": 0, "different": 0, "without counterpart": 0})
    predictions: list[dict[str, Any]] = field(default_factory=list)
    predicted: int = 0

    @property
    def grave(self) -> bool:
        """Whether a verdict changed or something that was judged is gone."""
        return bool(self.verdicts or self.gone)

    def lines(self) -> Iterator[str]:
        """In plain words, the gravest first."""
        yield f"{self.claim}, {self.tier} tier"
        yield from (f"  gone: {name}" for name in self.gone)
        yield from (f"  VERDICT {c['what']}: {c['old']} -> {c['new']}" for c in self.verdicts)
        yield from (f"  new: {name}" for name in self.new)
        for entry in self.margins:
            yield f"  margin {entry['check']}: {entry['words']}"
        yield f"  measured: {self.identical} checks to the last bit"
        if self.measured:
            z = np.array([z for entry in self.measured for z in entry["z"] if math.isfinite(z)])
            yield (
                f"  measured anew: {len(self.measured)} checks, {len(z)} points; difference over combined standard "
                f"error: mean {z.mean():+.2f}, rms {np.sqrt((z**2).mean()):.2f}, largest {np.abs(z).max():.2f}"
                if len(z) else f"  measured anew: {len(self.measured)} checks"
            )  # fmt: skip
            worst = sorted(self.measured, key=lambda entry: -entry["largest"])[:5]
            yield from (f"    {entry['check']}: {entry['largest']:.2f}" for entry in worst)
        yield "  cells: " + ", ".join(f"{count} arrays {name}" for name, count in self.cells.items())
        yield (
            f"  predictions: {self.predicted} of checks and rivals equal to {PREDICTION_TOLERANCE:g}, "
            f"{len(self.predictions)} not"
        )
        yield from (f"    {entry['what']}: {entry['words']}" for entry in self.predictions)


def compare(old: Record, new: Record) -> Comparison:
    """Compare two records of one claim and tier."""
    found = Comparison(old.claim.id, old.tier)
    for kind in ("checks", "controls", "guards"):
        before, after = ({part.id: part for part in getattr(record, kind)} for record in (old, new))
        found.gone += [f"{kind[:-1]} {name}" for name in before if name not in after]
        found.new += [f"{kind[:-1]} {name}" for name in after if name not in before]
    found.gone += [f"quantity {name}" for name in sorted(_quantities(old) - _quantities(new))]
    found.new += [f"quantity {name}" for name in sorted(_quantities(new) - _quantities(old))]
    after_checks = {check.id: check for check in new.checks}
    for check in old.checks:
        if check.id in after_checks:
            _check(check, after_checks[check.id], found)
    _outcomes(found, "control", old.controls, new.controls, lambda c: "noticed" if c.noticed else "not noticed")
    _outcomes(found, "guard", old.guards, new.guards, lambda g: "passed" if g.passed else "failed")
    _cells(old, new, found)
    return found


def _outcomes(found: Comparison, kind: str, old: Iterable[Any], new: Iterable[Any], word: Callable[[Any], str]) -> None:
    after = {part.id: part for part in new}
    for part in old:
        if part.id in after and word(part) != word(after[part.id]):
            found.verdicts.append({"what": f"{kind} {part.id}", "old": word(part), "new": word(after[part.id])})


def _check(old: CheckPart, new: CheckPart, found: Comparison) -> None:
    if old.verdict != new.verdict:
        found.verdicts.append({"what": f"check {old.id}", "old": old.verdict, "new": new.verdict})
    after = {rival.id: rival for rival in new.rivals}
    if old.labels:
        known = {rival.id for rival in old.rivals}
        found.new += [f"check {old.id}, rival {name}" for name in after if name not in known]
    for rival in old.rivals:
        if rival.id not in after:
            if new.labels:
                found.gone.append(f"check {old.id}, rival {rival.id}")
        elif rival.rejected != after[rival.id].rejected:
            words = ["rejected" if r.rejected else "not rejected" for r in (rival, after[rival.id])]
            found.verdicts.append({"what": f"check {old.id}, rival {rival.id}", "old": words[0], "new": words[1]})
    if old.labels and new.labels:
        _numbers(old, new, found)


def _numbers(old: CheckPart, new: CheckPart, found: Comparison) -> None:
    if len(old.labels) != len(new.labels):
        fewer = len(new.labels) < len(old.labels)
        words = f"check {old.id}: {len(old.labels)} points before, {len(new.labels)} now"
        (found.gone if fewer else found.new).append(words)
        return
    new = _in_order_of(old, new)
    before, after = np.asarray(old.margin), np.asarray(new.margin)
    change = np.abs(after - before) / np.where(before > 0, before, 1.0)
    if np.any(change > MARGIN_TOLERANCE):
        i = int(change.argmax())
        words = (
            f"{before[i]:.3g} -> {after[i]:.3g} at {old.labels[i] or 'its point'}: {_parts(old, i)} -> {_parts(new, i)}"
        )
        found.margins.append({"check": old.id, "old": old.margin, "new": new.margin, "words": words})
    if old.measured == new.measured and old.standard_error == new.standard_error:
        found.identical += 1
    else:
        error = np.hypot(old.standard_error, new.standard_error)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (np.asarray(new.measured) - np.asarray(old.measured)) / error
        largest = float(np.nanmax(np.abs(z))) if np.any(np.isfinite(z)) else 0.0
        found.measured.append({"check": old.id, "z": z.tolist(), "largest": largest})
    _predicted(f"check {old.id}", old.expected, new.expected, found)
    rivals = {rival.id: rival for rival in new.rivals}
    for rival in old.rivals:
        if rival.id in rivals:
            _predicted(f"check {old.id}, rival {rival.id}", rival.expected, rivals[rival.id].expected, found)


def _in_order_of(old: CheckPart, new: CheckPart) -> CheckPart:
    """The new check with its points in the old order: by their names, or, where these changed, by what is predicted."""
    if sorted(old.labels) == sorted(new.labels) and len(set(old.labels)) == len(old.labels):
        order = [new.labels.index(label) for label in old.labels]
    elif np.allclose([old.expected, old.margin], [new.expected, new.margin], rtol=MARGIN_TOLERANCE, atol=1e-12):
        return new
    else:
        places = np.empty(len(old.labels), dtype=int)
        places[_ranked(old, new)] = _ranked(new, old)
        order = places.tolist()
    numbers = ("labels", "measured", "standard_error", "interval", "expected", "margin", "smallest_caught")
    lists = {name: [getattr(new, name)[i] for i in order] for name in numbers}
    rivals = [rival.model_copy(update={"expected": [rival.expected[i] for i in order]}) for rival in new.rivals]
    parts = [part.model_copy(update={"values": [part.values[i] for i in order]}) for part in new.parts]
    return new.model_copy(update={**lists, "rivals": rivals, "parts": parts})


def _ranked(check: CheckPart, other: CheckPart) -> NDArray[np.intp]:
    """Points by prediction, then by what the rivals of both records say, then by margin, each to nine digits."""
    shared = {rival.id for rival in other.rivals}
    rivals = sorted((rival for rival in check.rivals if rival.id in shared), key=lambda rival: rival.id)
    keys = [check.expected, *(rival.expected for rival in rivals), check.margin]
    digits = [[float(f"{value:.8e}") for value in key] for key in keys]
    return np.lexsort(digits[::-1])


def _predicted(what: str, old: list[float], new: list[float], found: Comparison) -> None:
    before, after = np.asarray(old), np.asarray(new)
    relative = np.abs(after - before) / np.maximum(np.abs(before), 1e-12)
    if np.max(relative) <= PREDICTION_TOLERANCE:
        found.predicted += 1
        return
    i = int(relative.argmax())
    words = f"{before[i]:.6g} -> {after[i]:.6g}, {relative[i]:.2e} relative"
    found.predictions.append({"what": what, "relative": float(relative[i]), "words": words})


def _parts(check: CheckPart, point: int) -> str:
    return " + ".join(f"{part.name} {part.values[point]:.3g}" for part in check.parts) or "none"


def _quantities(record: Record) -> set[str]:
    return {name for cell in record.cells for name in cell.arrays}


def _cells(old: Record, new: Record, found: Comparison) -> None:
    """Arrays of the same replicates of experiments with the same parameters."""
    before = {_place(old, cell): cell.arrays for cell in old.cells}
    for cell in new.cells:
        counterpart: Mapping[str, Any] = before.get(_place(new, cell), {})
        for name, part in cell.arrays.items():
            other = counterpart.get(name)
            if other is None:
                found.cells["without counterpart"] += 1
            else:
                same = part.array().tobytes() == other.array().tobytes()
                found.cells["identical" if same else "different"] += 1


def _place(record: Record, cell: Any) -> tuple[str, str, int, int, int]:
    parameters = canonical.text(record.experiments[cell.experiment].parameters)
    return parameters, cell.variant, record.seed, cell.first, cell.count
