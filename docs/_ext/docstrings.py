"""Docstrings are plain text with formulas in Unicode: what reStructuredText would take for markup is text here.

An indented block after an empty line is a formula and stays as it is set. Sections ("Args:") are left to napoleon,
which comes after this. Links that lead out of docs/ are turned to the page that shows the same file.
"""

import re

MARKUP = re.compile(r"[\\*|]|_(?!\w)|`{2,}")
OUTSIDE = {"../results/README.md": "results.md"}


def setup(app):
    app.connect("autodoc-process-docstring", _as_text, priority=400)
    app.connect("autodoc-skip-member", _skip)
    app.connect("source-read", _inside)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _as_text(app, what, name, obj, options, lines):
    lines[:] = [] if what == "data" and _of_its_type(obj) else text(lines)


def text(lines):
    """reStructuredText of a docstring's lines."""
    found, formula, indent = [], False, 0
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if formula and line.strip() and depth < indent + 4:
            formula = False
        if not formula and line.strip():
            starts = found and not found[-1].strip() and depth >= indent + 4 and not line.lstrip().startswith(">>>")
            if starts:
                found += [" " * indent + "::", ""]
                formula = True
            else:
                indent = depth
        found.append(line if formula or not line.strip() else _escaped(line))
    return found


def _of_its_type(obj):
    """Whether the words of a constant or an alias are those of its type, as of a number or of numpy.ndarray."""
    own = str(getattr(obj, "__module__", "")).startswith("fieldbench")
    return not own or obj.__doc__ == type(obj).__doc__


def _escaped(line):
    """A line of text; code between single backticks stays."""
    parts = re.split(r"(`[^`]+`)", line)
    return "".join(part if part.startswith("`") else MARKUP.sub(r"\\\g<0>", part) for part in parts)


def _skip(app, what, name, obj, skip, options):
    """Fields of a named tuple have no words of their own."""
    return True if str(getattr(obj, "__doc__", "")).startswith("Alias for field number") else None


def _inside(app, docname, source):
    for outside, page in OUTSIDE.items():
        source[0] = source[0].replace(f"]({outside})", f"]({page})")
