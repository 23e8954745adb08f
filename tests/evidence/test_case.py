"""Finding, selecting and loading case files, of the first form and of the second."""

import shutil
from pathlib import Path

import pytest

from fieldbench.errors import BadInput
from fieldbench.loading.discovery import claim_id, find_cases, is_case, select, stem
from fieldbench.loading.load import CaseError, load_case

MATERIAL = Path(__file__).parents[1] / "material"
TOY = MATERIAL / "first_form_case.py"
SECOND = MATERIAL / "toy" / "case.py"
BOOBY_TRAP = "raise SystemExit('discovery must not import')\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CLAIM = 1\n", True),
        ("CLAIM: int = 1\n", True),
        ("x = 'CLAIM = 1'\n", False),
        ("def f():\n    CLAIM = 1\n", False),
        ("CLAIM = (\n", True),  # does not parse: a case all the same, so that somebody says what is wrong with it
        ("CLAIM: Claim = Claim(\n", True),
        ("def f(:\n    CLAIM = 1\n", False),
        ("# CLAIM = 1\ndef f(:\n", False),
        ("", False),
    ],
)
def test_a_file_is_a_case_if_it_binds_claim_at_top_level(tmp_path, text, found):
    path = tmp_path / "some.py"
    path.write_text((BOOBY_TRAP if found else "") + text)
    assert is_case(path) is found


def test_a_case_py_is_a_case_beside_its_facts_and_only_there(tmp_path):
    path = tmp_path / "case.py"
    path.write_text(BOOBY_TRAP)
    assert not is_case(path)
    (tmp_path / "claim.toml").write_text('id = "a-claim"\n')
    assert is_case(path)
    other = tmp_path / "experiment.py"
    other.write_text(BOOBY_TRAP)
    assert not is_case(other)


def test_binary_and_absent_files_are_no_cases(tmp_path):
    (tmp_path / "noise.py").write_bytes(b"\xff\xfe CLAIM = 1")
    assert not is_case(tmp_path / "noise.py")
    assert not is_case(tmp_path / "absent.py")


def test_a_case_that_does_not_parse_is_found_by_its_id_or_its_name(tmp_path):
    whole, cut = tmp_path / "with_id.py", tmp_path / "without_id.py"
    whole.write_text('CLAIM = Claim(\n    id="cut-off",\n    revision=1,\n')
    cut.write_text("CLAIM = Claim(\n")
    assert find_cases(tmp_path) == {"cut-off": whole, "without-id": cut}
    for path in (whole, cut):
        with pytest.raises(CaseError, match=rf"{path.name}, line 1: '\(' was never closed; the case cannot be read"):
            load_case(path)


def test_two_files_with_one_id_are_refused(tmp_path):
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(TOY.read_text())
    with pytest.raises(BadInput, match=r"'toy-sum' is bound by both .*one.py and .*two.py"):
        find_cases(tmp_path)
    (tmp_path / "two.py").unlink()
    shutil.copytree(SECOND.parent, tmp_path / "toy")
    with pytest.raises(BadInput, match=r"'toy-sum' is bound by both .*one.py and .*case.py"):
        find_cases(tmp_path)


def test_cases_are_selected_by_id_stem_or_path():
    cases = find_cases(TOY)
    assert list(cases) == ["toy-sum"]
    for name in ("toy-sum", "first_form_case", "first-form-case", str(TOY)):
        assert select(cases, [name]) == {"toy-sum": TOY}
    assert select({}, [str(TOY)]) == {"toy-sum": TOY}
    assert select(cases, []) == cases
    with pytest.raises(BadInput, match="unknown case 'toy-sun'; did you mean toy-sum"):
        select(cases, ["toy-sun"])


def test_a_case_in_the_second_form_is_selected_by_its_folder_too():
    cases = find_cases(SECOND.parent)
    assert cases == {"toy-sum": SECOND}
    assert (claim_id(SECOND), stem(SECOND)) == ("toy-sum", "toy")
    for name in ("toy-sum", "toy", "toy/", str(SECOND)):
        assert select(cases, [name]) == {"toy-sum": SECOND}
    for name in (str(SECOND), str(SECOND.parent)):
        assert select({}, [name]) == {"toy-sum": SECOND}


def test_both_forms_declare_the_same():
    """What the rest of the tests takes for granted: one claim, the same names, the same sizes."""
    old, new = load_case(TOY), load_case(SECOND)
    assert (old.claim.id, old.claim.revision, old.claim.title) == (new.claim.id, new.claim.revision, new.claim.title)
    for name in ("checks", "controls", "guards"):
        assert [entry.id for entry in getattr(old, name)] == [entry.id for entry in getattr(new, name)]
    for tier in ("quick", "standard"):
        (experiments, replicates), (others, same) = old.planned(tier), new.planned(tier)
        assert [vars(e) for e in experiments] == [vars(e) for e in others]
        assert replicates == same


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
