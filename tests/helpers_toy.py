"""The toy case in a folder of its own, in which pieces of text can be replaced."""

import re
import shutil
from pathlib import Path

MATERIAL = Path(__file__).parent / "material"
TOY = MATERIAL / "toy"


def copied(folder, name="toy", claim="toy-sum"):
    """A copy of the toy case below `folder`, and its path; under another name and of another claim, if asked."""
    case = Path(shutil.copytree(TOY, folder / name, ignore=shutil.ignore_patterns("__pycache__")))
    edited(case / "claim.toml", 'id = "toy-sum"', f'id = "{claim}"')
    return case


def edited(path, old, new):
    """Replace a piece of the text of a file that has it."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path} does not have {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def replaced(case, old, new):
    """Replace a piece of text in whichever file of the case has it, and give that file."""
    for path in sorted(case.iterdir()):
        if path.is_file() and old in path.read_text(encoding="utf-8"):
            edited(path, old, new)
            return path
    raise AssertionError(f"no file of {case} has {old!r}")


def line_of(path, text):
    """Number of the line that has `text`."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def said_of(path, message):
    """A message of a table in which `line {text}` stands for the number of the line of a file that has the text."""
    return re.sub(r"line \{(.*?)\}", lambda mark: f"line {line_of(path, mark[1])}", message)
