"""The documentation as a whole: it builds without a warning, its links lead somewhere, it needs no network."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

ROOT = Path(__file__).parents[2]
GIVEN = {"href", "src"}


class Page(HTMLParser):
    """Anchors, links and what is loaded of a page; roles that found nothing to link to."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.loaded, self.unresolved = set(), set(), set(), []
        self._open, self._unlinked = [], False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.links.add(given["href"])
        elif tag in ("link", "script", "img", "iframe") and given.keys() & GIVEN:
            self.loaded |= {given[name] for name in GIVEN if given.get(name)}
        if tag in ("a", "code"):
            self._open.append(tag)
        if tag == "code" and "xref" in (given.get("class") or "").split() and "a" not in self._open:
            self._unlinked = True

    def handle_data(self, text):
        if self._unlinked:
            self.unresolved.append(text)
        self._unlinked = False

    def handle_endtag(self, tag):
        if tag in ("a", "code") and tag in self._open:
            self._open.remove(tag)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Path → page of the documentation, built afresh."""
    out = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", out / "doctrees", "-b", "html",
               ROOT / "docs", out / "html"]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {path: Page(path) for path in (out / "html").rglob("*.html")}


@pytest.mark.whole
def test_every_link_within_leads_to_a_page_and_a_place(pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            address, anchor = urldefrag(unquote(link))
            if "://" in address or address.startswith("mailto:"):
                continue
            target = (path.parent / address).resolve() if address else path
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].anchors):
                broken.append(f"{path.name}: {link}")
    assert pages
    assert not broken


@pytest.mark.whole
def test_every_name_that_is_referred_to_is_described(pages):
    ours = [(path.name, name) for path, page in pages.items() for name in page.unresolved if "fieldbench" in name]
    assert not ours
    assert any("api/fieldbench.theory.curves.html#" in link for page in pages.values() for link in page.links)


@pytest.mark.whole
def test_nothing_is_loaded_from_elsewhere(pages):
    loaded = {thing for page in pages.values() for thing in page.loaded}
    assert loaded
    assert not {thing for thing in loaded if thing.startswith(("http:", "https:", "//"))}
