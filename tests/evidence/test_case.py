"""Finding, selecting and loading case files."""

from pathlib import Path

import pytest

from fieldbench.errors import BadInput
from fieldbench.evidence.case import load_case
from fieldbench.claims.discovery import find_cases, is_case, select

TOY = Path(__file__).with_name("toy_case.py")
BOOBY_TRAP = "raise SystemExit('discovery must not import')\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CLAIM = 1\n", True),
        ("CLAIM: int = 1\n", True),
        ("x = 'CLAIM = 1'\n", False),
        ("def f():\n    CLAIM = 1\n", False),
        ("CLAIM = (\n", False),  # does not parse: not a case, and not a crash
        ("", False),
    ],
)
def test_a_file_is_a_case_if_it_binds_claim_at_top_level(tmp_path, text, found):
    path = tmp_path / "some.py"
    path.write_text((BOOBY_TRAP if found else "") + text)
    assert is_case(path) is found


def test_binary_and_absent_files_are_no_cases(tmp_path):
    (tmp_path / "noise.py").write_bytes(b"\xff\xfe CLAIM = 1")
    assert not is_case(tmp_path / "noise.py")
    assert not is_case(tmp_path / "absent.py")


def test_two_files_with_one_id_are_refused(tmp_path):
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(TOY.read_text())
    with pytest.raises(BadInput, match=r"'toy-sum' is bound by both .*one.py and .*two.py"):
        find_cases(tmp_path)


def test_cases_are_selected_by_id_stem_or_path():
    cases = find_cases(TOY)
    assert list(cases) == ["toy-sum"]
    for name in ("toy-sum", "toy_case", "toy-case", str(TOY)):
        assert select(cases, [name]) == {"toy-sum": TOY}
    assert select({}, [str(TOY)]) == {"toy-sum": TOY}
    assert select(cases, []) == cases
    with pytest.raises(BadInput, match="unknown case 'toy-sun'; did you mean toy-sum"):
        select(cases, ["toy-sun"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("CONTROLS = (", "OTHER = ("), "binds no CONTROLS"),
        (("    Control(\"tenth-more\", contradicts=\"sum\", predict=predict_tenth_more),\n", ""), "1 controls"),
        (('contradicts="sum", predict', 'contradicts="som", predict'), "no check 'som'; it has sum, exponent"),
        (('Control("tenth-more"', 'Control("limit"'), "ids are used twice: limit"),
        (('where={"size": (100, 1000, 50, 5000)},', 'guards=("absent",),'), "unknown guards .'absent'"),
    ],
)  # fmt: skip
def test_incomplete_cases_are_refused_by_name(tmp_path, change, message):
    old, new = change
    assert old in TOY.read_text()
    (tmp_path / "broken.py").write_text(TOY.read_text().replace(old, new))
    with pytest.raises(BadInput, match=message):
        load_case(tmp_path / "broken.py")


def test_a_case_may_import_its_neighbours(tmp_path):
    (tmp_path / "neighbour_of_toy.py").write_text("FACTOR = 1.0\n")
    (tmp_path / "toy.py").write_text("from neighbour_of_toy import FACTOR\n" + TOY.read_text())
    assert load_case(tmp_path / "toy.py").claim.id == "toy-sum"
