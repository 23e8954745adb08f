"""The site of all committed records, in a headless Chromium: what a reader sees, and does with the keyboard."""

import re
import tarfile
from dataclasses import dataclass

import pytest
from helpers_browser import Browser
from helpers_chromium import chromium
from helpers_site import RESULTS, broken, committed

from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.cases import known
from fieldbench.doors.verbs.report import write_report
from fieldbench.report.site.checks import rows

pytestmark = pytest.mark.whole

WIDTHS = (1280, 390)
"""A desk's and a telephone's."""

LIGHT = 200_000
"""Bytes of a page as it opens, with style and script, without figures."""

PACKED = 300_000
"""Bytes of the whole site as it is sent, without figures. Unpacked its words alone are more, so what is held beside
this is that markup weighs less than the words that it carries: see docs/doors.md."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole-site")
    findings = RESULTS.parent / "docs" / "findings.md"
    write_report(RESULTS, folder, RESULTS.parent / "cases", findings, Output(as_json=True))
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


def test_a_browser_is_there():
    assert chromium()


def test_every_claim_has_its_page_and_every_page_is_light(site):
    pages = list(site.rglob("*.html"))
    assert {page.stem for page in pages} >= set(known(RESULTS.parent / "cases"))
    shared = sum((site / name).stat().st_size for name in ("site.css", "site.js"))
    heavy = {page.name: page.stat().st_size for page in pages if page.stat().st_size + shared > LIGHT}
    assert heavy == {}
    assert broken(site) == []


def test_the_whole_site_is_light_to_send_and_has_more_words_than_markup(site, tmp_path):
    with tarfile.open(tmp_path / "site.tar.gz", "w:gz") as packed:
        for path in (path for path in site.rglob("*.*") if path.suffix in (".html", ".css", ".js")):
            packed.add(path, path.relative_to(site))
    assert (tmp_path / "site.tar.gz").stat().st_size <= PACKED
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    words = sum(len(re.sub(r"<[^>]*>", "", page).encode()) for page in pages)
    assert words > PACKED  # else the limit is to be on the pages as they lie there
    assert sum(len(page.encode()) for page in pages) <= 2 * words


@dataclass(frozen=True)
class Visit:
    """What a page showed: complaints, pictures without content, whether style and script came, widths at windows'."""

    errors: list[str]
    missing: list[str]
    styled: bool
    ran: bool
    widths: dict[int, int]


PICTURES = """(async () => {
    const pictures = [...document.images];
    for (const one of pictures) { one.loading = "eager"; await one.decode().catch(() => 0); }
    return pictures.filter((one) => !one.naturalWidth).map((one) => one.src);
})()"""


def visit(browser, page):
    """Open a page once and look at it in both widths, all of it unfolded."""
    browser.resize(WIDTHS[0])
    browser.open(page.as_uri())
    missing = browser.evaluate(PICTURES)
    styled = browser.evaluate("getComputedStyle(document.querySelector('.skip') || document.body).position")
    ran = browser.evaluate("!document.querySelector('table') || document.querySelector('table').role === 'table'")
    browser.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    widths = {}
    for width in WIDTHS:
        browser.resize(width)
        widths[width] = browser.evaluate("document.documentElement.scrollWidth")
    return Visit(list(browser.errors), missing, styled == "absolute", ran, widths)


@pytest.fixture(scope="module")
def visits(site, browser):
    """Page → what it showed; each is opened once."""
    return {page.relative_to(site).as_posix(): visit(browser, page) for page in sorted(site.rglob("*.html"))}


def test_every_page_opens_without_a_complaint_and_with_its_figures(visits):
    assert {name: v for name, v in visits.items() if v.errors or v.missing or not (v.styled and v.ran)} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_window(visits, width):
    assert {name: v.widths[width] for name, v in visits.items() if v.widths[width] > width} == {}


def test_a_page_that_complains_or_is_wide_is_noticed(browser, tmp_path):
    page = tmp_path / "bad.html"
    head = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    page.write_text(
        f"{head}<script>console.error('no')</script><script>absent()</script><img src=x.png><table></table>"
        "<details><p style='width: 2000px'>folded</p></details>"
    )
    seen = visit(browser, page)
    assert len(seen.errors) == 3
    assert len(seen.missing) == 1
    assert not seen.styled
    assert not seen.ran
    assert all(seen.widths[width] > width for width in WIDTHS)


def claims(selector):
    """Script: the claims of all elements that a selector names."""
    return f"[...document.querySelectorAll('{selector}')].map((one) => one.dataset.claim)"


def seen(selector):
    """Script: the claims of those that are on the page, not hidden."""
    return claims(selector).replace(".map(", ".filter((one) => one.offsetParent).map(")


def test_claims_are_filtered_with_the_keyboard_alone(site, browser):
    shown, linked = seen("li[data-claim]"), seen(".matrix a")
    browser.resize(1280)
    browser.open((site / "index.html").as_uri())
    every = browser.evaluate(shown)
    assert len(every) == len(known(RESULTS.parent / "cases"))
    browser.press("/")
    assert browser.evaluate("document.activeElement.id") == "search"
    browser.write("langevin bayes")
    assert browser.evaluate("document.getElementById('search').value") == "langevin bayes"  # the slash is not typed
    assert browser.evaluate(shown) == browser.evaluate(linked) == ["langevin-is-bayes"]
    assert browser.evaluate("document.getElementById('count').textContent") == f"1 of {len(every)} claims"
    browser.press("Escape")
    assert browser.evaluate(shown) == every
    browser.write("gaussian process")
    some = browser.evaluate(shown)
    assert 1 < len(some) < len(every)
    focused = "document.activeElement.closest('li')?.dataset.claim || document.activeElement.id"
    for expected in (*some[:2],):
        browser.press("ArrowDown")
        assert browser.evaluate(focused) == expected
    browser.press("Tab")
    assert browser.evaluate(focused) == some[2]
    for expected in (some[1], some[0], "search"):
        browser.press("ArrowUp")
        assert browser.evaluate(focused) == expected
    browser.press("Escape")
    browser.press("Tab")  # the first verdict
    assert browser.evaluate("document.activeElement.value") == "reproduced"
    browser.press(" ")
    kept = browser.evaluate(shown)
    assert kept == browser.evaluate(claims("li[data-claim]:not([data-verdict=reproduced])"))
    browser.press(" ")
    assert browser.evaluate(shown) == every
    for _ in range(4):
        browser.press("Tab")
    browser.press(" ")  # open discrepancies alone
    assert browser.evaluate(shown) == browser.evaluate(claims("li[data-open]"))
    browser.press("/")
    browser.press("Escape")
    browser.write("three-quarters")
    browser.press("Enter")
    browser.wait("location.pathname.endsWith('/claims/linear-cnn-three-quarters.html')")


BARS = """[...document.querySelectorAll('#tier-quick tbody')].map((row) => [row.id,
    [...row.querySelectorAll('.bar div i')].map((part) => [part.style.width, part.className]),
    [...row.querySelectorAll('.bar s, .bar u')].map((line) => parseFloat(line.style.left))])"""


def test_bars_are_those_of_the_record(site, browser):
    """Each part's share in whole per cent with its pattern, and the strain, drawn from the words beside them."""
    browser.open((site / "claims/linear-cnn-three-quarters.html").as_uri())
    patterns = {"computed": "", "bounded": "b", "guessed": "g", "chosen": "g"}
    drawn = {name: (parts, lines) for name, parts, lines in browser.evaluate(BARS)}
    shown = [row for row in rows(committed("linear-cnn-three-quarters")) if row.budget]
    assert len(shown) > 5
    for row in shown:
        parts, lines = drawn[f"quick.{row.id}"]
        assert parts == [[f"{part.share:.0f}%", patterns[part.got]] for part in row.budget.parts]
        assert lines == pytest.approx([row.budget.low, row.budget.at], abs=0.1)


def test_a_link_to_a_check_unfolds_its_tier(site, browser):
    page = (site / "claims/linear-cnn-three-quarters.html").as_uri()
    browser.open(f"{page}#quick.regardless-of-scale")
    assert browser.evaluate("document.getElementById('tier-quick').open")
    assert browser.evaluate(
        "document.getElementById('quick.regardless-of-scale').getBoundingClientRect().top < innerHeight"
    )


def test_pages_are_dark_where_the_reader_wants_it_and_black_on_white_in_print(site, browser):
    browser.open((site / "index.html").as_uri())
    page, word = (
        "getComputedStyle(document.body).backgroundColor",
        "getComputedStyle(document.querySelector('.claims .v')).color",
    )
    light = browser.evaluate(page)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    assert browser.evaluate(page) != light
    browser.call("Emulation.setEmulatedMedia", media="print", features=[])
    assert browser.evaluate(word) == "rgb(0, 0, 0)"
    assert not browser.evaluate("document.getElementById('filter').offsetParent")
    browser.call("Emulation.setEmulatedMedia", media="", features=[])
