"""A third party's record may hold anything: it is escaped, or refused with a sentence, and keeps no other from view."""

import json
import re

import pytest
from helpers_site import RESULTS, Page, broken, committed, keep

from fieldbench.archive.citing import bibtex
from fieldbench.errors import BadInput
from fieldbench.report.site.against import sides
from fieldbench.report.site.citation import citation
from fieldbench.report.site.gather import gather, refusal
from fieldbench.report.site.mathematics import mathematics, worded
from fieldbench.report.site.pages import write_against, write_site
from fieldbench.report.site.prose import document

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}'&#60;$\\frac$"
WORLD = "https://evil.example/"


def hostile(record=None):
    """A record whose every free text is an attack."""
    record = record or committed("specialisation-scaling")
    claim = record.claim.model_copy(
        update={
            "title": EVIL,
            "statement": EVIL,
            "latex": r"\text{<script>alert(1)</script>}",
            "regime": EVIL,
            "theory": EVIL,
            "network": EVIL,
            "stated": {EVIL: EVIL},
            "chosen": {EVIL: EVIL},
            "errata": [EVIL],
            "bibtex": ["}" + EVIL],
            "sources": [
                s.model_copy(update={"arxiv": f'javascript:alert(1)//"{EVIL}', "title": EVIL + "}}", "where": EVIL})
                for s in record.claim.sources
            ],
        }
    )
    checks = [
        check.model_copy(
            update={
                "symbol": EVIL,
                "labels": [EVIL] * len(check.labels),
                "because": EVIL,
                "reason": EVIL,
                "verdict": EVIL if number == 1 else check.verdict,
                "declared": EVIL,
                "as_declared": False,
                "parts": [p.model_copy(update={"name": EVIL, "order": EVIL, "got": EVIL}) for p in check.parts],
                "rivals": [r.model_copy(update={"id": EVIL}) for r in check.rivals],
            }
        )
        for number, check in enumerate(record.checks)
    ]
    figure = record.figure and record.figure.model_copy(
        update={
            "x": EVIL,
            "y": EVIL,
            "series": [s.model_copy(update={"group": EVIL, "label": EVIL}) for s in record.figure.series],
        }
    )
    return record.model_copy(
        update={
            "claim": claim,
            "checks": checks,
            "figure": figure,
            "summary": EVIL,
            "run_id": EVIL,
            "date": EVIL,
            "data": {EVIL: EVIL},
            "ports": {"gpr": "fieldbench." + EVIL},
            "provenance": record.provenance
            | {"commit": EVIL + "\nrm -rf $HOME", "device": EVIL, "fieldbench": EVIL, "blas": EVIL, "platform": EVIL},
            "controls": [c.model_copy(update={"id": EVIL, "contradicts": EVIL}) for c in record.controls],
            "guards": [g.model_copy(update={"id": EVIL}) for g in record.guards],
        }
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    place = tmp_path_factory.mktemp("hostile")
    gathered = gather(keep(place / "results", hostile()), {})
    assert gathered.refused == []
    benchmarks = place / "asv" / "<b>machine"
    benchmarks.mkdir(parents=True)
    (benchmarks / "machine.json").write_text("{}")
    for number, values in enumerate(([1.0, None, "x"], [2.0, 1e400, EVIL])):
        run = {"date": number, "commit_hash": EVIL, "results": {f"{EVIL}.time_x": [values], "a.track_x": [values]}}
        (benchmarks / f"{number}.json").write_text(json.dumps(run))
    write_site(gathered, place / "pages", place / "asv", EVIL + "\n\n[x](javascript:alert(1))\n\n`<script>`\n")
    return place / "pages"


def test_no_text_of_a_record_becomes_an_element_an_attribute_or_an_address(site):
    assert broken(site) == []
    for path in site.rglob("*.html"):
        page = Page(path)
        assert len(page.of("script")) == 1
        assert all("figures/" in image["src"] for image in page.of("img"))
        for tag, attributes in page.elements:
            assert not [name for name in attributes if name.startswith("on")], (path, tag)
            assert not attributes.get("href", "").lower().startswith(("javascript", "data")), (path, tag)
        assert "49" not in re.findall(r"\d+", " ".join(re.findall(r"onerror=alert\(1\)&gt;(.{12})", page.text)))
    assert "&lt;script&gt;alert(1)" in (site / "index.html").read_text()


def test_a_formula_that_would_be_a_script_is_shown_as_its_source(site):
    page = (site / "claims/specialisation-scaling.html").read_text()
    assert "This formula cannot be set; its LaTeX:" in page
    assert r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}" in page
    assert "<math" not in page


def test_the_command_to_rerun_is_quoted(site):
    page = (site / "claims/specialisation-scaling.html").read_text()
    command = page[page.index("git checkout ") :][:80]
    assert command.startswith("git checkout &#39;")  # one argument of the shell, line breaks and dollars in it


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{<a href='x'>y</a>}",
        r"\text{a<b}",
        r"\left( x",
        "}{",
        r"\begin{matrix} 1 & 2",
        "{" * 3999,
        "x" * 4001,
        " ",
    ],
)
def test_latex_that_breaks_the_renderer_or_carries_elements_gives_nothing(latex):
    assert mathematics(latex) is None


def test_attributes_that_are_no_typesetting_go(tmp_path):
    for latex in (
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(x)}{y}",
        r"\class{a}{y}",
        r"\color{red}{y}",
    ):
        assert re.fullmatch(r"<math display=\"block\">.*", mathematics(latex))
        assert not re.search("href|style=|class|color", mathematics(latex))
    assert "<mfrac>" in mathematics(r"\frac{a}{b}")


def test_indices_in_words():
    assert worded("κ_eff, σ_w² and P_50/d^{3/4}") == (
        "κ<sub>eff</sub>, σ<sub>w</sub>² and P<sub>50</sub>/d<sup>3/4</sup>"
    )
    assert worded("λ_kφ_k(x_0)") == "λ<sub>k</sub>φ<sub>k</sub>(x<sub>0</sub>)"
    assert worded("û_kv̂_k") == "û_kv̂_k"  # a letter with its hat apart is no index's end
    assert worded("burn_in=3, file_name.py") == "burn_in=3, file_name.py"
    assert worded("a_{<b>}") == "a<sub>&lt;b&gt;</sub>"
    assert worded("`x_0 <i>`") == "<code>x_0 &lt;i&gt;</code>"


def test_markdown_has_no_html_and_no_script_behind_a_link():
    text = document(
        "# t\n\n<script>x</script>\n\n[x](javascript:alert(1)) ![y](javascript:1) <img src=x onerror=y>"
    ).text
    assert "<script" not in text
    assert "<img" not in text
    assert "<a" not in text


def test_an_entry_of_bibtex_ends_where_it_ends():
    """Braces pair in every field, so that no text of a record ends one."""
    text = citation(hostile())
    assert bibtex([]) == ""
    for entry in re.split(r"(?m)^@", text)[1:]:
        depth, body = 0, entry[: entry.rindex("}") + 1]
        for place, character in enumerate(body):
            depth += (character == "{") - (character == "}")
            assert depth > 0 or place == len(body) - 1 or "{" not in body[: place + 1], entry
        assert depth == 0


@pytest.mark.parametrize("name", ["../../escaped", "a/b", "", "A", "<b>", "x" * 10 + "\n", "con\\x"])
def test_a_name_that_is_no_address_is_refused_with_a_sentence_and_the_others_are_shown(name, tmp_path):
    good = committed("specialisation-scaling")
    bad = good.model_copy(update={"claim": good.claim.model_copy(update={"id": name})})
    tier = good.model_copy(update={"tier": name})
    gathered = gather(keep(tmp_path / "results", bad, good, tier), {})
    assert [shown.claim.id for shown in gathered.claims] == [good.claim.id]
    assert [bool(re.search("(claim id|tier) .* is not kebab-case", why)) for why in gathered.refused] == [True, True]


def test_refused_records_are_told_on_the_front_page(tmp_path):
    good = committed("specialisation-scaling")
    results = keep(tmp_path / "results", good)
    (results / "broken.json").write_text('{"schema_version": "<script>"')
    write_site(gather(results, {}), tmp_path / "pages", results / "asv")
    front = (tmp_path / "pages/index.html").read_text()
    assert "1 record not shown" in front
    assert "broken.json is not a record" in front
    with pytest.raises(BadInput, match=r"no complete record .*\(.*broken.json is not a record"):
        gather(keep_only(tmp_path / "alone"), {})


def keep_only(folder):
    folder.mkdir()
    (folder / "broken.json").write_text("[")
    return folder


def test_lists_that_do_not_fit_each_other_are_refused():
    record = committed("specialisation-scaling")
    number = next(i for i, check in enumerate(record.checks) if check.labels and check.rivals)
    check = record.checks[number]
    for change, words in (
        ({"margin": check.margin[1:]}, "values of margin"),
        ({"measured": [*check.measured, 1.0]}, "values of measured"),
        ({"rivals": [check.rivals[0].model_copy(update={"point": 99})]}, "is not of them"),
    ):
        checks = [*record.checks]
        checks[number] = check.model_copy(update=change)
        assert words in refusal(record.model_copy(update={"checks": checks}))
    assert refusal(record) == ""


def test_numbers_that_are_none_are_shown_as_such(tmp_path):
    record = committed("specialisation-scaling")
    lists = ("measured", "standard_error", "interval", "expected", "margin", "smallest_caught")
    for value in (float("nan"), float("inf"), 0.0):
        checks = [
            c.model_copy(update={name: [value] * len(c.labels) for name in lists} | {"scale": "linear"})
            for c in record.checks
        ]
        results = keep(tmp_path / str(value), record.model_copy(update={"checks": checks}))
        write_site(gather(results, {}), tmp_path / f"{value}-pages", results / "asv")
        assert broken(tmp_path / f"{value}-pages") == []


def test_two_directories_side_by_side_say_what_differs_and_escape(tmp_path):
    record = committed("specialisation-scaling")
    number = next(i for i, check in enumerate(record.checks) if check.labels)
    checks = [*record.checks]
    checks[number] = checks[number].model_copy(update={"verdict": "contradicted", "as_declared": False})
    evil = hostile(record).claim
    other = record.model_copy(
        update={
            "checks": checks,
            "provenance": record.provenance | {"jax": "9.9", "device": "<b>gpu</b>"},
            "claim": record.claim.model_copy(update={"title": evil.title}),
        }
    )
    found = sides(keep(tmp_path / "a", record), keep(tmp_path / "b", other))
    page = write_against(found, tmp_path / "pages")
    text = page.read_text()
    assert broken(tmp_path / "pages") == []
    assert "1 with a changed verdict" in text
    assert "✗ changed" in text
    assert f"VERDICT check {checks[number].id}: reproduced -&gt; contradicted" in text
    assert "to the last bit" in text
    assert "jax 9.9" in text
    assert "&lt;b&gt;gpu&lt;/b&gt;" in text
    assert "<b>gpu" not in text
    bad = record.model_copy(update={"tier": "../x"})
    with pytest.raises(BadInput, match=r"tier '\.\./x' is not kebab-case"):
        sides(tmp_path / "a", keep(tmp_path / "c", bad))
    with pytest.raises(BadInput, match="no claim, tier and seed in common"):
        sides(tmp_path / "a", RESULTS / "ising-universality" / "r1" / "quick")
