"""What a Gaussian-process regression must offer to stand under the cases: the port `gpr`."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from fieldbench.typing import Sizes


@runtime_checkable
class NestedRegression(Protocol):
    """Exact Gaussian-process regression on nested training sets: the first `size` of n points, for several sizes.

    Arrays may be NumPy or JAX; the kernel matrix `gram` (n, n) comes without the ridge and must not be modified.
    """

    def predictions(self, gram: Any, ridge: float, targets: Any, cross: Any, sizes: Sizes) -> Any:
        """Posterior means k_P(x)ᵀ(K_P + ridge)⁻¹y_P: targets (n, t), cross (m, n) = K(x, X), sizes (s,) → (s, m, t)."""

    def traces(self, gram: Any, ridge: float, symmetric: Any, sizes: Sizes) -> Any:
        """Tr[B_P (K_P + ridge)⁻¹] for the leading P×P blocks of a symmetric B (n, n), sizes (s,) → (s,)."""
