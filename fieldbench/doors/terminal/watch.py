"""How a pytest session with cases gets on: one live line in a terminal, a line a claim elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from fieldbench.loading.discovery import claim_id, is_case
from fieldbench.report.pace import Pace, seconds_of


class Watch:
    """Follows the items of a session's cases, whichever process runs them, and says how far it is.

    A pytest plugin, registered where people look: in the only process, or in the one that has the workers.

    Args:
        config: of the session.
        tier: its tier.
        places: folders of records, searched for how long a claim takes.
        workers: processes that share the cases.
    """

    def __init__(self, config: pytest.Config, tier: str, places: Iterable[Path], workers: int) -> None:
        self.config, self.tier, self.places, self.workers = config, tier, tuple(places), workers
        self.reporter: Any = None
        self.claims: dict[str, str] = {}
        self.waiting: Counter[str] = Counter()
        self.failed: set[str] = set()
        self.pace = Pace({})
        self.alive = False
        self.live: Live | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Alone: what was collected is what will run."""
        self._expect(item.nodeid for item in getattr(session, "items", ()))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Iterable[str]) -> None:
        """With workers: each has collected the same."""
        self._expect(ids)

    def _expect(self, nodeids: Iterable[str]) -> None:
        ids = list(map(str, nodeids))
        if self.waiting or not ids:
            return
        self.reporter = self.config.pluginmanager.getplugin("terminalreporter")
        for file in dict.fromkeys(nodeid.partition("::")[0] for nodeid in ids):
            if is_case(path := self.config.rootpath / file):
                self.claims[file] = claim_id(path)
        self.waiting.update(claim for nodeid in ids if (claim := self._claim(nodeid)))
        expected = {claim: seconds_of(claim, self.tier, self.places) for claim in self.claims.values()}
        self.pace = Pace(expected, self.workers)
        quiet = self.config.get_verbosity() == 0 and all(map(self._claim, ids))
        if quiet and self.reporter is not None:
            # What pytest shows of items says nothing of cases: neither file names nor letters nor their percentage.
            self.reporter.showfspath = False
            self.reporter._show_progress_info = False
            self.alive = self.reporter.isatty()

    def _claim(self, nodeid: str) -> str:
        return self.claims.get(str(nodeid).partition("::")[0], "")

    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """No letter for an item of a case; the claim's own line says what came of it."""
        if not self._claim(report.nodeid) or self.config.get_verbosity() != 0:
            return None
        if report.when != "call" and report.passed:
            return "", "", ""
        outcome = "error" if report.when != "call" and report.failed else report.outcome
        return outcome, "", outcome.upper()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """The first item of a case runs all of it."""
        if claim := self._claim(nodeid):
            self.pace.start(claim)
            if self.alive and self.live is None:  # not before: workers draw a line of their own while they collect
                self.live = Live(self.pace)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A claim is done with its last item."""
        claim = self._claim(report.nodeid)
        if not claim:
            return
        if report.failed:
            self.failed.add(claim)
        if report.when != "teardown":
            return
        self.waiting[claim] -= 1
        if not self.waiting[claim]:
            self.pace.finish(claim)
            if not self.alive and self.reporter is not None and self.config.get_verbosity() >= 0:
                self.reporter.ensure_newline()
                odd = ": NOT as declared" if claim in self.failed else ""
                self.reporter.write_line(self.pace.said(claim) + odd)

    def progress(self, claim: str) -> Any:
        """A callback (done, total, what) of the runner, in the process that runs the case."""
        return lambda done, total, what: self.pace.at(claim, done / total if total else 0.0)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """The live line goes before anything else is said."""
        self.close()

    def close(self) -> None:
        """Erase the live line, if there is one; no harm in doing so twice."""
        if self.live is not None:
            self.live.close()
        self.alive, self.live = False, None


class Live:
    """A line of a terminal that is drawn anew each second, whoever captures standard output meanwhile."""

    def __init__(self, pace: Pace) -> None:
        self.pace, self.width = pace, shutil.get_terminal_size().columns
        self.file = os.fdopen(os.dup(sys.__stdout__.fileno()), "w", encoding="utf-8")  # type: ignore[union-attr]
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._draw, daemon=True)
        self.thread.start()

    def _draw(self) -> None:
        while not self.stop.is_set():
            self._write(self.pace.line(self.width).ljust(self.width - 1))
            self.stop.wait(1.0)

    def _write(self, text: str) -> None:
        self.file.write("\r" + text + "\r")
        self.file.flush()

    def close(self) -> None:
        """Erase the line."""
        self.stop.set()
        self.thread.join()
        self._write("\x1b[K")
        self.file.close()
