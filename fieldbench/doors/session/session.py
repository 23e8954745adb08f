"""Session: what every door (command line, pytest, notebook) shares — how a case is run, and where things are kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldbench.doors import ports
from fieldbench.doors.session.defaults import defaults
from fieldbench.errors import BadInput
from fieldbench.loading.discovery import find_cases

if TYPE_CHECKING:
    from fieldbench.cells.measurement import Measurement
    from fieldbench.cells.runner import Settings
    from fieldbench.claims.case import Case
    from fieldbench.judging.trial import Result
    from fieldbench.records.schema import Record

OWN = Path(".fieldbench")
"""A user's own runs: nothing below it is committed."""

REFERENCE = Path("results")
"""Committed reference records: written only when asked by name."""


def case_folder() -> Path:
    """Where the suite's own cases are: ./cases, else those of the checkout, else those installed with the package."""
    package = Path(__file__).resolve().parents[2]
    for folder in (Path("cases"), package.parent / "cases", package / "cases"):
        if folder.is_dir() and find_cases(folder):
            return folder
    raise BadInput("no cases found: run inside a checkout, or name a folder or a case file")


def default_store() -> Path:
    """Directory of finished measurements: FIELDBENCH_STORE, else the working directory's own, see `defaults`."""
    return Path(os.environ.get("FIELDBENCH_STORE") or defaults().store or OWN / "store")


def own_results() -> Path:
    """Directory of a user's own records."""
    return defaults().results or OWN / "results"


@dataclass(frozen=True)
class Session:
    """How cases are run, whichever door they came through.

    Args:
        tier: "quick", "standard" or "paper".
        seed: the suite's seed.
        store: directory of finished measurements.
        results: directory of records; None writes none.
        reference: the record replaces the reference record of its claim and tier in `results`.
        implementations: port's name → "module:factory" (see `fieldbench.doors.ports`).
        reuse: also take stored cells that somebody else's implementation measured in an earlier run.
        overrides: fields replaced in every experiment; the record is then marked exploratory.
        compiled: folder of compiled programs, shared by all cases; None keeps none.
        partial: measure nothing; keep what the store has so far in a partial record.
        share: this process is one, by number, of so many workers on one store.
        warn: called with one sentence for each stored cell that cannot be trusted.
        progress: called with (done, total, what).
    """

    tier: str = "quick"
    seed: int = 0
    store: Path = field(default_factory=default_store)
    results: Path | None = OWN / "results"
    reference: bool = False
    implementations: Mapping[str, str] = field(default_factory=dict)
    reuse: bool = False
    overrides: Mapping[str, Any] = field(default_factory=dict)
    compiled: Path | None = OWN / "compiled"
    partial: bool = False
    share: tuple[int, int] = (0, 1)
    warn: Callable[[str], None] = lambda message: None
    progress: Callable[[int, int, str], None] = lambda done, total, what: None

    def run(self, path: Path) -> Result:
        """Load and run one case under the suite's numerics; no record is written.

        Raises:
            CaseError: the case's own code, or that of a port, raised; the sentence has its file and line.
            FieldbenchError: what else a user can cause.
        """
        from fieldbench.cells.numerics import numerics
        from fieldbench.cells.store import Store
        from fieldbench.judging.trial import run_case
        from fieldbench.loading.load import explained, load_case

        with numerics(self.compiled):
            case = load_case(path)
            settings = self.settings(case)
            for port in [name for name in self.implementations if name not in case.ports]:
                self.warn(
                    f"{case.claim.id} has no port {port}: {self.implementations[port]} is not used and nothing is "
                    f"said of it; this case's ports are {', '.join(case.ports) or 'none'}"
                )
            with explained(path):
                return run_case(case, Store(self.store, self.warn), settings)

    def measure(self, path: Path) -> tuple[tuple[Measurement, ...], int]:
        """Measure the cells of one case that no other process has or does; no theory is asked and nothing is judged.

        Returns:
            What is in the store by now, and how many cells there are in all. Raises as `run`.
        """
        from fieldbench import data
        from fieldbench.cells.numerics import numerics
        from fieldbench.cells.runner import available, measure, plan
        from fieldbench.cells.store import Store
        from fieldbench.loading.load import explained, load_case

        with numerics(self.compiled):
            case = load_case(path)
            experiments, replicates = case.planned(self.tier)
            present, _ = available(experiments, data.checksum)
            with explained(path):
                found, _ = measure(case, present, replicates, Store(self.store, self.warn), self.settings(case))
            return found, len(list(plan(case, present, replicates)))

    def settings(self, case: Case) -> Settings:
        """How the cells of a case are measured; call it inside `numerics()`."""
        from fieldbench import data
        from fieldbench.cells.runner import Settings

        return Settings(
            tier=self.tier,
            seed=self.seed,
            ports=ports.build(self.implementations, {*case.ports, *self.implementations}),
            port_names={**ports.DEFAULTS, **self.implementations},
            reuse=self.reuse,
            overrides=self.overrides,
            checksum=data.checksum,
            progress=self.progress,
            partial=self.partial,
            share=self.share,
        )

    def record(self, result: Result) -> tuple[Record, Path | None]:
        """The result's record, and the file under `results` to which it was written."""
        from fieldbench.records import files
        from fieldbench.records.assemble import assemble

        record = assemble(result)
        if self.results is None:
            return record, None
        write = files.replace_reference if self.reference else files.write
        return record, write(record, self.results)
