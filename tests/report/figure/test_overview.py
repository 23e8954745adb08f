"""The overview on the front page is that of the committed records."""

import re

import pytest
from helpers_figure import RESULTS, committed

from fieldbench.errors import BadInput
from fieldbench.report.figure import describe_overview, overview, save
from fieldbench.report.figure.overview import PANELS

matplotlib = pytest.importorskip("matplotlib", reason="figures need fieldbench[report]")

SHOWN = RESULTS.parent / "docs" / "overview.svg"
REMEDY = "run `fieldbench plot --overview docs/overview.svg`"


@pytest.fixture(scope="module")
def records():
    return [committed(panel.claim, panel.tier) for panel in PANELS]


def test_it_says_and_shows_what_the_committed_records_say(records, tmp_path):
    text, shown = describe_overview(records), SHOWN.read_text(encoding="utf-8")
    assert text in " ".join(shown.split()), REMEDY
    made_by = re.search(r"Matplotlib v([\w.]+)", shown)
    if made_by and made_by[1] == matplotlib.__version__:  # another one places ticks and texts elsewhere
        again = save(overview(records), tmp_path / "again.svg", "Four claims, measured against predicted", text)
        assert again.read_text(encoding="utf-8") == shown, REMEDY


def test_it_is_light_and_fetches_nothing():
    assert SHOWN.stat().st_size < 120_000
    assert not re.findall(r'(?:href|src)="(?!#)', SHOWN.read_text(encoding="utf-8"))


def test_a_missing_record_is_named(records):
    with pytest.raises(BadInput, match=f"no {PANELS[1].tier} record of {PANELS[1].claim}"):
        overview([record for record in records if record.claim.id != PANELS[1].claim])
