"""What an optimisation came to."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speedwright.agent.budget import Spent
from speedwright.agent.trajectory import Attempt
from speedwright.eval.verdict import Judgement

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizeReport:
    """The result of one run.

    Attributes:
        run: Its folder.
        attempts: Everything that was tried.
        final: The confirmation of all kept changes together against the base, in a measurement of
            its own; `None` if nothing was kept.
        evidence: Folder of evidence, if there is a final judgement.
        patch: The whole patch, if there is one.
        patch_hash: Of that patch; `apply` takes no other.
        kept: New texts of the files that the search changed for the better, by its screens alone.
        ended: Why the search ended.
        spent: Money, tokens, time.
        model: Model spec.
        min_speedup: Smallest gain that the user wanted.
        warnings: What the user should know.
        exit_code: 0; if nothing was found 4 where money or time ran out, 3 where the model failed.
    """

    run: Path
    attempts: tuple[Attempt, ...]
    final: Judgement | None
    evidence: Path | None
    patch: Path | None
    ended: str
    spent: Spent
    model: str
    min_speedup: float
    patch_hash: str | None = None
    kept: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    exit_code: int = 0

    @property
    def is_found(self) -> bool:
        """Whether a gain of the size the user wanted was proven."""
        if self.final is None or not self.final.is_faster:
            return False
        return float(self.final.to_json()["speedup"]) >= self.min_speedup

    @property
    def apply_command(self) -> str | None:
        """What to run next."""
        return f"speedwright apply {shlex.quote(str(self.run))}" if self.is_found else None

    def to_json(self) -> dict[str, Any]:
        """One document, `schema_version` first."""
        final = self.final.to_json() if self.final else {}
        final.pop("schema_version", None)
        verdict = final.pop("verdict", "inconclusive")
        return {
            "schema_version": SCHEMA_VERSION,
            "verdict": verdict,
            "found": self.is_found,
            **final,
            "evidence": str(self.evidence) if self.evidence else None,
            "patch": str(self.patch) if self.patch else None,
            "patch_hash": self.patch_hash,
            "apply": self.apply_command,
            "run": str(self.run),
            "ended": self.ended,
            "model": self.model,
            "min_speedup": self.min_speedup,
            "attempts": [attempt_json(a) for a in self.attempts],
            "cost_usd": self.spent.usd,
            "unpriced_calls": self.spent.unpriced_calls,
            "tokens_in": self.spent.tokens_in,
            "tokens_out": self.spent.tokens_out,
            "wall_s": round(self.spent.wall_s, 1),
            "warnings": list(self.warnings),
            "exit_code": self.exit_code,
        }


def attempt_json(attempt: Attempt) -> dict[str, Any]:
    """One attempt: the contract's fields, and what was tried."""
    return {
        "number": attempt.number,
        "hash": attempt.hash,
        "author": attempt.author,
        "summary": attempt.summary,
        "is_kept": attempt.is_kept,
        **{k: v for k, v in attempt.judgement.items() if k != "schema_version"},
        "evidence": f"attempts/{attempt.hash}",
    }
