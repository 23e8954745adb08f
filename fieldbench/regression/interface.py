"""What a Gaussian-process regression must offer to stand under the cases: the port `gpr`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from fieldbench.typing import AnyArray, Float, Sizes


@runtime_checkable
class NestedRegression(Protocol):
    """Exact Gaussian-process regression on nested training sets: the first `size` of n points, for several sizes.

    Arrays may be NumPy or JAX; the kernel matrix `gram` comes without the ridge and must not be modified.
    """

    def predictions(
        self,
        gram: Float[AnyArray, "n n"],
        ridge: float,
        targets: Float[AnyArray, "n t"],
        cross: Float[AnyArray, "m n"],
        sizes: Sizes,
    ) -> Float[AnyArray, "sizes m t"]:
        """Posterior means k_P(x)ᵀ(K_P + ridge)⁻¹y_P at test points x, with cross = K(x, X)."""

    def traces(
        self, gram: Float[AnyArray, "n n"], ridge: float, symmetric: Float[AnyArray, "n n"], sizes: Sizes
    ) -> Float[AnyArray, " sizes"]:
        """Tr[B_P (K_P + ridge)⁻¹] for the leading P×P blocks of a symmetric B."""
