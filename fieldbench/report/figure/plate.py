"""A figure that a notebook shows, also where nobody imported pyplot."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class Plate(Figure):
    """Matplotlib's figure; without pyplot IPython would print its address."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()
