"""Finding, selecting and loading the files of cases."""

from pathlib import Path

import pytest
from helpers_toy import TOY, copied, edited

from fieldbench.errors import BadInput
from fieldbench.loading.discovery import beside, claim_id, find_cases, is_case, select
from fieldbench.loading.load import CaseError, load_case

CASE = TOY / "case.py"
BOOBY_TRAP = "raise SystemExit('discovery must not import')\n"


def test_a_case_py_is_a_case_beside_its_facts_and_only_there(tmp_path):
    path = tmp_path / "case.py"
    path.write_text(BOOBY_TRAP)
    assert not is_case(path)
    with pytest.raises(BadInput, match=r"case\.py is no case: a case is a case\.py with a claim\.toml beside it"):
        load_case(path)
    (tmp_path / "claim.toml").write_text('id = "a-claim"\n')
    assert is_case(path)
    other = tmp_path / "experiment.py"
    other.write_text(BOOBY_TRAP)
    assert not is_case(other)
    assert find_cases(tmp_path) == {tmp_path.name.replace("_", "-"): path}  # its facts are not whole
    assert not is_case(tmp_path / "absent" / "case.py")


@pytest.mark.parametrize("text", ["CLAIM = 1\n", "CLAIM: Claim = Claim(\n", "CLAIM = (\n", ""])
def test_a_module_that_binds_claim_is_none(tmp_path, text):
    path = tmp_path / "some.py"
    path.write_text(BOOBY_TRAP + text)
    assert not is_case(path)
    assert find_cases(tmp_path) == find_cases(path) == {}
    with pytest.raises(BadInput, match=r"some\.py is no case"):
        load_case(path)
    with pytest.raises(BadInput, match="unknown case"):
        select({}, [str(path)])
    with pytest.raises(BadInput, match=r"holds no case: a case is a case\.py with a claim\.toml beside it"):
        select({}, [str(tmp_path)])


@pytest.mark.parametrize("file", ["case.py", "claim.toml", "experiment.py"])
def test_a_binary_file_in_a_case_is_named(tmp_path, file):
    case = copied(tmp_path)
    (case / file).write_bytes(b"\xff\xfe CLAIM = 1")
    assert is_case(case / "case.py")
    assert find_cases(tmp_path).keys() == {"toy" if file == "claim.toml" else "toy-sum"}
    with pytest.raises(BadInput, match=file.replace(".", r"\.")):
        load_case(case / "case.py")


def test_a_case_that_does_not_parse_is_found_by_its_id_or_its_folder(tmp_path):
    whole, cut = copied(tmp_path, "one", "cut-off"), copied(tmp_path, "without_facts", "unread")
    for case in (whole, cut):
        edited(case / "case.py", "CASE = Case(", "CASE = Case((")
    edited(cut / "claim.toml", 'id = "', 'id = ("')
    assert find_cases(tmp_path) == {"cut-off": whole / "case.py", "without-facts": cut / "case.py"}
    with pytest.raises(CaseError, match=r"case\.py, line \d+: '\(' was never closed; the case cannot be read"):
        load_case(whole / "case.py")


def test_two_cases_of_one_id_are_refused(tmp_path):
    for name in ("one", "two"):
        copied(tmp_path, name)
    with pytest.raises(BadInput, match=r"'toy-sum' is bound by both .*one/case\.py and .*two/case\.py; ids are unique"):
        find_cases(tmp_path)


def test_cases_are_selected_by_id_folder_or_path():
    cases = find_cases(TOY)
    assert cases == find_cases(CASE) == {"toy-sum": CASE}
    assert claim_id(CASE) == "toy-sum"
    for name in ("toy-sum", "toy_sum", "toy", "toy/", str(CASE)):
        assert select(cases, [name]) == {"toy-sum": CASE}
    for name in (str(CASE), str(TOY)):
        assert select({}, [name]) == {"toy-sum": CASE}
    assert select(cases, []) == cases
    with pytest.raises(BadInput, match="unknown case 'toy-sun'; did you mean toy-sum"):
        select(cases, ["toy-sun"])
    with pytest.raises(BadInput, match="unknown case 'toy-sum'; `fieldbench list` has the cases"):
        select({}, ["toy-sum"])


def test_the_id_of_a_case_beside_is_known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "toy_sum").mkdir()
    for name in ("case.py", "claim.toml", "experiment.py"):
        (tmp_path / "toy_sum" / name).write_text((CASE.parent / name).read_text())
    assert select({}, ["toy-sum"]) == {"toy-sum": Path("toy_sum/case.py")}


@pytest.mark.parametrize("name", ["..", ".", "/", "../toy-sum", "a/b", ""])
def test_an_id_that_is_no_name_is_looked_for_nowhere(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("fieldbench.loading.discovery.find_cases", lambda folder: pytest.fail(f"{folder} is searched"))
    assert beside(name) == {}


def test_a_case_may_import_its_neighbours_by_plain_names_and_another_may_have_one_of_the_same(tmp_path):
    for name, factor in (("one", 1.1), ("two", 1.2)):
        case = copied(tmp_path, name, f"{name}-sum")
        (case / "neighbour.py").write_text(f"FACTOR = {factor}\n")
        edited(case / "case.py", "from .experiment", "from neighbour import FACTOR\n\nfrom .experiment")
        edited(case / "case.py", "1.1 * at.size", "FACTOR * at.size")
    for name, factor in (("one", 1.1), ("two", 1.2)):
        case = load_case(tmp_path / name / "case.py")
        (kind,) = case.kinds
        assert case.controls[0].theory(kind(10))[kind.sum].value == factor * 10
