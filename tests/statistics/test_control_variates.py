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
