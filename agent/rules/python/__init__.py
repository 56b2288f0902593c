"""Rules on Python source, one file a family, rewritten with LibCST."""

from speedwright.agent.rules.python import (
    arithmetic,
    caching,
    containers,
    dicts,
    folding,
    indexing,
    invariants,
    joining,
    membership,
    numeric,
    queues,
    rebuilding,
    regexes,
    scanning,
    sorting,
    strings,
    subscripts,
    texts,
)
from speedwright.agent.rules.python.rule import PythonRule

RULES: tuple[PythonRule, ...] = (
    *membership.RULES,
    *joining.RULES,
    *numeric.RULES,
    *scanning.RULES,
    *caching.RULES,
    *rebuilding.RULES,
    *arithmetic.RULES,
    *queues.RULES,
    *strings.RULES,
    *folding.RULES,
    *dicts.RULES,
    *indexing.RULES,
    *subscripts.RULES,
    *invariants.RULES,
    *containers.RULES,
    *sorting.RULES,
    *regexes.RULES,
    *texts.RULES,
)
