"""Replicates of one experiment look alike, or the cell is refused before it is committed; they are not all alike."""

from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
import pytest
from helpers_cells import anew, measured, measured_by

from fieldbench.cells.siblings import Siblings
from fieldbench.claims import batched
from fieldbench.errors import BadInput


def of_ten(case, broken):
    """The case with one experiment, measured by another kind."""
    (kind,) = case.kinds
    return measured_by(case, broken, kind(10))


def finished(store):
    return len(list(store.root.rglob("*.npz")))


def test_a_measurement_that_ignores_its_key_is_refused(case, store):
    (kind,) = case.kinds

    @dataclass(frozen=True)
    class Deaf(kind):
        def measure(self, key):
            drawn = np.random.default_rng(0).normal(1.0, self.scatter, self.size)
            return {self.sum: drawn.sum(), self.residual: abs(drawn.mean() - 1.0)}

    words = "all 8 replicates agree to the last bit in every array: measure ignores its key"
    for _ in range(2):  # the second time its cells come from the store
        with pytest.raises(BadInput, match=words):
            measured(of_ten(case, Deaf), store)
        assert finished(store) == 8


def test_replicates_of_one_block_that_all_agree_are_refused_too(case, store):
    (kind,) = case.kinds

    @dataclass(frozen=True)
    class Broadcast(kind):
        @batched(8)
        def measure(self, keys):
            return {self.sum: jnp.full(8, 10.0), self.residual: jnp.zeros(8)}

    with pytest.raises(BadInput, match="measure ignores its key"):
        measured(of_ten(case, Broadcast), store)


def test_a_broken_measurement_that_ignores_its_key_is_refused_too(case, store):
    (kind,) = case.kinds
    broken = case.controls[1]

    @dataclass(frozen=True)
    class Deaf(kind):
        def measure(self, key):
            return {self.sum: 1.0}

    with pytest.raises(BadInput, match=r"Deaf, .*measure ignores its key"):
        measured(replace(case, controls=(case.controls[0], replace(broken, experiment=Deaf))), store)


def test_a_discrete_quantity_may_repeat_where_another_does_not(case, store):
    (kind,) = case.kinds

    @dataclass(frozen=True)
    class Rounded(kind):
        def measure(self, key):
            return {**super().measure(key), self.residual: 0.0}

    assert anew(measured(of_ten(case, Rounded), store)) == 8


@pytest.mark.parametrize(
    ("later", "message"),
    [
        (lambda self, value: {self.sum: np.float32(value)}, "array 'sum' is float32 of shape ()"),
        (lambda self, value: {self.sum: np.full(2, value)}, "'sum' has shape (2,) a replicate, its axes have ()"),
    ],
)
def test_a_replicate_of_another_dtype_or_shape_is_refused_before_it_is_committed(case, store, later, message):
    (kind,) = case.kinds
    calls = []

    @dataclass(frozen=True)
    class Changing(kind):
        def measure(self, key):
            found = super().measure(key)
            calls.append(key)
            return found if len(calls) < 4 else found | later(self, np.float64(found[self.sum]))

    with pytest.raises(BadInput) as refusal:
        measured(of_ten(case, Changing), store)
    assert message in str(refusal.value)
    assert "toy-sum, main, " in str(refusal.value)
    assert "replicates from 3" in str(refusal.value)
    assert finished(store) == 3


def test_a_broken_measurement_may_leave_quantities_out_but_not_now_and_then(case, store):
    (kind,) = case.kinds
    broken, calls = case.controls[1], []

    @dataclass(frozen=True)
    class Forgetful(kind):
        def measure(self, key):
            calls.append(key)
            found = {self.sum: jnp.float64(2.0) + len(calls), self.residual: 0.0}
            return found if len(calls) % 2 else {self.sum: found[self.sum]}

    with pytest.raises(BadInput, match="'residual' is absent, in earlier replicates float64 of shape"):
        measured(replace(case, controls=(case.controls[0], replace(broken, experiment=Forgetful))), store)


def test_experiments_and_variants_are_no_siblings_of_each_other():
    siblings, value = Siblings(), {"x": np.ones((1, 3))}
    for place in (("a", "main"), ("b", "main"), ("a", "a-control")):
        siblings.require_like(*place, value, "here", "it goes")
    siblings.require_like("a", "main", {"x": np.full((1, 3), 2.0)}, "here", "it goes")
    for other, words in (
        ({"x": np.ones((1, 4))}, r"'x' is float64 of shape \(4,\), in earlier replicates float64 of shape \(3,\)"),
        ({"x": np.zeros((1, 3), int)}, "^here: array 'x' is int64 .*; it goes$"),
        ({"y": np.zeros((1, 3))}, "'x' is absent"),
        (
            {"x": np.zeros((1, 3)), "y": np.zeros((1, 3))},
            r"'y' is float64 of shape \(3,\), in earlier replicates absent",
        ),
    ):
        with pytest.raises(BadInput, match=words):
            siblings.require_like("a", "main", other, "here", "it goes")
    for place in (("a", "main"), ("b", "main"), ("a", "a-control"), ("never", "measured")):
        siblings.require_unlike(*place, "here")  # two that differ, one alone, none
    siblings.require_like("b", "main", value, "here", "it goes")
    with pytest.raises(BadInput, match="here: all 2 replicates agree to the last bit"):
        siblings.require_unlike("b", "main", "here")
