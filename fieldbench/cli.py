"""The command line: arguments and exit codes; the verbs are in `fieldbench.doors`.

Exit codes: 0 every verdict as declared, 3 contradicted, 4 inconclusive, 5 could not run (the worst wins), 2 usage,
130 interrupted.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from fieldbench.doors.output import Output
from fieldbench.errors import FieldbenchError

COULD_NOT_RUN = 5
INTERRUPTED = 130

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Published claims of the field theory of deep learning, tested on this machine.",
)
data_app = typer.Typer(no_args_is_help=True, help="Data sets.")
app.add_typer(data_app, name="data")

Json = Annotated[bool, typer.Option("--json", help="one JSON value on stdout, nothing else")]
Cases = Annotated[Path | None, typer.Option("--cases", help="folder of cases (default: ./cases, else the suite's own)")]
Results = Annotated[Path, typer.Option("--results", help="directory of records")]
StoreDir = Annotated[Path | None, typer.Option("--store", help="directory of finished measurements")]
Name = Annotated[str, typer.Argument(metavar="CASE", help="claim id or case file")]


def door(verb: Callable[..., int | None]) -> Callable[..., None]:
    """Give a verb its output and turn what a user can cause into one line on stderr and an exit code."""

    @functools.wraps(verb)
    def enter(*arguments: Any, **options: Any) -> None:
        out = Output(as_json=bool(options.get("as_json", False)))
        try:
            code = verb(*arguments, **options)
        except FieldbenchError as error:
            out.note(f"error: {error}")
            out.value({"exit_code": COULD_NOT_RUN, "error": f"{type(error).__name__}: {error}"})
            code = COULD_NOT_RUN
        except KeyboardInterrupt:
            out.note("interrupted; finished cells are kept, the same command goes on from there")
            code = INTERRUPTED
        raise typer.Exit(code or 0)

    return enter


@app.command("list")
@door
def list_(cases: Cases = None, as_json: Json = False) -> None:
    """List the cases; nothing is imported or run."""
    from fieldbench.doors.cases import list_cases

    list_cases(cases, Output(as_json))


@app.command()
@door
def info(case: Name, cases: Cases = None, as_json: Json = False) -> None:
    """Show a case: claim, sources, tiers, checks, rivals, controls."""
    from fieldbench.doors.cases import info as show

    show(case, cases, Output(as_json))


@app.command()
@door
def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="[CASE]...", help="default: all")] = None,
    tier: Annotated[str, typer.Option(help="quick, standard or paper")] = "quick",
    seed: Annotated[int, typer.Option(help="the suite's seed")] = 0,
    fresh_seeds: Annotated[int, typer.Option(metavar="K", help="also run K further seeds and report flips")] = 0,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="replace a field of every setup (exploratory)"),
    ] = None,
    implementations: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="PORT=MODULE:FACTORY", help="another implementation under the claims"),
    ] = None,
    results: Results = Path("results"),
    store: StoreDir = None,
    cases: Cases = None,
    as_json: Json = False,
) -> int:
    """Run cases and write their records."""
    from fieldbench.doors.run import Request
    from fieldbench.doors.run import run as run_cases

    request = Request(
        names=names or (),
        cases=cases,
        tier=tier,
        seed=seed,
        fresh_seeds=fresh_seeds,
        overrides=overrides or (),
        implementations=implementations or (),
        results=results,
        store=store,
    )
    return run_cases(request, Output(as_json))


@app.command()
@door
def history(case: Name, results: Results = Path("results"), cases: Cases = None, as_json: Json = False) -> None:
    """List the records of a case."""
    from fieldbench.doors.cases import history as show

    show(case, results, cases, Output(as_json))


@app.command()
@door
def verify(
    where: Annotated[Path, typer.Argument(metavar="PATH", help="a record or a directory of records")] = Path("results"),
    cases: Cases = None,
    as_json: Json = False,
) -> int:
    """Recompute every verdict from the cell values in records."""
    from fieldbench.doors.verify import verify as verify_records

    return verify_records(where, cases, Output(as_json))


@app.command()
@door
def doctor(results: Results = Path("results"), store: StoreDir = None, as_json: Json = False) -> int:
    """Examine this machine: versions, arithmetic, directories, data sets."""
    from fieldbench.doors.doctor import doctor as examine

    return examine(results, store, Output(as_json))


@app.command("results-table")
@door
def results_table(
    results: Results = Path("results"),
    readme: Annotated[Path | None, typer.Option(help="also fill the marked tables of this file")] = None,
    as_json: Json = False,
) -> None:
    """Write results/README.md from the newest records."""
    from fieldbench.report.table import write_tables

    out = Output(as_json)
    path, records = write_tables(results, readme)
    out.line(str(path))
    out.value({"table": str(path), "records": [record.run_id for record in records]})


@app.command()
@door
def flips(
    where: Annotated[Path, typer.Argument(metavar="PATH", help="a directory of records")],
    tier: Annotated[str, typer.Option(help="quick, standard or paper")] = "quick",
    to: Annotated[Path | None, typer.Option(help="also write a table to this file")] = None,
    as_json: Json = False,
) -> None:
    """Which verdicts depended on the seed, and how many were predicted to."""
    from fieldbench.doors.flips import flips as show

    show(where, tier, to, Output(as_json))


@app.command()
@door
def coverage(
    results: Results = Path("results"),
    cases: Cases = None,
    not_encoded: Annotated[Path, typer.Option(help="TOML list of the claims that are not encoded")] = Path(
        "docs/not-encoded.toml"
    ),
    to: Annotated[Path, typer.Option(help="file to write")] = Path("docs/coverage.md"),
    as_json: Json = False,
) -> None:
    """Write docs/coverage.md: each claim of the sources, encoded or not, its status by tier, errata."""
    from fieldbench.doors.cases import known
    from fieldbench.report.coverage import write_coverage

    out = Output(as_json)
    records = write_coverage(to, results, known(cases), not_encoded)
    out.line(str(to))
    out.value({"coverage": str(to), "records": [record.run_id for record in records]})


@data_app.command("fetch")
@door
def fetch(name: Annotated[str, typer.Argument(help="mnist or cifar10")], as_json: Json = False) -> None:
    """Download a data set into the cache, with checksum."""
    from fieldbench import data

    out = Output(as_json)
    paths = [str(path) for path in data.fetch(name)]
    for path in paths:
        out.line(path)
    out.value({"name": name, "files": paths})


def main() -> None:
    """Entry point of the `fieldbench` command."""
    app()


if __name__ == "__main__":
    main()
