"""Step 5 of the judge: the same calls through base and candidate, compared as plain data."""

from speedwright.eval.differential.check import check_differential
from speedwright.eval.differential.report import DifferentialReport

__all__ = ["DifferentialReport", "check_differential"]
