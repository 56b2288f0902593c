"""Measured curves: smoothing, comparing, searching."""
