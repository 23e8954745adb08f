"""The suite's own cases, one folder a claim; installed they are `fieldbench.cases`, as in `pytest --pyargs`."""
