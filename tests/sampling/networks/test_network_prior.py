"""Networks from a prior: exact laws of their moments, and the two routes to the fourth cumulant."""

import jax
import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.sampling.networks.prior import PriorDraws, draw, draw_outputs, four_point, output_four_point
from fieldbench.theory.kernels.dual import Kernel

INPUTS = np.array([[2.0**0.5, 0.0], [1.0, 1.0], [-0.6, 1.0]])
POINTS = ((0, 0, 0, 0), (0, 0, 1, 2))


def test_conditional_covariance_is_that_of_the_features():
    draws = draw(jax.random.key(0), INPUTS, networks=5_000, width=3)
    kernel = np.asarray(draws.kernel, np.float64)
    error = kernel.std(axis=0) / 5_000**0.5
    assert np.all(np.abs(kernel.mean(axis=0) - Kernel("erf")(INPUTS, INPUTS)) < 6 * error)
    assert draws.outputs.shape == (5_000, 3)
    assert draws.fourth.shape == (5_000, 0)


@pytest.mark.parametrize(("hidden", "readout"), [("gaussian", "gaussian"), ("gaussian", "uniform")])
def test_both_routes_to_the_fourth_cumulant_agree(hidden, readout):
    draws = draw(
        jax.random.key(1), INPUTS, networks=400_000, width=1, hidden=hidden, readout=readout, quadruples=POINTS
    )
    # The outputs' own estimate scatters by √(E f⁸/n): E f⁸ ≤ 105.
    np.testing.assert_allclose(
        four_point(draws, POINTS), output_four_point(draws, POINTS), rtol=0.0, atol=5 * (105 / 400_000) ** 0.5
    )


@pytest.mark.parametrize("readout", ["gaussian", "uniform", "student-3"])
def test_readouts_have_unit_variance(readout):
    draws = draw(jax.random.key(2), INPUTS[:1], networks=200_000, width=1, readout=readout)
    variance = np.mean(np.asarray(draws.outputs, np.float64) ** 2)
    tolerance = 0.1 if readout == "student-3" else 0.01  # the tail index 3/2 of t² leaves n^{−1/3}
    assert variance == pytest.approx(float(Kernel("erf").diagonal(INPUTS[:1])[0]), rel=tolerance)


@pytest.mark.parametrize("width", [7, 1_000])
def test_variance_of_the_kernel_falls_as_the_width(width):
    alone, wide = (
        np.asarray(draw(jax.random.key(n), INPUTS[:1], networks=4_000, width=n).kernel, np.float64).var()
        for n in (1, width)
    )
    assert width * wide / alone == pytest.approx(1.0, rel=6 * (4 / 4_000) ** 0.5)


def test_networks_do_not_repeat_across_blocks():
    outputs = np.asarray(draw(jax.random.key(5), INPUTS, networks=250, width=1_000).outputs)
    assert len(np.unique(outputs[:, 0])) == 250


def test_chunks_cover_every_network():
    outputs = np.asarray(draw_outputs(jax.random.key(4), INPUTS, networks=1_001, width=700))
    assert outputs.shape == (1_001, 3)
    assert len(np.unique(outputs[:, 0])) > 990
    np.testing.assert_allclose(np.cov(outputs.T), Kernel("erf")(INPUTS, INPUTS), atol=6 * (2 / 1_001) ** 0.5 / 2)


def test_cumulant_of_known_kernels():
    kernel = np.array([1.0, 3.0], np.float32).reshape(2, 1, 1)
    draws = PriorDraws(np.ones((2, 1), np.float32), kernel, np.array([[0.5], [1.5]], np.float32))
    # Three pairings of variance 2, and the mean of the conditional cumulants.
    np.testing.assert_allclose(four_point(draws, ((0, 0, 0, 0),)), [3 * 2.0 + 1.0])
    np.testing.assert_allclose(output_four_point(draws, ((0, 0, 0, 0),)), [1.0 - 3.0])


def test_bad_input_is_named():
    with pytest.raises(BadInput, match="cauchy"):
        draw(jax.random.key(0), INPUTS, networks=1, width=1, readout="cauchy")
    with pytest.raises(BadInput, match="width 0"):
        draw(jax.random.key(0), INPUTS, networks=1, width=0)
    with pytest.raises(BadInput, match="0 networks"):
        draw_outputs(jax.random.key(0), INPUTS, networks=0, width=3)
