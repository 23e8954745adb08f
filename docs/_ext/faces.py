"""Pages of the API reference: one a room, with the names that its `__init__` lists, written before Sphinx reads."""

import ast
import importlib
import inspect
from functools import cache
from pathlib import Path
from typing import get_origin

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {
    "": "One call",
    "claims": "What an author writes with",
    "theory": "Predictions",
    "regression": "Exact regression",
    "sampling": "Samplers",
    "statistics": "Chains and replicates",
    "data": "Data sets",
}
"""The parts whose faces a user may take names from; the others have commands."""


def setup(app):
    app.connect("builder-inited", lambda app: write(Path(app.srcdir) / "api"))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write(folder):
    """Write a page a room, and the list of them; a page that would say the same is left alone."""
    folder.mkdir(exist_ok=True)
    pages = {"index": _index()} | {module: _page(module) for module in modules()}
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in set(folder.glob("*.rst")) - {folder / f"{name}.rst" for name in pages}:
        path.unlink()


@cache
def modules():
    """Every face that lists something, and the modules that one lists whole."""
    found = []
    for room in ROOMS:
        top = ROOT / "fieldbench" / room
        for path in [top / "__init__.py"] if not room else sorted(top.rglob("__init__.py")):
            module = ".".join(path.parent.relative_to(ROOT).parts)
            if listed(module):
                found.append(module)
                found += [f"{module}.{name}" for name, entry in listed(module).items() if inspect.ismodule(entry)]
    return found


@cache
def listed(module):
    """Name → object of a face, or of the public definitions of a module that is listed whole."""
    loaded = importlib.import_module(module)
    path = Path(loaded.__file__)
    if path.name != "__init__.py":
        names = [name for name, entry in vars(loaded).items()
                 if not name.startswith("_") and getattr(entry, "__module__", None) == module]  # fmt: skip
    elif hasattr(loaded, "__all__"):
        names = loaded.__all__
    else:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom)
                 and str(node.module).startswith("fieldbench") for alias in node.names]  # fmt: skip
    return {name: getattr(loaded, name) for name in sorted(set(names))}


def _index():
    lines = ["API reference", "=============", "", "The names that each room lists for others; everything else may",
             "change without notice.", ""]  # fmt: skip
    found = modules()
    for room, title in ROOMS.items():
        start = f"fieldbench.{room}" if room else "fieldbench"
        own = [module for module in found if module == start or (room and module.startswith(start + "."))]
        lines += [title, "-" * len(title), "", ".. toctree::", "   :maxdepth: 1", "", *(f"   {m}" for m in own), ""]
    return "\n".join(lines)


def _page(module):
    entries = listed(module)
    whole = [name for name, entry in entries.items() if inspect.ismodule(entry)]
    deeper = {name: found for name, entry in entries.items() if (found := _deeper(module, name, entry))}
    names = [name for name in entries if name not in whole and name not in deeper]
    lines = [module, "=" * len(module), "", f".. automodule:: {module}", "", f".. currentmodule:: {module}", ""]
    if whole:
        lines += ["Modules that are listed whole:", "", *(f"- :doc:`{module}.{name}`" for name in whole), ""]
    if deeper:
        lines += ["Names of rooms within:", "", *(f"- :py:obj:`{place}.{name}`" for name, place in deeper.items()), ""]
    if names:
        lines += [".. autosummary::", "   :nosignatures:", "", *(f"   {name}" for name in names), ""]
    for name in names:
        lines += _entry(name, entries[name])
    return "\n".join(lines)


def _deeper(module, name, entry):
    """The room within this one that lists the same object: it is described there."""
    rooms = [other for other in modules() if other.startswith(f"{module}.")]
    return next((other for other in rooms if listed(other).get(name) is entry), None)


def _entry(name, entry):
    alias = get_origin(entry) is not None  # which passes for a class or a function of its origin
    if inspect.isclass(entry) and not alias:
        return [f".. autoclass:: {name}", "   :members:", ""]
    kind = "autofunction" if callable(entry) and hasattr(entry, "__qualname__") and not alias else "autodata"
    return [f".. {kind}:: {name}", *(["   :no-value:"] if kind == "autodata" else []), ""]
