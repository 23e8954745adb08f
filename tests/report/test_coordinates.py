"""Coordinates of points, read from labels and from the experiments of a record."""

from pathlib import Path

import pytest

from fieldbench.records import files
from fieldbench.records.arrays import ArrayPart
from fieldbench.records.schema import ExperimentPart
from fieldbench.report.coordinates import coordinates

STAIRCASE = Path(__file__).parents[2] / "results" / "gp-cubic-staircase"


@pytest.fixture(scope="module")
def record():
    """A committed record, with experiments of two kinds made by hand."""
    (path,) = (STAIRCASE / "r1" / "quick").glob("*.json")
    made = [_experiment("Sphere", dimension=8, draws=2, name="a", sizes=[1, 2]),
            _experiment("Sphere", dimension=8, draws=4, name="a", sizes=[1, 2]),
            _experiment("Sphere", dimension=12, draws=4, name="a", sizes=[1, 2]),
            _experiment("Cube", dimension=12, draws=9, name="a", sizes=[1, 2])]  # fmt: skip
    return files.read(path).model_copy(update={"experiments": made})


def _experiment(kind, **parameters):
    return ExperimentPart(kind=kind, parameters=parameters, coordinates={"samples": ArrayPart.of([5, 9])})


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("Sphere, dimension=8, samples=9", {"dimension": 8.0, "samples": 9.0}),  # draws differ among those that fit
        ("Sphere, dimension=12, samples=5", {"dimension": 12.0, "samples": 5.0, "draws": 4.0}),
        ("draws=9, samples=5", {"dimension": 12.0, "samples": 5.0, "draws": 9.0}),
        ("sizes=(1, 2), dimension=8", {"dimension": 8.0}),
        ("pair=AA", {}),  # no number, and no axis of these experiments
        ("exponent", {}),
        ("dimension=8 → dimension=12", {}),
        ("", {}),
    ],
)
def test_a_label_and_what_the_experiments_that_fit_it_share(record, label, found):
    assert coordinates(record, label) == found


def test_a_float_is_known_by_the_six_digits_of_its_label(record):
    third = record.model_copy(update={"experiments": [_experiment("Sphere", ridge=1 / 3, draws=1)]})
    assert coordinates(third, "ridge=0.333333") == {"ridge": 0.333333, "draws": 1.0}
    assert coordinates(third, "ridge=0.3334") == {"ridge": 0.3334}
