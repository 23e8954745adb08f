"""From schema 1 to schema 2: what an old record has, in the present form; what it lacks is null."""

from __future__ import annotations

from typing import Any

from fieldbench.claims.names import THEORY
from fieldbench.records.schema import SCHEMA_VERSION


def upgraded(old: dict[str, Any]) -> dict[str, Any]:
    """A record of schema 1, as JSON, in the form of schema 2, still without the hash of its content."""
    new = {name: value for name, value in old.items() if name not in ("setups", "control_predictions")}
    theories = {THEORY: old["predictions"], **old["control_predictions"]}
    return new | {
        "schema_version": SCHEMA_VERSION,
        "upgraded_from": old["schema_version"],
        "skipped": [{"kind": old["setups"][0]["type"], **skip} for skip in old["skipped"]],
        "complete": True,
        "case": None,
        "sampler": None,
        "figure": None,
        "keys": [],
        "checks": [_check(check) for check in old["checks"]],
        "controls": [control | {"outcome": _check(control["outcome"])} for control in old["controls"]],
        "experiments": [
            {"kind": s["type"], "parameters": s["parameters"], "coordinates": s["coordinates"]} for s in old["setups"]
        ],
        "predictions": {name: [_prediction(part) for part in parts] for name, parts in theories.items()},
        "cells": [_cell(cell) for cell in old["cells"]],
    }


def _check(old: dict[str, Any]) -> dict[str, Any]:
    parts = [{"name": name, "values": values, "order": "", "got": ""} for name, values in old["parts"].items()]
    rivals = [rival | {"distance": None, "free": ""} for rival in old["rivals"]]
    return old | {"parts": parts, "rivals": rivals, "resolution": None}


def _prediction(old: dict[str, Any]) -> dict[str, Any]:
    said = {name: {"value": _without_replicate(array), "remainders": {}} for name, array in old["arrays"].items()}
    return {"experiment": old["setup"], "said": said}


def _without_replicate(array: dict[str, Any]) -> dict[str, Any]:
    """A prediction had a leading axis of one."""
    return array | {"shape": array["shape"][1:], "data": array["data"][0]}


def _cell(old: dict[str, Any]) -> dict[str, Any]:
    cell = {name: value for name, value in old.items() if name != "setup"}
    return cell | {"experiment": old["setup"], "key": None}
