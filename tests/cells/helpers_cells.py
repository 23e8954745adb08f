"""A case measured and not judged."""

from dataclasses import replace

from fieldbench.cells.runner import Settings, available, measure, overridden


def measured(case, store, **settings):
    """The cells of a run, as the runner gives them to whoever judges."""
    chosen = Settings(**settings)
    experiments, replicates = case.planned(chosen.tier)
    present, _ = available(overridden(case, experiments, chosen.overrides), chosen.checksum)
    cells, _ = measure(case, present, replicates, store, chosen)
    return cells


def anew(cells):
    """How many of them did not come from the store."""
    return sum(not cell.reused for cell in cells)


def measured_by(case, broken, *experiments):
    """The case with its experiments, or with those given, of another kind; the control of theory alone is left."""
    tiers = {
        name: replace(tier, experiments=[e.as_broken(broken) for e in experiments or tier.experiments])
        for name, tier in case.tiers.items()
    }
    return replace(case, tiers=tiers, controls=case.controls[:1])
