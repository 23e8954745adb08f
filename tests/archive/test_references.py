"""What is cited: every paper of every claim, and the methods that records say were used."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from fieldbench.archive import citing, references
from fieldbench.archive.references import Reference
from fieldbench.claims.facts import read_claim
from fieldbench.records import files
from fieldbench.records.assemble import claim_part
from fieldbench.records.schema import ClaimPart, SourcePart

ROOT = Path(__file__).parents[2]
FACTS = sorted((ROOT / "cases").glob("*/claim.toml"))
WORKS = references.table()["works"]


def part(path):
    return ClaimPart(**claim_part(read_claim(path)))


@pytest.mark.parametrize("path", FACTS, ids=lambda path: path.parent.name)
def test_the_table_has_every_key_and_every_source_of_a_claim(path):
    claim = part(path)
    assert not set(claim.bibtex) - set(WORKS)
    found = references.papers(claim)
    assert {work.key for work in found} <= set(WORKS)
    assert {source.arxiv for source in claim.sources if source.arxiv} <= {work.fields.get("eprint") for work in found}


def test_every_work_is_cited_by_a_claim_or_a_method():
    cited = {work.key for path in FACTS for work in references.papers(part(path))}
    assert set(WORKS) == cited | {row["work"] for row in references.table()["methods"]}


def test_every_field_is_one_that_is_printed():
    known = {*citing.ORDER, "type", "eprint", "source"}
    assert not {name for work in WORKS.values() for name in work} - known
    assert all({"type", "author", "title", "year"} <= work.keys() for work in WORKS.values())


@pytest.fixture(scope="module")
def kinds():
    """CLAIM/KIND of every experiment of the committed records."""
    records = (json.loads(path.read_bytes()) for path in files.find(ROOT / "results"))
    return {f"{record['claim']['id']}/{each['kind']}" for record in records for each in record["experiments"]}


def test_experiments_named_by_methods_are_in_records(kinds):
    named = {kind for row in references.table()["methods"] for kind in row.get("measured", ())}
    assert named
    assert named <= kinds


@pytest.mark.parametrize(
    ("claim", "tier", "used", "unused"),
    [
        ("ising-universality", "quick", {"Wolff1989", "Vehtari2021", "jax"}, {"Leimkuhler2013", "Geman1984"}),
        ("linear-adaptation-is-rescaling", "quick", {"Geman1984", "Schuirmann1987"}, {"Leimkuhler2013", "Wolff1989"}),
        ("wilsonian-scaling", "standard", {"Leimkuhler2013", "Vehtari2021"}, {"Geman1984", "LeCun1998"}),
        ("eigenlearning", "standard", {"LeCun1998", "Krizhevsky2009", "Alpaydin1998"}, {"Vehtari2021"}),
    ],
)
def test_methods_are_those_of_the_record(claim, tier, used, unused):
    (path,) = (ROOT / "results" / claim).glob(f"r*/{tier}/*.json")
    found = {work.key for work in references.methods(files.read(path))}
    assert used <= found
    assert not unused & found


def test_a_work_is_listed_once_with_all_its_uses():
    one, two = Reference("a", {"title": "A"}, "x"), Reference("a", {"title": "A"}, "y")
    assert references.unique([one, two, one]) == [Reference("a", {"title": "A"}, "x; y")]


def test_text_and_bibtex_of_a_work():
    work = references.known("LiSompolinsky2021")
    assert citing.plain(work).startswith("Qianyi Li, Haim Sompolinsky, Statistical mechanics of deep linear")
    assert "Physical Review X 11, 031059, 2021" in citing.plain(work)
    entry = citing.bibtex([references.known("jax")])
    assert entry.startswith("% the claim\n@software{jax,\n")
    assert "title = {{JAX}: composable transformations" in entry
    assert "{" not in citing.plain(references.known("jax"))


@pytest.mark.parametrize("text", ["}\n@article{evil,", r"\input{/etc/passwd}", "{{{", "100 % of $x_1$ & {y}", "a\n% b"])
def test_what_third_parties_write_cannot_leave_its_field(text):
    claim = part(FACTS[0]).model_copy(update={"sources": [SourcePart(where="", arxiv="", title=text)], "bibtex": []})
    entry = citing.bibtex(references.papers(claim))
    (value,) = re.findall(r"^  title = \{(.*)\},$", entry, re.MULTILINE)
    assert value.count("{") == value.count("}")
    assert not re.search(r"\\[A-Za-z]|(?<!\\)[%&$#_]", value)
    assert entry.count("@") == 1 + value.count("@")
    assert len(entry.splitlines()) == 4
    assert "\n" not in citing.plain(references.papers(claim)[0])


def test_citation_file_agrees_with_version_and_table():
    stated = {}
    for line in (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines():
        name, _, value = line.strip(" -").partition(": ")
        stated.setdefault(name, value.strip('"'))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    suite = references.table()["suite"]
    assert stated["version"] == project["version"]
    assert stated["license"] == project["license"] == suite["license"]
    assert stated["title"] == suite["title"]
    assert stated["name"] == suite["author"].strip("{}")
    assert stated["cff-version"] == "1.2.0"
    assert {stated.get("repository-code"), stated.get("url")} - {None} <= set(project.get("urls", {}).values())
