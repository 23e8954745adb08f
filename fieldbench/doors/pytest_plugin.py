"""The pytest door: a case is collected as one item a check, a rival and a control.

Loaded as an entry point in every pytest session, so it imports neither JAX nor a case until a case is collected, and
it changes nothing in sessions that have none.
"""

from __future__ import annotations

import gc
import json
import os
import traceback
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fieldbench.loading.discovery import CASE, is_case

if TYPE_CHECKING:
    from fieldbench.doors.session import Session
    from fieldbench.judging.trial import Result
    from fieldbench.verdicts.outcome import RivalOutcome

_RECORD, _WARNING, _CASES = "fieldbench-record", "fieldbench-warning", "fieldbench-cases"
_FOUND = pytest.StashKey[bool]()


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
    group.addoption("--reuse", action="store_true", help="also take stored cells that what is under --with measured")
    group.addoption(
        "--results", default=None, metavar="DIR", help="where records are written (default: .fieldbench/results)"
    )
    group.addoption(
        "--store", default=None, metavar="DIR", help="where finished cells are kept (default: .fieldbench/store)"
    )
    group.addoption("--traceback", action="store_true", help="show where an error of a case or a port came from")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect cases: a case.py beside a claim.toml."""
    if file_path.suffix == ".py" and is_case(file_path):
        return CaseFile.from_parent(parent, path=file_path)
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Under `-n`, give each worker of a session with cases a share of the cores of its own."""
    if getattr(config, "workerinput", {}).get(_CASES):
        share_cores(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker whether the session has cases, so that it need not look for them again."""
    node.workerinput[_CASES] = _names_cases(node.config)


def share_cores(config: pytest.Config) -> None:
    """Keep a worker to its share of the cores, where there are enough and the system can.

    XLA starts as many threads as it sees cores: two workers on two cores ran a third faster with one core each than
    with both. It looks once, so this comes before JAX is imported.
    """
    worker = getattr(config, "workerinput", {})
    count, number = worker.get("workercount", 1), str(worker.get("workerid", "")).removeprefix("gw")
    if count > 1 and number.isdigit() and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) >= count:
            os.sched_setaffinity(0, cores[int(number) :: count])


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """In sessions with cases what is imported stays: the collector of cycles need not go through it ever again."""
    if not _has_cases(session.config):
        return (yield)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a worker, the longest case first, so that all workers end together; stable, and the same in each worker."""
    if not getattr(config, "workerinput", {}).get(_CASES):
        return
    tier, cost = config.getoption("--tier"), dict[Any, tuple[float, int]]()
    for file, count in Counter(item.parent for item in items).items():
        cost[file] = (seconds_of(file.case.claim.id, tier), count) if isinstance(file, CaseFile) else (0.0, 0)
    items.sort(key=lambda item: cost[item.parent], reverse=True)


def seconds_of(claim: str, tier: str) -> float:
    """What the cells of a claim's newest reference record took; 0 where there is none."""
    from fieldbench.doors.session import REFERENCE

    records = sorted((REFERENCE / claim).glob(f"r*/{tier}/*.json"), key=lambda path: path.name)
    try:
        return float(sum(cell["wall_time"] for cell in json.loads(records[-1].read_bytes())["cells"]))
    except (IndexError, LookupError, TypeError, ValueError, OSError):
        return 0.0  # an order is all that it is for


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Under `-n`, give all items of a case to one worker; sessions without cases keep their scheduler."""
    if config.getoption("dist", "no") != "load" or not _names_cases(config):
        return None
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # the workers have them in order
    return LoadFileScheduling(config, log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The verdict table of every record that this session wrote, also of those its workers wrote, and warnings."""
    reports = [r for kind in ("passed", "failed", "skipped") for r in terminalreporter.getreports(kind)]
    said = [(name, value) for report in reports for name, value in report.user_properties]
    for message in dict.fromkeys(value for name, value in said if name == _WARNING):
        terminalreporter.write_line(f"warning: {message}", yellow=True)
    paths = dict.fromkeys(value for name, value in said if name == _RECORD)
    if not paths:
        return
    from fieldbench.records.files import read
    from fieldbench.report.rows import COLUMNS, summary

    terminalreporter.section("verdicts")
    terminalreporter.write_line(" | ".join(COLUMNS))
    for path in paths:
        record = read(Path(path))  # the worker's, handed over by name
        for row in summary(record):
            terminalreporter.write_line(" | ".join(row))
        terminalreporter.write_line(f"{record.claim.id}: {record.summary}; {path}")


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
        from fieldbench.doors.session import OWN, Session, default_store

        option = self.config.getoption
        return Session(
            tier=option("--tier"),
            seed=seed,
            store=Path(option("--store")) if option("--store") else default_store(),
            results=Path(option("--results")) if option("--results") else OWN / "results",
            implementations=ports.parse(option("fieldbench_with")),
            reuse=option("--reuse"),
            warn=self.warnings.append,
        )


class CaseItem(pytest.Item):
    """One check, rival or control of a case."""

    def __init__(self, *, kind: str, target: tuple[str, ...], seed: int, **options: Any) -> None:
        super().__init__(**options)
        self.kind, self.target, self.seed = kind, target, seed

    def runtest(self) -> None:
        """Fail unless this item's verdict is the declared one; skip if its data are not here."""
        from fieldbench.verdicts.rule import Verdict
        from fieldbench.verdicts.words import check_text, control_text, rival_text

        parent = self.parent
        assert isinstance(parent, CaseFile)
        rival: RivalOutcome | None = None
        judgement = parent.result(self.seed).judgement
        assert judgement is not None  # this door never asks for a partial result
        self.user_properties += [(_WARNING, message) for message in parent.warnings]
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
        written = parent.records.get(self.seed)
        if written is not None:
            self.user_properties.append((_RECORD, str(written)))
        if outcome.verdict is Verdict.NOT_RUN:
            pytest.skip(outcome.reason)
        if self.kind == "rival" and rival is not None and not rival.rejection.told:
            pytest.skip(text)
        self.add_report_section("call", "fieldbench", text)
        self.user_properties.append(("fieldbench", text))
        if not sound:
            raise NotAsDeclared(text)

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


def _has_cases(config: pytest.Config) -> bool:
    """Whether this process, a worker or alone, is to run cases."""
    worker = getattr(config, "workerinput", None)
    return _names_cases(config) if worker is None else bool(worker.get(_CASES))


def _names_cases(config: pytest.Config) -> bool:
    """Whether the session was asked for cases; the folders are searched once."""
    if _FOUND not in config.stash:
        names = [str(argument).split("::")[0] for argument in config.args]
        paths = [path for name in names for path in (_folders(config, name) or [Path(name)])]
        config.stash[_FOUND] = any(
            is_case(file) for path in paths for file in (path.rglob(CASE) if path.is_dir() else [path])
        )
    return config.stash[_FOUND]


def _folders(config: pytest.Config, name: str) -> list[Path]:
    """Under --pyargs, the folders of a package of that name."""
    from fieldbench.errors import BadInput
    from fieldbench.loading.installed import folders_of

    try:
        return folders_of(name) if config.getoption("pyargs") else []
    except BadInput:  # a path, which --pyargs takes too
        return []
