"""Rewrites of C++ source text, one file each; `RULES` lists them."""

from speedwright.agent.rules.cpp import (
    append,
    const_reference,
    element_copy,
    endl,
    erase_loop,
    hashed,
    iostream_sync,
    lookup,
    loop_copy,
    loop_length,
    power,
    reserve,
    static_regex,
    substr_compare,
)
from speedwright.agent.rules.interfaces import Rule

RULES: tuple[Rule, ...] = (
    erase_loop.RULE,
    append.RULE,
    loop_length.RULE,
    const_reference.RULE,
    static_regex.RULE,
    hashed.RULE,
    lookup.RULE,
    loop_copy.RULE,
    element_copy.RULE,
    endl.RULE,
    iostream_sync.RULE,
    reserve.RULE,
    substr_compare.RULE,
    power.RULE,
)

__all__ = ["RULES"]
