"""What a measurement reaches: each edit below either must change the hash or must not."""

import ast
import functools
import importlib.util
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from fieldbench.evidence.reach.codehash import reachable_hash
from fieldbench.evidence.reach.references import references

FILES = {
    "pkg/__init__.py": '''
        """A package with lazy names."""
        import importlib
        _HOMES = {"solve": "pkg.solver", "LIMIT": "pkg.limits"}
        def __getattr__(name):
            if name in _HOMES:
                return getattr(importlib.import_module(_HOMES[name]), name)
            raise AttributeError(name)
    ''',
    "pkg/limits.py": """
        LIMIT = 7
        OTHER = 8
    """,
    "pkg/solver.py": '''
        from . import kernels as k
        from .stars import *
        from pkg.registry import TABLE
        def solve(x, scale=k.DEFAULT):
            """Solve."""
            local = k.erf(x)  # comment
            def inner(unrelated):
                return nested_helper(unrelated)
            return inner(local) * scale * TABLE["a"](x) + from_star(x) + Solver(x).run()
        def nested_helper(x):
            return x + 1
        def unrelated(x):
            return x + 2
        class Base:
            def run(self):
                return self.step() + CONSTANT
            def step(self):
                return 0
        class Solver(Base):
            shift: float = 0.5
            def __init__(self, x):
                self.x = x
        CONSTANT = 3
        UNUSED = 4
    ''',
    "pkg/kernels.py": """
        DEFAULT = 2.0
        def erf(x):
            return FACTOR * x
        def relu(x):
            return x
        FACTOR = 1.5
    """,
    "pkg/stars.py": """
        def from_star(x):
            return x - 1
        def not_from_star(x):
            return x - 2
    """,
    "pkg/registry.py": """
        from pkg import entries
        TABLE = {}
        TABLE["a"] = entries.first
        OTHER = {}
        OTHER["b"] = entries.second
    """,
    "pkg/entries.py": """
        def first(x):
            return x
        def second(x):
            return -x
    """,
    "pkg/dynamic.py": """
        def choose(name):
            return getattr(SOMETHING, name)
        SOMETHING = 1
        def bystander():
            return 5
    """,
    "pkg/tools.py": """
        def decorate(function):
            return function
        def plain(function):
            return function
    """,
    "pkg/lazy.py": """
        def late():
            return 1
        def never():
            return 2
    """,
    "case/neighbour.py": """
        def helper():
            return 1
        def other():
            return 2
    """,
    "case/the_case.py": '''
        """A case."""
        from dataclasses import dataclass
        import functools
        import numpy as np
        import neighbour
        import pkg
        import pkg.dynamic
        from pkg import solve
        from pkg.tools import decorate, plain

        @dataclass(frozen=True)
        class Setup:
            size: int
            @property
            def samples(self):
                return self.size * PER_SIZE
            @property
            def predicted(self):
                return self.size * 3
        PER_SIZE = 2
        MARGIN = 0.1

        def predict(setup):
            return {"x": setup.predicted}

        @decorate
        def measure(setup: Setup, key):
            """Measure."""
            from pkg.lazy import late
            values = [size for size in range(setup.samples)]
            return {"x": solve(sum(values)) + neighbour.helper() + pkg.LIMIT + late()}

        def size(x):
            return x

        def measure_dynamic(setup, key):
            return {"x": pkg.dynamic.choose("a")}

        def make(offset):
            def measure(setup, key):
                return {"x": offset}
            return measure

        measure_one, measure_two = make(1), make(2)
        measure_partial = functools.partial(measure, key=1)
        LAMBDAS = (lambda setup, key: {"x": neighbour.helper()},)
        CHECKS = (MARGIN, 3)
    ''',
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """The files above on disk, importable; modules are forgotten afterwards."""
    for name, source in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(source).lstrip())
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path / "case"))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.split(".")[0] in ("pkg", "neighbour", "the_case"):
            del sys.modules[name]


def load(tree):
    spec = importlib.util.spec_from_file_location("the_case", tree / "case" / "the_case.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["the_case"] = module
    spec.loader.exec_module(module)
    return module


def edit(tree, name, old, new):
    path = tree / name
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
    path.write_text(text.replace(old, new))


def changes(tree, function, name, old, new):
    before = reachable_hash(function, ("pkg",))
    assert before == reachable_hash(function, ("pkg",))
    edit(tree, name, old, new)
    return before != reachable_hash(function, ("pkg",))


REACHED = {
    "body": ("case/the_case.py", "sum(values)", "max(values)"),
    "helper beside the case": ("case/neighbour.py", "return 1", "return 3"),
    "property of the setup": ("case/the_case.py", "self.size * PER_SIZE", "self.size + PER_SIZE"),
    "constant in that property": ("case/the_case.py", "PER_SIZE = 2", "PER_SIZE = 4"),
    "decorator": (
        "pkg/tools.py",
        "def decorate(function):\n    return function",
        "def decorate(function):\n    return 1",
    ),
    "function behind a lazy name": ("pkg/solver.py", "inner(local) * scale", "inner(local) + scale"),
    "constant behind a lazy name": ("pkg/limits.py", "LIMIT = 7", "LIMIT = 6"),
    "import inside the function": ("pkg/lazy.py", "return 1", "return 3"),
    "through a module alias": ("pkg/kernels.py", "FACTOR * x", "FACTOR + x"),
    "constant of a helper": ("pkg/kernels.py", "FACTOR = 1.5", "FACTOR = 1.6"),
    "default argument": ("pkg/kernels.py", "DEFAULT = 2.0", "DEFAULT = 2.5"),
    "used in a nested function": ("pkg/solver.py", "return x + 1", "return x + 3"),
    "class attribute": ("pkg/solver.py", "shift: float = 0.5", "shift: float = 0.6"),
    "method of a base class": ("pkg/solver.py", "return 0", "return 1"),
    "constant in a method": ("pkg/solver.py", "CONSTANT = 3", "CONSTANT = 5"),
    "star import": ("pkg/stars.py", "return x - 1", "return x - 3"),
    "entry of a table filled later": ("pkg/entries.py", "return x", "return 2 * x"),
    "filling of that table": ("pkg/registry.py", 'TABLE["a"] = entries.first', 'TABLE["a"] = entries.second'),
}

UNREACHED = {
    "docstring of the measurement": ("case/the_case.py", '"""Measure."""', '"""Measure well."""'),
    "docstring removed": ("pkg/solver.py", '    """Solve."""\n', ""),
    "comment": ("pkg/solver.py", "# comment", "# another"),
    "layout": ("pkg/solver.py", "return x + 1", "return (x\n            + 1)"),
    "annotation": ("case/the_case.py", "setup: Setup, key", "setup, key"),
    "annotation of a class attribute": ("pkg/solver.py", "shift: float", "shift: int"),
    "margin": ("case/the_case.py", "MARGIN = 0.1", "MARGIN = 0.2"),
    "checks": ("case/the_case.py", "(MARGIN, 3)", "(MARGIN, 4)"),
    "theory": ("case/the_case.py", '{"x": setup.predicted}', '{"x": 0}'),
    "property of the setup for theory": ("case/the_case.py", "self.size * 3", "self.size * 4"),
    "field of the setup": ("case/the_case.py", "size: int\n", "size: int = 3\n"),  # its value is in the key
    "function named like a local": ("case/the_case.py", "def size(x):\n    return x", "def size(x):\n    return 2 * x"),
    "function of a used module": ("pkg/solver.py", "return x + 2", "return x + 4"),
    "function beside a helper": ("case/neighbour.py", "return 2", "return 3"),
    "constant of a used module": ("pkg/solver.py", "UNUSED = 4", "UNUSED = 5"),
    "constant beside a lazy one": ("pkg/limits.py", "OTHER = 8", "OTHER = 9"),
    "function beside a star import": ("pkg/stars.py", "return x - 2", "return x - 4"),
    "another table": ("pkg/entries.py", "return -x", "return -2 * x"),
    "another decorator": (
        "pkg/tools.py",
        "def plain(function):\n    return function",
        "def plain(function):\n    return 1",
    ),
    "function beside a late import": ("pkg/lazy.py", "return 2", "return 3"),
    "dynamic module not reached": ("pkg/dynamic.py", "return 5", "return 6"),
}


@pytest.mark.parametrize("edited", REACHED.values(), ids=REACHED)
def test_what_is_on_the_path_changes_the_hash(tree, edited):
    assert changes(tree, load(tree).measure, *edited)


@pytest.mark.parametrize("edited", UNREACHED.values(), ids=UNREACHED)
def test_what_is_not_on_the_path_does_not(tree, edited):
    assert not changes(tree, load(tree).measure, *edited)


def test_dynamic_code_counts_as_its_whole_module(tree):
    module = load(tree)
    assert changes(tree, module.measure_dynamic, "pkg/dynamic.py", "return 5", "return 6")
    assert not changes(tree, module.measure_dynamic, "pkg/solver.py", "return x + 1", "return x + 3")


@pytest.mark.parametrize(
    ("code", "dynamic"),
    [
        ("getattr(x, name)", True),
        ("getattr(x, 'name')", False),
        ("operator.attrgetter(name)", True),
        ("operator.attrgetter('a.b', 'c')", False),
        ("operator.methodcaller('go', name)", False),
        ("eval(name)", True),
        ("exec(name)", True),
        ("globals()[name]", True),
        ("importlib.import_module(name)", True),
        ("import_module(name)", True),
        ("sys.modules[name]", True),
        ("module.__dict__[name]", True),
        ("x.evaluate(name)", False),
    ],
)
def test_what_counts_as_dynamic(code, dynamic):
    assert references([ast.parse(code)]).dynamic is dynamic


def test_functions_made_by_a_factory_are_told_apart_by_what_they_close_over(tree):
    module = load(tree)
    assert reachable_hash(module.measure_one, ("pkg",)) != reachable_hash(module.measure_two, ("pkg",))


def test_lambdas_and_partials_are_followed(tree):
    module = load(tree)
    assert changes(tree, module.LAMBDAS[0], "case/neighbour.py", "return 1", "return 3")
    assert not changes(tree, module.LAMBDAS[0], "case/the_case.py", "MARGIN = 0.1", "MARGIN = 0.2")
    other = functools.partial(module.measure, key=2)
    assert reachable_hash(module.measure_partial, ("pkg",)) != reachable_hash(other, ("pkg",))
    assert changes(tree, module.measure_partial, "pkg/kernels.py", "FACTOR = 1.5", "FACTOR = 1.6")


def test_ports_count_with_their_class_its_reach_and_their_state(tree):
    module = load(tree)
    from pkg.kernels import erf
    from pkg.solver import Solver

    def digest(port):
        return reachable_hash(module.measure_dynamic, ("pkg",), ports={"gpr": port})

    found = {digest(port) for port in (None, erf, Solver, Solver(1), Solver(2), Solver(np.ones(2)), np.sum, len)}
    assert len(found) == 8
    before = digest(Solver(1))
    edit(tree, "pkg/solver.py", "CONSTANT = 3", "CONSTANT = 5")
    assert digest(Solver(1)) != before


def test_a_port_from_elsewhere_brings_the_modules_beside_it(tree, tmp_path, monkeypatch):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "their_port.py").write_text(
        "import their_helper\nclass Port:\n    def go(self):\n        return their_helper.f()\n"
    )
    (theirs / "their_helper.py").write_text("def f():\n    return 1\n")
    monkeypatch.syspath_prepend(str(theirs))
    from their_port import Port

    module = load(tree)
    before = reachable_hash(module.measure, ("pkg",), ports={"gpr": Port()})
    (theirs / "their_helper.py").write_text("def f():\n    return 22\n")
    assert before != reachable_hash(module.measure, ("pkg",), ports={"gpr": Port()})


def test_jit_is_seen_through(tree):
    jax = pytest.importorskip("jax")
    module = load(tree)
    from pkg.kernels import erf

    assert reachable_hash(jax.jit(erf), ("pkg",)) == reachable_hash(erf, ("pkg",))
    assert changes(tree, jax.jit(erf), "pkg/kernels.py", "FACTOR = 1.5", "FACTOR = 1.6")
    assert module is not None


def test_the_hash_is_the_same_in_another_process_and_folder(tree, tmp_path):
    here = reachable_hash(load(tree).measure, ("pkg",))
    elsewhere = tmp_path / "elsewhere"
    for name, source in FILES.items():
        path = elsewhere / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source).lstrip())
    program = (
        f"import sys; sys.path[:0] = [{str(elsewhere)!r}, {str(elsewhere / 'case')!r}]\n"
        "import the_case\nfrom fieldbench.evidence.reach.codehash import reachable_hash\n"
        "print(reachable_hash(the_case.measure, ('pkg',)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == here


def test_functions_without_a_file_count_by_their_code():
    space = {}
    for name, value in (("a", 1), ("b", 2), ("c", 1)):
        exec(f"def measure(setup, key):\n    return {value}", space)
        space[name] = space.pop("measure")
    digests = [reachable_hash(space[name]) for name in "abc"]
    assert digests[0] == digests[2] != digests[1]
