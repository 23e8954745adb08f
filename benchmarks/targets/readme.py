"""The measured figures into benchmarks/README.md, from the file that keeps them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.targets import table

README = table.ROOT / "benchmarks" / "README.md"
START, END = "<!-- targets -->\n", "<!-- /targets -->"


def fill(kept: Path = table.KEPT, readme: Path = README) -> str:
    """Put the kept table between the README's marks, and return the sentence that says where it comes from.

    Raises:
        BadInput: nothing was measured yet, or the README has no marks.
    """
    from fieldbench import atomic
    from fieldbench.errors import BadInput

    if not kept.is_file():
        raise BadInput(f"{kept} is not there: measure first, with `python -m benchmarks.targets`")
    text = readme.read_text(encoding="utf-8")
    if START not in text or END not in text:
        raise BadInput(f"{readme} has no lines {START.strip()} and {END}: put them where the table belongs")
    found = json.loads(kept.read_text())
    before, _, rest = text.partition(START)
    said = _where(found["measurements"])
    shown = f"{table.markdown(found['rows'])}\n{said}\n"
    atomic.write(readme, (before + START + shown + END + rest.partition(END)[2]).encode())
    return said


def _where(measurements: dict[str, Any]) -> str:
    """Commits, versions and days of the measurements, one sentence for each different place."""
    places = {}
    for found in measurements.values():
        p = found["provenance"]
        commit = (p["commit"] or "unknown")[:10] + (" with changes" if p["dirty"] else "")
        places[f"commit {commit}, jax {p['jax']}, {p['cpu_count']} cores, {p['date'][:10]}"] = None
    return "Measured at " + "; ".join(places) + "."
