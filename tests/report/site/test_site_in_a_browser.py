"""The site of all committed records, in a headless Chromium: what a reader sees, and does with the keyboard."""

import tarfile

import pytest
from helpers_browser import Browser
from helpers_chromium import chromium
from helpers_site import RESULTS, broken

from fieldbench.doors.terminal.output import Output
from fieldbench.doors.verbs.cases import known
from fieldbench.doors.verbs.report import write_report

pytestmark = pytest.mark.whole

LIGHT = 300_000
"""Bytes of a page as it opens, with style and script; and of the whole site packed, as it is sent. Without figures."""


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


def test_the_whole_site_is_light_to_send(site, tmp_path):
    with tarfile.open(tmp_path / "site.tar.gz", "w:gz") as packed:
        for path in (path for path in site.rglob("*.*") if path.suffix in (".html", ".css", ".js")):
            packed.add(path, path.relative_to(site))
    assert (tmp_path / "site.tar.gz").stat().st_size <= LIGHT


def test_every_page_opens_without_a_complaint_and_with_its_figures(site, browser):
    wrong = {}
    for page in sorted(site.rglob("*.html")):
        browser.open(page.as_uri())
        missing = browser.evaluate(
            """(async () => {
                const pictures = [...document.images];
                for (const one of pictures) { one.loading = "eager"; await one.decode().catch(() => 0); }
                return pictures.filter((one) => !one.naturalWidth).map((one) => one.src);
            })()"""
        )
        styled = browser.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
        ran = browser.evaluate("!document.querySelector('table') || document.querySelector('table').role === 'table'")
        if browser.errors or missing or not styled or not ran:
            wrong[page.name] = (list(browser.errors), missing, styled, ran)
    assert wrong == {}


def test_a_page_that_complains_is_noticed(browser, tmp_path):
    (tmp_path / "bad.html").write_text("<script>console.error('no')</script><script>absent()</script><img src=x.png>")
    browser.open((tmp_path / "bad.html").as_uri())
    assert len(browser.errors) == 3


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_window(site, browser, width):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=width < 500)
    wide = {}
    for page in sorted(site.rglob("*.html")):
        browser.open(page.as_uri())
        browser.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found = browser.evaluate("document.documentElement.scrollWidth")
        if found > width:
            wide[page.name] = found
    assert wide == {}


def claims(selector):
    """Script: the claims of all elements that a selector names."""
    return f"[...document.querySelectorAll('{selector}')].map((one) => one.dataset.claim)"


def seen(selector):
    """Script: the claims of those that are on the page, not hidden."""
    return claims(selector).replace(".map(", ".filter((one) => one.offsetParent).map(")


def test_claims_are_filtered_with_the_keyboard_alone(site, browser):
    shown, linked = seen("li[data-claim]"), seen(".matrix a")
    browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
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
