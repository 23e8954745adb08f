"""Cases of installed packages: found by every door, and none keeps another from running."""

import sys

import pytest
from helpers_toy import copied
from typer.testing import CliRunner

# In-process sessions of pytester forget what they import, and NumPy cannot be loaded twice: load it all beforehand.
import fieldbench.cells.runner
import fieldbench.data
import fieldbench.judging.trial
import fieldbench.records.assemble
import fieldbench.records.files
import fieldbench.regression
import fieldbench.sampling  # noqa: F401
from fieldbench.doors.cli import app
from fieldbench.doors.pytest_plugin import _names_cases
from fieldbench.errors import BadInput
from fieldbench.loading.installed import GROUP, folders_of

TRAP = "raise SystemExit('finding must not import')\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with the toy in ./cases, and a folder for installed packages on the path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FIELDBENCH_STORE", raising=False)
    copied(tmp_path / "cases")
    (tmp_path / "site").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path


def installed(here, name, value, *claims, init=TRAP):
    """Install a distribution: its metadata, and a package with the toy under other ids; nothing of it is importable."""
    info = here / "site" / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nclaims = {value}\n")
    package, *rest = value.split(".")
    for claim in claims:
        copied(here / "site" / package / "/".join(rest), claim.replace("-", "_"), claim)
    if claims:
        (here / "site" / package / "__init__.py").write_text(init)
    sys.modules.pop(package, None)
    return here / "site" / package / "/".join(rest)


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def claims_listed(done):
    return [line.split("\t")[0] for line in done.stdout.splitlines()[1:]]


def test_list_info_and_run_find_them_without_importing_the_package(here):
    installed(here, "their-claims", "their_claims.cases", "their-sum")
    done = call("list")
    assert claims_listed(done) == ["toy-sum", "their-sum"]
    assert not done.stderr
    assert "Sums of normals grow linearly" in call("info", "their-sum").stdout
    done = call("run", "their-sum")
    assert done.exit_code == 0
    assert "# their-sum (quick tier, seed 0)" in done.stdout
    assert "unknown case 'their-sun'; did you mean their-sum" in call("run", "their-sun").stderr
    assert claims_listed(call("list", "--cases", "cases")) == ["toy-sum"]  # a folder is that folder


def test_an_id_that_is_taken_is_left_out_in_a_sentence(here):
    folder = installed(here, "first", "first_claims", "toy-sum", "a-sum")
    installed(here, "second", "second_claims", "a-sum", "b-sum")
    done = call("list")
    assert claims_listed(done) == ["toy-sum", "a-sum", "b-sum"]
    clash, other = done.stderr.splitlines()
    assert clash == (
        "claim id 'toy-sum' of the installed package first is left out: cases/toy/case.py has it already; run theirs "
        f"by its folder, {folder / 'toy_sum'}"
    )
    assert other.startswith("claim id 'a-sum' of the installed package second is left out: ")
    assert call("run", "toy-sum").exit_code == 0


@pytest.mark.parametrize(
    ("value", "claims", "words"),
    [
        ("absent_claims.cases", (), "there is no package 'absent_claims.cases' with a folder; install it, or correct"),
        ("their-claims", (), "'their-claims' is no name of a package; write it as package.cases"),
        ("other_claims.elsewhere", ("other-sum",), "'other_claims.elsewhere' cannot be looked up: ImportError: broken"),
        ("empty_claims", ("empty-sum",), "'empty_claims' holds no case: a case is a case.py with a claim.toml"),
        ("twin_claims", ("one-sum", "two-sum"), "claim id 'one-sum' is bound by both "),
    ],
)
def test_a_broken_package_is_a_sentence_and_keeps_no_other_from_running(here, value, claims, words):
    folder = installed(here, "broken", value, *claims, init="raise ImportError('broken')\n")
    if value == "other_claims.elsewhere":
        folder.rename(folder.parent / "moved")
    for path in folder.rglob("claim.toml") if value == "empty_claims" else ():
        path.unlink()
    for path in folder.rglob("claim.toml") if value == "twin_claims" else ():
        path.write_text(path.read_text().replace("two-sum", "one-sum"))
    installed(here, "whole", "whole_claims", "whole-sum")
    done = call("list")
    assert claims_listed(done) == ["toy-sum", "whole-sum"]
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"cases of the installed package broken are left out: {words}")
    assert call("run", "whole-sum").exit_code == 0


def test_a_part_that_lies_elsewhere_is_found_by_importing_what_holds_it(here):
    """As the packages of an editable installation may."""
    elsewhere = here / "elsewhere" / "cases"
    elsewhere.mkdir(parents=True)
    (elsewhere / "__init__.py").write_text("")
    installed(here, "split", "split_claims", "split-sum", init=f"__path__.append({str(elsewhere.parent)!r})\n")
    assert folders_of("split_claims.cases") == [elsewhere]
    with pytest.raises(BadInput, match=r"there is no package 'json\.decoder' with a folder"):
        folders_of("json.decoder")


def test_pytest_finds_them_by_the_name_of_their_package(here, pytester, monkeypatch):
    folder = installed(here, "their-claims", "their_suite.cases", "their-sum", init="")
    (folder / "__init__.py").write_text("")
    pytester.makeini("[pytest]\n")
    config = pytester.parseconfig("--pyargs", "their_suite.cases")
    assert _names_cases(config)
    assert not _names_cases(pytester.parseconfig("--pyargs", "json"))
    result = pytester.runpytest_inprocess("--pyargs", "their_suite.cases", "-v")
    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines(["*::sum-rejects-square-root PASSED*"])
