"""The pytest door: a case is collected as one item a check, a rival and a control.

Loaded as an entry point in every pytest session, so it imports neither JAX nor a case until a case is collected, and
it changes nothing in sessions that have none.
"""

from __future__ import annotations

import gc
import json
import os
import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from fieldbench.doors.pytest_items import ERROR, PROGRESS, RECORD, ROW, WARNING, CaseFile
from fieldbench.doors.session.defaults import Defaults, defaults
from fieldbench.errors import BadInput
from fieldbench.loading.discovery import CASE, is_case

_CASES = "fieldbench-cases"
_FOUND = pytest.StashKey[bool]()
_STARTED = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the doors, as in `fieldbench run`; [tool.fieldbench] of the working directory has their defaults."""
    try:
        own = defaults()
    except BadInput:
        own = Defaults()  # a session with cases says what is wrong with it as it is configured, others need not
    group = parser.getgroup("fieldbench", "published claims as cases")
    group.addoption("--tier", default=own.tier, help="tier of every case: quick, standard or paper (default: quick)")
    group.addoption("--seed", type=int, default=own.seed, help="the suite's seed (default: 0)")
    group.addoption(
        "--fresh-seeds", type=int, default=0, metavar="K", help="also run K further seeds; each must keep its verdicts"
    )
    group.addoption("--with", action="append", default=None, dest="fieldbench_with", metavar="PORT=MODULE:FACTORY",
                    help="put somebody else's implementation under the claims (ports: gpr, sampler)")  # fmt: skip
    group.addoption("--reuse", action="store_true", help="also take stored cells that what is under --with measured")
    group.addoption(
        "--results",
        default=None,
        metavar="DIR",
        help="where records are written (default: .fieldbench/results)",
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
    """Under `-n`, give each worker of a session with cases a share of the cores of its own; elsewhere, watch."""
    if getattr(config, "workerinput", {}).get(_CASES):
        share_cores(config)
    if not _has_cases(config):
        return
    _take_defaults(config)
    if not hasattr(config, "workerinput"):
        _watch(config)


def _take_defaults(config: pytest.Config) -> None:
    """The options that nobody gave, and what is under the ports, tried before anything runs."""
    try:
        own, option = defaults(), config.option
        option.fieldbench_with = option.fieldbench_with or own.ports
        if option.fieldbench_with and not hasattr(config, "workerinput"):
            from fieldbench.doors import ports

            ports.require_sound(ports.parse(option.fieldbench_with))
    except BadInput as error:
        raise pytest.UsageError(str(error)) from error


def _watch(config: pytest.Config) -> None:
    """Follow the session in the process that people look at."""
    from fieldbench.doors.session import REFERENCE, own_results
    from fieldbench.doors.terminal.watch import Watch

    config.stash[_STARTED] = time.monotonic()
    workers = config.getoption("numprocesses", None)
    places = (REFERENCE, own_results())
    watch = Watch(config, config.getoption("--tier"), places, workers if isinstance(workers, int) else 1)
    config.pluginmanager.register(watch, "fieldbench-watch")
    config.stash[PROGRESS] = watch.progress
    config.add_cleanup(watch.close)


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
    from fieldbench.doors.session import REFERENCE
    from fieldbench.report.pace import seconds_of

    tier, cost = config.getoption("--tier"), dict[Any, tuple[float, int]]()
    for file, count in Counter(item.parent for item in items).items():
        cost[file] = (0.0, 0)
        if isinstance(file, CaseFile):
            cost[file] = (seconds_of(file.case.claim.id, tier, [REFERENCE]), count)
    items.sort(key=lambda item: cost[item.parent], reverse=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Under `-n`, give all items of a case to one worker; sessions without cases keep their scheduler."""
    if config.getoption("dist", "no") != "load" or not _names_cases(config):
        return None
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # the workers have them in order
    return LoadFileScheduling(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any) -> Generator[None, object, object]:
    """The last screen: a line a claim, of what this session and its workers found.

    pytest's own list of skips leaves those of cases out, unless it was asked for (`-rs`): the screen counts them by
    their reasons. Its list of failures has the error of a case that could not run once, not for each of its items.
    """
    if not _names_cases(terminalreporter.config):
        return (yield)
    stats = terminalreporter.stats
    whole = {kind: stats[kind] for kind in ("skipped", "failed") if kind in stats}
    if "s" not in terminalreporter.config.option.reportchars:
        stats["skipped"] = [report for report in whole.get("skipped", ()) if not _of_case(report)]
    stats["failed"] = _errors_once(whole.get("failed", ()))
    try:
        return (yield)
    finally:
        for kind in ("skipped", "failed"):
            stats.pop(kind, None)
        stats.update(whole)
        _last_screen(terminalreporter)


def _errors_once(failed: Sequence[Any]) -> list[Any]:
    """Of the items that one error of their case made fail, the first, which says how many others there are."""
    of = [next((value for name, value in report.user_properties if name == ERROR), None) for report in failed]
    kept = [report for i, report in enumerate(failed) if of[i] is None or of.index(of[i]) == i]
    for error, count in Counter(error for error in of if error is not None).items():
        if count > 1:
            claim, more = json.loads(error)[0], f"{count - 1} further item{'s' * (count > 2)}"
            failed[of.index(error)].sections.append(("fieldbench", f"the same keeps {more} of {claim} from running"))
    return kept


def _of_case(report: Any) -> bool:
    return any(name in (ROW, RECORD) for name, _ in getattr(report, "user_properties", ()))


def _last_screen(reporter: Any) -> None:
    from fieldbench.doors.terminal.tables import selected
    from fieldbench.records.files import read
    from fieldbench.report.rows import ITEM_COLUMNS
    from fieldbench.report.screen import left_out, screen, where_things_are

    reports = [r for kind in ("passed", "failed", "skipped") for r in reporter.getreports(kind)]
    said: dict[str, dict[str, None]] = {}
    for name, value in (entry for report in reports for entry in report.user_properties):
        said.setdefault(name, {})[value] = None
    for message in said.get(WARNING, ()):
        reporter.write_line(f"warning: {message}", yellow=True)
    errors = dict(json.loads(value) for value in said.get(ERROR, ())) | _not_collected(reporter)
    records = {path: read(Path(path)) for path in said.get(RECORD, ())}  # a worker's, handed over by name
    rows = [json.loads(value) for value in said.get(ROW, ())]
    width = reporter._tw.fullwidth
    if rows:
        reporter.section("selected")
        for text in selected(ITEM_COLUMNS, rows, width):
            reporter.write_line(text)
    if records or errors:
        reporter.section(f"claims, {reporter.config.getoption('--tier')} tier")
        skips = left_out(_reason(report) for report in reporter.getreports("skipped") if _of_case(report))
        seconds = time.monotonic() - reporter.config.stash[_STARTED] if _STARTED in reporter.config.stash else None
        folder = next((Path(path).parents[3] for path in records), None)
        where = where_things_are(folder) if folder else ""
        for line in screen(list(records.values()), width, errors, skips, seconds, where):
            for text, style in line:
                reporter.write(text, **_markup(style))
            reporter.line("")


def _markup(style: str) -> Mapping[str, bool]:
    return {{"dim": "light"}.get(style, style): True} if style else {}


def _reason(report: Any) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(text).removeprefix("Skipped: ")


def _not_collected(reporter: Any) -> dict[str, str]:
    """Cases that could not be read, by their folder → the sentence."""
    found = {}
    for report in reporter.getreports("error"):
        path = reporter.config.rootpath / str(report.nodeid).partition("::")[0]
        if is_case(path):
            found[path.parent.name.replace("_", "-")] = str(report.longrepr).strip().splitlines()[-1]
    return found


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
