"""`fieldbench report`: a static site of records, or two directories of them side by side."""

from __future__ import annotations

from pathlib import Path

from fieldbench.claims.facts import FILE, read_claim
from fieldbench.doors.session import REFERENCE, own_results
from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.cases import known
from fieldbench.errors import BadInput

FINDINGS = Path("docs/findings.md")


def write_report(where: Path | None, to: Path, folder: Path | None, findings: Path | None, out: Output) -> None:
    """Write the site of a directory of records, the reference records if none is named."""
    _need_the_extra()
    from fieldbench.report.site.gather import gather
    from fieldbench.report.site.pages import write_site

    results = where or (REFERENCE if REFERENCE.is_dir() else own_results())
    gathered = gather(results, _kinds(folder))
    for sentence in gathered.refused:
        out.note(f"not shown: {sentence}")
    pages = write_site(gathered, to, results / "asv", _read(findings))
    out.line(str(pages[0]))
    out.value({"report": str(pages[0]), "pages": [str(page) for page in pages], "refused": gathered.refused})


def write_sides(first: Path | None, second: Path, to: Path, out: Output) -> None:
    """Write the page that compares two directories of records."""
    _need_the_extra()
    from fieldbench.report.site.against import sides
    from fieldbench.report.site.pages import write_against

    found = sides(first or REFERENCE, second)
    page = write_against(found, to)
    out.line(str(page))
    out.value({"report": str(page), "records": len(found.pairs), "changed": found.grave})


def _need_the_extra() -> None:
    try:
        import jinja2  # noqa: F401
        import latex2mathml  # noqa: F401
        import markdown_it  # noqa: F401
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise BadInput(f"the report needs {error.name}; install it with `pip install 'fieldbench[report]'`") from None


def _kinds(folder: Path | None) -> dict[str, tuple[str, str]]:
    """Claim id → its kind of theory and of network, as the cases at hand have them; none where there are no cases."""
    try:
        cases = known(folder)
    except BadInput:
        if folder is not None:
            raise
        return {}
    found = {}
    for name, path in cases.items():
        try:
            claim = read_claim(path.with_name(FILE))
        except BadInput:  # its records speak for themselves
            continue
        found[name] = (claim.theory, claim.network)
    return found


def _read(findings: Path | None) -> str:
    """The project's findings: a document that is named has to be there."""
    if findings is None and not FINDINGS.is_file():
        return ""
    path = findings or FINDINGS
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot read {path}: {error}; --findings takes a Markdown file") from error
