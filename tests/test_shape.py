"""The house keeps its shape: no knots, one direction, faces that say what is offered."""

import importlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from shape import ARGUED, FLOORS, LARGE_ROOMS, LARGEST_ROOM, LONGEST_CASE, House


@pytest.fixture(scope="module")
def house():
    return House()


def test_no_module_and_no_room_reaches_itself_through_others(house):
    assert house.cycles() == []
    assert house.room_cycles() == []


def test_imports_go_down_and_what_computes_and_what_judges_know_nothing_of_each_other(house):
    assert house.against() == []


def test_what_a_room_does_not_list_nobody_takes(house):
    assert house.around_faces() == []


def test_every_room_stands_on_a_floor(house):
    rooms = {room.removeprefix("fieldbench.") for room in house.rooms() if room.startswith("fieldbench.")}
    listed = {room for floor in FLOORS for room in floor}
    assert rooms <= listed
    assert listed - rooms == {"sampling"}  # a face alone, over its three rooms


@pytest.mark.parametrize("room", [room for floor in FLOORS for room in floor])
def test_what_a_room_lists_is_there(house, room):
    module = importlib.import_module(f"fieldbench.{room}")
    missing = {name for name in house.face(f"fieldbench.{room}") if not hasattr(module, name)} - {
        "TYPE_CHECKING", "Any", "annotations", "import_module",
    }  # fmt: skip
    assert not missing


def test_a_name_of_physics_means_one_thing_or_is_argued(house):
    assert house.misleading() == set(ARGUED)


def test_a_large_room_is_argued(house):
    assert {room for room, modules in house.rooms().items()
            if room.startswith("fieldbench.") and len(modules) > LARGEST_ROOM} == set(LARGE_ROOMS)  # fmt: skip


def test_a_case_can_be_read_in_one_go(house):
    assert [name for name, files in house.cases().items() if files["case.py"] > LONGEST_CASE] == []


def test_operating_points_lie_where_they_lie_in_every_case(house):
    assert [name for name, files in house.cases().items() if "tiers.py" not in files] == []


KNOT = {
    "fieldbench/errors.py": "",
    "fieldbench/theory/curves/__init__.py": "from fieldbench.theory.curves.a import x as x\n",
    "fieldbench/theory/curves/a.py": "from fieldbench.theory.decimation import y\nx = 1\n",
    "fieldbench/theory/decimation/__init__.py": "from fieldbench.theory.decimation.b import y as y\n",
    "fieldbench/theory/decimation/b.py": "def y():\n    from fieldbench.theory.curves.a import x\n    return x\n",
    "fieldbench/claims/__init__.py": "",
    "fieldbench/claims/c.py": "from fieldbench.theory.curves import x\nfrom fieldbench.theory.curves.a import z\n",
    "cases/one/case.py": "from fieldbench.theory.curves import x\nfrom .measure import m\n",
    "cases/one/measure.py": "m = 1\n",
}


def test_a_house_with_a_knot_a_climb_and_a_side_entrance_is_seen(tmp_path):
    for name, text in KNOT.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    wrong = House(tmp_path)
    assert wrong.room_cycles() == [["fieldbench.theory.curves", "fieldbench.theory.decimation"]]
    assert any("theory.curves.a" in knot for knot in wrong.cycles()[0])
    assert "fieldbench.theory.curves.a imports fieldbench.theory.decimation, which is not below it" in wrong.against()
    assert any("what computes and what judges" in line for line in wrong.against())
    assert any("takes z from fieldbench.theory.curves.a" in line for line in wrong.around_faces())
    assert wrong.of_one_claim() == {"fieldbench.theory.curves.a": "one"} | {"fieldbench.theory.decimation.b": "one"}
    assert wrong.cases() == {"one": {"case.py": 2, "measure.py": 1}}
