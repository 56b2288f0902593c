"""What an optimisation is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from speedwright.errors import UsageError
from speedwright.eval.target import Target, TargetRequest

DEFAULT_ATTEMPTS = 40


class Depth(StrEnum):
    """How much a search may cost. Only `confirmed` ends in a claim.

    `quick` goes without profiles: every line of the files in focus counts as hot. `quick` and
    `screened` end with the best version by the screens, for callers that measure it themselves.
    """

    QUICK = "quick"
    SCREENED = "screened"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizePlan:
    """What to do.

    Attributes:
        target: The target.
        model: Model spec.
        strategy: Registered name.
        budget_usd: Dollars for the model; `None` for no limit.
        budget_tokens: Tokens sent and received; `None` for no limit.
        attempts: Candidates to judge at most.
        min_speedup: Smallest gain worth reporting.
        holdout: Workloads that the search never sees.
        focus: `FILE` or `FILE:FUNCTION`.
        changed_since: Only files changed since this git ref.
        resume: Run to go on with.
        depth: How much the search may cost.
    """

    target: TargetRequest
    model: str = "rules"
    strategy: str = "linear"
    budget_usd: float | None = None
    budget_tokens: int | None = None
    attempts: int | None = DEFAULT_ATTEMPTS
    min_speedup: float = 1.0
    holdout: tuple[str, ...] = ()
    focus: str | None = None
    changed_since: str | None = None
    resume: str | None = None
    depth: Depth = Depth.CONFIRMED

    def as_asked(self) -> dict[str, str | None]:
        """What a resumed run takes over unless it is asked for something else."""
        target = self.target
        return {
            "workload": target.workload,
            "test": target.test,
            "build": target.build,
            "focus": self.focus,
            "changed_since": self.changed_since,
        }

    def going_on(self, begun: Mapping[str, Any]) -> OptimizePlan:
        """This plan with what it leaves open taken from the run it goes on with."""
        asked = begun.get("asked")
        if not isinstance(asked, Mapping):
            return self

        def chosen(name: str, now: str | None) -> str | None:
            return now if now is not None else asked.get(name)

        target = replace(
            self.target,
            workload=chosen("workload", self.target.workload),
            test=chosen("test", self.target.test),
            build=chosen("build", self.target.build),
        )
        return replace(
            self,
            target=target,
            focus=chosen("focus", self.focus),
            changed_since=chosen("changed_since", self.changed_since),
        )


def settled(target: Target) -> dict[str, Any]:
    """How the target is run; a run goes on only with just this."""
    return {
        "workload": target.workload_how,
        "test": list(target.test.argv) if target.test else None,
        "build": list(target.build) if target.build else None,
    }


def check_same(target: Target, begun: Mapping[str, Any], run_id: str) -> None:
    """Refuse to go on with another workload, other tests or another build.

    Raises:
        UsageError: They differ from those the run began with.
    """
    for name, now in settled(target).items():
        before = begun.get(name)
        if before != now:
            raise UsageError(
                f"run `{run_id}` began with the {name} `{_shown(before)}`, this is `{_shown(now)}`",
                hint=f"leave --{name} out, or start a new run without --resume",
            )


def _shown(words: Any) -> str:
    return " ".join(words) if isinstance(words, list) else str(words)
