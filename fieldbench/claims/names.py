"""Names that claims, cells and records share."""

THEORY = "theory"
"""The case's own theory among the predictions."""

MAIN = "main"
"""The sound measurement among the variants."""
