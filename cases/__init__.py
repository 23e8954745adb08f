"""The suite's own cases, one folder a claim; installed they are `fieldbench.cases`, as in `pytest --pyargs`.

PYTEST_DONT_REWRITE: no case has a test, and what imported it first had its own reasons.
"""
