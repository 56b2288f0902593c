"""Batch runs: a solver answers the tasks of a suite, the suite scores the answers."""
