"""What a proposer is told about the target, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HotFile:
    """A file of the target in which time is spent, as it reads now.

    Attributes:
        path: Relative to the target's folder, `/`-separated.
        source: Text of the file with the best changes so far applied.
        line_share: Line number -> share of the run's time (0-1) with that line on the stack.
        self_share: Share of the run's time spent in the file itself.
    """

    path: str
    source: str
    line_share: Mapping[int, float] = field(default_factory=dict)
    self_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Hot files, hottest first.

    Attributes:
        files: Files in which a change is allowed.
        tried: Fingerprints of the changes already judged (any verdict), never to be repeated.
    """

    files: tuple[HotFile, ...]
    tried: frozenset[str] = frozenset()
