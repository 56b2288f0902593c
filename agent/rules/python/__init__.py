"""Rules on Python source, one file a family, rewritten with LibCST."""

from speedwright.agent.rules.python import (
    arithmetic,
    attributes,
    caching,
    closedforms,
    comparing,
    containers,
    counting,
    dicts,
    distinct,
    divisors,
    extremes,
    folding,
    formatting,
    generators,
    indexing,
    inlining,
    invariants,
    joining,
    lifting,
    mapping,
    membership,
    numeric,
    progressions,
    quantifiers,
    queues,
    rebuilding,
    regexes,
    regexguard,
    scanning,
    sorting,
    strings,
    subscripts,
    texts,
    typetests,
    windows,
)
from speedwright.agent.rules.python.rule import PythonRule
from speedwright.agent.rules.python.together import TogetherRule

_SINGLE: tuple[PythonRule, ...] = (
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
    *lifting.RULES,
    *quantifiers.RULES,
    *generators.RULES,
    *attributes.RULES,
    *regexguard.RULES,
    *typetests.RULES,
    *formatting.RULES,
    *inlining.RULES,
    *counting.RULES,
    *closedforms.RULES,
    *extremes.RULES,
    *mapping.RULES,
    *distinct.RULES,
    *comparing.RULES,
    *divisors.RULES,
    *progressions.RULES,
    *windows.RULES,
)

# Changes of one expression or statement that leave everything around it alone.
_SMALL = frozenset(
    {
        "py-abstract-test", "py-any-loop", "py-bit-count", "py-constant-set", "py-constant-table",
        "py-effect-comprehension", "py-fixed-attribute", "py-format-string", "py-inline-call",
        "py-itemgetter-key", "py-list-over-generator", "py-map-call", "py-map-lambda",
        "py-membership-copy", "py-merged-test", "py-missing-attribute", "py-one-split",
        "py-regex-cache", "py-regex-constant", "py-regex-guard", "py-square",
        "py-two-value-extreme", "py-typing-cast", "py-wasted-container",
    }
)  # fmt: skip

RULES: tuple[PythonRule | TogetherRule, ...] = (
    TogetherRule(
        id="py-small-changes",
        detects="Several places in the hot lines of one file where a small rule applies.",
        explanation=(
            "One saved call or lookup is often too little to be told from noise, ten of them are "
            "not. The changes do not touch each other, so they are made and measured together; "
            "should that fail, each is tried alone."
        ),
        parts=tuple(rule for rule in _SINGLE if rule.id in _SMALL),
    ),
    *_SINGLE,
)
