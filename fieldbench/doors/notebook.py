"""`fieldbench.run`: the same runner for notebooks and scripts, with the verdicts as a data frame."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldbench.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from fieldbench.judging.trial import Result
    from fieldbench.records.schema import Record


@dataclass(frozen=True, repr=False)
class Run:
    """What `fieldbench.run` found: one result and one record a case, in the order asked for.

    Attributes:
        results: tables, predictions and judgement as arrays.
        records: the same as written to disk.
        paths: the records' files; None where none was asked for.
    """

    results: tuple[Result, ...]
    records: tuple[Record, ...]
    paths: tuple[Path | None, ...]

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __getitem__(self, claim: str) -> Result:
        """The result of a claim."""
        return {result.case.claim.id: result for result in self.results}[claim]

    @property
    def exit_code(self) -> int:
        """As of the command line: 0 if every verdict is as declared, the worst otherwise."""
        from fieldbench.verdicts.outcome import worst

        return worst(record.exit_code for record in self.records)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a point of each check: measured, predicted, margin, standard error, rival, power, verdict.

        Coordinates have columns of numbers: `dimension`, `samples`, … (`at_…` where a column has that name already).
        """
        import pandas as pd

        from fieldbench.report.rows import points

        return pd.DataFrame([row for record in self.records for row in points(record)])

    def plot(self, claim: str | None = None, *, strain: bool = False) -> Figure:
        """The figure of a claim, as `fieldbench plot` draws it; a notebook shows it.

        Args:
            claim: which of several; the only one needs no name.
            strain: how far every check is from its theory, instead of the claim's own figure.

        Raises:
            BadInput: no such claim was run, or Matplotlib is not installed.
        """
        from fieldbench.report import figure

        of = {record.claim.id: record for record in self.records}
        name = next(iter(of), "") if claim is None and len(of) == 1 else claim
        if name not in of:
            raise BadInput(f"{'no claim' if name is None else repr(name)} to plot; name one of {', '.join(of)}")
        return figure.strain(of[name]) if strain else figure.draw(of[name])

    def __repr__(self) -> str:
        """What was found, in about ten lines."""
        from fieldbench.report.brief import brief

        return "\n".join(brief(self.records))

    def _repr_html_(self) -> str:
        """The data frame, as a notebook shows it."""
        return str(self.frame.to_html())


def run(
    *names: str,
    tier: str | None = None,
    seed: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    implementations: Mapping[str, str] | None = None,
    reuse: bool = False,
    results: Path | str | None = None,
    store: Path | str | None = None,
    cases: Path | str | None = None,
) -> Run:
    """Run cases as `fieldbench run` does, and return what was found.

    Args:
        names: claim ids or case files; all cases if none is given.
        tier: "quick" (the default), "standard" or "paper".
        seed: the suite's seed, by default 0.
        overrides: fields replaced in every experiment; the records are then marked exploratory.
        implementations: port name → "module:factory", for example {"gpr": "mine:Factory"}.
        reuse: also take stored cells that these implementations measured in an earlier run.
        results: directory to write records to; by default none is written.
        store: directory of finished measurements, as for the command line.
        cases: folder of cases; by default ./cases or the suite's own.

    What is not given is taken from [tool.fieldbench] in the pyproject.toml of the working directory, where that has
    it. In a notebook and in a terminal a line says which claim runs, how many are done, and how long the rest takes.

    Raises:
        FieldbenchError: what the command line reports with exit code 5.
    """
    from fieldbench.doors import ports
    from fieldbench.doors.session import Session, default_store
    from fieldbench.doors.session.defaults import defaults
    from fieldbench.doors.terminal.output import Output
    from fieldbench.doors.verbs.cases import known
    from fieldbench.doors.verbs.run import pace_of
    from fieldbench.loading.discovery import select

    def warn(message: str) -> None:
        warnings.warn(message, stacklevel=3)

    files = bool(names) and all(Path(name).exists() for name in names)
    known_cases = {} if files else known(Path(cases) if cases else None, warn)
    chosen = select(known_cases, names)
    own = defaults()
    given = [f"{port}={target}" for port, target in (implementations or {}).items()]
    session = Session(
        tier=tier or own.tier,
        seed=own.seed if seed is None else seed,
        store=Path(store) if store else default_store(),
        results=Path(results) if results else own.results,
        implementations=ports.parse(given or own.ports),
        reuse=reuse,
        overrides=overrides or {},
        warn=warn,
    )
    ports.require_sound(session.implementations)
    found = []
    with Output().watch(pace_of(chosen, session.tier)) as watcher:
        for claim, path in chosen.items():
            found.append(replace(session, progress=watcher.start(claim)).run(path))
            watcher.finish(claim)
    recorded = [session.record(result) for result in found]
    return Run(tuple(found), tuple(record for record, _ in recorded), tuple(path for _, path in recorded))
