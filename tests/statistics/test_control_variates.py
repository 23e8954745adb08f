"""Control variates: what they explain is taken out exactly, and too few data sets are refused."""

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.statistics import adjust


def test_adjustment_against_its_algebra():
    rng = np.random.default_rng(0)
    controls = rng.normal(size=(40, 3))
    exact = 2.0 + controls @ np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(adjust(exact, controls), 2.0, rtol=1e-12)
    with pytest.raises(BadInput, match="too few"):
        adjust(exact[:8], controls[:8])
    with pytest.raises(BadInput, match="do not fit"):
        adjust(exact, controls[:8])


def test_the_scatter_of_adjusted_values_is_that_of_their_mean():
    """With few data sets for five controls least squares alone leaves a standard error that is a fifth too small."""
    rng = np.random.default_rng(1)
    values, controls = rng.normal(size=(4000, 24)), rng.normal(size=(4000, 24, 5))
    adjusted = np.array([adjust(v, c) for v, c in zip(values, controls, strict=True)])
    said, found = np.var(adjusted, axis=1, ddof=1).mean() / 24, np.mean(adjusted.mean(axis=1) ** 2)
    assert said * 24 == pytest.approx(22 / 17, rel=0.03)  # of the mean's own variance, known for normal values
    assert found == pytest.approx(said, rel=0.08)
