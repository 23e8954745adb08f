"""The toy case in a folder of its own, in which pieces of text can be replaced."""

import shutil
from pathlib import Path

TOY = Path(__file__).parents[1] / "material" / "toy"


def copied(folder):
    """A copy of the toy case below `folder`, and its path."""
    return Path(shutil.copytree(TOY, folder / "toy", ignore=shutil.ignore_patterns("__pycache__")))


def replaced(case, old, new):
    """Replace a piece of text in whichever file of the case has it."""
    for path in sorted(case.iterdir()):
        if path.is_file() and old in (text := path.read_text(encoding="utf-8")):
            path.write_text(text.replace(old, new), encoding="utf-8")
            return path
    raise AssertionError(f"no file of {case} has {old!r}")


def line_of(path, text):
    """Number of the line that has `text`."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return next(number for number, line in enumerate(lines, start=1) if text in line)
