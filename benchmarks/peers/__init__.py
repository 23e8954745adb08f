"""Other people's tools at our two loops, each at its own best documented use. Needs the extra `peers`."""
