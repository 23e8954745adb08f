"""Verdicts: the rule, what it found, and what it would have caught. Knows numbers only."""
