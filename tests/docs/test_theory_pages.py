"""docs/theory: a page a room, an equation with its function and source, every listed name on its page."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = {path.stem: path for path in (ROOT / "docs" / "theory").glob("*.md") if path.stem != "index"}
NAMED = re.compile(r"`(fieldbench\.theory\.[\w.]+)`")


def named(room):
    """The dotted names of a page that are more than the room's own."""
    return {name for name in NAMED.findall(PAGES[room].read_text(encoding="utf-8")) if name.count(".") > 2}


def found(name):
    """The object of a dotted name."""
    module, _, leaf = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), leaf)
    except ModuleNotFoundError:
        return getattr(found(module), leaf)


def test_each_room_has_a_page_in_the_list():
    rooms = {path.parent.name for path in (ROOT / "fieldbench" / "theory").glob("*/__init__.py")}
    assert set(PAGES) == rooms
    listed = (ROOT / "docs" / "theory" / "index.md").read_text(encoding="utf-8").split("```{toctree}\n")[1]
    assert set(listed.split("```")[0].split()) == rooms


@pytest.mark.parametrize("name", sorted(name for room in PAGES for name in named(room)))
def test_what_is_named_is_there(name):
    assert found(name) is not None


@pytest.mark.parametrize("room", sorted(PAGES))
def test_what_a_room_lists_is_named_on_its_page(room):
    package = importlib.import_module(f"fieldbench.theory.{room}")
    own = [(name, entry) for name, entry in vars(package).items()
           if getattr(entry, "__module__", "").startswith("fieldbench")]  # fmt: skip
    listed = {name: entry for name, entry in own if inspect.isfunction(entry) or inspect.isclass(entry)}
    described = [found(name) for name in named(room)]
    assert listed
    assert not [name for name, entry in listed.items() if not any(entry is other for other in described)]


@pytest.mark.parametrize("room", sorted(PAGES))
def test_each_section_has_an_equation_a_function_and_a_source(room):
    for section in PAGES[room].read_text(encoding="utf-8").split("\n## ")[1:]:
        assert section.count("$$") >= 2, section
        assert section.count("$$") % 2 == 0
        function, source = section.split("\n- Function: ")[1].split("\n- Source: ")
        assert NAMED.search(function)
        assert source.strip(" .\n")


@pytest.mark.parametrize("room", sorted(PAGES))
def test_formulas_are_drawn(room):
    converter = pytest.importorskip("latex2mathml.converter")
    for formula in re.findall(r"\$\$(.*?)\$\$", PAGES[room].read_text(encoding="utf-8"), re.DOTALL):
        drawn = converter.convert(formula)
        assert "\\" not in re.sub(r"&[#\w]+;", "", drawn), f"{formula}\n{drawn}"
