"""Siblings: cells of one experiment must look alike and must not be alike, or they are refused before committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldbench.errors import BadInput

ENOUGH = 4
"""So many replicates of one block do not agree by chance."""

Form = dict[str, tuple[str, tuple[int, ...]]]


class Siblings:
    """The cells of a run seen so far, by experiment and variant."""

    def __init__(self) -> None:
        self._forms: dict[tuple[Any, str], Form] = {}
        self._contents: dict[tuple[Any, str], list[int]] = {}

    def require_like(
        self, experiment: Any, variant: str, arrays: Mapping[str, NDArray[Any]], where: str, remedy: str
    ) -> None:
        """Compare a cell with those before it; `remedy` ends the sentence that refuses it.

        Raises:
            BadInput: names, dtypes or shapes differ from its siblings', or a whole block agrees to the last bit.
        """
        place = (experiment, variant)
        form: Form = {name: (str(array.dtype), array.shape[1:]) for name, array in sorted(arrays.items())}
        known = self._forms.setdefault(place, form)
        for name in sorted(known.keys() | form.keys()):
            if known.get(name) != form.get(name):
                now, before = _words(form.get(name)), _words(known.get(name))
                raise BadInput(
                    f"{where}: array {name!r} is {now}, in earlier replicates {before}; every replicate returns the "
                    f"same names, dtypes and shapes; {remedy}"
                )
        block = []
        for row in range(min((len(array) for array in arrays.values()), default=0)):
            content = b"".join(np.ascontiguousarray(array[row]).tobytes() for _, array in sorted(arrays.items()))
            block.append(hash(content))
        if len(block) >= ENOUGH:
            _require_different(block, where)
        self._contents.setdefault(place, []).extend(block)

    def require_unlike(self, experiment: Any, variant: str, where: str) -> None:
        """Compare all replicates of an experiment, once it has them.

        Two may agree by chance where an identity holds up to rounding; all of them do not.

        Raises:
            BadInput: every replicate agrees with every other to the last bit.
        """
        _require_different(self._contents.get((experiment, variant), []), where)


def _require_different(contents: Sequence[int], where: str) -> None:
    if len(contents) > 1 and len(set(contents)) == 1:
        raise BadInput(
            f"{where}: all {len(contents)} replicates agree to the last bit in every array: measure ignores its key; "
            "draw all randomness from it"
        )


def _words(form: tuple[str, tuple[int, ...]] | None) -> str:
    return "absent" if form is None else f"{form[0]} of shape {form[1]}"
