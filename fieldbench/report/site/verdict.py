"""Verdicts as a word and a mark, never a colour alone; of a check, and of a claim."""

from __future__ import annotations

from dataclasses import dataclass

from fieldbench.records.schema import CheckPart, Record
from fieldbench.report.headline import GRAVITY
from fieldbench.verdicts.words import MARKS


@dataclass(frozen=True)
class Verdict:
    """A verdict: its word, its mark, and what was declared where that is another matter."""

    word: str
    note: str = ""

    @property
    def mark(self) -> str:
        """One character that says it in black and white."""
        return MARKS.get(self.word, "–")

    @property
    def style(self) -> str:
        """Its name in the style sheet."""
        return self.word.replace(" ", "-") if self.word in MARKS else "not-run"


def of_check(check: CheckPart) -> Verdict:
    """A check's verdict; "as declared" where another than reproduced was expected, and is."""
    if check.verdict != "not run" and not check.as_declared:
        return Verdict(check.verdict, f"declared {check.declared}")
    return Verdict(check.verdict, "as declared" if check.declared == check.verdict != "reproduced" else "")


def of_claim(record: Record) -> Verdict:
    """The worst verdict of the claim's own statements (of all checks where none is marked), and whether it is as
    declared."""
    ran = [check for check in record.checks if check.labels]
    statements = [check for check in ran if check.statement] or ran
    found = [check.verdict for check in statements if check.verdict in GRAVITY]
    word = min(found, key=GRAVITY.index, default="not run")
    if record.exit_code:
        return Verdict(word, "not everything as declared")
    return Verdict(word, "" if word in ("reproduced", "not run") else "as declared")
