"""The numerics of every door, as a context: what is switched on is switched back at its end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

BLAS_THREADS = 1  # two-thread OpenBLAS was seen 5–10 times slower on contended cores, and crashing from n ≈ 16,000


@contextlib.contextmanager
def numerics() -> Iterator[None]:
    """Float64 on, matmul precision "highest", strict dtype promotion, no rank promotion, one BLAS thread.

    Nested use is harmless: each level restores what it found. The doors import JAX here and nowhere else, so a session
    without a case never pays for it. XLA's own thread pool is out of reach of threadpoolctl.
    """
    import jax
    import scipy.linalg  # noqa: F401  threadpoolctl limits only the libraries that are loaded already
    import threadpoolctl  # type: ignore[import-untyped]

    settings = {
        "jax_enable_x64": True,
        "jax_default_matmul_precision": "highest",
        "jax_numpy_dtype_promotion": "strict",
        "jax_numpy_rank_promotion": "raise",
    }
    before = {name: getattr(jax.config, name) for name in settings}
    with threadpoolctl.threadpool_limits(limits=BLAS_THREADS, user_api="blas"):
        try:
            for name, value in settings.items():
                jax.config.update(name, value)  # type: ignore[no-untyped-call]
            yield
        finally:
            for name, value in before.items():
                jax.config.update(name, value)  # type: ignore[no-untyped-call]
