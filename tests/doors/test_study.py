"""Arrays of one's own through the door: what is asked of theory and of regression, and what is refused."""

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

import fieldbench
from fieldbench.data import own_task
from fieldbench.errors import BadInput
from fieldbench.theory.kernels import Kernel

INPUTS, DIGITS = load_digits(return_X_y=True)
ODD = DIGITS % 2 == 1
FEW = slice(0, 200)


@pytest.fixture(scope="module")
def found():
    return fieldbench.study(INPUTS[:600], ODD[:600], kernel="erf", ridge=0.05, samples=[20, 60, 200], draws=24)


def test_theory_and_regression_agree_within_what_theory_leaves_open(found):
    frame = found.frame
    assert frame["P"].tolist() == [20, 60, 200]
    deviation = (frame["exact"] - frame["theory"]).abs()
    assert (deviation < frame["left open"] + 3.0 * frame["standard error"]).all()
    assert (frame["left open"] < 0.3 * frame["theory"]).all()


def test_the_spectrum_is_that_of_the_kernel_on_the_points(found):
    gram = Kernel("erf")(found.task.inputs, found.task.inputs)
    assert found.spectrum.eigenvalues.sum() == pytest.approx(np.trace(gram) / 600)
    assert found.power.sum() == pytest.approx(1.0)


def test_exact_errors_are_those_of_plain_linear_algebra():
    small = fieldbench.study(INPUTS[FEW], ODD[FEW], ridge=0.3, samples=[10, 50], draws=2, seed=5)
    order = np.random.default_rng(5).permutation(200)
    gram, targets = Kernel("relu")(small.task.inputs, small.task.inputs), small.task.targets
    for column, size in enumerate((10, 50)):
        train, test = order[:size], order[50:]
        predicted = gram[np.ix_(test, train)] @ np.linalg.solve(
            gram[np.ix_(train, train)] + 0.3 * np.eye(size), targets[train]
        )
        assert small.errors[0, column] == pytest.approx(np.mean((predicted - targets[test]) ** 2))


def test_a_task_of_arrays_is_centred_normalised_described_and_known_by_its_content():
    task = own_task(INPUTS[FEW].reshape(200, 8, 8), DIGITS[FEW] == 3, name="threes")
    np.testing.assert_allclose((task.inputs**2).sum(axis=1), 64.0)
    assert abs(task.targets.mean()) < 1e-12
    assert (task.targets**2).mean() == pytest.approx(1.0)
    assert (task.targets > 0).sum() == (DIGITS[FEW] == 3).sum()
    assert task.description.startswith("threes (md5:")
    assert "200 points, 21 labelled +1 (True) and 179 labelled -1 (False); mean point subtracted" in task.description
    with pytest.raises(ValueError, match="read-only"):
        task.targets[0] = 1.0
    flat = own_task(INPUTS[FEW], DIGITS[FEW] == 3, name="threes")
    assert flat.description == task.description
    assert own_task(INPUTS[FEW], DIGITS[FEW] == 4, name="threes").description != task.description


def test_real_targets_are_centred_and_scaled():
    values = INPUTS[FEW] @ np.arange(64.0)
    task = own_task(INPUTS[FEW], values)
    np.testing.assert_allclose(task.targets, (values - values.mean()) / values.std())
    assert "real targets from" in task.description


@pytest.mark.parametrize(
    ("inputs", "labels", "words"),
    [
        (INPUTS[FEW], DIGITS[FEW], r"10 classes; choose two groups, for example labels == 0"),
        (INPUTS[FEW], DIGITS[FEW][1:], r"labels have shape \(199,\), inputs \(200, 64\)"),
        (INPUTS[FEW, 0], ODD[FEW], r"inputs have shape \(200,\); give \(M, d\)"),
        (INPUTS[FEW], np.ones(200), "all labels are 1.0"),
        (INPUTS[FEW], np.where(ODD[FEW], np.nan, 1.0), "labels are NaN or infinite"),
        (np.where(INPUTS[FEW] > 15, np.nan, INPUTS[FEW]), ODD[FEW], "input values are NaN or infinite"),
        (INPUTS[FEW].astype(str), ODD[FEW], "inputs have dtype <U32; give real numbers"),
        (INPUTS[FEW] * 1j, ODD[FEW], "inputs have dtype complex128"),
    ],
)
def test_what_cannot_be_a_task_is_refused(inputs, labels, words):
    with pytest.raises(BadInput, match=words):
        own_task(inputs, labels)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ridge": 0.0}, "ridge 0.0 must be positive"),
        ({"ridge": float("nan")}, "ridge nan must be positive"),
        ({"samples": [200]}, "give whole numbers from 1 to 199"),
        ({"samples": [0, 10]}, "give whole numbers from 1 to 199"),
        ({"samples": [10.5]}, "give whole numbers"),
        ({"samples": []}, "give whole numbers"),
        ({"draws": 1}, "at least 2 draws"),
        ({"kernel": "tanh"}, "activation 'tanh' is unknown"),
    ],
)
def test_bad_options_are_refused(options, words):
    with pytest.raises(BadInput, match=words):
        fieldbench.study(INPUTS[FEW], ODD[FEW], **options)


def test_more_points_than_memory_are_refused_before_anything_is_allocated(monkeypatch):
    monkeypatch.setattr("fieldbench.doors.study.available_bytes", lambda: 1 << 20)
    with pytest.raises(BadInput, match="200 points need 2 MiB, 1 MiB are left; take fewer points"):
        fieldbench.study(INPUTS[FEW], ODD[FEW])


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_one_figure_shows_both(found, tmp_path, suffix):
    path = found.plot(tmp_path / f"mine.{suffix}")
    assert path.stat().st_size > 10_000
    if suffix == "svg":
        text = path.read_text()
        assert text.count('id="axes_') == 2


def test_the_example_of_the_readme_runs_and_finds_what_stands_there(tmp_path, monkeypatch, capsys):
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(code, "README.md", "exec"), names)
    assert (tmp_path / "my-data.png").stat().st_size > 10_000
    row = names["mine"].frame.set_index("P").loc[102]
    said = re.search(
        r"At P = 102 of these 569 points the error is (\.\d+) ± (\.\d+), predicted (\.\d+) ± (\.\d+)", text
    )
    assert [float(part) for part in said.groups()] == pytest.approx(row.tolist(), abs=6e-4)
    assert "left open" in capsys.readouterr().out
