"""Figures as they are drawn: what they show, that nothing lies over anything else, and that no metadata breaks them."""

from xml.etree import ElementTree

import pytest
from helpers_figure import RESULTS, committed, figure, series, with_figure

from fieldbench.errors import BadInput
from fieldbench.records import files
from fieldbench.report.figure import describe, describe_strain, draw, save, strain
from fieldbench.report.figure.words import inline, typeset, with_error

pytest.importorskip("matplotlib", reason="figures need fieldbench[report]")

HOSTILE = r'<script>alert(1)</script> $\frac{ & "quotes" \input{x} $$ _^{'


def panels(drawn):
    """Axes that show something."""
    return [axes for axes in drawn.axes if axes.axison]


def said(drawn):
    """Every text of a figure's legends."""
    return [text.get_text().replace("\n", " ") for legend in drawn.legends for text in legend.get_texts()]


def rendered(drawn):
    """The figure with its places known, and what knows them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(drawn)
    drawn.draw_without_rendering()
    return canvas.get_renderer()


def inside(box, drawn):
    """Whether a box lies within a figure."""
    sheet = drawn.bbox
    return sheet.x0 <= box.x0 and box.x1 <= sheet.x1 and sheet.y0 <= box.y0 and box.y1 <= sheet.y1


def check_layout(drawn):
    """The legend is beside the panels, and nothing is cut off."""
    renderer = rendered(drawn)
    for legend in drawn.legends:
        box = legend.get_window_extent(renderer)
        assert not any(box.overlaps(axes.get_window_extent(renderer)) for axes in panels(drawn))
        assert inside(box, drawn)
    for axes in panels(drawn):
        assert inside(axes.get_tightbbox(renderer), drawn), axes


@pytest.mark.parametrize("claim", ["gp-cubic-staircase", "linear-cnn-three-quarters"])
def test_points_theory_rivals_and_residuals_are_there_and_the_legend_beside_them(claim):
    record = committed(claim)
    drawn = draw(record)
    above, below = panels(drawn)
    assert "deviation" in below.get_ylabel()
    assert min(below.get_ylim()) < -1.0 < 1.0 < max(below.get_ylim())
    names = {name for part in record.figure.series for name in part.rivals}
    assert sum(text.startswith("rival: ") for text in said(drawn)) == len(names)
    points = sum(len(line.get_xdata()) for line in above.lines if line.get_zorder() == 4)
    assert points == sum(len(part.x) for part in record.figure.series)
    check_layout(drawn)


def test_many_groups_with_rivals_of_their_own_are_drawn_side_by_side():
    record = committed("no-overfitting", "standard")
    drawn = draw(record)
    assert len(panels(drawn)) == 2 * len({part.group for part in record.figure.series}) == 2 * 6
    assert {axes.get_title() for axes in panels(drawn)} >= {"flat, T = 0.1", "tailed, T = 0.25"}
    check_layout(drawn)


def test_a_record_without_a_figure_shows_the_strain_of_its_checks():
    record = committed("cross-dataset-bound")
    assert record.figure is None
    (axes,) = panels(draw(record))
    assert len(axes.get_yticks()) == sum(bool(check.labels) for check in record.checks)
    assert describe_strain(record) in describe(record)


def test_the_strain_shows_every_point_of_every_check_that_ran():
    record = committed("gp-cubic-staircase")
    drawn = strain(record)
    (axes,) = panels(drawn)
    ran = [check for check in record.checks if check.labels]
    shown = [line for line in axes.lines if line.get_marker() in "osXD" and len(line.get_xdata())]
    assert [len(line.get_xdata()) for line in shown] == [len(check.labels) for check in ran]
    first = ran[0]
    expected = [(m - e) / unit for m, e, unit in zip(first.measured, first.expected, first.margin, strict=True)]
    assert list(shown[0].get_xdata()) == pytest.approx(expected)
    check_layout(drawn)


def test_what_is_not_positive_is_marked_at_the_edge_of_a_logarithmic_axis():
    part = figure(
        series([1.0, 2.0, 3.0], [1e-2, -1e-3, 0.0], theory=[1e-2, 1e-3, 1e-4], margin=1e-3, error=2e-3), log="xy"
    )
    above, _ = panels(draw(with_figure(committed("gp-cubic-staircase"), part)))
    (marked,) = [line for line in above.lines if line.get_marker() == "v"]
    assert list(marked.get_xdata()) == [2.0, 3.0]
    assert set(marked.get_ydata()) == {above.get_ylim()[0]}


def test_a_rival_far_from_the_data_is_named_as_off_the_axis():
    near, far = [1.2, 2.2], [1e-9, 1e-9]
    part = figure(series([1.0, 2.0], [1.0, 2.0], margin=0.1, rivals={"near": near, "gp": far}), log="xy")
    drawn = draw(with_figure(committed("gp-cubic-staircase"), part))
    assert "rival: Gaussian process (below the axis)" in said(drawn)
    assert "rival: near" in said(drawn)
    assert panels(drawn)[0].get_ylim()[0] > 1e-3


def test_hostile_words_are_drawn_as_they_are(tmp_path):
    part = figure(series([1.0, 2.0], [1.0, 2.0], group=HOSTILE, rivals={HOSTILE: [1.0, 1.0]}),
                  series([1.0, 2.0], [2.0, 3.0], group="b"), x=HOSTILE, y=HOSTILE)  # fmt: skip
    record = with_figure(committed("gp-cubic-staircase"), part)
    record = record.model_copy(update={"claim": record.claim.model_copy(update={"title": HOSTILE})})
    path = save(draw(record), tmp_path / "hostile.svg", HOSTILE, describe(record))
    root = ElementTree.parse(path).getroot()
    assert not [node for node in root.iter() if node.tag.endswith("script")]
    text = "".join(root.itertext())
    assert "<script>alert(1)</script>" in text
    assert r"\frac{" in text


def test_an_svg_is_the_same_each_time_and_says_what_it_shows(tmp_path):
    record = committed("specialisation-scaling")
    paths = [save(draw(record), tmp_path / f"{i}.svg", record.claim.title, describe(record)) for i in (1, 2)]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert record.figure.x in describe(record)
    assert " ".join(describe(record).split()) in " ".join(
        "".join(ElementTree.parse(paths[0]).getroot().itertext()).split()
    )


def test_another_ending_and_a_place_that_is_not_there_are_refused(tmp_path):
    drawn = draw(committed("specialisation-scaling"))
    with pytest.raises(BadInput, match=r"written as .png, .svg or .pdf"):
        save(drawn, tmp_path / "a.gif", "", "")
    with pytest.raises(BadInput, match="choose a writable file with --to"):
        save(drawn, tmp_path / "no" / "a.png", "", "")


def test_indices_are_set_and_other_words_are_not():
    assert inline("T_c and d^{3/4}, k^-1.5, κ_end") == r"$T_{c}$ and $d^{3/4}$, $k^{-1.5}$, $κ_{\mathrm{end}}$"
    assert inline("size_of_cumulant costs 5$") == r"size_of_cumulant costs 5\$"
    assert typeset(r"$\lambda_1$") == r"$\lambda_1$"
    assert typeset(r"$\nothing{$") == r"\$\nothing{\$"


@pytest.mark.parametrize(
    ("value", "error", "text"), [(2.78592, 0.00021, "2.7859 ± 0.0002"), (-271.8, 30.0, "-272 ± 30")]
)
def test_a_value_has_the_digits_that_its_error_leaves(value, error, text):
    assert with_error(value, error) == text


@pytest.mark.whole
@pytest.mark.parametrize("path", sorted(RESULTS.glob("*/r*/*/*.json")), ids=lambda path: "-".join(path.parts[-4:-1]))
def test_every_committed_record_is_drawn_with_nothing_over_anything_else(path):
    record = files.read(path)
    for drawn in (draw(record), strain(record)):
        check_layout(drawn)
    assert record.claim.title in describe(record)
