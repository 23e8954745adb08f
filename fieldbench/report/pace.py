"""How long a session with cases still takes, from what its claims took when their reference records were made."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

PRIOR = 10.0
"""Seconds for which the reference is taken at its word before this machine's own pace shows."""


def seconds_of(claim: str, tier: str, places: Iterable[Path]) -> float:
    """What the cells of a claim's newest record took, of the first place that has one; 0 where none has."""
    for place in places:
        records = sorted((place / claim).glob(f"r*/{tier}/*.json"), key=lambda path: path.name)
        try:
            return float(sum(cell["wall_time"] for cell in json.loads(records[-1].read_bytes())["cells"]))
        except (IndexError, LookupError, TypeError, ValueError, OSError):
            continue  # an order and a guess are all that it is for
    return 0.0


class Pace:
    """Which claims are done, which run, and how long the rest takes.

    The time left is the reference's for what is not done, times how much slower (or, with a full store, faster) than
    the reference this session has been so far; what runs counts for what is left of it.

    Args:
        expected: claim → seconds in the reference; 0 where nothing is known, which counts as the mean of the others.
        workers: processes that share the claims.
        now: the clock.
    """

    def __init__(
        self, expected: Mapping[str, float], workers: int = 1, now: Callable[[], float] = time.monotonic
    ) -> None:
        known = [seconds for seconds in expected.values() if seconds > 0]
        mean = sum(known) / len(known) if known else 0.0
        self.expected = {claim: seconds or mean for claim, seconds in expected.items()}
        self.workers, self.now = max(1, workers), now
        self.started: dict[str, float] = {}
        self.took: dict[str, float] = {}
        self.share: dict[str, float] = {}

    def start(self, claim: str) -> None:
        """A claim begins; said again, nothing changes."""
        self.started.setdefault(claim, self.now())

    def at(self, claim: str, share: float) -> None:
        """The share of a claim's cells that are done."""
        self.share[claim] = share

    def finish(self, claim: str) -> None:
        """A claim is done."""
        self.start(claim)
        self.took.setdefault(claim, self.now() - self.started[claim])

    @property
    def running(self) -> list[str]:
        """The claims that have begun and are not done."""
        return [claim for claim in self.started if claim not in self.took]

    def left(self) -> float | None:
        """Seconds left; None where no record says how long anything takes."""
        if not any(self.expected.values()):
            return None
        times = {**self.took, **self._overdue()}
        pace = (PRIOR + sum(times.values())) / (PRIOR + sum(self.expected[claim] for claim in times))
        rest = [self._rest(claim, pace) for claim in self.expected if claim not in self.took]
        return max([sum(rest) / self.workers, *rest]) if rest else 0.0

    def _overdue(self) -> dict[str, float]:
        """What runs for longer than in the reference: it shows the pace before it is done."""
        elapsed = {claim: self.now() - self.started[claim] for claim in self.running}
        return {claim: seconds for claim, seconds in elapsed.items() if seconds > self.expected[claim]}

    def _rest(self, claim: str, pace: float) -> float:
        whole = self.expected[claim] * pace
        if claim not in self.started:
            return whole
        elapsed, share = self.now() - self.started[claim], self.share.get(claim, 0.0)
        if share > 0:  # its own cells know better than the reference
            return elapsed * (1.0 - share) / share
        return max(whole - elapsed, 0.1 * elapsed)

    def line(self, width: int = 80) -> str:
        """How many of how many, what is left, and which run; the last may be cut."""
        text = f"{len(self.took)} of {len(self.expected)} claims{self._about()}"
        running = ", ".join(self.running)
        if running:
            text += f": {running}"
        return text if len(text) < width else text[: width - 2] + "…"

    def said(self, claim: str) -> str:
        """A line on a claim that is done."""
        return f"[{len(self.took)} of {len(self.expected)}] {claim}: {duration(self.took[claim])}{self._about()}"

    def _about(self) -> str:
        left = self.left()
        return f", about {duration(left)} left" if left else ""


def duration(seconds: float) -> str:
    """Seconds below two minutes, minutes below two hours, else hours."""
    if seconds < 119.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7170 else f"{seconds / 3600:.1f} h"
