"""What pytest collects of a case: one item a check, a rival and a control."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fieldbench.doors.session import Session
    from fieldbench.judging.trial import Result
    from fieldbench.verdicts.outcome import CheckOutcome, RivalOutcome

RECORD, WARNING, ERROR = "fieldbench-record", "fieldbench-warning", "fieldbench-error"
ROW = "fieldbench-row"
"""Names of what an item's report carries to the process that shows it."""

PROGRESS = pytest.StashKey[Callable[[str], Callable[[int, int, str], None]]]()
"""Claim → where the runner says how far it is, in a session that shows it."""


class CaseFile(pytest.File):
    """A case; run once, when the first of its items is."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a check, a rival and a control, for each seed asked for."""
        from fieldbench.cells.numerics import numerics
        from fieldbench.errors import FieldbenchError
        from fieldbench.loading.load import load_case

        try:
            with numerics():
                self.case = load_case(self.path)
        except FieldbenchError as error:
            raise self.CollectError(_words(self.config, error)) from error
        self.results: dict[int, Result | Exception] = {}
        self.records: dict[int, Path | None] = {}
        self.warnings: list[str] = []
        base, fresh = self.config.getoption("--seed"), self.config.getoption("--fresh-seeds")
        for seed in range(base, base + fresh + 1):
            for name, kind, target in item_names(self.case):
                suffix = f"@seed{seed}" if fresh else ""
                yield CaseItem.from_parent(self, name=name + suffix, kind=kind, target=target, seed=seed)

    def result(self, seed: int) -> Result:
        """The case's result at a seed; its record is written if all of its items were selected."""
        if seed not in self.results:
            session = self._session(seed)
            try:
                result = session.run(self.path)
            except Exception as error:
                self.results[seed] = error  # every item says so; nothing is measured twice to fail again
                raise
            self.results[seed] = result
            selected = {
                item.name
                for item in self.session.items
                if isinstance(item, CaseItem) and item.parent is self and item.seed == seed
            }
            if len(selected) == len(item_names(self.case)):
                _, self.records[seed] = session.record(result)
        found = self.results[seed]
        if isinstance(found, Exception):
            raise found
        return found

    def _session(self, seed: int) -> Session:
        from fieldbench.doors import ports
        from fieldbench.doors.session import Session, default_store, own_results

        option = self.config.getoption
        watched = self.config.stash.get(PROGRESS, None)
        return Session(
            tier=option("--tier"),
            seed=seed,
            store=Path(option("--store")) if option("--store") else default_store(),
            results=Path(option("--results")) if option("--results") else own_results(),
            implementations=ports.parse(option("fieldbench_with") or ()),
            reuse=option("--reuse"),
            warn=self.warnings.append,
            progress=watched(self.case.claim.id) if watched else lambda done, total, what: None,
        )


class CaseItem(pytest.Item):
    """One check, rival or control of a case; the claim's id is a keyword of it."""

    def __init__(self, *, kind: str, target: tuple[str, ...], seed: int, **options: Any) -> None:
        super().__init__(**options)
        self.kind, self.target, self.seed = kind, target, seed
        assert isinstance(self.parent, CaseFile)
        self.extra_keyword_matches.add(self.parent.case.claim.id)

    def runtest(self) -> None:
        """Fail unless this item's verdict is the declared one; skip if its data are not here."""
        from fieldbench.verdicts.rule import Verdict
        from fieldbench.verdicts.words import check_text, control_text, rival_text

        parent = self.parent
        assert isinstance(parent, CaseFile)
        rival: RivalOutcome | None = None
        try:
            judgement = parent.result(self.seed).judgement
        except Exception as error:
            self._tell(ERROR, [parent.case.claim.id, f"{type(error).__name__}: {error}"])
            raise
        assert judgement is not None  # this door never asks for a partial result
        self.user_properties += [(WARNING, message) for message in parent.warnings]
        checks = {check.id: check for check in judgement.checks}
        controls = {control.id: control for control in judgement.controls}
        if self.kind == "control":
            control = controls[self.target[0]]
            outcome, sound, text = control.outcome, control.as_declared, control_text(control)
        elif self.kind == "rival":
            outcome = checks[self.target[0]]
            rival = next((r for r in outcome.rivals if r.id == self.target[1]), None)
            sound = rival is not None and not rival.survives
            text = rival_text(outcome, rival) if rival else ""
        else:
            outcome = checks[self.target[0]]
            sound, text = outcome.as_declared, check_text(outcome)
        self._report(outcome, rival, sound)
        if outcome.verdict is Verdict.NOT_RUN:
            pytest.skip(outcome.reason)
        if self.kind == "rival" and rival is not None and not rival.rejection.told:
            pytest.skip(text)
        self.add_report_section("call", "fieldbench", text)
        self.user_properties.append(("fieldbench", text))
        if not sound:
            raise NotAsDeclared(text)

    def _report(self, outcome: CheckOutcome, rival: RivalOutcome | None, sound: bool) -> None:
        """What the last screen needs of this item."""
        from fieldbench.report.rows import item_row

        parent = self.parent
        assert isinstance(parent, CaseFile)
        written = parent.records.get(self.seed)
        if written is not None:
            self.user_properties.append((RECORD, str(written)))
        if written is None or self.config.getoption("keyword"):
            row = item_row(self.name, outcome, rival, self.kind == "control", sound)
            self._tell(ROW, [parent.case.claim.id, *row])

    def _tell(self, name: str, value: list[str]) -> None:
        self.user_properties.append((name, json.dumps(value)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The numbers of the check in place of a traceback; a user's error is one sentence."""
        from fieldbench.errors import FieldbenchError

        if isinstance(excinfo.value, (NotAsDeclared, FieldbenchError)):
            return _words(self.config, excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """File and kebab name of the item."""
        return self.path, None, self.name


class NotAsDeclared(Exception):
    """A verdict, rejection or control that is not as the case declares."""


def item_names(case: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    """(item name, kind, target) of everything a case declares."""
    items: list[tuple[str, str, tuple[str, ...]]] = []
    for check in case.checks:
        items.append((check.id, "check", (check.id,)))
        rivals = [getattr(rival, "id", rival) for rival in getattr(check, "rivals", ())]
        items += [(f"{check.id}-rejects-{rival}", "rival", (check.id, rival)) for rival in rivals]
    items += [(f"control-{control.id}", "control", (control.id,)) for control in case.controls]
    return items


def _words(config: pytest.Config, error: BaseException) -> str:
    """An error as one sentence; under --traceback, with the way that led to it."""
    way = "".join(traceback.format_exception(error)) if config.getoption("--traceback") else ""
    return f"{way}{type(error).__name__}: {error}"
