"""What docs/findings.md says that the next order adds to a ridge at each image; `python` on this file prints it."""

import numpy as np
import pytest

from cases.rg_cifar_mnist.case import CASE
from cases.rg_cifar_mnist.experiment import Curve
from cases.rg_cifar_mnist.theory import next_orders, ridge_alone
from fieldbench.cells.numerics import numerics

CURVES = [at for at in CASE.tiers["quick"].experiments if isinstance(at, Curve)]
SAID = {("digits", "erf"): (0.0415, 0.0572), ("digits", "relu"): (0.0785, 0.0803)}


def next_order(at: Curve) -> list[float]:
    """ρ of the error at each P."""
    pairs = zip(next_orders(at), ridge_alone(at)[Curve.error], strict=True)
    return [order.error / float(alone) for order, alone in pairs]


@pytest.mark.slow
@pytest.mark.parametrize("at", [at for at in CURVES if at.dataset == "digits"], ids=lambda at: at.kernel)
def test_findings_say_what_is_computed(at):
    np.testing.assert_allclose(next_order(at), SAID[at.dataset, at.kernel], atol=1e-4)


if __name__ == "__main__":
    with numerics():
        for curve in CURVES:
            found = ", ".join(
                f"{100 * rho:.1f} % at P = {P}" for P, rho in zip(curve.samples, next_order(curve), strict=True)
            )
            print(f"{curve.dataset}, {curve.kernel}: {found}")
