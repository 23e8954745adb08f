"""A new case: a small one that runs, with comments that say what to replace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from fieldbench.claims.names import require_kebab
from fieldbench.errors import BadInput

TEMPLATE = Path(__file__).parent / "template"
SUFFIX = ".template"  # so that nothing takes them for modules
PLACEHOLDER = "CLAIM-ID"


def write_case(claim: str, folder: Path, taken: Mapping[str, Path]) -> list[Path]:
    """Write the template's files into a folder that is empty or not there, and return their paths.

    Args:
        claim: id of the new claim.
        folder: of the new case.
        taken: ids of the known claims, with their files.

    Raises:
        BadInput: an id that is not kebab-case or is taken; a folder that holds something or cannot be written.
    """
    try:
        require_kebab(claim, "claim id")
    except BadInput as error:
        near = re.sub(r"[^a-z0-9]+", "-", claim.lower()).strip("-")
        raise BadInput(f"{error}; try {near or 'my-claim'}") from None
    if claim in taken:
        raise BadInput(f"claim id {claim!r} is that of {taken[claim]}; ids are unique and permanent, choose another")
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise BadInput(f"{folder} exists already and is left as it is; name an empty or a new folder with --to")
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for template in sorted(TEMPLATE.glob(f"*{SUFFIX}")):
            path = folder / template.name.removesuffix(SUFFIX)
            text = template.read_text(encoding="utf-8").replace(PLACEHOLDER, claim)
            with path.open("x", encoding="utf-8") as file:  # never over a file of somebody's
                file.write(text)
            written.append(path)
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}; name another folder with --to") from error
    return written
