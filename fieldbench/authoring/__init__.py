"""Authoring: a first case for somebody to change, and what a case still lacks."""
