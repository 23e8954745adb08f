"""Numbers and arrays in strict JSON: every one exact on a round trip, no pickle."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema, model_validator

from fieldbench.errors import BadInput

DTYPES = {"bool", "str", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)),
          *(f"float{bits}" for bits in (16, 32, 64))}  # fmt: skip
"""Of arrays in a record. Another may cost what its length does not show, or hold Python objects."""

PADDING = 100
"""Each of an array's strings is as long as its longest: so many times the text that is there, at most."""

LONGEST = 2**31  # axis beside one of length 0, whose lists do not show it

NOT_FINITE = ("NaN", "Infinity", "-Infinity")


def spell(value: Any) -> Any:
    """A number as strict JSON knows it; what JSON has no number for becomes a string. Other values stay."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def unspell(value: Any) -> Any:
    """The inverse of `spell`; any other string is left to be refused."""
    return float(value) if isinstance(value, str) and value in NOT_FINITE else value


Real = Annotated[
    float,
    BeforeValidator(unspell),
    PlainSerializer(spell, return_type=float | str, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"enum": list(NOT_FINITE)}]}),
]


def _nested(data: Any, change: Callable[[Any], Any]) -> Any:
    """Apply `change` to the leaves of nested lists and dicts."""
    if isinstance(data, dict):
        return {name: _nested(entry, change) for name, entry in data.items()}
    return [_nested(entry, change) for entry in data] if isinstance(data, list) else change(data)


def _leaves(data: Any) -> Iterator[Any]:
    if isinstance(data, list):
        for entry in data:
            yield from _leaves(entry)
    else:
        yield data


# Fields of a setup; an infinite width is a legitimate one.
Parameters = Annotated[
    dict[str, Any],
    BeforeValidator(lambda value: _nested(value, unspell)),
    PlainSerializer(lambda value: _nested(value, spell), return_type=dict[str, Any], when_used="json"),
]


class Part(BaseModel):
    """A part of a record: no unknown fields, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ArrayPart(Part):
    """An array as nested lists, with its dtype and shape (an empty array has no shape in lists)."""

    dtype: str
    shape: list[int]
    data: Any

    @model_validator(mode="after")
    def _whole(self) -> ArrayPart:
        try:
            found = self._unshaped()
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"array data do not fit dtype {self.dtype} and shape {self.shape}: {error}") from error
        empty = found.size == 0 and 0 in self.shape and all(0 <= length < LONGEST for length in self.shape)
        if found.shape != tuple(self.shape) and not empty:
            raise ValueError(f"array data do not fit shape {self.shape}")
        return self

    @classmethod
    def of(cls, values: Any) -> ArrayPart:
        """From anything numpy takes; real numbers, booleans and strings only."""
        array = np.asarray(values)
        if array.dtype.kind not in "biufU":
            raise BadInput(f"arrays of {array.dtype} cannot be recorded; return real numbers (real and imaginary part)")
        name = "str" if array.dtype.kind == "U" else array.dtype.name
        return cls(dtype=name, shape=list(array.shape), data=_nested(array.tolist(), spell))

    def array(self) -> NDArray[Any]:
        """The array, bit for bit."""
        return self._unshaped().reshape(self.shape)

    def _unshaped(self) -> NDArray[Any]:
        if self.dtype not in DTYPES:
            raise ValueError(f"known dtypes are {', '.join(sorted(DTYPES))}")
        if self.dtype == "str":
            lengths = [len(entry) for entry in _leaves(self.data) if isinstance(entry, str)]
            if len(lengths) * max(lengths, default=0) > PADDING * (sum(lengths) + len(lengths)):
                raise ValueError(
                    f"one of {len(lengths)} strings has {max(lengths)} characters, to which all are padded"
                )
        data = self.data if self.dtype == "str" else _nested(self.data, unspell)
        return np.array(data, dtype=self.dtype)
