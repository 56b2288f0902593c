"""Strategies; `linear` is the default."""
