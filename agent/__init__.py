"""Proposing: models, tools, strategies, the rule catalogue. Knows eval, profiler, sandbox."""
