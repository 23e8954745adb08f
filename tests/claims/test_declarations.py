"""What a declaration refuses by itself, before there is a case; and what is legal at the edge of it."""

from dataclasses import dataclass

import numpy as np
import pytest

from fieldbench.claims import (
    AtMost,
    Check,
    Control,
    Experiment,
    Guard,
    Known,
    Quantity,
    Remainder,
    Rival,
    Tier,
    batched,
)
from fieldbench.claims.facts import Claim, Source
from fieldbench.errors import BadInput


@dataclass(frozen=True)
class Walk(Experiment):
    """One number and its diagnostic."""

    length: int

    distance = Quantity()
    residual = Quantity()


def theory(at):
    return {Walk.distance: Known(float(at.length), Remainder("next order", 0.1))}


def test_declarations_that_make_no_sense_are_refused():
    with pytest.raises(BadInput, match=r"test_declarations\.py, line \d+: check a: it has no margin"):
        Check("a", Walk.distance, theory=1.0)
    with pytest.raises(BadInput, match="needs because="):
        Check("a", Walk.distance, expect="contradicted")
    with pytest.raises(BadInput, match="not kebab-case"):
        AtMost("Not Kebab", Walk.distance, 1.0)
    with pytest.raises(BadInput, match="neither 'linear' nor 'log'"):
        Check("a", Walk.distance, scale="logarithmic")
    with pytest.raises(BadInput, match="neither empty nor 'offset'"):
        Rival(1.0, free="slope")
    with pytest.raises(BadInput, match="either the theory or the measurement"):
        Control("a", contradicts=Check("a", Walk.distance))
    with pytest.raises(BadInput, match="name the check itself, not its id"):
        Control("a", contradicts="distance", theory=theory)
    with pytest.raises(BadInput, match="no limit"):
        Guard("a", Walk.residual, of=(Walk.distance,))


def test_a_tier_has_two_replicates_at_least_and_an_experiment():
    assert Tier([Walk(1)], 2).replicates == 2
    for replicates in (1, 0, -1):
        with pytest.raises(BadInput, match=f"at least two replicates for a standard error, not {replicates}"):
            Tier([Walk(1)], replicates)
    with pytest.raises(BadInput, match="at least one experiment"):
        Tier([], 8)


def test_blocks_and_revisions_count_from_one():
    assert batched(1)(lambda self, keys: {}) is not None
    with pytest.raises(ValueError, match="at least one replicate, not 0"):
        batched(0)
    source = (Source(where="page 1"),)
    assert Claim("a", 1, "title", "statement", source).revision == 1
    with pytest.raises(BadInput, match="claim a: revision 0 is below 1"):
        Claim("a", 0, "title", "statement", source)
    with pytest.raises(BadInput, match="a claim without a source is not a published claim"):
        Claim("a", 1, "title", "statement", ())


@pytest.mark.parametrize(
    ("remainder", "size"),
    [
        (Remainder("none", 0.0), [0.0, 0.0]),
        (Remainder("none", [0.0, 0.1]), [0.0, 0.1]),
        (Remainder("none", 0.0, relative=True), [0.0, 0.0]),
        (Remainder("some", 0.1, relative=True), [0.0, 0.2]),  # a fraction of nothing is nothing
        (Remainder("some", -0.1, relative=True), [0.0, -0.2]),  # a sign, where it is known, is kept
    ],
)
def test_a_remainder_of_size_zero_is_legal(remainder, size):
    known = Known([0.0, -2.0], remainder)
    np.testing.assert_allclose(known.sizes()[remainder.name], size, rtol=1e-15)


def test_a_guard_is_held_from_zero_on():
    """Zero is a limit like any other, not the absence of one."""
    assert Guard("a", Walk.residual, of=(Walk.distance,), at_most=0.0).at_most == 0.0
    assert Guard("a", Walk.residual, of=(Walk.distance,), at_least=0.0).at_least == 0.0
