"""Flips: which verdicts depend on the seed, and how many the records themselves predict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fieldbench.records.schema import Record
from fieldbench.report.table import table

NOT_RUN = "not run"
COLUMNS = ("claim", "seeds", "items", "judgements", "flipped", "most of one", "predicted a check", "largest predicted")


@dataclass
class Item:
    """A check, a rival or a control, and what was found of it at each seed.

    `predicted` has a check's flip rate from each record's margins and standard errors; a rival and a control have none.
    """

    claim: str
    name: str
    found: dict[int, str] = field(default_factory=dict)
    predicted: list[float] = field(default_factory=list)

    @property
    def usual(self) -> str:
        """What most seeds found; that of the first seed where two are equally frequent."""
        return Counter(self.found.values()).most_common(1)[0][0]

    @property
    def flips(self) -> int:
        """Number of seeds that found something else."""
        return sum(verdict != self.usual for verdict in self.found.values())


@dataclass(frozen=True)
class Stability:
    """All items of several records of the same cases at several seeds."""

    items: tuple[Item, ...]

    @property
    def flipped(self) -> list[Item]:
        """Items that are not the same at every seed."""
        return [item for item in self.items if item.flips]

    @property
    def pooled(self) -> float:
        """Flips over judgements, all items together."""
        judged = sum(len(item.found) for item in self.items)
        return sum(item.flips for item in self.items) / judged if judged else 0.0

    @property
    def predicted(self) -> dict[tuple[str, str], float]:
        """(claim, check) → flip rate that its records predict, averaged over seeds."""
        return {
            (item.claim, item.name): sum(item.predicted) / len(item.predicted) for item in self.items if item.predicted
        }

    def as_value(self) -> dict[str, Any]:
        """For `--json`."""
        worst = max(self.predicted.items(), key=lambda pair: pair[1], default=(("", ""), 0.0))
        return {
            "items": len(self.items),
            "judgements": sum(len(item.found) for item in self.items),
            "pooled_rate": self.pooled,
            "most_flips_of_one": max((item.flips for item in self.items), default=0),
            "flips_of_checks": sum(item.flips for item in self.items if item.predicted),
            "predicted_flips": sum(sum(item.predicted) for item in self.items),
            "predicted_mean": sum(self.predicted.values()) / max(1, len(self.predicted)),
            "predicted_largest": worst[1],
            "predicted_largest_check": " ".join(worst[0]).strip(),
            "predicted": {f"{claim} {name}": rate for (claim, name), rate in self.predicted.items()},
        }

    def lines(self) -> Iterator[str]:
        """For the terminal: each flip, then the rates."""
        for item in self.flipped:
            others = {seed: verdict for seed, verdict in item.found.items() if verdict != item.usual}
            seeds = ", ".join(f"{verdict} at seed {seed}" for seed, verdict in others.items())
            yield f"FLIP {item.claim}, {item.name}: {seeds}, else {item.usual}"
        value = self.as_value()
        mean, largest = (100 * value[name] for name in ("predicted_mean", "predicted_largest"))
        yield (
            f"{value['judgements']} judgements of {value['items']} items: {100 * self.pooled:.2g} % flipped, "
            f"{value['most_flips_of_one']} at most of one; records predict {mean:.2g} % a check, "
            f"at most {largest:.2g} % ({value['predicted_largest_check']}): {value['predicted_flips']:.2g} flips of "
            f"checks, found {value['flips_of_checks']}"
        )


PREAMBLE = """# Stability of the verdicts

Written by `fieldbench flips RECORDS --to docs/stability.md` from the records of a run with fresh seeds; do not edit. A
judgement is a check's verdict, a rival's rejection or a control that was noticed, at one seed; it flips where most
seeds found something else. The predicted rate follows from a check's margins and standard errors, averaged over seeds.
"""


def markdown(records: Iterable[Record]) -> str:
    """One row a claim, one for all of them, and every flip by name."""
    found = list(records)
    rows: list[tuple[str, ...]] = []
    for claim in (*sorted({record.claim.id for record in found}), ""):
        seeds = stability(record for record in found if claim in ("", record.claim.id))
        value = seeds.as_value()
        count = len({seed for item in seeds.items for seed in item.found})
        numbers = [str(value[name]) for name in ("items", "judgements")]
        rates = [f"{100 * value[name]:.2g} %" for name in ("pooled_rate", "predicted_mean", "predicted_largest")]
        check = value["predicted_largest_check"]
        where = f" ({check.split(' ', 1)[-1] if claim else check})" if value["predicted_largest"] else ""
        most = str(value["most_flips_of_one"])
        rows.append((claim or "all", str(count), *numbers, rates[0], most, rates[1], rates[2] + where))
    *flips, pooled = stability(found).lines()
    lines = [*(f"- {line}" for line in flips or ["no verdict flipped"]), f"- {pooled}"]
    return f"{PREAMBLE}\n{table(COLUMNS, rows)}\n" + "\n".join(lines) + "\n"


def stability(records: Iterable[Record]) -> Stability:
    """Collect the checks, rivals and controls of records over their seeds; what was not run is left out."""
    items: dict[tuple[str, str], Item] = {}

    def note(record: Record, name: str, found: str, predicted: float | None = None) -> None:
        item = items.setdefault((record.claim.id, name), Item(record.claim.id, name))
        item.found[record.seed] = found
        item.predicted += [] if predicted is None else [predicted]

    for record in records:
        for check in record.checks:
            if check.verdict == NOT_RUN:
                continue
            note(record, check.id, check.verdict, check.flip_rate)
            for rival in check.rivals:
                note(record, f"{check.id} against {rival.id}", "rejected" if rival.rejected else "not rejected")
        for control in record.controls:
            if control.outcome.verdict != NOT_RUN:
                note(record, control.id, "noticed" if control.noticed else "not noticed")
    return Stability(tuple(items.values()))
