"""Conform: what a case still lacks to be evidence that others can use, one sentence each, with the remedy.

What loading, measuring and judging refuse of themselves (declarations that do not fit together, a key that is ignored,
hidden or global state, replicates that are no evidence, a theory in the measurement's file) is not asked again: their
sentence stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fieldbench.cells.measurement import evidence_of
from fieldbench.cells.shared import shared, unargued
from fieldbench.claims.case import Case
from fieldbench.claims.check import Check, Limit
from fieldbench.claims.facts import Claim
from fieldbench.claims.names import MAIN
from fieldbench.claims.structure import leaves
from fieldbench.judging.trial import Result
from fieldbench.judging.worlds import FEWEST, NEARLY_ALWAYS, meet
from fieldbench.verdicts.outcome import CheckOutcome, RivalOutcome
from fieldbench.verdicts.rule import Verdict
from fieldbench.verdicts.weigh import ENOUGH
from fieldbench.verdicts.words import check_text, control_text, rival_text

QUICK, SECONDS = "quick", 15.0
SHARP = 0.25
"""A resolution that leaves room for another seed; above `ENOUGH` a statement is no evidence at all."""
CONTROLS = 2

_ARXIV = re.compile(r"\d{2}(0[1-9]|1[0-2])\.\d{4,5}(v\d+)?|[a-z-]+(\.[A-Z]{2})?/\d{7}")
_PLACE = re.compile(r"[=≃∝]|\b(eqs?|equations?|figs?|figures?|sections?|theorem|proposition|lemma|corollary|table"
                    r"|appendix|slides?|chapter|pages?)\b", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing to do; `missing` if the case does not conform without it, else it would be better so."""

    about: str
    sentence: str
    missing: bool = True


def in_facts(claim: Claim) -> Iterator[Finding]:
    """What `claim.toml` leaves out."""
    for source in claim.sources:
        if not source.arxiv and not source.title:
            yield Finding("source", "one has neither arxiv nor title; say which publication it is")
        if source.arxiv and not _ARXIV.fullmatch(source.arxiv):
            yield Finding(
                "source",
                f'arXiv id {source.arxiv!r} is none, as 2502.18553 is; write the paper\'s, or title = "…" where '
                "there is no preprint",
            )
        if not source.where.strip():
            yield Finding("source", f"of {source.arxiv or source.title} no place is given; say which equation: where =")
    if not any(_PLACE.search(source.where) for source in claim.sources):
        places = "; ".join(repr(source.where) for source in claim.sources)
        yield Finding("source", f"where = {places} names no equation, figure or theorem; add which it is", False)
    if not claim.regime.strip():
        yield Finding("regime", 'nothing says where the statement is meant to hold; add regime = "…"')
    if not claim.bibtex:
        yield Finding("bibtex", 'nothing says whom a user has to cite; add the keys, bibtex = ["Author2024"]')
    if not claim.latex.strip():
        yield Finding("latex", "the formula is not written out; add latex = '…' in single quotes")


def in_declarations(case: Case, worlds: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """What is missing before anything is measured.

    Args:
        case: as loaded.
        worlds: those in which its statements are false (`load_worlds`).
    """
    if QUICK not in case.tiers:
        yield Finding("tiers", f"there is none named {QUICK!r}, which everybody runs first; add it to tiers={{…}}")
    stated = [check for check in case.checks if check.statement]
    if not stated:
        yield Finding("statement", "no check is the claim's statement in words; give the one that is statement=True")
    for check in stated:
        yield from _controls(case, check)
        if not isinstance(check, Limit):
            yield from _in_statement(check, worlds.get(check.id, {}))
    found = shared(case)
    for module in unargued(found, case.claim.shared):
        if module in found:
            yield Finding(
                "shared",
                f"measurement and theory both use {module} ({', '.join(found[module])}); compute one of them in "
                f'another way, or argue it in claim.toml: [shared] "{module}" = "why"',
            )
        else:
            yield Finding("shared", f"{module!r} is argued in [shared] and is not shared; drop it")
    if case.figure is None:
        yield Finding("figure", "none says what the claim looks like; add figure=Figure(…)", False)


def _in_statement(check: Check, worlds: Mapping[str, Any]) -> Iterator[Finding]:
    if check.side == "both" and not check.rivals and check.effect is None:
        yield Finding(
            "rival",
            f"statement {check.id} has none; name the closest published or plausible alternative, "
            'rivals={"name": theory}, or for a null check the smallest effect=',
        )
    if len(worlds) < FEWEST:
        yield Finding(
            "worlds",
            f"statement {check.id} has {len(worlds)} in which it is false, it takes {FEWEST}; list them in worlds.py, "
            "WORLDS = {CHECK: {…}}",
        )


def _controls(case: Case, check: Check | Limit) -> Iterator[Finding]:
    own = [control for control in case.controls if control.contradicts is check]
    read = set() if isinstance(check, Limit) else leaves(check.observable)
    others = [c.contradicts for c in case.controls if isinstance(c.contradicts, Check)]
    kin = [other for other in others if read & leaves(other.observable)]
    if len(own) < CONTROLS:
        enough = len(kin) >= CONTROLS
        shared = " (checks that read the same have them)" if enough else ""
        yield Finding(
            "controls",
            f"statement {check.id} has {len(own)}, it takes {CONTROLS}{shared}; add errors that somebody "
            f"could make, Control(…, contradicts={check.id})",
            missing=not enough,
        )


def in_run(result: Result, seconds: float, worlds: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """What a whole run of the quick tier found.

    Args:
        result: with every cell measured anew.
        seconds: that it took.
        worlds: of the result's own case.
    """
    if seconds > SECONDS:
        yield Finding(
            "time",
            f"the {QUICK} tier took {seconds:.1f} s, it has {SECONDS:.0f}; take fewer draws or smaller sizes there, "
            'the rest in a tier "standard"',
        )
    for reason in dict.fromkeys(skip.reason for skip in result.skipped):
        yield Finding("data", f"what rests on it was not looked at: {reason}", False)
    assert result.judgement is not None  # nothing was left to the store
    for outcome in result.judgement.checks:
        if outcome.verdict is not Verdict.NOT_RUN:
            yield from _in_outcome(outcome)
        elif outcome.statement:
            yield Finding("statement", f"{outcome.id} is not judged in the {QUICK} tier: {outcome.reason}", False)
    for control in result.judgement.controls:
        if not control.as_declared:
            yield Finding("controls", f"{control_text(control)}; sharpen the check, or make it an error that matters")
    yield from _in_worlds(result, worlds)


def _in_outcome(outcome: CheckOutcome) -> Iterator[Finding]:
    same = [rival.id for rival in outcome.rivals if _says_the_same(outcome, rival)]
    for name in same:
        yield Finding(
            "rival",
            f"{name} of {outcome.id} says at every point what the theory says; name one that the data can exclude",
        )
    without = [rival.id for rival in outcome.rivals if np.isnan(rival.expected).any()]
    for name in without:
        yield Finding(
            "rival",
            f"{name} of {outcome.id} has no value at some point, on the check's scale (a logarithm takes what is "
            "positive); leave it out there, or compare on the linear scale",
        )
    for rival in outcome.rivals:
        if rival.survives:
            yield Finding("rival", f"{rival_text(outcome, rival)}; take more draws, or a point where it differs")
    weak = outcome.statement and outcome.resolution is not None and outcome.resolution > SHARP
    if weak and not same and not without:
        hard = outcome.resolution > ENOUGH  # type: ignore[operator]
        limit = f"{ENOUGH:g} is the limit" if hard else f"{SHARP:g} leaves room"
        yield Finding(
            "resolution",
            f"statement {outcome.id} has {outcome.resolution:.2g} at its worst point, margin over distance of the "
            f"nearest rival; {limit}: a sharper remainder, or points where the two differ more",
            missing=hard,
        )
    explained = bool(same or weak) and outcome.verdict is Verdict.COMPATIBLE
    if not outcome.as_declared and not explained:
        yield Finding("verdict", check_text(outcome))


def _says_the_same(outcome: CheckOutcome, rival: RivalOutcome) -> bool:
    """Whether a rival is the theory, to a thousandth of the margin."""
    expected = outcome.expected - (outcome.expected.mean() if rival.free else 0.0)
    theirs = rival.expected - (rival.expected.mean() if rival.free else 0.0)
    return bool(np.all(np.abs(theirs - expected) <= 1e-3 * outcome.margin))


def _in_worlds(result: Result, worlds: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Data simulated from each world at the noise of this run, as the suite does with its records."""
    cells = [(m.variant, m.experiment, m.key.block[0], m.arrays) for m in result.measurements]
    measured = evidence_of(cells).get(MAIN, {})
    assert result.judgement is not None
    judged = {outcome.id for outcome in result.judgement.checks if outcome.labels}
    for check in result.case.checks:
        if not isinstance(check, Check) or not check.statement or check.id not in judged or not worlds.get(check.id):
            continue
        met = [
            meet(result.case, check, world, measured, result.predictions, name)
            for name, world in worlds[check.id].items()
        ]
        for one in met:
            if one.far and one.contradicted < NEARLY_ALWAYS:
                yield Finding(
                    "worlds",
                    f"statement {check.id} overlooks {one.world}, {one.margins:.1f} margins away: contradicted in "
                    f"{one.contradicted:.0%} of the data sets simulated from it; take more draws or replicates",
                )
        if not any(one.far for one in met):
            yield Finding(
                "worlds",
                f"none of statement {check.id} is two margins away from the theory; add one that is, or sharpen the "
                "margin",
            )
