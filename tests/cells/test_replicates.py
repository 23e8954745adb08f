"""Replicates that cannot be weighed as independent are refused, by name, value, limit and remedy; sound ones never."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from helpers_cells import anew, measured, measured_by
from helpers_toy import copied, edited
from scipy import stats

from fieldbench.cells.replicates import LEVEL, neighbours, require_evidence, weighed
from fieldbench.claims import Quantity
from fieldbench.errors import BadInput
from fieldbench.loading.load import load_case

RNG = np.random.default_rng(1)


def named(**values):
    """Arrays, and a quantity for each name."""
    quantities = {}
    for name in values:
        quantities[name] = Quantity()
        quantities[name].name = name
    return values, quantities


def ask(values, **options):
    """Whether these replicates of one quantity may be weighed."""
    arrays, quantities = named(x=np.asarray(values))
    quantities["x"] = Quantity(**options)
    require_evidence(arrays, quantities, "here")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_replicates_equal_to_rounding_are_refused_and_those_that_scatter_a_little_more_are_not(dtype):
    eps = float(np.finfo(dtype).eps)
    grid = np.array([0.0, 10.0, 30.0, 60.0])
    ask((1.0 + 2.0 * eps * grid).astype(dtype))
    with pytest.raises(BadInput, match=r"'x' is 1 to rounding in all 4 replicates .*draw it from the key"):
        ask((1.0 + eps * grid).astype(dtype))
    with pytest.raises(BadInput, match=r"'x' at \(0, 1\) is 0 to rounding in all 4 replicates"):
        ask(np.stack([np.arange(1.0, 5.0), np.zeros(4)], axis=1)[:, None].astype(dtype))


def test_one_stuck_entry_of_many_is_found():
    values = RNG.normal(size=(8, 3, 4))
    ask(values)
    values[:, 2, 1] = values[0, 2, 1]
    with pytest.raises(BadInput, match=r"'x' at \(2, 1\) is .* \(differs by 0.0e\+00, rounding: .*\)"):
        ask(values)


def test_what_is_declared_is_held_to_it():
    ask(np.ones(8), discrete=True)
    ask(np.ones(8) + 1e-15 * np.arange(8), sampled=False)
    with pytest.raises(
        BadInput, match=r"'x' differs by 1.0e-13 between replicates .*declared sampled=False; drop that"
    ):
        ask(np.ones(8) + 1e-13 * (np.arange(8) == 3), sampled=False)


def test_copies_are_refused_and_chance_ties_are_not():
    values = RNG.normal(size=20)
    ask(values)
    values[17] = values[4]
    with pytest.raises(
        BadInput, match=r"1 of 20 replicates are copies of others in 'x' .*declare what takes few values"
    ):
        ask(values)
    ask(values, discrete=True)
    # 128 numbers on a grid of 2⁻²³ with scatter of 2⁻¹²: by chance some are equal.
    coarse = np.float32(1.0) + np.float32(2.0**-23) * RNG.integers(0, 2000, 128).astype(np.float32)
    assert len(np.unique(coarse)) < 128
    ask(coarse)
    with pytest.raises(BadInput, match=r"copies"):
        ask(np.repeat(coarse[:64], 2))


def test_rare_events_that_leave_all_others_equal_are_refused():
    rare = np.zeros(20)
    rare[3] = 1.7
    with pytest.raises(BadInput, match=r"18 of 20 replicates are copies"):
        ask(rare)


def test_a_quantity_of_few_values_beside_one_that_scatters_is_no_copy():
    arrays, quantities = named(levels=RNG.integers(0, 3, 16) / 4.0, energy=RNG.normal(size=16))
    require_evidence(arrays, quantities, "here")
    with pytest.raises(BadInput, match=r"copies of others in 'levels'"):
        require_evidence({"levels": arrays["levels"]}, {"levels": quantities["levels"]}, "here")


def autoregressive(rho, count, entries, rng):
    noise = rng.normal(size=(count, entries))
    values = noise.copy()
    for i in range(1, count):
        values[i] = rho * values[i - 1] + np.sqrt(1.0 - rho**2) * noise[i]
    return values


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_neighbours_that_are_correlated_are_refused_from_64_replicates_on(sign):
    values = autoregressive(0.9 * sign, 128, 5, np.random.default_rng(2))
    with pytest.raises(BadInput, match=r"'x' at \(\d,\) has a correlation of -?0\.\d\d between neighbours among 128"):
        ask(values)
    ask(np.random.default_rng(3).permutation(values))
    ask(values[:32])  # too few to tell at that level


def test_whole_numbers_and_booleans_are_counted_like_others():
    with pytest.raises(BadInput, match=r"copies"):
        ask(np.array([1, 2, 1, 2, 3, 3, 1, 2]))
    with pytest.raises(BadInput, match=r"to rounding in all"):
        ask(np.ones(8, bool))
    ask(np.array([1, 2, 1, 2, 3, 3, 1, 2]), discrete=True)
    ask(np.zeros((8, 0)))


@pytest.mark.parametrize("law", ["normal", "standard_cauchy", "lognormal"])
def test_the_chance_of_a_correlation_is_what_it_says_whatever_the_law(law):
    """Bartels' beta law against 100,000 sound series of 64: the number below p is binomial, far into the tail."""
    rng = np.random.default_rng(4)
    chance, correlation = neighbours(getattr(rng, law)(size=(64, 100_000)))
    for level in (0.1, 1e-2, 1e-3, 1e-4):
        found = int((chance < level).sum())
        low, high = stats.binom.ppf([1e-4, 1 - 1e-4], 100_000, level)
        assert 0.9 * low - 1 <= found <= 1.1 * high + 1  # the approximation is good to a tenth of p there
    assert abs(correlation.mean()) < 5.0 / np.sqrt(64 * 100_000)
    assert chance.min() > LEVEL / 10


def test_the_ratio_of_ranks_by_hand():
    """Ranks 1 … n in order: the ratio is (n − 1)/(n (n² − 1)/12)."""
    _, correlation = neighbours(np.arange(10.0)[:, None])
    assert correlation[0] == pytest.approx(1.0 - 0.5 * 9 / (10 * 99 / 12))


def test_only_what_a_check_weighs_is_asked(case, kind, store):
    """The residual is read by a guard alone, and the sum not by a check that is exact."""
    experiment = case.tiers["quick"].experiments[2]
    assert list(weighed(case, "quick", "main", experiment)) == ["sum"]
    assert list(weighed(case, "quick", "Squares", experiment)) == ["sum"]
    assert weighed(case, "quick", "another", experiment) == {}

    @dataclass(frozen=True)
    class Stuck(kind):
        def measure(self, key):
            return {**super().measure(key), self.residual: 0.25}

    assert anew(measured(measured_by(case, Stuck, kind(10)), store)) == 8

    @dataclass(frozen=True)
    class Identity(kind):
        def measure(self, key):
            return {**super().measure(key), self.sum: float(self.size)}

    with pytest.raises(BadInput, match=r"toy-sum, main, .*'sum' is 10 to rounding in all 8 replicates"):
        measured(measured_by(case, Identity, kind(10)), store)
    with pytest.raises(BadInput, match=r"'sum' is 10 to rounding"):  # its cells come from the store this time
        measured(measured_by(case, Identity, kind(10)), store)
    checks = tuple(replace(check, exact=True) if hasattr(check, "exact") else check for check in case.checks)
    sound = measured_by(replace(case, checks=checks), Identity, kind(10))
    assert len(measured(sound, store)) == 8


def test_a_check_of_what_is_not_sampled_is_exact_or_refused(tmp_path):
    toy = copied(tmp_path)
    edited(toy / "experiment.py", 'doc="the sum", chain=True', 'doc="the sum", chain=True, sampled=False')
    with pytest.raises(BadInput, match=r"check sum reads nothing that is sampled, .*; give it exact=True"):
        load_case(toy / "case.py")
