"""Style of figures: sizes for a slide, a palette for the colour-blind, markers and dashes for black and white."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldbench.errors import BadInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, RIVAL, BAND = "#222222", "#6b6b6b", "#c9c9c9"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # M. Okabe and K. Ito, without yellow
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
DASHES: tuple[Any, ...] = ("--", ":", "-.", (0, (7, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 1)))
RIVAL_MARKERS = ("1", "2", "3", "4", "+", "x")
MARKS = re.compile(r"(<g(?: clip-path=\"[^\"]*\")?)>\n((?:<use [^>]*>\n){2,})</g>")
FAMILIES = (
    "'DejaVu Sans', 'Bitstream Vera Sans', 'Computer Modern Sans Serif', 'Lucida Grande', 'Verdana', 'Geneva', "
    "'Lucid', 'Arial', 'Helvetica', 'Avant Garde', sans-serif"
)
FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"
NUMBER = re.compile(r"-?\d+\.\d{3,}")
LARGE, MEDIUM, SMALL = 16, 14, 12

STYLE: dict[str, Any] = {
    "font.size": MEDIUM,
    "axes.titlesize": MEDIUM,
    "axes.labelsize": LARGE,
    "xtick.labelsize": MEDIUM,
    "ytick.labelsize": MEDIUM,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "mathtext.fontset": "dejavusans",
    "savefig.dpi": 150,
    "svg.hashsalt": "fieldbench",
    "svg.fonttype": "none",
}


@contextmanager
def styled() -> Iterator[None]:
    """Matplotlib with this style, whatever the reader's own settings are.

    Raises:
        BadInput: Matplotlib is not installed.
    """
    try:
        from matplotlib import style
    except ImportError:
        raise BadInput("figures need Matplotlib; install it with `pip install 'fieldbench[report]'`") from None
    with style.context(["default", STYLE]):  # type: ignore[list-item]
        yield


def sheet(width: float, height: float) -> Figure:
    """An empty figure, in inches, that a notebook shows also where nobody imported pyplot; call it under `styled`."""
    from matplotlib.figure import Figure

    class Sheet(Figure):
        def _repr_png_(self) -> bytes:
            buffer = io.BytesIO()
            self.savefig(buffer, format="png", dpi=110)
            return buffer.getvalue()

    return Sheet(figsize=(width, height))


def colours(count: int) -> list[Any]:
    """As many colours: the palette, or steps from dark to light where it has too few."""
    if count <= len(PALETTE):
        return list(PALETTE[:count])
    from matplotlib import colormaps

    return [colormaps["cividis"](0.9 * i / (count - 1)) for i in range(count)]


def save(figure: Figure, path: Path | str, title: str, description: str) -> Path:
    """Write a figure as .png, .svg or .pdf, the same bytes each time, with a description for those who do not see it.

    Raises:
        BadInput: another ending, or a place that cannot be written to.
    """
    path = Path(path)
    metadata: dict[str, dict[str, Any]] = {
        ".png": {"Title": title, "Description": description},
        ".svg": {"Title": title, "Description": description, "Date": None},
        ".pdf": {"Title": title, "Subject": description, "CreationDate": None},
    }
    if path.suffix not in metadata:
        raise BadInput(f"{path}: figures are written as .png, .svg or .pdf; choose one of these endings")
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, format=path.suffix[1:], metadata=metadata[path.suffix])
    content = buffer.getvalue()
    try:
        path.write_bytes(_light(content.decode()).encode() if path.suffix == ".svg" else content)
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror or error}; choose a writable file with --to") from error
    return path


def _light(svg: str) -> str:
    """An SVG a fifth as large: coordinates to a tenth of a point, one style for marks of a kind, no comments."""
    head, mark, body = svg.partition("</metadata>")
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    body = re.sub(r"<[^>]+>", lambda tag: NUMBER.sub(_rounded, " ".join(tag[0].split())), body)
    body = re.sub(r"(?<= )L ", "", body)  # pairs after the first are lines anyway
    body = re.sub(r">\s*\n\s*<", ">\n<", body).replace(FAMILIES, FONTS).replace("<g>\n</g>\n", "")
    return head + mark + MARKS.sub(_one_style, body)


def _one_style(group: re.Match[str]) -> str:
    """A group of marks with the style of its first, if they all have that."""
    opening, marks = group.groups()
    style = marks.partition(' style="')[2].partition('"')[0]
    if marks.count(f' style="{style}"') != marks.count("<use "):
        return group[0]
    return f'{opening} style="{style}">\n' + marks.replace(f' style="{style}"', "") + "</g>"


def _rounded(number: re.Match[str]) -> str:
    value = float(number[0])
    return f"{value:.{1 if abs(value) >= 20.0 else 2}f}".rstrip("0").rstrip(".")
