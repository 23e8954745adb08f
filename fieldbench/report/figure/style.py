"""Style of figures: sizes for a slide, a palette for the colour-blind, markers and dashes for black and white."""

from __future__ import annotations

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
    "svg.fonttype": "path",
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
    """An empty figure, in inches; call it under `styled`."""
    from fieldbench.report.figure.plate import Plate

    return Plate(figsize=(width, height))


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
    try:
        with styled():
            figure.savefig(path, metadata=metadata[path.suffix])
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror or error}; choose a writable file with --to") from error
    return path
