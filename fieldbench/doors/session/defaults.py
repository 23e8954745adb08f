"""Options of a working directory: the table [tool.fieldbench] of its pyproject.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fieldbench.errors import BadInput

FILE = "pyproject.toml"
KINDS = {"tier": str, "seed": int, "store": str, "results": str, "with": dict}


@dataclass(frozen=True)
class Defaults:
    """What stands in for an option that is not given; paths are relative to the working directory."""

    tier: str = "quick"
    seed: int = 0
    store: Path | None = None
    results: Path | None = None
    implementations: Mapping[str, str] = field(default_factory=dict)

    @property
    def ports(self) -> list[str]:
        """The implementations as `--with` takes them."""
        return [f"{port}={target}" for port, target in self.implementations.items()]


def defaults(folder: Path | None = None) -> Defaults:
    """The options of a folder, by default the working directory; the suite's own where it says nothing.

    Raises:
        BadInput: the file is not TOML, or the table has an option that there is not, or of another kind.
    """
    path = (folder or Path()) / FILE
    if not path.is_file():
        return Defaults()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("fieldbench", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path} cannot be read as TOML: {error}") from error
    if unknown := sorted(set(table) - set(KINDS)):
        raise BadInput(f"{path}: [tool.fieldbench] has no option {unknown[0]!r}; it takes {', '.join(KINDS)}")
    for name, value in table.items():
        if not isinstance(value, KINDS[name]) or isinstance(value, bool):
            kind = {"with": 'a table, such as with = {gpr = "module:factory"}', "seed": "a whole number"}
            raise BadInput(f"{path}: [tool.fieldbench] {name} = {value!r}; it is {kind.get(name, 'a string')}")
    paths = {name: Path(table[name]).expanduser() if name in table else None for name in ("store", "results")}
    implementations = {str(port): str(target) for port, target in table.get("with", {}).items()}
    return Defaults(
        tier=table.get("tier", Defaults.tier), seed=table.get("seed", Defaults.seed), store=paths["store"],
        results=paths["results"], implementations=implementations,
    )  # fmt: skip
