"""The same network at finite width: its effective action to one loop, which is the order 1/N of every observable.

With a Gaussian field t_p = Nτ_p for every output, readouts and the N independent neurons are integrated out exactly:
Z = ∫dτ exp{−N S[τ]}, S = ½κ̂ Σ_p|τ_p|² − iΣ_p τ_p·y_p − log⟨exp{−½ŝ Σ_p (τ_p·φ)²}⟩ over the prior of one neuron with
features φ_nm = (u_n + v_m)². At τ = ib y, n = (P − 1)/2 modes, z(g) the normaliser of their law,

    S₀(b) = P(P − 1)(b − ½κ̂b²) − n log z(4Pŝb²),

and fluctuations of the P³ fields add ½ log det S″ / N. Phases of modes are uniform and independent, so that S″ has
blocks of one or two fields: with fields (q; k, l), Fourier indices of output and inputs, z_q = 2√P û_qv̂_q and
X = z_q*φ_kl, it is κ̂ + ŝ⟨φφ*⟩ + ŝ²b²⟨XX*⟩_c, and fields couple whose X carry the same phases. [Derived here.]

An observable O of single modes is −∂/∂ε of (S₀ + ½ log det S″/N)/n with exp(εΣO) in the prior, at the b where that
function is stationary; the discrepancy is −κ̂ times this b. What is left is of order 1/N².
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.optimize import brentq

from fieldbench.theory.modular.law import ModeLaw, ModularSolution, ModularTask, infinitely_wide, mode_law, response

_STEP = 1e-4  # of central differences: relative errors of 1e-8 by truncation, 1e-10 by rounding
_FAR = 100.0  # times N, where orders beyond 1/N are 10⁴ times smaller than there


def log_determinant_of_fields(task: ModularTask, b: float, law: ModeLaw) -> float:
    """log det S″ of all P³ fields at τ = ib y, for a law of the modes."""
    p, n = task.modulus, task.modes
    noise, s, c = task.noise, task.strength, 16.0 * p * (task.strength * b) ** 2
    one, two = law.moment(1, 0), law.moment(2, 0)
    pair, twice_one, twice, thrice_one = (law.moment(*powers) for powers in ((1, 1), (2, 1), (2, 2), (3, 1)))
    same, other = noise + 4 * s * pair, noise + 4 * s * one**2  # κ̂ + ŝ⟨|φ_kl|²⟩ for k = ±l, and for other k, l ≠ 0

    def coupled(first: float, second: float, cross: float) -> float:
        return math.log(first * second - cross**2)

    # Output q ≠ 0 and k, l ≠ 0, for one q of P − 1.
    total = 0.5 * (math.log(same) + math.log(same + 2 * c * (twice - pair**2)))  # k = l = q, with that of −q
    total += 3 * math.log(same + c * twice)  # (q, −q), (−q, q), (−q, −q)
    diagonal = other + c * twice_one * one
    total += (p - 3) * coupled(diagonal, diagonal, c * pair**2)  # (q, l) with −l; (l, q) likewise: half of 2(P − 3)
    total += (p - 3) * 2 * math.log(diagonal)  # (−q, l) and (l, −q)
    diagonal = same + c * pair**2
    total += (p - 3) / 2 * coupled(diagonal, diagonal, c * pair**2)  # (k, k) with that of output −k
    total += (p - 3) * math.log(diagonal)  # (k, −k)
    total += (p - 3) * (p - 5) * math.log(other + c * pair * one**2)  # all different

    # Output q = 1 and l = 0, or k = 0: φ_k0 = 2û_k(û_0 + v̂_0) + Σ_j û_jû_{k−j} over j ≠ 0, k.
    spread = noise + s * (8 * one + two + 2 * (p - 3) * one**2)
    far = pair * (8 * one + two) + 8 * twice_one * one + 2 * (p - 7) * pair * one**2
    double = 8 * pair * one + thrice_one + 4 * twice_one * one + 2 * (p - 5) * pair * one**2
    near = 8 * twice_one + pair * two + 4 * twice_one * one + 2 * (p - 5) * pair * one**2

    def mixed(k: int, q: int) -> float:
        ratio = k * pow(q, -1, p) % p
        power = near if ratio in (1, p - 1) else double if ratio in (2, p - 2) else far
        return spread + c / 4 * power

    total += 2 * math.log(mixed(1, 1))
    for k in range(2, p):  # (1; k, 0) with (1 − k; 0, −k)
        cross = c * (twice / 4 if k == 2 else pair**2)
        total += coupled(mixed(k, 1), mixed(-k, 1 - k), cross)

    # Output q ≠ 0 and k = l = 0: φ_00 = (û_0 + v̂_0)² + 2Σ_j (r_j + r′_j).
    scatter = 2 * (two - one**2) + 2 * (pair - one**2)  # variance of r + r′
    square = 8 + 4 * n * scatter + (2 + 4 * n * one) ** 2
    tilted, tilted_square = 2 * twice_one / pair, (2 * thrice_one + 2 * twice) / pair  # r + r′ under p r r′
    beside = 8 + 4 * (tilted_square - tilted**2) + 4 * (n - 1) * scatter + (2 + 2 * tilted + 4 * (n - 1) * one) ** 2
    total += math.log(noise + s * square + c / 4 * pair * beside)

    # Output q = 0, whose target is zero.
    silent = 2 * (p - 1) * math.log(same) + (p - 1) * (p - 3) * math.log(other)
    silent += 2 * (p - 1) * math.log(spread) + math.log(noise + s * square)
    return (p - 1) * total + silent


def action(task: ModularTask, b: float, width: float, product_tilt: float = 0.0, droplet_tilt: float = 0.0) -> float:
    """S₀ + ½ log det S″ / N at b, with the source ε of rr′ or of the droplet's indicator in the prior."""
    law = mode_law(task.coupling(b) + product_tilt, task.cubic, droplet_tilt)
    tree = task.modulus * (task.modulus - 1) * (b - 0.5 * task.noise * b**2) - task.modes * law.log_normaliser
    return tree + 0.5 * log_determinant_of_fields(task, b, law) / width


def at_width(task: ModularTask, width: float) -> ModularSolution:
    """The solution at N by the effective action, stationary as a whole: right to order 1/N, with some of higher ones.

    N may be negative, where there are no networks: differences in 1/N are taken so.
    """
    b = response(task)

    def slope(at: float) -> float:
        return _derivative(lambda x: action(task, at * (1.0 + x), width))

    low = high = b
    while slope(low) * slope(high) > 0.0:
        low, high = low * 0.98, high * 1.02
    b = float(brentq(slope, low, high, rtol=1e-12))
    # A source of rr′ is a change of g, whose scale is √c.
    tilt = task.cubic**0.5
    product = -_derivative(lambda x: action(task, b, width, product_tilt=x * tilt)) / tilt
    droplet = -_derivative(lambda x: action(task, b, width, droplet_tilt=x))
    return ModularSolution(-task.noise * b, product / task.modes, droplet / task.modes)


def expanded(task: ModularTask, width: float) -> ModularSolution:
    """The solution at N with its term of order 1/N and no other."""
    leading, above, below = infinitely_wide(task), at_width(task, _FAR * width), at_width(task, -_FAR * width)

    def shifted(value: str) -> float:
        return float(getattr(leading, value) + _FAR / 2.0 * (getattr(above, value) - getattr(below, value)))

    return ModularSolution(shifted("amplitude"), shifted("product"), shifted("droplet"))


def _derivative(function: Callable[[float], float]) -> float:
    return (function(_STEP) - function(-_STEP)) / (2.0 * _STEP)
