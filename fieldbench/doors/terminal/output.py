"""What a verb says and where: a rich table in a terminal, plain lines in a pipe, JSON alone on stdout if asked for."""

from __future__ import annotations

import json
import math
import re
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Column, Table
from rich.text import Text

from fieldbench.doors.terminal.tables import GAP, fitting
from fieldbench.report.pace import Pace
from fieldbench.verdicts.words import STYLES

if TYPE_CHECKING:
    from fieldbench.report.screen import Line


_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


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
            print(printable(text))

    def wrapped(self, text: str, indent: str = "") -> None:
        """A line of the answer, in a terminal broken between words with its further lines indented."""
        if self.terminal and len(text) > self.width:
            text = textwrap.fill(text, self.width, subsequent_indent=indent, break_on_hyphens=False)
        self.line(text)

    def note(self, text: str) -> None:
        """A remark on stderr: warnings, errors, what is being done."""
        self._errors.print(printable(text), markup=False, highlight=False, soft_wrap=True)

    def failure(self, error: Exception, about: str = "", bug: bool = False) -> None:
        """An error as one sentence on stderr; under --traceback, and where it is a bug, with the way that led to it."""
        if self.traceback or bug:
            self.note("".join(traceback.format_exception(error)))
        self.note(f"error: {about + ': ' if about else ''}{error}")

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        title: str = "",
        drop: Sequence[str] = (),
        fold: Sequence[str] = (),
    ) -> None:
        """A table in a terminal; in a pipe one line a row, cells separated by tabs, after a line of names.

        In a terminal that is too narrow the columns of `drop` go, the first named first, and the cells of `fold` run
        over several lines; nothing else is cut.
        """
        if self.as_json:
            return
        if not self.terminal:
            self.line("\t".join(columns))
            for row in rows:
                self.line("\t".join(str(cell) for cell in row))
            return
        console = Console()
        cells = [[printable(str(cell)) for cell in row] for row in rows]
        shown = fitting(columns, cells, console.width, drop, fold)
        heads = [Column(columns[i], no_wrap=columns[i] not in fold, overflow="fold") for i in shown]
        table = Table(
            *heads, title=title or None, title_justify="left", box=None, padding=(0, GAP, 0, 0), pad_edge=False
        )
        for row in cells:
            style = next((style for verdict, style in STYLES.items() if row[-1].startswith(verdict)), None)
            table.add_row(*(Text(row[i]) for i in shown), style=style)  # not markup: labels come in square brackets
        console.print(table)

    def screen(self, lines: Sequence[Line]) -> None:
        """Lines of styled pieces, plain in a pipe."""
        if self.as_json:
            return
        console = Console()
        for line in lines:
            if self.terminal:
                console.print(
                    Text.assemble(*((printable(text), style) for text, style in line)), soft_wrap=True, highlight=False
                )
            else:
                self.line("".join(text for text, _ in line))

    @property
    def width(self) -> int:
        """Columns of the terminal, 80 where there is none."""
        return Console().width if self.terminal else 80

    def value(self, value: Any) -> None:
        """The JSON value of the answer."""
        if self.as_json:
            sys.stdout.write(json.dumps(_strict(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n")

    @contextmanager
    def watch(self, pace: Pace) -> Iterator[Watcher]:
        """Say how claims get on: a live line in a terminal or a notebook, elsewhere a line a claim that is done."""
        console = self._errors
        if console.is_jupyter:  # rich would need widgets for it; a notebook goes back to the start of a line as well
            yield Watcher(pace, None, lambda: self._redrawn(pace.line(console.width)))
            self._redrawn("")
        elif console.is_terminal:
            columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
            # Without redirection a piped stdout stays a pipe while the line is drawn on stderr.
            with Progress(
                *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
            ) as bar:
                task = bar.add_task(pace.line(console.width - 3), total=None)
                yield Watcher(pace, None, lambda: bar.update(task, description=pace.line(console.width - 3)))
        else:
            yield Watcher(pace, self.note if len(pace.expected) > 1 and not self.as_json else None)

    def _redrawn(self, text: str) -> None:
        sys.stderr.write("\r" + text.ljust(self._errors.width - 1) + "\r")
        sys.stderr.flush()


@dataclass
class Watcher:
    """Where a door says how its claims get on.

    Attributes:
        pace: what is known of the time that they take.
        say: takes a line on each claim that is done.
        draw: draws a live line anew.
    """

    pace: Pace
    say: Callable[[str], None] | None = None
    draw: Callable[[], None] = lambda: None

    def start(self, claim: str) -> Callable[[int, int, str], None]:
        """A claim begins; what it returns is called with (done, total, what) after each of its cells."""
        self.pace.start(claim)
        self.draw()

        def progress(done: int, total: int, what: str) -> None:
            self.pace.at(claim, done / total if total else 0.0)
            self.draw()

        return progress

    def finish(self, claim: str) -> None:
        """A claim is done."""
        self.pace.finish(claim)
        self.draw()
        if self.say is not None:
            self.say(self.pace.said(claim))


def printable(text: str) -> str:
    """Text without the control characters by which a stranger's record would steer a terminal: spelt out."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


def _strict(value: Any) -> Any:
    """Replace the numbers that JSON lacks by strings."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, Mapping):
        return {str(name): _strict(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(entry) for entry in value]
    return value
