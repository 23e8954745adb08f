"""Session: what every door (command line, pytest, notebook) shares — where things are kept and how a case is run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldbench import ports
from fieldbench.errors import BadInput
from fieldbench.evidence.discovery import find_cases

if TYPE_CHECKING:
    from fieldbench.evidence.result import CaseResult


def case_folder() -> Path:
    """Where the suite's own cases are: ./cases, else those of the checkout, else those installed with the package."""
    package = Path(__file__).resolve().parent
    for folder in (Path("cases"), package.parent / "cases", package / "cases"):
        if folder.is_dir() and find_cases(folder):
            return folder
    raise BadInput("no cases found: run inside a checkout, or name a folder or a case file")


def default_store() -> Path:
    """Directory of finished measurements: FIELDBENCH_STORE, else .fieldbench/store below the current directory."""
    return Path(os.environ.get("FIELDBENCH_STORE") or Path(".fieldbench") / "store")


@dataclass(frozen=True)
class Session:
    """How cases are run, whichever door they came through.

    Args:
        tier: "quick", "standard" or "paper".
        seed: the suite's seed.
        store: directory of finished measurements.
        results: directory of records; None writes none.
        implementations: port name → "module:factory" (see `fieldbench.ports`).
        overrides: setup fields replaced in every setup; the record is then marked exploratory.
        warn: called with one sentence for each stored cell that cannot be trusted.
        progress: called with (done, total, what).
    """

    tier: str = "quick"
    seed: int = 0
    store: Path = field(default_factory=default_store)
    results: Path | None = Path("results")
    implementations: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    warn: Callable[[str], None] = lambda message: None
    progress: Callable[[int, int, str], None] = lambda done, total, what: None

    def run(self, path: Path) -> CaseResult:
        """Load and run one case file under the suite's numerics; no record is written."""
        from fieldbench import data
        from fieldbench.evidence.case import load_case
        from fieldbench.evidence.numerics import numerics
        from fieldbench.evidence.runner import Options, run_case
        from fieldbench.evidence.store import Store

        with numerics():
            case = load_case(path)
            instances = ports.build(self.implementations)
            options = Options(
                tier=self.tier,
                seed=self.seed,
                ports=instances,
                port_names={**ports.DEFAULTS, **self.implementations},
                overrides=self.overrides,
                checksum=data.checksum,
                progress=self.progress,
            )
            return run_case(case, Store(self.store, self.warn), options)

    def record(self, result: CaseResult) -> Path | None:
        """Write the result's record under `results`, and return its path."""
        if self.results is None:
            return None
        from fieldbench.evidence.record import from_result, write

        return write(from_result(result), self.results)
