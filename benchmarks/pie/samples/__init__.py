"""Our own problems: inputs are drawn here, programs lie in `datasets/pie/programs`."""

from speedwright.benchmarks.pie.samples.cases import Case, hidden_cases, public_cases
from speedwright.benchmarks.pie.samples.catalogue import PROBLEMS, problem_of
from speedwright.benchmarks.pie.samples.problem import Draw, Problem

__all__ = [
    "PROBLEMS",
    "Case",
    "Draw",
    "Problem",
    "hidden_cases",
    "problem_of",
    "public_cases",
]
