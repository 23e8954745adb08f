"""What is asked of a network: each quantity at each sign of the cubic, with the theories that it tells apart."""

from __future__ import annotations

from fieldbench.claims import exponent

from .experiment import Network
from .predictions import gaussian_process, kernel_ridge, rescaling, slides, without_fluctuations
from .signed_teacher import SIGNS

PROCESSES = {"rescaling": rescaling, "gp": gaussian_process}
NEAR = {"without-fluctuations": without_fluctuations, "kernel-ridge": kernel_ridge, "slides": slides}
EXPONENT = exponent(Network.harmonic_response, over=lambda at: at.beta)
COUNT = {"slides": slides, "gp": gaussian_process}  # where the others are within the bounds
ASKED = {
    f"{name}-{word}": (quantity.at(sign=sign), rivals)
    for name, quantity, rivals in (
        ("linear-learnability", Network.linear, {"kernel-ridge": kernel_ridge, **COUNT}),
        ("hermite-coefficient", Network.hermite, PROCESSES),
        ("teacher-variance", Network.overlap, COUNT),
        ("transverse-variance", Network.radius, COUNT),
    )
    for word, sign in zip(("negative", "zero", "positive"), SIGNS, strict=True)
} | {"cubic-response": (Network.response, PROCESSES), "harmonic-response": (Network.harmonic_response, PROCESSES)}
