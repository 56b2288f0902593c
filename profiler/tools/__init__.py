"""Profilers, one file each; named in speedwright/registry.py."""
