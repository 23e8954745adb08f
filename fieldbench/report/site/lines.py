"""Lines over commits as SVG in a page: a few hundred bytes each, in the page's ink, with words for who cannot see."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 240.0, 44.0, 5.0
STEP, TALL, LIMIT = 72.0, 110.0, 2.0


def trend(values: Sequence[float | None], words: str) -> Markup:
    """A line through values at commits in their order, broken where one has none; None of them may be infinite.

    The scale is logarithmic and at least a factor of two high, so that noise of a few per cent looks like none; where
    not all values are positive it is linear, and the dotted line is the first value.
    """
    known = [value for value in values if value is not None]
    scale = math.log if all(value > 0 for value in known) else float
    heights = [None if value is None else scale(value) for value in values]
    held = [height for height in heights if height is not None]
    middle = (max(held) + min(held)) / 2
    least = math.log(2) if scale is math.log else abs(middle) or 1.0
    reach = max(max(held) - min(held), least) / 2

    def place(height: float) -> float:
        return HEIGHT / 2 - (HEIGHT / 2 - EDGE) * (height - middle) / reach

    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    at = [None if height is None else (EDGE + number * step, place(height)) for number, height in enumerate(heights)]
    base = next(point[1] for point in at if point)
    parts = [Markup('<path class="base" d="M0 {:.1f}H{:.0f}"/>').format(base, WIDTH)]
    parts += [Markup('<polyline points="{}"/>').format(run) for run in _runs(at)]
    parts += [Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.5"/>').format(*point) for point in at if point]
    return _svg(WIDTH, HEIGHT, words, parts)


def strains(records: Sequence[tuple[str, float, float]], words: str) -> Markup:
    """Records of a claim over commits: measured − predicted in margins, with its 98 % interval.

    Args:
        records: (name below the point, difference, half-width), oldest first; what lies beyond two margins is drawn at
            the edge.
        words: for who cannot see it.
    """

    def place(margins: float) -> float:
        return 50.0 - 40.0 * min(max(margins, -LIMIT), LIMIT) / LIMIT

    width = 64.0 + STEP * len(records)
    parts = [Markup('<rect x="28" y="{:.0f}" width="{:.0f}" height="{:.0f}"/>').format(
        place(1.0), width - 28, place(-1.0) - place(1.0))]  # fmt: skip
    parts += [Markup('<path class="base" d="M28 {:.0f}H{:.0f}"/>').format(place(0.0), width)]
    parts += [Markup('<text x="22" y="{:.0f}" class="end">{}</text>').format(place(m) + 4, sign)
              for m, sign in ((1.0, "+1"), (0.0, "0"), (-1.0, "−1"))]  # fmt: skip
    for number, (name, difference, reach) in enumerate(records):
        x = 64.0 + STEP * number
        ends = place(difference - reach), place(difference + reach)
        parts.append(Markup('<path d="M{:.0f} {:.1f}V{:.1f}"/>').format(x, *ends))
        parts.append(Markup('<circle cx="{:.0f}" cy="{:.1f}" r="3.5"/>').format(x, place(difference)))
        parts.append(Markup('<text x="{:.0f}" y="106" class="middle">{}</text>').format(x, name))
    return _svg(width, TALL, words, parts)


def _runs(at: Sequence[tuple[float, float] | None]) -> Iterator[str]:
    run: list[str] = []
    for point in [*at, None]:
        if point:
            run.append(f"{point[0]:.1f},{point[1]:.1f}")
        elif run:
            yield " ".join(run)
            run = []


def _svg(width: float, height: float, words: str, parts: Sequence[Markup]) -> Markup:
    head = Markup('<svg class="trend" role="img" aria-label="{}" width="{:.0f}" height="{:.0f}">')
    return head.format(words, width, height) + Markup("").join(parts) + Markup("</svg>")
