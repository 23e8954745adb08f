"""`fieldbench plot` and `Run.plot`: the same figure, and one sentence where it cannot be drawn."""

import json
import sys

import pytest
from helpers_doors import call, refusal
from helpers_toy import copied

import fieldbench
from fieldbench.errors import BadInput

pytest.importorskip("matplotlib", reason="figures need fieldbench[report]")
pytestmark = pytest.mark.usefixtures("here")


def test_the_newest_record_is_drawn_where_one_says(here):
    assert call("run").exit_code == 0
    done = call("plot", "toy-sum", "--to", here / "sum.svg", "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["figure"] == str(here / "sum.svg")
    assert found["tier"] == "quick"
    assert found["text"] in (here / "sum.svg").read_text()
    assert call("plot", "toy-sum").stdout.splitlines()[0] == "toy-sum-quick.png"
    assert (here / "toy-sum-quick.png").read_bytes().startswith(b"\x89PNG")
    assert call("plot", "toy-sum", "--strain", "--to", "strain.pdf").exit_code == 0
    assert (here / "strain.pdf").read_bytes().startswith(b"%PDF")


def test_what_cannot_be_drawn_is_said_in_one_line(here, monkeypatch):
    assert "run `fieldbench run toy-sum`" in refusal("plot", "toy-sum")
    assert "run `fieldbench run ../toy`" in refusal("plot", "../toy")
    assert "name one CASE" in refusal("plot")
    assert "name one CASE" in refusal("plot", "toy-sum", "--overview", "o.svg")
    assert "no standard record of gp-cubic-staircase" in refusal("plot", "--overview", "o.svg")
    assert call("run").exit_code == 0
    assert "run `fieldbench run toy-sum --tier paper`" in refusal("plot", "toy-sum", "--tier", "paper")
    assert "choose one of these endings" in refusal("plot", "toy-sum", "--to", "sum.gif")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "pip install 'fieldbench[report]'" in refusal("plot", "toy-sum")


def test_a_notebook_run_is_plotted_printed_and_has_coordinates(here):
    found = fieldbench.run("toy-sum")
    drawn = found.plot()
    assert [axes.get_xlabel() for axes in drawn.axes] == ["", "n"]
    assert drawn._repr_png_().startswith(b"\x89PNG")
    assert len(found.plot("toy-sum", strain=True).axes) == 1
    sizes = found.frame.set_index("check").loc["sum", "size"]
    assert list(sizes) == [100.0, 1000.0]
    assert repr(found).splitlines()[0].startswith("toy-sum, quick tier, seed 0: reproduced")
    with pytest.raises(BadInput, match="'other' to plot; name one of toy-sum"):
        found.plot("other")


def test_of_several_claims_one_is_named(here):
    copied(here / "cases", "second", "toy-second")
    found = fieldbench.run()
    with pytest.raises(BadInput, match="no claim to plot; name one of toy-s"):
        found.plot()
    assert found.plot("toy-second").axes
    assert repr(found).splitlines()[0] == "2 claims"
