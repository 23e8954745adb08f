"""Where a record comes from, and the command that makes it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from fieldbench.records.schema import Record


def facts(record: Record) -> list[tuple[str, str]]:
    """Name and value, in the order in which somebody asks."""
    made = record.provenance
    versions = [f"{name} {made[name]}" for name in ("fieldbench", "python", "jax", "jaxlib", "numpy", "scipy")
                if made.get(name)]  # fmt: skip
    found = {
        "date": record.date[:19].replace("T", " "),
        "commit": commit(made),
        "case from": _checkout(record),
        "versions": ", ".join(versions),
        "machine": f"{made.get('platform', '')}, {made.get('cpu_count', '?')} CPUs, device {made.get('device', '?')}",
        "threads": ", ".join(f"{blas['name']} {blas['threads']}" for blas in _libraries(made.get("blas"))),
        "seed": f"{record.seed}, {record.replicates} replicates",
        "ports": ", ".join(f"{port}: {what}" for port, what in record.ports.items()),
        "cells": f"{len(record.cells)}, measured in {sum(cell.wall_time for cell in record.cells):.0f} s; "
        f"{record.wall_time:.0f} s with what the store held",
        "cells differ in": ", ".join(record.mixtures),
        "record": record.run_id,
        "SHA-256 of its content": record.content_hash,
    }  # fmt: skip
    return [(name, value) for name, value in found.items() if value]


def commit(made: Mapping[str, Any]) -> str:
    """The commit of a checkout, and whether it had changes; empty where none is known."""
    return str(made.get("commit") or "") + (" with changes" if made.get("dirty") else "")


def rerun(record: Record) -> str:
    """The commands, in a checkout of fieldbench, that measure the record anew."""
    made = record.provenance
    case = record.case
    lines = [f"git checkout {shlex.quote(str(made['commit']))}"] if made.get("commit") else []
    if case is not None and case.commit and case.commit != made.get("commit"):
        lines.append(" ".join(f"# and of {case.repository or 'the case'}: {case.commit}".split()))
    words = ["fieldbench", "run", record.claim.id, "--tier", record.tier, "--seed", str(record.seed)]
    return "\n".join([*lines, shlex.join(words), f"fieldbench explain {record.claim.id}/CHECK --tier {record.tier}"])


def _checkout(record: Record) -> str:
    case = record.case
    if case is None or case.commit is None or case.commit == record.provenance.get("commit"):
        return ""
    return f"{case.repository or ''} {case.commit}{' with changes' if case.dirty else ''}".strip()


def _libraries(value: Any) -> list[dict[str, Any]]:
    """The entries of a list that name a library and its threads."""
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, dict) and {"name", "threads"} <= entry.keys()]
