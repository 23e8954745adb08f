"""Where something was declared: file and line, for errors that name them."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOM = str(Path(__file__).parent)


def declared_at() -> str:
    """As "case.py, line 12": the innermost caller outside this room (and outside dataclasses' generated code)."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        name = frame.f_code.co_filename
        if not name.startswith((_ROOM, "<")):
            return f"{Path(name).name}, line {frame.f_lineno}"
        frame = frame.f_back
    return "unknown place"
