"""Binary tasks: classes, centring, normalisation, and the words that go into the record."""

import numpy as np
import pytest

from fieldbench.data import binary_task, load
from fieldbench.data.tasks import groups, normalise
from fieldbench.errors import BadInput


def test_balanced_task_is_centred_and_normalised():
    task = binary_task("digits", "odd/even", 400)
    assert task.inputs.shape == (400, 64)
    np.testing.assert_allclose((task.inputs**2).sum(axis=1), 64.0, rtol=1e-12)
    assert sorted(set(task.targets)) == [-1.0, 1.0]
    assert task.targets.sum() == 0
    assert "200 labelled +1 and 200 labelled -1" in task.description
    assert "mean image subtracted" in task.description
    assert "|x|^2 = 64" in task.description


def test_unbalanced_targets_have_mean_zero_and_unit_power():
    task = binary_task("digits", "3/8", balanced=False)
    images = load("digits")
    assert len(task.targets) == np.isin(images.labels, [3, 8]).sum()
    assert abs(task.targets.mean()) < 1e-12
    assert abs((task.targets**2).mean() - 1) < 1e-12
    assert len(set(task.targets)) == 2


def test_labels_follow_the_images():
    task = binary_task("digits", "0/1", 100)
    images = load("digits")
    wanted = images.labels[np.isin(images.labels, [0, 1])]
    assert (np.sign(task.targets)[:20] == np.where(wanted[:20] == 0, 1, -1)).all()


def test_arrays_are_shared_and_read_only():
    task = binary_task("digits", "odd/even", 400)
    assert binary_task("digits", "odd/even", 400) is task
    with pytest.raises(ValueError, match="read-only"):
        task.inputs[0, 0] = 1.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("digits", "big/small"), "no class 'big'"),
        (("digits", "odd"), "unknown task 'odd'"),
        (("digits", "3/3"), "unknown task"),
        (("digits", "odd/even", 5000), "size 5000 is not an even number from 2 to 1782"),
        (("digits", "odd/even", 11), "size 11"),
        (("digits", "odd/even", 0), "size 0"),
        (("digits", "3/8", 10_000, False), "size 10000 is not from 2 to"),
    ],
)
def test_bad_task(arguments, words):
    with pytest.raises(BadInput, match=words):
        binary_task(*arguments)


def test_group_names():
    assert groups("cat/dog") == (("cat",), ("dog",))
    assert len(groups("animals/vehicles")[0]) == 6


def test_not_a_number_and_a_point_at_the_mean_are_refused():
    inputs = np.random.default_rng(0).normal(size=(5, 3))
    inputs[2, 1] = np.nan
    with pytest.raises(BadInput, match="1 of 15 input values are NaN or infinite"):
        normalise(inputs)
    with pytest.raises(BadInput, match="equals the mean point"):
        normalise(np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0]]))
