"""What the experiment is made of."""

import jax


def terms(key: jax.Array, size: int, scatter: float) -> jax.Array:
    """Normals around one."""
    return 1.0 + scatter * jax.random.normal(key, (size,))
