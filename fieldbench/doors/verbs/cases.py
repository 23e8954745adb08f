"""`fieldbench list`, `info` and `history`: what there is to run, and what was found so far."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fieldbench import canonical
from fieldbench.claims.facts import FILE, read_claim
from fieldbench.claims.names import foreign
from fieldbench.doors.ports import DEFAULTS
from fieldbench.doors.session import REFERENCE, case_folder, own_results
from fieldbench.doors.terminal.output import Output
from fieldbench.errors import BadInput
from fieldbench.loading.discovery import find_cases, select
from fieldbench.loading.installed import installed_cases

SHOWN = 6
"""Values of a field that are shown."""


def known(folder: Path | None, say: Callable[[str], None] = lambda sentence: None) -> dict[str, Path]:
    """Claim id → file: of the folder named, else of the suite and of installed packages.

    `say` is called with a sentence for each package or id of a package that is left out.
    """
    if folder is None:
        own = suite(None)
        return own | installed_cases(own, say)
    return suite(folder)


def suite(folder: Path | None) -> dict[str, Path]:
    """Claim id → file, of the folder named or of the suite alone."""
    if folder is None:
        return find_cases(case_folder())
    if not folder.exists():
        raise BadInput(f"{folder} does not exist; --cases takes a folder of case files or one such file")
    return find_cases(folder)


def one(name: str, folder: Path | None, say: Callable[[str], None] = lambda sentence: None) -> tuple[str, Path]:
    """The case of that name, or BadInput with the nearest names."""
    try:
        cases = known(folder, say)
    except BadInput:
        if not Path(name).is_file():
            raise
        cases = {}
    return next(iter(select(cases, [name]).items()))


def list_cases(folder: Path | None, out: Output) -> None:
    """Ids, titles and files, read from the source: nothing is imported."""
    found = [
        {"claim": claim, "title": title(path), "file": str(path)} for claim, path in known(folder, out.note).items()
    ]
    out.table(("claim", "title", "file"), [tuple(entry.values()) for entry in found], drop=("file",), fold=("title",))
    out.value(found)


def title(path: Path) -> str:
    """The claim's title, read from its facts."""
    try:
        return read_claim(path.with_name(FILE)).title
    except BadInput as error:
        return str(error)


def info(name: str, folder: Path | None, out: Output) -> None:
    """Everything a case declares."""
    from fieldbench.cells.numerics import numerics
    from fieldbench.cells.shared import argument, shared
    from fieldbench.claims.variant import ports_of
    from fieldbench.loading.load import load_case

    _, path = one(name, folder, out.note)
    with numerics():
        case = load_case(path)
    claim = canonical.plain(case.claim)
    checks, controls, tiers = _declared(case)
    _print_claim(claim, path, out)
    out.line("\ntiers")
    for name, tier in tiers.items():
        count = len(tier["experiments"])
        out.wrapped(
            f"  {name}: {count} experiments, {tier['replicates']} replicates. {tier['note']}".rstrip(), "      "
        )
    out.line("\nfields for --set")
    fields = settable(case)
    for entry in fields:
        values = ", ".join(entry["values"][:SHOWN]) + (", …" if len(entry["values"]) > SHOWN else "")
        out.wrapped(f"  {entry['field']} ({entry['kind']}): {values}", "      ")
    out.line(f"\nports: {', '.join(case.ports) or 'none'}")
    for port in case.ports:
        kinds = [kind.__name__ for kind in case.kinds if port in ports_of(kind.measure)]
        out.wrapped(f"  {port}, by default {DEFAULTS.get(port, 'none')}, measures {', '.join(kinds)}", "      ")
    out.line("\nchecks")
    for check in checks:
        rivals = f"; rivals {', '.join(check['rivals'])}" if check["rivals"] else ""
        budget = f"; margin from {', '.join(check['margin'])}" if check["margin"] else ""
        declared = "" if check["declared"] == "reproduced" else f"; declared {check['declared']}: {check['because']}"
        statement = "; a statement of the claim" if check["statement"] else ""
        out.wrapped(f"  {check['id']}{statement}{budget}{rivals}{declared}", "      ")
    out.line("\ncontrols")
    for control in controls:
        text = f"  {control['id']}: must contradict {control['contradicts']}. {control['why']}".rstrip()
        out.wrapped(text, "      ")
    common = [{"module": module, "names": list(names), "why": argument(module, case.claim.shared)}
              for module, names in shared(case).items()]  # fmt: skip
    out.line("\nshared by a measurement and a theory" + ("" if common else ": nothing"))
    for entry in common:
        why = entry["why"] or "NOT ARGUED in claim.toml"
        out.wrapped(f"  {entry['module']} ({', '.join(entry['names'])}): {why}", "      ")
    out.value({"claim": claim, "file": str(path), "tiers": tiers, "fields": fields, "ports": list(case.ports),
               "checks": checks, "controls": controls, "shared": common})  # fmt: skip


def settable(case: Any) -> list[dict[str, Any]]:
    """The fields that `--set` replaces: of which kind of experiment, and the values that they have in the tiers."""
    found = []
    experiments = [e for tier in case.tiers for e in case.planned(tier)[0]]
    for kind in case.kinds:
        for field in dataclasses.fields(kind):
            values = dict.fromkeys(str(getattr(e, field.name)) for e in experiments if type(e) is kind)
            found.append({"field": field.name, "kind": kind.__name__, "values": list(values)})
    return found


def _declared(case: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Checks, controls and tiers of a case, as JSON."""
    checks = []
    for c in case.checks:
        margin = getattr(c, "budget", None) or [remainder.name for remainder in getattr(c, "margin", ())]
        rivals = [getattr(rival, "id", rival) for rival in getattr(c, "rivals", ())]
        checks.append(
            {"id": c.id, "statement": c.statement, "declared": c.expect, "because": c.because, "scale": c.terms.scale,
             "side": c.terms.side, "margin": list(margin), "rivals": rivals}
        )  # fmt: skip
    controls = [{"id": c.id, "contradicts": getattr(c.contradicts, "id", c.contradicts), "why": c.why}
                for c in case.controls]  # fmt: skip
    tiers = {}
    for name, tier in case.tiers.items():
        experiments, replicates = case.planned(name)
        plain = [canonical.plain(experiment) for experiment in experiments]
        tiers[name] = {"experiments": plain, "replicates": replicates, "note": tier.note}
    return checks, controls, tiers


def _print_claim(claim: dict[str, Any], path: Path, out: Output) -> None:
    for text in (f"{claim['id']} (revision {claim['revision']}, {path})", claim["title"], "", claim["statement"]):
        out.wrapped(text)
    for name in ("latex", "regime"):
        if claim[name]:
            out.wrapped(f"{name}: {claim[name]}", "    ")
    for source in claim["sources"]:
        out.wrapped(
            f"source: {'arXiv:' + source['arxiv'] if source['arxiv'] else source['title']}, {source['where']}", "    "
        )
    for name, heading in (("stated", "stated by the source"), ("chosen", "chosen here")):
        for parameter, value in claim[name].items():
            out.wrapped(f"{heading}: {parameter}: {value}", "    ")
    for erratum in claim["errata"]:
        out.wrapped(f"erratum: {erratum}", "    ")
    if claim["preliminary"]:
        out.line("the source calls this preliminary")


def history(name: str, results: Path | None, folder: Path | None, out: Output) -> None:
    """The records of a case, oldest first: the user's own and the reference, or those of one directory."""
    from fieldbench.records import files as record

    claim, _ = one(name, folder)
    folders = [results] if results else [REFERENCE, own_results()]
    paths = [path for place in folders if (place / claim).is_dir() for path in record.find(place / claim)]
    paths.sort(key=lambda path: path.name)
    entries = []
    for path in paths:
        found = record.read(path)
        marks = [*(["exploratory"] if found.exploratory else []), *(["mixed machines"] if found.mixtures else [])]
        marks += [] if found.complete else ["partial"]
        marks += [f"{port}={found.ports[port]}" for port in found.ports if port in foreign(found.ports)]
        commit = str(found.provenance.get("commit") or "")[:10] + ("+" if found.provenance.get("dirty") else "")
        entries.append(
            {"date": found.date, "revision": found.claim.revision, "tier": found.tier, "seed": found.seed,
             "commit": commit, "marks": ", ".join(marks), "record": str(path), "verdict": found.summary}
        )  # fmt: skip
    if not entries:
        out.line(f"no record of {claim} in {' or '.join(map(str, folders))}; make one with `fieldbench run {claim}`")
    else:
        drop = ("record", "commit", "revision", "seed", "marks")
        out.table(
            tuple(entries[0]), [tuple(map(str, entry.values())) for entry in entries], "", drop, fold=("verdict",)
        )
    out.value(entries)
