"""What is asked of an action: to lie inside its band or beyond it, and to hold where the one below it fails."""

from __future__ import annotations

from collections.abc import Mapping

from fieldbench.claims import Check, Quantity, Theory

from .actions import Action
from .bands import Band, alone, asked, edge, told, with_next_orders, within
from .theory import where
from .truncation import told as changed


def inside(id: str, action: Action, band: Band, rivals: Mapping[str, Theory] | None = None,
           tiers: tuple[str, ...] = ()) -> Check:  # fmt: skip
    """The error lies within the band about this action."""
    return Check(id, asked(band), theory=within(action, band), rivals=rivals or {}, scale="log", tiers=tiers)


def outside(id: str, action: Action, band: Band) -> Check:
    """The error exceeds that of this action by more than the band."""
    return Check(id, asked(band), theory=edge(action, band), side="above", scale="log")


def rung(id: str, action: Action, below: Action) -> Check:
    """An action holds, within what it neglects, where the one below it does not."""
    return Check(id, told(action, below), theory=with_next_orders(action), rivals={"the-order-below": alone(below)},
                 scale="log", statement=True)  # fmt: skip


def truncated(id: str, quantity: Quantity) -> Check:
    """A truncated kernel with noise changes the error by what theory says, wherever that is told from nothing."""
    return Check(id, where(changed, quantity), rivals={"no-difference": 0.0}, statement=True)
