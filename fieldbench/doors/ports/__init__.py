"""Ports: the implementations that somebody else's may replace under the same claims."""

from fieldbench.doors.ports.chosen import DEFAULTS, build, parse, require_sound

__all__ = ["DEFAULTS", "build", "parse", "require_sound"]
