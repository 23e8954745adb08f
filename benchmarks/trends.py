"""Trend figures over commits, and one page of them that opens offline.

    python -m benchmarks.trends                 results/asv/trends/*.svg and results/asv/trends.html

Wall times and counts are drawn as ratios to the first commit that has them (times of different days on a shared machine
compare no better); the physics is drawn as it is.
"""

from __future__ import annotations

import argparse
import html
import io
import itertools
from pathlib import Path
from typing import Any

from benchmarks.series import Commit, Series, read

RESULTS = Path(__file__).resolve().parents[1] / "results" / "asv"
COLUMNS, PANEL = 3, (4.4, 2.9)
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")
MARKS = ("o", "s", "^", "D", "v")  # five and seven: thirty-five lines before two look alike
TITLES = {"time": "wall time over the first", "count": "count over the first", "physics": ""}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>fieldbench: trends</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 78rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
h2 {{ margin-top: 2.5rem; border-bottom: 1px solid #ccc; }} img {{ max-width: 100%; height: auto; }}
table {{ border-collapse: collapse; }} td, th {{ padding: .15rem .8rem .15rem 0; text-align: left; }}
code {{ font-size: .95em; }}
</style></head><body>
<h1>Trends over commits</h1>
<p>Measured by asv in its own environments on {machine}. Wall times and counts are ratios to the first commit that has
them; the physics (exponents, learnabilities, effective samples a gradient, ridges) is absolute, and has to stay where
it is. A gap is a commit that lacks what is measured.</p>
<table><tr><th>commit</th><th>date</th><th>subject</th></tr>{commits}</table>
<nav>{contents}</nav>
{sections}
</body></html>
"""


def draw(results: Path, machine: str, subjects: dict[str, tuple[str, str]]) -> Path:
    """Write a figure for each class of benchmarks and the page with all of them; return the page.

    `subjects` maps a commit's hash to its date and subject.
    """
    from fieldbench import atomic

    commits, series = read(results, machine)
    folder = results / "trends"
    folder.mkdir(exist_ok=True)
    sections, contents = [], []
    for group, members in itertools.groupby(sorted(series, key=lambda one: one.group), key=lambda one: one.group):
        atomic.write(folder / f"{group}.svg", figure(commits, list(members)).encode())
        contents.append(f'<a href="#{group}">{html.escape(group)}</a>')
        sections.append(f'<h2 id="{group}">{html.escape(group)}</h2>\n<img src="trends/{group}.svg" alt="{group}">')
    rows = [
        "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>".format(
            one.hash[:8], *(html.escape(word) for word in subjects.get(one.hash, ("", "")))
        )
        for one in commits
    ]
    page = PAGE.format(
        machine=html.escape(machine), commits="".join(rows), contents=" · ".join(contents), sections="\n".join(sections)
    )
    path = results / "trends.html"
    atomic.write(path, page.encode())
    return path


def figure(commits: list[Commit], series: list[Series]) -> str:
    """SVG with one panel a series, the same bytes for the same results."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    series = sorted(series, key=lambda one: (("physics", "time", "count").index(one.kind), one.name))
    labels = list(dict.fromkeys(label for one in series for label in one.lines))
    rows = -(-len(series) // COLUMNS)
    with mpl.rc_context({"svg.hashsalt": series[0].group, "svg.fonttype": "none", "font.size": 8}):
        drawn = Figure(figsize=(PANEL[0] * min(COLUMNS, len(series)), PANEL[1] * rows), layout="constrained")
        panels = drawn.subplots(rows, min(COLUMNS, len(series)), squeeze=False).ravel()
        for panel, one in itertools.zip_longest(panels, series):
            if one is None:
                panel.set_axis_off()
            else:
                _panel(panel, [commit.hash[:7] for commit in commits], one, labels)
        lines = {line.get_label(): line for panel in panels for line in panel.get_lines() if line.get_label() in labels}
        named = {label: lines[label] for label in labels if label and label in lines}
        if named:
            drawn.legend(named.values(), named.keys(), loc="outside lower center", ncols=4, fontsize=7, frameon=False)
        text = io.StringIO()
        drawn.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def _panel(panel: Any, ticks: list[str], series: Series, labels: list[str]) -> None:
    """One series; a choice of parameters looks the same in every panel of its figure."""
    for label, values in (series.lines if series.kind == "physics" else series.relative()).items():
        points = [(x, value) for x, value in enumerate(values) if value is not None]
        number = labels.index(label)
        style = {"color": COLOURS[number % len(COLOURS)], "marker": MARKS[number % len(MARKS)]}
        if points:
            panel.plot(*zip(*points, strict=True), label=label, linewidth=1.2, markersize=4, **style)
    panel.set_title(series.name + (f" [{TITLES[series.kind]}]" if TITLES[series.kind] else ""), fontsize=9)
    panel.set_xticks(range(len(ticks)), ticks, rotation=40, ha="right", fontfamily="monospace", fontsize=7)
    panel.set_xlim(-0.3, len(ticks) - 0.7)
    panel.ticklabel_format(axis="y", useOffset=False)
    panel.grid(alpha=0.25)
    if series.kind != "physics":
        panel.axhline(1.0, color="#999999", linewidth=0.8, zorder=0)
    _room(panel)


def _room(panel: Any) -> None:
    """A scale on which rounding errors look like none: at least 2 % of the value, and ratios over decades as such."""
    low, high = panel.dataLim.intervaly
    middle = (low + high) / 2
    if low > 0 and high / low > 30:
        panel.set_yscale("log")
    elif high - low < 0.02 * abs(middle):
        panel.set_ylim(middle - 0.02 * abs(middle), middle + 0.02 * abs(middle))


def main() -> None:
    from benchmarks.history import machine_name, subjects

    parser = argparse.ArgumentParser(prog="python -m benchmarks.trends", description="Trend figures over commits.")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--machine", default=machine_name())
    options = parser.parse_args()
    commits, _ = read(options.results, options.machine)
    print(draw(options.results, options.machine, subjects([one.hash for one in commits])))


if __name__ == "__main__":
    main()
