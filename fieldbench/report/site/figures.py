"""Figures of the site: drawn from the record that speaks for a claim, as SVG or PNG, whichever is smaller."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldbench.errors import BadInput
from fieldbench.records.schema import Record
from fieldbench.report.figure import describe, draw, save, strain
from fieldbench.report.figure.words import describe_strain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOLDER = "figures"
HEAVY = 400_000
"""Bytes of an SVG from which a PNG is tried: below, an SVG is the smaller one."""

FEW, WORKERS = 4, 4
"""Up to so many claims are drawn here, more by so many processes (or cores): drawing takes a second a figure."""


@dataclass(frozen=True)
class Drawn:
    """A figure: its file below the site (empty where it could not be drawn), its words, its caption."""

    file: str
    words: str
    caption: str


def all_figures(records: Sequence[Record], site: Path) -> list[list[Drawn]]:
    """The figures of each record."""
    if len(records) <= FEW:
        return [figures(record, site) for record in records]
    bare = [record.model_copy(update={"cells": [], "predictions": {}}) for record in records]  # what a drawing reads
    processes = min(WORKERS, os.cpu_count() or 1)
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(figures, bare, [site] * len(bare)))


def figures(record: Record, site: Path) -> list[Drawn]:
    """Draw a record below `site`; what cannot be drawn is said in the figure's place."""
    found = []
    if record.figure is not None and record.figure.series:
        caption = f"The figure, {record.tier} tier: measured with standard errors, theory with its margin, rivals."
        found.append(_drawn(record, site, "figure", draw, describe, caption))
    if any(check.labels for check in record.checks):
        caption = f"Every check of the {record.tier} tier: measured − predicted in units of its margin."
        found.append(_drawn(record, site, "checks", strain, describe_strain, caption))
    return found


def _drawn(
    record: Record,
    site: Path,
    kind: str,
    draws: Callable[[Record], Figure],
    words: Callable[[Record], str],
    caption: str,
) -> Drawn:
    path = site / FOLDER / f"{record.claim.id}-{record.tier}-{kind}.svg"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a glyph that the font lacks is no reason to stop
            file = _smaller(draws(record), path, record.claim.title, words(record))
        return Drawn(f"{FOLDER}/{file.name}", words(record), caption)
    except BadInput:  # no Matplotlib, or no room on the disk: a matter of this machine
        raise
    except Exception as error:  # a record's labels and numbers are anybody's, and Matplotlib fails in many ways
        return Drawn("", f"This figure cannot be drawn: {type(error).__name__}: {error}", caption)


def _smaller(figure: Figure, path: Path, title: str, words: str) -> Path:
    save(figure, path, title, words)
    if path.stat().st_size <= HEAVY:
        return path
    picture = save(figure, path.with_suffix(".png"), title, words)
    worse, better = sorted((path, picture), key=lambda file: -file.stat().st_size)
    worse.unlink()
    return better
