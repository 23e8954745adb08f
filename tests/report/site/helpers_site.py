"""Small results directories, and what a reader's browser would look for in the pages made from them."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fieldbench.records import files
from fieldbench.records.schema import Record

RESULTS = Path(__file__).parents[3] / "results"
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta"}


def committed(claim: str, tier: str = "quick") -> Record:
    """The newest committed record of a claim."""
    return files.read(files.find(next((RESULTS / claim).glob("r*")) / tier)[-1])


def keep(results: Path, *records: Record) -> Path:
    """Write records as they are, whatever they hold."""
    for number, record in enumerate(records):
        path = results / f"claim-{number}" / "r1" / "quick" / f"{number}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files.dump(record), encoding="utf-8")
    return results


class Page(HTMLParser):
    """A page: its elements with their attributes, ids, links, and whether every element that opens also closes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, {name: value or "" for name, value in attributes}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):  # MathML's, serialised as XML
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open, f"{self.path}: {tag} closes nothing"
        assert self.open.pop() == tag, f"{self.path}: {tag} closes another element, at {self.getpos()}"

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


def broken(site: Path) -> list[str]:
    """What a link, a figure, a style sheet or a label names and nobody finds; ids that are there twice."""
    pages = {path: Page(path) for path in site.rglob("*.html")}
    assert pages
    wrong = []
    for path, page in pages.items():
        wrong += [f"{path}: not closed: {page.open}"] if page.open else []
        wrong += [f"{path}: id {name} is there twice" for name in set(page.ids) if page.ids.count(name) > 1]
        for tag, attributes in page.elements:
            for name in ("href", "src"):
                if name in attributes and not _found(attributes[name], path, pages):
                    wrong.append(f"{path}: {tag} {name}={attributes[name]!r} leads nowhere")
            for name in ("aria-labelledby", "aria-describedby", "for"):
                if name in attributes and attributes[name] not in page.ids:
                    wrong.append(f"{path}: {name}={attributes[name]!r} is no id of the page")
    return wrong


def _found(address: str, page: Path, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(address)
    if parts.scheme:
        return parts.scheme == "https" and parts.netloc == "arxiv.org"
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if parts.fragment and target in pages:
        return unquote(parts.fragment) in pages[target].ids
    return target.is_file()
