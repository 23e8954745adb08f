"""`fieldbench list`, `info` and `history`: what there is to run, and what was found so far."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from fieldbench.doors.output import Output
from fieldbench.errors import BadInput
from fieldbench.evidence import canonical
from fieldbench.evidence.discovery import find_cases, select
from fieldbench.session import case_folder


def known(folder: Path | None) -> dict[str, Path]:
    """Claim id → file, of the folder named or of the suite's own."""
    if folder is None:
        return find_cases(case_folder())
    if not folder.exists():
        raise BadInput(f"{folder} does not exist; --cases takes a folder of case files or one such file")
    return find_cases(folder)


def one(name: str, folder: Path | None) -> tuple[str, Path]:
    """The case of that name, or BadInput with the nearest names."""
    try:
        cases = known(folder)
    except BadInput:
        if not Path(name).is_file():
            raise
        cases = {}
    return next(iter(select(cases, [name]).items()))


def list_cases(folder: Path | None, out: Output) -> None:
    """Ids, titles and files, read from the source: nothing is imported."""
    found = [{"claim": claim, "title": _title(path), "file": str(path)} for claim, path in known(folder).items()]
    out.table(("claim", "title", "file"), [tuple(entry.values()) for entry in found])
    out.value(found)


def _title(path: Path) -> str:
    """The literal `title=` of the file's CLAIM."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "title" and isinstance(node.value, ast.Constant):
            return str(node.value.value)
    return ""


def info(name: str, folder: Path | None, out: Output) -> None:
    """Everything a case declares."""
    from fieldbench.evidence.case import load_case
    from fieldbench.evidence.numerics import numerics

    _, path = one(name, folder)
    with numerics():
        case = load_case(path)
    claim = canonical.plain(case.claim)
    checks: list[dict[str, Any]] = [
        {"id": c.id, "statement": c.statement, "declared": c.expect, "because": c.because, "scale": c.scale,
         "side": c.side, "budget": sorted(c.budget), "rivals": [r.id for r in c.rivals]}
        for c in case.checks
    ]  # fmt: skip
    controls = [{"id": c.id, "contradicts": c.contradicts, "why": c.why} for c in case.controls]
    tiers: dict[str, dict[str, Any]] = {
        name: {"setups": [canonical.plain(setup) for setup in tier.setups], "replicates": tier.replicates,
               "note": tier.note}
        for name, tier in case.tiers.items()
    }  # fmt: skip
    _print_claim(claim, path, out)
    out.line("\ntiers")
    for name, tier in tiers.items():
        out.line(f"  {name}: {len(tier['setups'])} setups, {tier['replicates']} replicates. {tier['note']}".rstrip())
    out.line(f"ports: {', '.join(case.ports) or 'none'}")
    out.line("\nchecks")
    for check in checks:
        rivals = f"; rivals {', '.join(check['rivals'])}" if check["rivals"] else ""
        budget = f"; margin from {', '.join(check['budget'])}" if check["budget"] else ""
        declared = "" if check["declared"] == "reproduced" else f"; declared {check['declared']}: {check['because']}"
        out.line(f"  {check['id']}{budget}{rivals}{declared}")
    out.line("\ncontrols")
    for control in controls:
        out.line(f"  {control['id']}: must contradict {control['contradicts']}. {control['why']}".rstrip())
    out.value({"claim": claim, "file": str(path), "tiers": tiers, "ports": list(case.ports), "checks": checks,
               "controls": controls})  # fmt: skip


def _print_claim(claim: dict[str, Any], path: Path, out: Output) -> None:
    out.line(f"{claim['id']} (revision {claim['revision']}, {path})\n{claim['title']}\n\n{claim['statement']}")
    for name in ("latex", "regime"):
        if claim[name]:
            out.line(f"{name}: {claim[name]}")
    for source in claim["sources"]:
        out.line(f"source: {'arXiv:' + source['arxiv'] if source['arxiv'] else source['title']}, {source['where']}")
    for name, heading in (("stated", "stated by the source"), ("chosen", "chosen here")):
        for parameter, value in claim[name].items():
            out.line(f"{heading}: {parameter}: {value}")
    for erratum in claim["errata"]:
        out.line(f"erratum: {erratum}")
    if claim["preliminary"]:
        out.line("the source calls this preliminary")


def history(name: str, results: Path, folder: Path | None, out: Output) -> None:
    """The records of a case, oldest first."""
    from fieldbench.evidence import record

    claim, _ = one(name, folder)
    paths = record.find(results / claim) if (results / claim).is_dir() else []
    entries = []
    for path in paths:
        found = record.read(path)
        marks = [*(["exploratory"] if found.exploratory else []), *(["mixed machines"] if found.mixtures else [])]
        marks += [f"{port}={used}" for port, used in found.ports.items() if not used.startswith("fieldbench.")]
        commit = str(found.provenance.get("commit") or "")[:10] + ("+" if found.provenance.get("dirty") else "")
        entries.append(
            {"date": found.date, "revision": found.claim.revision, "tier": found.tier, "seed": found.seed,
             "commit": commit, "marks": ", ".join(marks), "record": str(path), "verdict": found.summary}
        )  # fmt: skip
    if not entries:
        out.line(f"no record of {claim} in {results}; make one with `fieldbench run {claim}`")
    else:
        out.table(tuple(entries[0]), [tuple(entry.values()) for entry in entries])
    out.value(entries)
