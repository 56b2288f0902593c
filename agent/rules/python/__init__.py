"""Rules on Python source, one file a family, rewritten with LibCST."""

from speedwright.agent.rules.python import containers, regexes, sorting
from speedwright.agent.rules.python.rule import PythonRule

RULES: tuple[PythonRule, ...] = (
    *containers.RULES,
    *sorting.RULES,
    *regexes.RULES,
)
