"""The pytest door: a case file is collected as one item a check, a rival and a control.

Loaded as an entry point in every pytest session, so it imports neither JAX nor a case until a case is collected, and
it changes nothing in sessions that have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fieldbench.evidence.discovery import is_case

if TYPE_CHECKING:
    from fieldbench.evidence.case import Case
    from fieldbench.evidence.result import CaseResult
    from fieldbench.session import Session

_RECORD = "fieldbench-record"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the doors, as in `fieldbench run`."""
    group = parser.getgroup("fieldbench", "published claims as cases")
    group.addoption("--tier", default="quick", help="tier of every case: quick, standard or paper (default: quick)")
    group.addoption("--seed", type=int, default=0, help="the suite's seed (default: 0)")
    group.addoption(
        "--fresh-seeds", type=int, default=0, metavar="K", help="also run K further seeds; each must keep its verdicts"
    )
    group.addoption("--with", action="append", default=[], dest="fieldbench_with", metavar="PORT=MODULE:FACTORY",
                    help="put somebody else's implementation under the claims (ports: gpr, sampler)")  # fmt: skip
    group.addoption("--results", default="results", metavar="DIR", help="where records are written (default: results)")
    group.addoption(
        "--store", default=None, metavar="DIR", help="where finished cells are kept (default: .fieldbench/store)"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect Python files that bind CLAIM at top level, whatever their name."""
    if file_path.suffix == ".py" and is_case(file_path):
        return CaseFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Under `-n`, give all items of a case to one worker; sessions without cases keep their scheduler."""
    if config.getoption("dist", "no") != "load" or not _names_cases(config):
        return None
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The verdict table of every record that this session wrote, also of those its workers wrote."""
    reports = [r for kind in ("passed", "failed", "skipped") for r in terminalreporter.getreports(kind)]
    paths = dict.fromkeys(value for report in reports for name, value in report.user_properties if name == _RECORD)
    if not paths:
        return
    from fieldbench.evidence.record import read
    from fieldbench.report.rows import COLUMNS, summary

    terminalreporter.section("verdicts")
    terminalreporter.write_line(" | ".join(COLUMNS))
    for path in paths:
        record = read(Path(path))
        for row in summary(record):
            terminalreporter.write_line(" | ".join(row))
        terminalreporter.write_line(f"{record.claim.id}: {record.summary}; {path}")


class CaseFile(pytest.File):
    """A case; run once, when the first of its items is."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a check, a rival and a control, for each seed asked for."""
        from fieldbench.evidence.case import load_case
        from fieldbench.evidence.numerics import numerics

        with numerics():
            self.case = load_case(self.path)
        self.results: dict[int, CaseResult] = {}
        self.records: dict[int, Path | None] = {}
        base, fresh = self.config.getoption("--seed"), self.config.getoption("--fresh-seeds")
        for seed in range(base, base + fresh + 1):
            for name, kind, target in item_names(self.case):
                suffix = f"@seed{seed}" if fresh else ""
                yield CaseItem.from_parent(self, name=name + suffix, kind=kind, target=target, seed=seed)

    def result(self, seed: int) -> CaseResult:
        """The case's result at a seed; its record is written if all of its items were selected."""
        if seed not in self.results:
            session = self._session(seed)
            result = session.run(self.path)
            self.results[seed] = result
            selected = {
                item.name
                for item in self.session.items
                if isinstance(item, CaseItem) and item.parent is self and item.seed == seed
            }
            if len(selected) == len(item_names(self.case)):
                self.records[seed] = session.record(result)
        return self.results[seed]

    def _session(self, seed: int) -> Session:
        from fieldbench import ports
        from fieldbench.session import Session, default_store

        option = self.config.getoption
        return Session(
            tier=option("--tier"),
            seed=seed,
            store=Path(option("--store")) if option("--store") else default_store(),
            results=Path(option("--results")),
            implementations=ports.parse(option("fieldbench_with")),
            warn=lambda message: self.config.issue_config_time_warning(pytest.PytestWarning(message), stacklevel=2),
        )


class CaseItem(pytest.Item):
    """One check, rival or control of a case."""

    def __init__(self, *, kind: str, target: tuple[str, ...], seed: int, **options: Any) -> None:
        super().__init__(**options)
        self.kind, self.target, self.seed = kind, target, seed

    def runtest(self) -> None:
        """Fail unless this item's verdict is the declared one; skip if its data are not here."""
        from fieldbench.evidence.explain import check_text, control_text, rival_text
        from fieldbench.evidence.verdict import Verdict

        parent = self.parent
        assert isinstance(parent, CaseFile)
        judgement = parent.result(self.seed).judgement
        checks = {check.id: check for check in judgement.checks}
        controls = {control.id: control for control in judgement.controls}
        if self.kind == "control":
            control = controls[self.target[0]]
            outcome, sound, text = control.outcome, control.as_declared, control_text(control)
        elif self.kind == "rival":
            outcome = checks[self.target[0]]
            rival = next((r for r in outcome.rivals if r.id == self.target[1]), None)
            sound = rival is not None and rival.as_declared
            text = rival_text(outcome, rival) if rival else ""
        else:
            outcome = checks[self.target[0]]
            sound, text = outcome.as_declared, check_text(outcome)
        written = parent.records.get(self.seed)
        if written is not None:
            self.user_properties.append((_RECORD, str(written)))
        if outcome.verdict is Verdict.NOT_RUN:
            pytest.skip(outcome.reason)
        self.add_report_section("call", "fieldbench", text)
        self.user_properties.append(("fieldbench", text))
        if not sound:
            raise NotAsDeclared(text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The numbers of the check in place of a traceback; a user's error is one sentence."""
        from fieldbench.errors import FieldbenchError

        if isinstance(excinfo.value, (NotAsDeclared, FieldbenchError)):
            return f"{type(excinfo.value).__name__}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """File and kebab name of the item."""
        return self.path, None, self.name


class NotAsDeclared(Exception):
    """A verdict, rejection or control that is not as the case declares."""


def item_names(case: Case) -> list[tuple[str, str, tuple[str, ...]]]:
    """(item name, kind, target) of everything a case declares."""
    items: list[tuple[str, str, tuple[str, ...]]] = []
    for check in case.checks:
        items.append((check.id, "check", (check.id,)))
        items += [(f"{check.id}-rejects-{rival.id}", "rival", (check.id, rival.id)) for rival in check.rivals]
    items += [(f"control-{control.id}", "control", (control.id,)) for control in case.controls]
    return items


def _names_cases(config: pytest.Config) -> bool:
    for argument in config.args:
        path = Path(str(argument).split("::")[0])
        files = path.rglob("*.py") if path.is_dir() else [path]
        if any(is_case(file) for file in files):
            return True
    return False
