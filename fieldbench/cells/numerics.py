"""The numerics of every door, as a context: what is switched on is switched back at its end."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import warnings
from collections.abc import Iterator
from pathlib import Path

BLAS_THREADS = 1  # two-thread OpenBLAS was seen 5–10 times slower on contended cores, and crashing from n ≈ 16,000
WORTH_KEEPING = 0.1  # seconds of compilation below which reading a file is no faster


@contextlib.contextmanager
def numerics(compiled: Path | None = None) -> Iterator[None]:
    """Float64 on, matmul precision "highest", strict dtype promotion, no rank promotion, one BLAS thread.

    Nested use is harmless: each level restores what it found. The doors import JAX here and nowhere else, so a session
    without a case never pays for it. XLA's own thread pool is out of reach of threadpoolctl.

    Args:
        compiled: folder where compiled programs are kept for the next process. JAX knows them by program, options,
            flags and versions; they lie apart by processor, whose instructions a program may use. One that cannot be
            read is compiled again.
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
    if compiled is not None:
        settings |= {
            "jax_compilation_cache_dir": str(compiled / processor()),
            "jax_persistent_cache_min_compile_time_secs": WORTH_KEEPING,
        }
    before = {name: getattr(jax.config, name) for name in settings}
    with threadpoolctl.threadpool_limits(limits=BLAS_THREADS, user_api="blas"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Error (reading|writing) persistent compilation cache")
        try:
            for name, value in settings.items():
                jax.config.update(name, value)  # type: ignore[no-untyped-call]
            _look_again(compiled)
            yield
        finally:
            for name, value in before.items():
                jax.config.update(name, value)  # type: ignore[no-untyped-call]
            _look_again(compiled)


def processor() -> str:
    """A name for the processor and its instructions: programs compiled for one may crash another."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = [platform.processor()]
    named = ("model name", "flags", "Features", "CPU part")
    facts = sorted({line for line in lines if line.startswith(named)} or lines)
    return f"{platform.machine()}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:12]}"


def _look_again(compiled: Path | None) -> None:
    """JAX looks for its folder of compiled programs once, at the first compilation: make it look again."""
    if compiled is not None:
        from jax.experimental.compilation_cache.compilation_cache import reset_cache

        reset_cache()
