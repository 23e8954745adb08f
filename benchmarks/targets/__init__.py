"""The targets of the hot loops: one measurement a function, compared with a limit in one table.

    python -m benchmarks.targets                    all rows, and results/asv/targets.json with provenance
    python -m benchmarks.targets --only factorisation --json

A measurement (in `kernel.py`, `langevin.py`, `peers.py`, `tiers.py`) returns a dict of plain numbers; `rows.py` says
which of them is held against which limit. Ratios are medians over interleaved repetitions within one process. Beside a
ratio `name` may stand `name_low` and `name_high`, its extremes over the repetitions: the table prints them as its
spread.
"""
