"""The pages of a small site: links, structure for a screen reader, no network, and what they do without."""

import itertools
import json
import re
import sys

import pytest
from helpers_site import RESULTS, Page, broken, committed, keep
from typer.testing import CliRunner

from fieldbench.doors.cli import app
from fieldbench.errors import BadInput
from fieldbench.report.site.gather import gather
from fieldbench.report.site.mathematics import worded
from fieldbench.report.site.pages import write_site

FINDINGS = """# What was found

## 1. A law of λ_k

`specialisation-scaling/alignment` says so, [a file](README.md) and [a paper](https://arxiv.org/abs/1),
![a picture](x.png).

| a | b |
| --- | --- |
| 1 | <b>2</b> |
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two claims: an older record with kinds from its case, and one with formula, errata, discrepancies, controls."""
    place = tmp_path_factory.mktemp("site")
    older = committed("specialisation-scaling")
    older = older.model_copy(update={"claim": older.claim.model_copy(update={"theory": "", "network": ""})}).sealed()
    results = keep(place / "results", older, committed("linear-cnn-three-quarters"))
    kinds = {"specialisation-scaling": ("phase transitions", "erf network")}
    write_site(gather(results, kinds), place / "pages", RESULTS / "asv", FINDINGS)
    return place / "pages"


def test_every_link_leads_somewhere_and_every_element_closes(site):
    assert broken(site) == []
    assert {path.name for path in (site / "claims").iterdir()} == {
        "specialisation-scaling.html", "linear-cnn-three-quarters.html"
    }  # fmt: skip


def test_pages_have_landmarks_headings_and_table_headers_with_a_scope(site):
    for path in site.rglob("*.html"):
        page = Page(path)
        assert page.of("html") == [{"lang": "en"}]
        assert len(page.of("main")) == len(page.of("h1")) == len(page.of("header")) == len(page.of("footer")) == 1
        assert page.of("a")[0] == {"class": "skip", "href": "#main"}
        assert all(cell.get("scope") in ("row", "col") for cell in page.of("th"))
        assert all(image["alt"].endswith(".") and len(image["alt"]) > 40 for image in page.of("img"))
        assert all(nav.get("aria-label") for nav in page.of("nav"))
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), path


def test_nothing_is_taken_from_elsewhere(site):
    for path in site.rglob("*.html"):
        page = Page(path)
        assert [script["src"].removeprefix("../") for script in page.of("script")] == ["site.js"]
        assert [link["href"].removeprefix("../") for link in page.of("link")] == ["site.css"]
        assert "default-src 'none'" in page.of("meta")[2]["content"]
    assert "url(" not in (site / "site.css").read_text()
    assert not re.search(r"https?:|fetch|import", (site / "site.js").read_text())


def test_the_matrix_has_each_claim_once_and_verdicts_are_words_with_marks(site):
    page = Page(site / "index.html")
    front = page.text
    links = [link["data-claim"] for link in page.of("a") if "data-claim" in link]
    assert sorted(links) == ["linear-cnn-three-quarters", "specialisation-scaling"]
    matrix = front[front.index('<table class="matrix">') : front.index("</table>")]
    rows = [re.findall(r">([^<]+)<", row.partition("<td")[0])[0] for row in matrix.split("<tr>")[2:]]
    assert rows == ["kernel adaptation", "phase transitions"]
    mark = '<span aria-hidden="true">[✓≈?✗–]</span>(?:<span class="sr">| )[a-z]'
    marked = re.findall(f'<(?:span|label) class="v [a-z-]+">(?:<input[^>]*> )?{mark}', front)
    explained = re.findall('<dt><span class="v [a-z]+">[✓≈?✗] [a-z]', front)
    assert len(marked) + len(explained) == front.count('class="v ')
    assert [box["value"] for box in page.of("input") if box.get("name") == "verdict"] == [
        "reproduced", "compatible", "inconclusive", "contradicted"
    ]  # fmt: skip


def test_a_page_of_a_claim_says_what_its_record_holds(site):
    record = committed("linear-cnn-three-quarters")
    text = Page(site / "claims/linear-cnn-three-quarters.html").text
    for check in record.checks:
        if check.labels:
            assert f'id="quick.{check.id}"' in text
        else:
            assert check.id in text
    contradicted = next(check for check in record.checks if check.verdict == "contradicted")
    assert "Declared because" in text
    assert str(worded(contradicted.because)) in text
    assert "<math" in text
    assert f"fieldbench run {record.claim.id} --tier quick --seed 0" in text
    assert f"git checkout {record.provenance['commit']}" in text
    assert record.content_hash in text
    assert all(control.id in text for control in record.controls)
    assert all(guard.id in text for guard in record.guards)
    assert "computed" in text
    assert "further below .5 %" in Page(site / "claims/specialisation-scaling.html").text
    assert "@misc{fieldbench:linear-cnn-three-quarters-quick," in text
    assert "eprint = {2502.18553}" in text


def test_open_discrepancies_stand_with_their_reason_and_errata_with_their_claim(site):
    record = committed("linear-cnn-three-quarters")
    page = (site / "discrepancies.html").read_text()
    assert 'href="claims/linear-cnn-three-quarters.html#quick.regardless-of-scale"' in page
    assert 'contradicted</span> <span class="note">(as declared)' in page
    assert "specialisation-scaling" not in page
    assert record.claim.errata[0].strip()[:30] in (site / "errata.html").read_text()


def test_trends_have_records_and_the_speed_of_the_hot_loops(site):
    page = (site / "trends.html").read_text()
    assert page.count('<th scope="row">2026-') == 2
    assert "kernel inversion KernelInversion" in page
    assert re.search(r"\d commits from [0-9a-f]{8} to [0-9a-f]{8} on two-core-cpu", page)
    speed, what_speed_must_not_bend = page[page.index('id="speed"') :].split('id="physics"')
    rows = speed.count('<th scope="row">')
    assert rows == speed.count("<svg") > 20
    assert "CubicStaircase p50 exponent over its first value, commit by commit: 1, 1," in what_speed_must_not_bend
    assert "bytes" not in what_speed_must_not_bend


def test_records_of_a_claim_are_drawn_where_there_are_two(tmp_path):
    first = committed("specialisation-scaling")
    check = next(check for check in first.checks if check.statement)
    far = check.model_copy(update={"measured": [e - 9 * m for e, m in zip(check.expected, check.margin, strict=True)]})
    checks = [far if one is check else one for one in first.checks]
    second = first.model_copy(update={"date": "2027-01-01", "run_id": "later", "checks": checks})
    for records, drawings in (((first,), 0), ((first, second), 1)):
        gathered = gather(keep(tmp_path / f"{drawings}", *records), {})
        write_site(gathered, tmp_path / f"{drawings}-pages", tmp_path)
        page = (tmp_path / f"{drawings}-pages" / "trends.html").read_text()
        assert page.count('<svg class="trend"') == drawings
    assert re.search(r"record by record: quick: [+-]\d\.\d\d ± \d\.\d\d; quick: -9\.00 ± ", page)


def test_findings_are_rendered_without_html_of_their_own(site):
    page = (site / "findings.html").read_text()
    assert '<h2 id="1-a-law-of-k">1. A law of λ<sub>k</sub></h2>' in page
    assert '<a href="claims/specialisation-scaling.html"><code>specialisation-scaling/alignment</code></a>' in page
    assert 'a file and <a href="https://arxiv.org/abs/1">a paper</a>,\na picture' in page
    assert "&lt;b&gt;2&lt;/b&gt;" in page
    assert '<th scope="col">a</th>' in page


def test_a_site_without_findings_and_benchmarks_does_without(tmp_path):
    results = keep(tmp_path / "results", committed("specialisation-scaling"))
    pages = write_site(gather(results, {}), tmp_path / "pages", results / "asv")
    assert "findings.html" not in {page.name for page in pages}
    assert "Findings" not in pages[0].read_text()
    assert 'id="speed"' not in (tmp_path / "pages/trends.html").read_text()
    assert broken(tmp_path / "pages") == []


def test_the_newest_record_of_the_latest_revision_is_shown_and_all_are_in_its_history(tmp_path):
    record = committed("specialisation-scaling")
    later = record.model_copy(update={"date": "2027-01-01", "run_id": "later"})
    other_seed = record.model_copy(update={"date": "2028-01-01", "run_id": "seed", "seed": 3})
    exploratory = record.model_copy(update={"date": "2029-01-01", "run_id": "tried", "exploratory": True})
    old = record.model_copy(update={"claim": record.claim.model_copy(update={"revision": record.claim.revision + 1})})
    (shown,) = gather(keep(tmp_path / "one", record, later, other_seed, exploratory), {}).claims
    assert shown.speaking.run_id == "later"
    assert [entry.seed for entry in shown.history] == [0, 0, 3, 0]
    (shown,) = gather(keep(tmp_path / "two", later, old), {}).claims
    assert shown.claim.revision == record.claim.revision + 1


def test_what_the_record_says_of_its_kind_goes_before_what_the_case_says(tmp_path):
    record = committed("specialisation-scaling")
    said = record.claim.model_copy(update={"theory": "renormalisation", "network": "spins"})
    kinds = {record.claim.id: ("phase transitions", "erf network")}
    (shown,) = gather(keep(tmp_path / "said", record.model_copy(update={"claim": said})), kinds).claims
    assert (shown.theory, shown.network) == ("renormalisation", "spins")
    unsaid = record.claim.model_copy(update={"theory": "", "network": ""})
    (shown,) = gather(keep(tmp_path / "unsaid", record.model_copy(update={"claim": unsaid})), kinds).claims
    assert (shown.theory, shown.network) == ("phase transitions", "erf network")


def test_no_record_is_a_sentence(tmp_path):
    (tmp_path / "results").mkdir()
    with pytest.raises(BadInput, match="make one with `fieldbench run`"):
        gather(tmp_path / "results", {})


def test_the_door_writes_the_site_and_refuses_two_directories(tmp_path):
    results = keep(tmp_path / "results", committed("specialisation-scaling"))
    arguments = ["report", "--results", str(results), "--to", str(tmp_path / "pages"), "--json"]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["report"] == str(tmp_path / "pages/index.html")
    front = (tmp_path / "pages/index.html").read_text()
    assert '<th scope="row">phase transitions</th>' in front  # from the case's claim.toml or from the record
    answer = CliRunner().invoke(app, ["report", str(results), "--results", str(results)])
    assert answer.exit_code == 5
    answer = CliRunner().invoke(app, ["report", str(results), "--findings", str(tmp_path / "absent.md")])
    assert answer.exit_code == 5
    assert "takes a Markdown file" in " ".join(answer.stderr.split())


@pytest.mark.parametrize("package", ["jinja2", "latex2mathml", "markdown_it", "matplotlib"])
def test_without_the_extra_a_sentence_says_what_to_install(package, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, package, None)
    answer = CliRunner().invoke(app, ["report", "--to", str(tmp_path)])
    assert answer.exit_code == 5
    assert f"the report needs {package}; install it with `pip install 'fieldbench[report]'`" in " ".join(
        answer.stderr.split()
    )
