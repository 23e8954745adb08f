"""The command line: arguments and exit codes; the verbs are in `fieldbench.doors.verbs`.

Exit codes: 0 every verdict as declared, 3 contradicted, 4 inconclusive, 5 could not run (the worst wins), 2 usage,
130 interrupted.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from fieldbench.doors.session import OWN, REFERENCE
from fieldbench.doors.session.defaults import defaults
from fieldbench.doors.terminal.output import Output
from fieldbench.errors import BadInput, FieldbenchError

COULD_NOT_RUN = 5
INTERRUPTED = 130

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(no_args_is_help=True, help="Data sets.")
app.add_typer(data_app, name="data")

Json = Annotated[bool, typer.Option("--json", help="one JSON value on stdout, nothing else")]
Cases = Annotated[Path | None, typer.Option("--cases", help="folder of cases (default: ./cases, else the suite's own)")]
Results = Annotated[Path, typer.Option("--results", help="directory of records")]
Traceback = Annotated[bool, typer.Option("--traceback", help="show where an error came from")]
Own = Annotated[Path | None, typer.Option("--results", help="directory of your own records")]
Tier = Annotated[str, typer.Option(help="quick, standard or paper")]
Seed = Annotated[int, typer.Option(help="the suite's seed")]
StoreDir = Annotated[Path | None, typer.Option("--store", help="directory of finished measurements")]


def _claims(incomplete: str) -> list[str]:
    """The claims here that begin with what was typed, for the shell's completion."""
    from fieldbench.doors.verbs.cases import known

    try:
        return [claim for claim in known(None) if claim.startswith(incomplete)]
    except BadInput:
        return []


Name = Annotated[str, typer.Argument(metavar="CASE", help="claim id or case file", autocompletion=_claims)]
Names = Annotated[list[str] | None, typer.Argument(metavar="[CASE]...", help="default: all", autocompletion=_claims)]


def door(verb: Callable[..., int | None]) -> Callable[..., None]:
    """Give a verb its output and turn what a user can cause into one line on stderr and an exit code."""

    @functools.wraps(verb)
    def enter(*arguments: Any, **options: Any) -> None:
        out = Output(as_json=bool(options.get("as_json", False)), traceback=bool(options.get("traceback", False)))
        try:
            code = verb(*arguments, **options)
        except FieldbenchError as error:
            out.failure(error)
            out.value({"exit_code": COULD_NOT_RUN, "error": f"{type(error).__name__}: {error}"})
            code = COULD_NOT_RUN
        except KeyboardInterrupt:
            out.note("interrupted; finished cells are kept, the same command goes on from there")
            code = INTERRUPTED
        raise typer.Exit(code or 0)

    return enter


def _version(asked: bool) -> None:
    if asked:
        import fieldbench

        print(f"fieldbench {fieldbench.__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="show the version and exit")
    ] = False,
) -> None:
    """Published claims of the field theory of deep learning, tested on this machine.

    Options that are not given come from [tool.fieldbench] in ./pyproject.toml: tier, seed, store, results, with.
    """
    try:
        own = defaults()
    except BadInput as error:
        Output().failure(error)
        raise typer.Exit(COULD_NOT_RUN) from error
    tier = {"tier": own.tier}
    context.default_map = {
        "run": {**tier, "seed": own.seed, "implementations": own.ports},
        "explain": tier,
        "flips": tier,
    }


@app.command("list")
@door
def list_(cases: Cases = None, as_json: Json = False) -> None:
    """List the cases; nothing is imported or run."""
    from fieldbench.doors.verbs.cases import list_cases

    list_cases(cases, Output(as_json))


@app.command()
@door
def info(case: Name, cases: Cases = None, as_json: Json = False, traceback: Traceback = False) -> None:
    """Show a case: claim, sources, tiers, checks, rivals, controls."""
    from fieldbench.doors.verbs.cases import info as show

    show(case, cases, Output(as_json))


@app.command()
@door
def run(
    names: Names = None,
    tier: Tier = "quick",
    seed: Seed = 0,
    fresh_seeds: Annotated[int, typer.Option(metavar="K", help="also run K further seeds and report flips")] = 0,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="replace a field of every experiment (exploratory)"),
    ] = None,
    implementations: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="PORT=MODULE:FACTORY", help="another implementation under the claims"),
    ] = None,
    reuse: Annotated[
        bool, typer.Option("--reuse", help="also take stored cells that an implementation under --with measured")
    ] = False,
    results: Annotated[
        Path | None, typer.Option("--results", help="directory of records (default: .fieldbench/results)")
    ] = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="replace the reference records of these claims in results/")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="measure nothing; keep finished cells of a run in a partial record")
    ] = False,
    store: StoreDir = None,
    cases: Cases = None,
    as_json: Json = False,
    traceback: Traceback = False,
) -> int:
    """Run cases and write their records."""
    from fieldbench.doors import ports
    from fieldbench.doors.session import Session, default_store, own_results
    from fieldbench.doors.verbs.run import parse_overrides
    from fieldbench.doors.verbs.run import run as run_cases

    if reference and results:
        raise BadInput("--reference writes to results/, --results elsewhere; give one of them")
    out = Output(as_json, traceback)
    chosen = ports.parse(implementations or ())
    ports.require_sound(chosen)
    session = Session(
        tier=tier,
        seed=seed,
        store=store or default_store(),
        results=REFERENCE if reference else results or own_results(),
        reference=reference,
        implementations=chosen,
        reuse=reuse,
        overrides=parse_overrides(overrides or ()),
        partial=partial,
        warn=lambda message: out.note(f"warning: {message}"),
    )
    return run_cases(names or (), cases, session, fresh_seeds, out)


@app.command()
@door
def refill(
    where: Annotated[Path, typer.Argument(metavar="PATH", help="a record or a directory of records")] = REFERENCE,
    store: StoreDir = None,
    as_json: Json = False,
) -> None:
    """Put the cells of records, also partial ones, back into the store: a long run goes on in another checkout."""
    from fieldbench.doors.verbs.records import refill_store

    refill_store(where, store, Output(as_json))


@app.command()
@door
def convert(
    where: Annotated[Path, typer.Argument(metavar="PATH", help="a record or a directory of records")],
    as_json: Json = False,
) -> None:
    """Rewrite records of schema 1 in schema 2; numbers stay to the last bit."""
    from fieldbench.doors.verbs.records import convert_records

    convert_records(where, Output(as_json))


@app.command()
@door
def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="a record or a directory of records")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="the same, to compare with it")],
    as_json: Json = False,
) -> int:
    """What changed between records: verdicts first, then margins, measurements and predictions."""
    from fieldbench.doors.verbs.records import compare_records

    return compare_records(old, new, Output(as_json))


@app.command()
@door
def explain(
    what: Annotated[str, typer.Argument(metavar="CASE/CHECK", help="a check of a claim")],
    tier: Tier = "quick",
    results: Annotated[
        Path | None, typer.Option("--results", help="directory of records (default: your own runs, else results/)")
    ] = None,
    cases: Cases = None,
    as_json: Json = False,
) -> None:
    """Explain a verdict: the number, every part of its margin, the point that decides, the nearest rival."""
    from fieldbench.doors.verbs.records import explain_check

    explain_check(what, tier, results, cases, Output(as_json))


@app.command()
@door
def plot(
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="claim id")] = None,
    tier: Annotated[str | None, typer.Option(help="of the record (default: whichever is newest)")] = None,
    to: Annotated[Path | None, typer.Option(metavar="FILE", help=".png, .svg or .pdf (default: CASE-TIER.png)")] = None,
    strain: Annotated[bool, typer.Option("--strain", help="every check's deviation in units of its margin")] = False,
    overview: Annotated[
        Path | None, typer.Option(metavar="FILE", help="draw the four claims of the overview instead")
    ] = None,
    results: Annotated[
        Path | None, typer.Option("--results", help="directory of records (default: your own runs, else results/)")
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw a claim's figure from its newest record: measured, theory, rivals, residuals."""
    from fieldbench.doors.verbs.plot import plot as draw
    from fieldbench.doors.verbs.plot import plot_overview

    if (case is None) == (overview is None):
        raise BadInput("name one CASE, or a file for --overview; `fieldbench list` has the cases")
    if overview is not None:
        plot_overview(overview, results, Output(as_json))
    else:
        draw(case or "", tier, strain, to, results, Output(as_json))


@app.command()
@door
def history(
    case: Name,
    results: Annotated[
        Path | None, typer.Option("--results", help="directory of records (default: your own runs and results/)")
    ] = None,
    cases: Cases = None,
    as_json: Json = False,
) -> None:
    """List the records of a case."""
    from fieldbench.doors.verbs.cases import history as show

    show(case, results, cases, Output(as_json))


@app.command()
@door
def worker(
    names: Names = None,
    tier: Tier = "quick",
    seed: Seed = 0,
    share: Annotated[str, typer.Option(metavar="I/N", help="this is worker I of N on one store")] = "1/1",
    store: StoreDir = None,
    cases: Cases = None,
    as_json: Json = False,
) -> int:
    """Measure what the store lacks and no other worker does; `fieldbench run` then judges."""
    from fieldbench.doors.session import Session, default_store
    from fieldbench.doors.verbs.worker import parse_share
    from fieldbench.doors.verbs.worker import worker as work

    out = Output(as_json)
    session = Session(
        tier=tier,
        seed=seed,
        store=store or default_store(),
        share=parse_share(share),
        warn=lambda message: out.note(f"warning: {message}"),
    )
    return work(names or (), cases, session, out)


@app.command()
@door
def verify(
    where: Annotated[Path, typer.Argument(metavar="PATH", help="a record or a directory of records")] = REFERENCE,
    predictions: Annotated[bool, typer.Option("--predictions", help="also ask every theory anew: minutes")] = False,
    remeasure: Annotated[int, typer.Option(help="also measure so many cells of each record anew")] = 0,
    cases: Cases = None,
    as_json: Json = False,
) -> int:
    """Recompute every verdict from the cell values in records; check a directory's manifest."""
    from fieldbench.doors.verbs.verify import verify as verify_records

    return verify_records(where, cases, Output(as_json), predictions=predictions, remeasure=remeasure)


@app.command()
@door
def doctor(results: Own = None, store: StoreDir = None, as_json: Json = False) -> int:
    """Examine this machine: versions, arithmetic, directories, data sets."""
    from fieldbench.doors.verbs.doctor import doctor as examine

    return examine(results, store, Output(as_json))


@app.command("results-table")
@door
def results_table(
    results: Results = REFERENCE,
    readme: Annotated[Path | None, typer.Option(help="also fill the marked tables of this file")] = None,
    as_json: Json = False,
) -> None:
    """Write results/README.md from the newest records, and manifest.txt with the hashes of all."""
    from fieldbench.archive.manifest import write as write_manifest
    from fieldbench.report.table import write_tables

    out = Output(as_json)
    path, records = write_tables(results, readme)
    manifest = write_manifest(results)
    out.line(f"{path}\n{manifest}")
    out.value({"table": str(path), "manifest": str(manifest), "records": [record.run_id for record in records]})


@app.command()
@door
def report(
    where: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="a directory of records")] = None,
    results: Annotated[Path | None, typer.Option("--results", help="the same, by name (default: results/)")] = None,
    against: Annotated[Path | None, typer.Option(help="compare with these records, on one page")] = None,
    to: Annotated[Path, typer.Option(help="directory of the pages")] = OWN / "report",
    findings: Annotated[Path | None, typer.Option(help="Markdown to show (default: docs/findings.md)")] = None,
    cases: Cases = None,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Write a site of all claims from their records; open its index.html, no network is needed."""
    from fieldbench.doors.verbs.report import write_report, write_sides

    if where and results:
        raise BadInput(f"{where} and --results {results}: give one of them")
    out = Output(as_json, traceback)
    if against is not None:
        write_sides(where or results, against, to, out)
    else:
        write_report(where or results, to, cases, findings, out)


@app.command()
@door
def flips(
    where: Annotated[Path, typer.Argument(metavar="PATH", help="a directory of records")],
    tier: Tier = "quick",
    to: Annotated[Path | None, typer.Option(help="also write a table to this file")] = None,
    as_json: Json = False,
) -> None:
    """Which verdicts depended on the seed, and how many were predicted to."""
    from fieldbench.doors.verbs.flips import flips as show

    show(where, tier, to, Output(as_json))


@app.command()
@door
def margins(
    where: Annotated[Path, typer.Argument(metavar="PATH", help="a results directory")] = REFERENCE,
    before: Annotated[Path | None, typer.Option(help="an earlier results directory, to compare with")] = None,
    to: Annotated[Path, typer.Option(help="file to write")] = Path("docs/margins.md"),
    as_json: Json = False,
) -> None:
    """Write docs/margins.md: how much data strain each margin, and what the statements resolve."""
    from fieldbench.doors.verbs.records import write_margins

    write_margins(where, before, to, Output(as_json))


@app.command()
@door
def coverage(
    results: Results = REFERENCE,
    cases: Cases = None,
    not_encoded: Annotated[Path, typer.Option(help="TOML list of the claims that are not encoded")] = Path(
        "docs/not-encoded.toml"
    ),
    to: Annotated[Path, typer.Option(help="file to write")] = Path("docs/coverage.md"),
    as_json: Json = False,
) -> None:
    """Write docs/coverage.md: each claim of the sources, encoded or not, its status by tier, errata."""
    from fieldbench.doors.verbs.cases import suite
    from fieldbench.report.coverage import write_coverage

    out = Output(as_json)
    records = write_coverage(to, results, suite(cases), not_encoded)
    out.line(str(to))
    out.value({"coverage": str(to), "records": [record.run_id for record in records]})


@app.command()
@door
def cite(
    names: Annotated[list[str] | None, typer.Argument(metavar="[CASE]...", help="default: the suite alone")] = None,
    bibtex: Annotated[bool, typer.Option("--bibtex", help="entries of BibTeX in place of lines of text")] = False,
    results: Annotated[
        Path | None, typer.Option("--results", help="directory of records (default: your own runs and results/)")
    ] = None,
    cases: Cases = None,
    as_json: Json = False,
) -> None:
    """What to cite: the suite, the papers of claims, the methods that their records used."""
    from fieldbench.doors.verbs.archive import cite as show

    show(names or (), bibtex, results, cases, Output(as_json))


@app.command()
@door
def export(
    crate: Annotated[Path, typer.Option("--ro-crate", metavar="DIR", help="a new folder for the crate")],
    names: Annotated[list[str] | None, typer.Argument(metavar="[CASE]...", help="default: all")] = None,
    results: Results = REFERENCE,
    cases: Cases = None,
    as_json: Json = False,
) -> None:
    """Pack records and their claims into a Process Run Crate, for a repository of data."""
    from fieldbench.doors.verbs.archive import export as pack

    pack(names or (), crate, results, cases, Output(as_json))


@app.command()
@door
def new(
    claim: Annotated[str, typer.Argument(metavar="CASE", help="id of the new claim, kebab-case")],
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="folder of the case (default: ./CASE, with _)")] = None,
    as_json: Json = False,
) -> None:
    """Write a small case that runs, with comments that say what to replace."""
    from fieldbench.doors.verbs.authors import new as write

    write(claim, to, Output(as_json))


@app.command()
@door
def conform(
    where: Annotated[str, typer.Argument(metavar="PATH", help="a case, a folder of cases, or a claim id")],
    as_json: Json = False,
    traceback: Traceback = False,
) -> int:
    """Say what a case still lacks, one line each; exit code 0 if nothing, else 4."""
    from fieldbench.doors.verbs.authors import conform as examine

    return examine(where, Output(as_json, traceback))


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
