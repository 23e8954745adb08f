"""Cells: one experiment and one block of replicates each; how they are keyed, measured, stored and found again."""
