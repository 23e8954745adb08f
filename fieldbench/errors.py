"""The errors a user can cause. Each message names the value, the limit and the remedy."""

from __future__ import annotations


class FieldbenchError(Exception):
    """Base of every error that is the input's fault and not a bug: the doors print it and exit with code 5."""


class BadInput(FieldbenchError, ValueError):
    """An argument outside its domain: unknown name, wrong shape or dtype, NaN, negative ridge, P = 0."""


class TooFewPoints(BadInput):
    """An observable over several setups, asked of fewer: a check that needs it is not run."""


class NotPositiveDefinite(FieldbenchError, ValueError):
    """A kernel matrix whose Cholesky factorisation does not exist in floating point."""


class DataMissing(FieldbenchError):
    """A data set is not on this machine: what rests on it is skipped with this reason, never replaced."""


class DataCorrupt(FieldbenchError):
    """A data file is there but is not what its publisher released: wrong checksum, truncated, wrong magic number."""


class StoreError(FieldbenchError):
    """A cell or a record could not be written: directory not writable, disk full."""
