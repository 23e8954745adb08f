"""What a measurement shares with the theory that it tests is found, function by function, and argued."""

import pytest
from helpers_toy import copied, edited

from fieldbench.cells.numerics import numerics
from fieldbench.cells.shared import argument, shared, unargued
from fieldbench.doors.session import case_folder
from fieldbench.errors import BadInput
from fieldbench.loading.discovery import find_cases
from fieldbench.loading.load import load_case

CASES = find_cases(case_folder())

FORMULAS = '''"""Numbers of the case."""

from fieldbench.theory.kernels import sphere
from fieldbench.typing import Numbers


def growth(size: Numbers) -> float:
    return float(inner(size))


def inner(size):
    return sphere.degeneracy(1, size)


def apart(size):
    return float(size)
'''


@pytest.fixture
def toy(tmp_path):
    folder = copied(tmp_path)
    (folder / "formulas.py").write_text(FORMULAS)
    return folder


def found(folder):
    return shared(load_case(folder / "case.py"))


def measured_with(toy, name):
    """The toy's measurement imports a formula from the module that its theory may use too."""
    edited(toy / "experiment.py", "from .helper", f"from .formulas import {name}\nfrom .helper")


def test_nothing_is_shared_where_nothing_is(case):
    assert shared(case) == {}


def test_a_formula_on_both_sides_is_found_with_all_that_it_uses(toy):
    measured_with(toy, "growth as law")
    edited(toy / "experiment.py", "jnp.sum(drawn)", "jnp.sum(drawn) * law(self.size) / law(self.size)")
    assert found(toy) == {}
    edited(toy / "case.py", "from .experiment", "from .formulas import growth\nfrom .experiment")
    edited(toy / "case.py", "Known(float(at.size)", "Known(growth(at.size)")
    assert found(toy) == {"fieldbench.theory.kernels.sphere": ("degeneracy",), "formulas": ("growth", "inner")}


def test_another_function_of_the_same_file_is_not(toy):
    edited(toy / "experiment.py", "from .helper import terms", "from . import formulas\nfrom .helper import terms")
    edited(toy / "experiment.py", "jnp.sum(drawn)", "jnp.sum(drawn) + 0.0 * formulas.growth(self.size)")
    edited(toy / "case.py", "from .experiment", "from .formulas import apart\nfrom .experiment")
    edited(toy / "case.py", "Known(float(at.size)", "Known(apart(at.size)")
    assert found(toy) == {}


READERS = {
    "a rival": ("return {Sum.sum: at.size**0.5}", "return {Sum.sum: growth(at.size)}"),
    "a control's theory": ("Known(1.1 * at.size", "Known(growth(at.size)"),
    "a lambda": ("theory=tenth_more", "theory=lambda at: {Sum.sum: growth(at.size)}"),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_every_theory_counts_however_it_is_written(toy, reader):
    measured_with(toy, "inner")
    edited(toy / "experiment.py", "jnp.sum(drawn)", "jnp.sum(drawn) + 0.0 * inner(self.size)")
    edited(toy / "case.py", "from .experiment", "from .formulas import growth\nfrom .experiment")
    edited(toy / "case.py", *reader)
    assert found(toy)["formulas"] == ("inner",)


def test_what_theory_reads_off_an_experiment_is_shared(toy):
    """A property computes the number that the measurement uses and that the theory says."""
    measured_with(toy, "growth")
    edited(
        toy / "experiment.py",
        "    def measure(self",
        "    @property\n    def law(self):\n        return growth(self.size)\n\n    def measure(self",
    )
    edited(toy / "experiment.py", "jnp.sum(drawn)", "jnp.sum(drawn) + 0.0 * self.law")
    assert found(toy) == {}
    edited(toy / "case.py", "Known(float(at.size)", "Known(at.law")
    assert found(toy)["formulas"] == ("growth", "inner")


def test_an_argument_covers_a_module_or_a_room_of_them_and_what_is_idle_is_said():
    modules = ["fieldbench.theory.kernels.dual", "fieldbench.theory.kernels.sphere", "population"]
    argued = {"fieldbench.theory.kernels": "tested", "population": "data"}
    assert unargued(modules, argued) == []
    assert argument(modules[0], argued) == "tested"
    assert argument("fieldbench.theory.curves", argued) == ""
    assert unargued(modules, {"fieldbench.theory.kernels.dual": "tested", "fieldbench.theory.k": "no room"}) == [
        "fieldbench.theory.k", "fieldbench.theory.kernels.sphere", "population",
    ]  # fmt: skip


def test_a_name_of_a_module_that_is_not_quoted_is_refused(toy):
    (toy / "claim.toml").write_text((toy / "claim.toml").read_text() + "\n[shared]\nfieldbench.theory = 'tested'\n")
    with pytest.raises(BadInput, match=r'\[shared\] takes whole names of modules; write "fieldbench.…" in quotes'):
        load_case(toy / "case.py")


@pytest.mark.parametrize("claim", CASES)
def test_what_a_case_shares_is_argued_in_its_claim_toml(claim):
    with numerics():
        case = load_case(CASES[claim])
    assert unargued(shared(case), case.claim.shared) == []
