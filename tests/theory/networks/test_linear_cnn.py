"""The adaptation equations of the linear CNN: closed forms, limits, an independent learning curve, and published
numbers."""

import math

import numpy as np
import pytest

from fieldbench.errors import BadInput
from fieldbench.theory.curves.learning_curves import effective_ridge
from fieldbench.theory.kernels.spectrum import Spectrum
from fieldbench.theory.networks.linear_cnn import (
    LinearCNN,
    adapted,
    aligned,
    asymptotic_half_samples,
    gaussian_process,
    half_samples,
    response_modes,
)

SOURCE = LinearCNN.on_ray(1.0, ridge=1.0)


@pytest.mark.parametrize(
    ("alpha", "samples", "options", "learnability"),
    [
        (1.0, 211, {}, 0.436),
        (2.0, 713, {}, 0.500),
        (1.0, 211, {"spectrum": "kernel", "connected": False}, 0.470),
        (2.0, 713, {"spectrum": "kernel", "connected": False}, 0.526),
        (1.0, 211, {"spectrum": "bare"}, 0.70),
    ],
)
def test_learnability_as_derived_before(alpha, samples, options, learnability):
    # Three digits were written down, so half a unit of the last one is the rounding.
    found = adapted(LinearCNN.on_ray(alpha, ridge=1.0), samples, **options)
    assert found.learnability == pytest.approx(learnability, abs=5e-3 if learnability == 0.70 else 5e-4)


def test_other_order_parameters_as_derived_before():
    found = adapted(SOURCE, 211)
    assert found.orthogonal == pytest.approx(1.0235, abs=5e-5)
    assert found.mse == pytest.approx(0.363, abs=5e-4)
    assert gaussian_process(SOURCE, 211).learnability == pytest.approx(0.189, abs=5e-4)


def test_half_samples_along_the_ray():
    alphas = (1, 2, 4, 8, 16)
    found = [half_samples(LinearCNN.on_ray(a, ridge=1.0)) for a in alphas]
    np.testing.assert_allclose(found, [240, 713, 2085, 6039, 17374], atol=0.5)
    np.testing.assert_allclose(np.diff(np.log(found)) / math.log(4), [0.784, 0.774, 0.767, 0.762], atol=5e-4)


@pytest.mark.parametrize("ridge", [0.01, 1.0, 30.0])
def test_gaussian_process_and_full_alignment_have_closed_p50(ridge):
    model = LinearCNN.on_ray(2.0, ridge=ridge)
    assert half_samples(model, gaussian_process) == pytest.approx((ridge + 0.5) * model.dimension, rel=1e-10)
    assert half_samples(model, aligned) == pytest.approx((ridge + 0.5) * model.patches, rel=1e-10)


@pytest.mark.parametrize(("ridge", "limit"), [(0.01, 1.351), (1.0, 2.675)])
def test_three_quarters_limit(ridge, limit):
    model = LinearCNN.on_ray(1e6, ridge=ridge)
    assert asymptotic_half_samples(model) == pytest.approx(limit, abs=5e-4)
    # The remainder is of order α^{-1/2}: four times the size halves it.
    distances = [half_samples(LinearCNN.on_ray(a, ridge=ridge)) for a in (2.5e5, 1e6)]
    scaled = np.array(distances) / np.array([500 * 2.5e5**2, 500 * 1e12]) ** 0.75 / asymptotic_half_samples(model) - 1
    assert scaled[1] == pytest.approx(scaled[0] / 2, rel=0.01)
    assert abs(scaled[1]) < 3e-4


@pytest.mark.parametrize("ridge", [1e-3, 1.0, 10.0])
@pytest.mark.parametrize("load", [0.05, 0.5, 5.0])
def test_without_coupling_it_is_the_gaussian_process(ridge, load):
    model = LinearCNN(4, 20, 400, 1e-12, ridge)
    samples = load * model.dimension
    lazy, reference = adapted(model, samples, connected=False), gaussian_process(model, samples)
    assert lazy.learnability == pytest.approx(reference.learnability, rel=1e-9)
    assert lazy.mse == pytest.approx(reference.mse, rel=1e-8)


@pytest.mark.parametrize("samples", [60, 211, 2000])
def test_ridge_and_error_agree_with_the_general_learning_curve(samples):
    # The general code knows nothing of CNNs: it gets the response modes as a spectrum and the teacher's share of the
    # error.
    found = adapted(SOURCE, samples, connected=False)
    r = found.effective_ridge * SOURCE.dimension / samples
    s = SOURCE.coupling / (found.ratio + r) ** 2
    multiplicities, eigenvalues = response_modes(SOURCE, found.ratio, 1.0, s)
    curve = effective_ridge(Spectrum(eigenvalues / SOURCE.dimension, multiplicities), samples, SOURCE.ridge)
    assert found.effective_ridge == pytest.approx(curve.effective_ridge[0], rel=1e-9)
    assert found.mse == pytest.approx(curve.e0[0] * (1 - found.learnability) ** 2, rel=1e-9)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 10.0, 1e6])
@pytest.mark.parametrize("ridge", [1e-4, 1.0, 30.0])
@pytest.mark.parametrize("load", [1e-3, 0.1, 1.0, 100.0])
def test_a_root_is_found_everywhere(alpha, ridge, load):
    model = LinearCNN.on_ray(alpha, ridge=ridge)
    found = adapted(model, load * model.dimension**0.75)
    assert 0 < found.learnability < 1
    assert found.effective_ridge > ridge


def test_ward_identity_of_the_response_modes():
    # Turning the teacher costs nothing: where x_perp = 1 the turning modes have the teacher's eigenvalue.
    found = adapted(SOURCE, 211, connected=False)
    s = 1 - 1 / found.ratio
    eigenvalues = response_modes(SOURCE, found.ratio, 1.0, s)[1]
    assert eigenvalues[1] == pytest.approx(found.ratio)
    assert eigenvalues[2] == pytest.approx(found.ratio, rel=1e-12)


def test_bad_input_names_the_value():
    with pytest.raises(BadInput, match="-1"):
        LinearCNN(4, 20, 400, 100.0, -1.0)
    with pytest.raises(BadInput, match="samples = 0"):
        adapted(SOURCE, 0)
    with pytest.raises(BadInput, match=r"level 1\.5"):
        half_samples(SOURCE, level=1.5)
