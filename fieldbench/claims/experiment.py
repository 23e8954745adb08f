"""Experiment and Quantity: what is measured, on what axes. Imports nothing else of the project (see `expression`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from fieldbench.claims.expression import Expression, Selected

MeasureT = TypeVar("MeasureT", bound=Callable[..., Any])


class Quantity(Expression):
    """A measured quantity: a named attribute of an experiment, to which checks refer as an object.

    Args:
        axes: names of the instance's attributes that hold the coordinates along each axis after the replicates.
        symbol: as in the paper.
        unit: of one value; empty for a pure number.
        doc: what it is, in a line.
        chain: it comes from a Markov chain, so that a check may read it only under a guard.
        discrete: it takes few values (a count, a rank correlation), so that replicates agree by chance.
        sampled: False for a number known without sampling, the same in every replicate. Replicates of any other
            quantity that a check weighs differ, or the run is refused.

    >>> class Walk(Experiment):
    ...     steps = (1, 2, 4)
    ...     distance = Quantity("steps", symbol="|x|")
    >>> Walk.distance.shape(Walk())
    (3,)
    """

    def __init__(
        self,
        *axes: str,
        symbol: str = "",
        unit: str = "",
        doc: str = "",
        chain: bool = False,
        discrete: bool = False,
        sampled: bool = True,
    ) -> None:
        self.axes, self.symbol, self.unit = axes, symbol, unit
        self.chain, self.discrete, self.sampled = chain, discrete, sampled
        self.__doc__ = doc
        self.name = ""
        self.owner: type[Experiment] = Experiment

    def __set_name__(self, owner: Any, name: str) -> None:
        self.owner, self.name = owner, name

    def at(self, **coordinates: Any) -> Selected:
        """Only the entries at these coordinates, as in `error.at(samples=100)`."""
        return Selected(self, coordinates)

    def coordinates(self, experiment: Any) -> dict[str, NDArray[Any]]:
        """Axis name → values along it, at one experiment."""
        return {axis: np.asarray(getattr(experiment, axis)) for axis in self.axes}

    def shape(self, experiment: Any) -> tuple[int, ...]:
        """Shape of one replicate's value at one experiment."""
        return tuple(len(values) for values in self.coordinates(experiment).values())

    def __lt__(self, other: Quantity) -> bool:
        """By name: JAX sorts the keys of what a mapped measurement returns."""
        return self.name < other.name

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"{self.owner.__name__}.{self.name}"


class Experiment:
    """Base of experiments: a frozen dataclass whose fields are the physical parameters of one kind of experiment.

    `measure(key)` returns {quantity: value} of one independent replicate; decorated with `@batched(n)` it takes a
    block of n keys and returns values with a leading axis over them. Its keyword-only arguments are ports. A broken
    measurement is a subclass.

    Random keys are derived from claim, `stream`, fields, seed and replicate. The stream is a name unique in the claim,
    given as `class Gibbs(Experiment, stream="gibbs")`; a claim's only kind of experiment needs none. Subclasses
    inherit it: a control and the measurement that it breaks share their draws. Two kinds are never equal, whatever
    their fields: cache what both use by the facts, not by the experiment.
    """

    stream: ClassVar[str] = ""
    datasets: ClassVar[Any] = ()
    """Names of the data sets that it reads; a property where they depend on its fields."""
    measure: ClassVar[Callable[..., Mapping[Quantity, Any]]]

    def __init_subclass__(cls, *, stream: str | None = None) -> None:
        super().__init_subclass__()
        if stream is not None:
            cls.stream = stream

    @classmethod
    def quantities(cls) -> dict[str, Quantity]:
        """Name → quantity, in the order of declaration, inherited ones first."""
        found: dict[str, Quantity] = {}
        for base in reversed(cls.__mro__):
            found |= {name: value for name, value in vars(base).items() if isinstance(value, Quantity)}
        return found

    def as_broken(self, broken: type[Experiment]) -> Any:
        """The same parameters under a subclass that measures wrongly."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return broken(**{field.name: getattr(self, field.name) for field in fields})


def batched(block: int, common: str = "") -> Callable[[MeasureT], MeasureT]:
    """Declare that a measurement takes the keys of a fixed block of `block` replicates at once.

    The block is then the unit of work: it is computed, stored and resumed whole, because arithmetic inside a batch
    may depend on the batch's shape. Each replicate is drawn from its own key alone, or a run that notices is refused.

    Args:
        block: number of replicates.
        common: what the whole block has in common, and why its replicates count as independent all the same: what its
            first key draws (the cuts of a population into parts that do not overlap, the stream of all chains' noise),
            or a coefficient fitted to all of them; empty where there is nothing.
    """
    if block < 1:
        raise ValueError(f"a block has at least one replicate, not {block}")

    def declare(measure: MeasureT) -> MeasureT:
        measure.block = block  # type: ignore[attr-defined]
        measure.common = common  # type: ignore[attr-defined]
        return measure

    return declare
