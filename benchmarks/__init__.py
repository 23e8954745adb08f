"""The asv suite: the hot loops, and the physics they must keep."""
