"""Claim: what a source says, where it says it, and what was chosen here because no source says it."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fieldbench.claims.names import require_kebab
from fieldbench.errors import BadInput

FILE = "claim.toml"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Source:
    """A published place: arXiv identifier (or a title where there is none) and the equation, figure or slide."""

    where: str
    arxiv: str = ""
    title: str = ""

    def __str__(self) -> str:
        name = f"arXiv:{self.arxiv}" if self.arxiv else self.title
        return f"{name}, {self.where}"


@dataclass(frozen=True)
class Claim:
    """A published statement. The same `id` and `revision` mean the same mathematics, for ever.

    Args:
        id: kebab-case name.
        revision: raised when the mathematics of the case changes.
        title: one line.
        statement: the claim in words.
        latex: the claim as a formula.
        theory: kind of theory, as a word for overviews: "effective ridge", "kernel adaptation", …
        network: kind of network or data that it is about: "Gaussian process", "erf network", "images", …
        sources: where it is published.
        regime: where it is meant to hold.
        stated: parameters that the sources state.
        chosen: parameters that no source states, with the reason for the choice made here.
        errata: errors found in the sources, each with its argument.
        bibtex: citation keys.
        shared: module that both the measurement and the theory reach, or room of such → why it may be.
        preliminary: True where the source itself calls the result preliminary.
    """

    id: str
    revision: int
    title: str
    statement: str
    sources: tuple[Source, ...]
    latex: str = ""
    theory: str = ""
    network: str = ""
    regime: str = ""
    stated: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    errata: tuple[str, ...] = ()
    bibtex: tuple[str, ...] = ()
    shared: Mapping[str, str] = field(default_factory=dict)
    preliminary: bool = False

    def __post_init__(self) -> None:
        require_kebab(self.id, "claim id")
        if self.revision < 1:
            raise BadInput(f"claim {self.id}: revision {self.revision} is below 1")
        if nested := [name for name, why in self.shared.items() if not isinstance(why, str)]:
            raise BadInput(f'claim {self.id}: [shared] takes whole names of modules; write "{nested[0]}.…" in quotes')
        if not self.sources:
            raise BadInput(f"claim {self.id}: a claim without a source is not a published claim")

    @classmethod
    def unread(cls) -> Claim:
        """Stands for the claim until a case is loaded together with its `claim.toml`."""
        return cls(id="unread", revision=1, title="", statement="", sources=(Source(where=""),))


def read_claim(path: Path) -> Claim:
    """The facts of a claim from its `claim.toml`.

    Raises:
        BadInput: no such file, not TOML, unknown, missing or misspelt fields, control characters in a text (a double
            quoted "\\tau" is a tab: LaTeX stands in literal strings, in single quotes).
    """
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path} cannot be read as TOML: {error}") from error
    for name, text in _texts(fields, ""):
        if found := _CONTROL.search(text):
            raise BadInput(
                f"{path}: {name} holds the control character {found[0]!r}; write LaTeX in single quotes, '...'"
            )
    try:
        sources = tuple(_source(source) for source in fields.pop("sources", ()))
        lists: dict[str, Any] = {name: tuple(fields.pop(name)) for name in ("errata", "bibtex") if name in fields}
        return Claim(sources=sources, **lists, **fields)
    except TypeError as error:
        known = [field.name for field in dataclasses.fields(Claim)]
        missing = [name for name in ("id", "revision", "title", "statement") if name not in fields]
        unknown = [name for name in fields if name not in known]
        words = f"add {', '.join(missing)}" if missing else f"{', '.join(unknown) or error} is no field of it"
        raise BadInput(f"{path}: {words}; its fields are {', '.join(known)}") from error
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error


def _source(fields: dict[str, Any]) -> Source:
    missing, unknown = {"where"} - fields.keys(), fields.keys() - {"where", "arxiv", "title"}
    if missing or unknown:
        raise BadInput(
            f"[[sources]] takes where, and arxiv or title; not {', '.join(sorted(unknown)) or 'without where'}"
        )
    return Source(**fields)


def _texts(value: Any, name: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(name, value)]
    if isinstance(value, dict):
        return [found for key, entry in value.items() for found in _texts(entry, f"{name}.{key}".strip("."))]
    return [found for entry in value for found in _texts(entry, name)] if isinstance(value, list) else []
