"""Reach: which code a measurement can reach, read from syntax trees, and its hash."""

from fieldbench.evidence.reach.codehash import reachable_hash as reachable_hash
