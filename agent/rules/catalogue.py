"""All rules, and what they propose for a situation."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from speedwright.agent.rules.interfaces import Rule
from speedwright.agent.rules.rewrite import Rewrite
from speedwright.agent.situation import HotFile, Situation

_DEFAULT_ODDS = 0.3
_LEAST_PROSPECT = 0.002  # of the run's time: less is never told from noise, a judging run is lost


@cache
def catalogue() -> tuple[Rule, ...]:
    """Every rule, the Python ones first."""
    return (*_rules("python"), *_rules("cpp"))


def propose(situation: Situation) -> Iterator[Rewrite]:
    """Every change worth a try and not yet tried, over all hot files, best prospect first."""
    found: list[tuple[float, Rewrite]] = []
    for file in situation.files:
        shares = tuple(sorted(file.line_share.items()))
        for rewrite in _rewrites(file.path, file.source, shares):
            prospect = _prospect(rewrite, file.line_share)
            if prospect >= _LEAST_PROSPECT and rewrite.fingerprint not in situation.tried:
                found.append((prospect, rewrite))
    found.sort(key=lambda pair: -pair[0])  # stable: equal prospects stay in catalogue order
    for _, rewrite in found:
        yield rewrite


def _rules(language: str) -> tuple[Rule, ...]:
    """The rules of one language; a language that is not built yet has none."""
    rules: tuple[Rule, ...] = getattr(
        importlib.import_module(f"speedwright.agent.rules.{language}"), "RULES", ()
    )
    return rules


def _prospect(rewrite: Rewrite, line_share: Mapping[int, float]) -> float:
    if rewrite.prospect is not None:
        return rewrite.prospect
    share = line_share.get(rewrite.line, 0.0) if line_share else 1.0
    return share * _DEFAULT_ODDS


@lru_cache(maxsize=64)
def _rewrites(
    path: str, source: str, line_share: tuple[tuple[int, float], ...]
) -> tuple[Rewrite, ...]:
    """Remembered, since a strategy asks again after every verdict and few files change."""
    file = HotFile(path=path, source=source, line_share=dict(line_share))
    return tuple(rewrite for rule in catalogue() for rewrite in rule.rewrites(file))
