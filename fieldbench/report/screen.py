"""One screen on a session: what is not as declared, then a line a claim, then one total."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldbench.records.schema import Record
from fieldbench.report.headline import Headline, headline
from fieldbench.report.pace import duration
from fieldbench.verdicts.needed import needed, needed_against
from fieldbench.verdicts.separation import survives
from fieldbench.verdicts.words import MARKS, STYLES, check_text

MOST_REASONS = 4

Piece = tuple[str, str]
"""Text and its style: a colour, "bold", "dim" or nothing."""

Line = list[Piece]


@dataclass(frozen=True)
class Column:
    """A column of the screen: `least` is the width to which its cells may be cut where the terminal is narrow, 0 for
    never; `optional` ones go before anything is cut, `last` ones where that is not enough; a verdict stays."""

    title: str
    least: int = 0
    optional: bool = False
    last: bool = False
    right: bool = False


COLUMNS = (
    Column("claim", least=24),
    Column("verdict"),
    Column("of", optional=True),
    Column("measured", last=True, right=True),
    Column("theory", last=True, right=True),
    Column("± margin", optional=True, right=True),
    Column("rival", least=6, last=True),
    Column("", last=True, right=True),
    Column("data", least=7, last=True),
    Column("s", last=True, right=True),
)


def screen(
    records: Sequence[Record],
    width: int = 80,
    errors: Mapping[str, str] | None = None,
    left_out: Mapping[str, int] | None = None,
    seconds: float | None = None,
    where: str = "",
) -> list[Line]:
    """The lines of a screen.

    Args:
        records: one a claim and seed.
        width: of the terminal.
        errors: claim → why it could not run, a sentence.
        left_out: reason → how many checks, rivals and controls were not run for it.
        seconds: how long all of it took.
        where: the last line: where records and report are.
    """
    heads = [headline(record) for record in records]
    lines = list(_not_as_declared(records, errors or {}, width))
    lines += _table(records, heads, width) if heads else []
    lines += _total(heads, errors or {}, left_out or {}, seconds, width)
    return [*lines, *([(piece, "dim")] for piece in where.splitlines())]


def where_things_are(results: Path) -> str:
    """Where records are, and how to see more of them."""
    pages = f"pages of them: `fieldbench report --results {results}`"
    return f"records in {results}; one check: `fieldbench explain CLAIM/CHECK`\n{pages}"


def left_out(reasons: Iterable[str]) -> dict[str, int]:
    """Why checks, rivals and controls were not run, in few words → how many; several tiers are "other tiers"."""
    found = Counter(map(_in_few_words, reasons))
    later = [reason for reason in found if reason.startswith("left to the ")]
    if len(later) > 1:
        found["left to other tiers"] = sum(found.pop(reason) for reason in later)
    return dict(found)


def _in_few_words(reason: str) -> str:
    if sets := dict.fromkeys(re.findall(r"data set '([^']*)' is not on this machine", reason)):
        return "for want of " + ", ".join(sets)
    if "cannot be told from the theory" in reason:
        return "about rivals within the margins"
    if reason.startswith("no experiment of the"):
        return "without an experiment in this tier"
    return reason if len(reason) < 60 else reason[:57] + "…"


def plain(line: Line) -> str:
    """A line without its styles."""
    return "".join(text for text, _ in line)


def _not_as_declared(records: Sequence[Record], errors: Mapping[str, str], width: int) -> Iterator[Line]:
    odd = [record for record in records if record.exit_code]
    if odd or errors:
        yield [("NOT AS DECLARED", "red")]
    for claim, error in errors.items():
        yield from _told(claim, "could not run: " + error, "red", width)
    for record in odd:
        reasons = list(reasons_of(record))
        for text, style in reasons[:MOST_REASONS]:
            yield from _told(record.claim.id, text, style, width)
        if len(reasons) > MOST_REASONS:
            yield from _told(record.claim.id, f"{len(reasons) - MOST_REASONS} more; see its record", "", width)
    if odd or errors:
        yield []


def _told(claim: str, text: str, style: str, width: int) -> Iterator[Line]:
    for number, piece in enumerate(textwrap.wrap(f"{claim}: {text}", width - 4, break_on_hyphens=False)):
        yield [("  " if number == 0 else "    ", ""), (piece, style)]


def reasons_of(record: Record) -> Iterator[Piece]:
    """Why a record's exit code is not 0: a sentence each, with a style."""
    for guard in record.guards:
        if not guard.passed:
            limit = f"at most {guard.at_most:g}" if guard.at_most is not None else f"at least {guard.at_least:g}"
            extreme = guard.largest if guard.at_most is not None else guard.smallest
            yield f"guard {guard.id} failed: {guard.array} reached {extreme:.4g}, {limit} is asked", "yellow"
    for check in record.checks:
        if not check.as_declared:
            more = needed(check)
            yield check_text(check) + (f"; {more}" if more else ""), STYLES.get(check.verdict, "")
        for rival in check.rivals:
            if survives(check, rival):
                more = needed_against(check, rival)
                text = f"{check.id}: rival {rival.id} is NOT rejected, at {rival.t:.3g} standard errors of 5"
                yield text + (f"; {more}" if more else ""), "yellow"
    for control in record.controls:
        if not control.noticed and control.outcome.verdict != "not run":
            yield f"control {control.id} is NOT noticed by {control.contradicts}: {control.outcome.verdict}", "yellow"
    if not any(check.labels for check in record.checks):
        yield record.summary, "yellow"


def _table(records: Sequence[Record], heads: Sequence[Headline], width: int) -> Iterator[Line]:
    several = len({record.seed for record in records}) > 1
    cells = [_cells(record, head, several) for record, head in zip(records, heads, strict=True)]
    shown, widths = _fitted(cells, width)
    yield [("Each claim's statement where data strain it most; × how many margins the", "dim")]
    odd = "" if all(head.as_declared for head in heads) else " ! not as declared, see above."
    yield [("nearest rival is from the theory." + odd, "dim")]
    yield [("  " + _aligned([column.title for column in COLUMNS], shown, widths), "bold")]
    for head, row in zip(heads, cells, strict=True):
        style = STYLES.get(head.verdict, "")
        mark = MARKS.get(head.verdict, " ") + (" " if head.as_declared else "!")
        text = _aligned(row, shown, widths)
        start = widths[0] + 1
        yield [(mark, style), (text[:start], ""), (text[start:][: widths[1]], style), (text[start + widths[1] :], "")]


def _cells(record: Record, head: Headline, several: bool) -> list[str]:
    seed = f" (seed {record.seed})" if several else ""
    sets = head.data.removesuffix(" only").replace("data missing", "none").split(", ")
    data = (sets[0] if len(sets) == 1 else f"{len(sets)} sets") + ("*" if _lacks_data(head) else "")
    seconds = f"{head.seconds:.0f}" if head.seconds >= 1 else "<1"
    return [head.claim + seed, head.verdict, head.symbol, head.measured, head.predicted, head.margin, head.rival,
            head.distance, data, seconds]  # fmt: skip


def _lacks_data(head: Headline) -> bool:
    return head.data.endswith(" only") or head.data == "data missing"


def _fitted(cells: Sequence[Sequence[str]], width: int) -> tuple[list[int], list[int]]:
    """The columns that are shown and the width of each: optional ones go, from the right, then others are cut, then the
    last ones go, from the right too."""
    natural = [max(len(column.title), *(len(row[i]) for row in cells)) for i, column in enumerate(COLUMNS)]
    shown = [i for i, column in enumerate(COLUMNS) if any(row[i] for row in cells)]

    def over() -> int:
        return 2 + sum(natural[i] + 1 for i in shown) - 1 - width

    for i in [i for i in reversed(shown) if COLUMNS[i].optional]:
        if over() > 0:
            shown.remove(i)
    while over() > 0:
        spare = {i: max(0, natural[i] - COLUMNS[i].least) for i in shown if COLUMNS[i].least}
        if any(spare.values()):
            natural[max(spare, key=lambda i: spare[i])] -= 1
        elif going := [i for i in shown if COLUMNS[i].last]:
            shown.remove(going[-1])
        else:
            break
    return shown, natural


def _aligned(row: Sequence[str], shown: Sequence[int], widths: Sequence[int]) -> str:
    parts = []
    for i in shown:
        text = row[i] if len(row[i]) <= widths[i] else row[i][: widths[i] - 1] + "…"
        parts.append(text.rjust(widths[i]) if COLUMNS[i].right else text.ljust(widths[i]))
    return " ".join(parts).rstrip()


def _total(
    heads: Sequence[Headline],
    errors: Mapping[str, str],
    left_out: Mapping[str, int],
    seconds: float | None,
    width: int,
) -> Iterator[Line]:
    partial = dict.fromkeys(head.data for head in heads if _lacks_data(head))
    if partial:
        text = f"* {'; '.join(partial)}: the other data sets are not on this machine (`fieldbench data fetch`)"
        for piece in textwrap.wrap(text, width, break_on_hyphens=False):
            yield [(piece, "yellow")]
    count = Counter(head.verdict for head in heads)
    verdicts = [f"{count[verdict]} {verdict}" for verdict in MARKS if count[verdict]]
    verdicts += [f"{len(errors)} could not run"] if errors else []
    odd = sum(not head.as_declared for head in heads) + len(errors)
    claims, runs = len({head.claim for head in heads} | set(errors)), len(heads) + len(errors)
    took = f" in {duration(seconds)}" if seconds is not None else ""
    as_declared = f"; {odd} NOT as declared" if odd else "; all as declared"
    seeds = f" at {runs / claims:.2g} seeds" if runs > claims else ""
    total = f"{claims} claim{'s' * (claims != 1)}{seeds}{took}: {', '.join(verdicts)}{as_declared}"
    for piece in textwrap.wrap(total, width):
        yield [(piece, "red" if odd else "green")]
    if left_out:
        ordered = sorted(left_out.items(), key=lambda entry: -entry[1])
        words = "; ".join(f"{number} {reason}" for reason, number in ordered)
        for piece in textwrap.wrap("not run: " + words, width - 1):
            yield [(piece, "")]
