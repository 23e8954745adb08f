"""What a verb says and where: a rich table in a terminal, plain lines in a pipe, JSON alone on stdout if asked for."""

from __future__ import annotations

import json
import math
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

STYLES = {
    "reproduced": "green",
    "compatible": "cyan",
    "contradicted": "red",
    "inconclusive": "yellow",
    "not run": "dim",
}


class Output:
    """Where a verb writes.

    Args:
        as_json: nothing but one JSON value goes to stdout; words for people go to stderr.
        traceback: errors come with the way that led to them.
    """

    def __init__(self, as_json: bool = False, traceback: bool = False) -> None:
        self.as_json = as_json
        self.traceback = traceback
        self.terminal = sys.stdout.isatty() and not as_json
        self._errors = Console(stderr=True)

    def line(self, text: str = "") -> None:
        """A line of the answer; dropped under --json, where the value says it."""
        if not self.as_json:
            print(text)

    def note(self, text: str) -> None:
        """A remark on stderr: warnings, errors, what is being done."""
        self._errors.print(text, markup=False, highlight=False, soft_wrap=True)

    def failure(self, error: Exception, about: str = "", bug: bool = False) -> None:
        """An error as one sentence on stderr; under --traceback, and where it is a bug, with the way that led to it."""
        if self.traceback or bug:
            self.note("".join(traceback.format_exception(error)))
        self.note(f"error: {about + ': ' if about else ''}{error}")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> None:
        """A table in a terminal; in a pipe one line a row, cells separated by tabs, after a line of names."""
        if self.as_json:
            return
        if not self.terminal:
            self.line("\t".join(columns))
            for row in rows:
                self.line("\t".join(str(cell) for cell in row))
            return
        table = Table(*columns, title=title or None, title_justify="left")
        for row in rows:
            cells = [Text(str(cell)) for cell in row]  # not markup: labels come in square brackets
            style = next((style for verdict, style in STYLES.items() if cells[-1].plain.startswith(verdict)), None)
            table.add_row(*cells, style=style)
        Console().print(table)

    def value(self, value: Any) -> None:
        """The JSON value of the answer."""
        if self.as_json:
            sys.stdout.write(json.dumps(_strict(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n")

    @contextmanager
    def progress(self) -> Iterator[Any]:
        """A callback (done, total, what): a bar on stderr where that is a terminal, silent elsewhere."""
        if not sys.stderr.isatty():
            yield lambda done, total, what: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        # Without redirection a piped stdout stays a pipe while the bar is drawn on stderr.
        with Progress(
            *columns, console=self._errors, transient=True, redirect_stdout=False, redirect_stderr=False
        ) as bar:
            task = bar.add_task("", total=None)
            yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what[:60])


def _strict(value: Any) -> Any:
    """Replace the numbers that JSON lacks by strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, Mapping):
        return {str(name): _strict(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(entry) for entry in value]
    return value
