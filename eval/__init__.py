"""Judging: statistics, the judge, verdicts, evidence. Knows profiler and sandbox."""
