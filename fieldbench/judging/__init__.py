"""Judging: where what a case declares meets measured arrays and what theories say. The rule itself is in `verdicts`."""
