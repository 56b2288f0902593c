"""Options and settings into the requests of the library."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from speedwright.config import Settings, load_settings
from speedwright.errors import UsageError
from speedwright.eval.target import TargetRequest

if TYPE_CHECKING:
    from speedwright.agent.optimize import OptimizePlan
    from speedwright.eval.judging import CompareRequest, JudgeRequest


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line said of the target; `None` where it said nothing."""

    workload: str | None = None
    test: str | None = None
    build: str | None = None
    sandbox: str | None = None
    image: str | None = None
    holdout: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """What the command line said of the search; `None` where it said nothing."""

    model: str | None
    strategy: str | None
    budget_usd: float | None
    time_limit_min: float | None
    attempts: int | None
    min_speedup: float | None


def target(path: Path, given: Given, out: Path | None) -> TargetRequest:
    """The request for a target, from options, environment, file and defaults."""
    return _target(path, _settings(path, given, None), out)


def judge(
    path: Path,
    patch: Path,
    given: Given,
    out: Path | None,
    goal: float | None = None,
    *,
    is_minimised: bool = False,
) -> JudgeRequest:
    """The request to judge one patch."""
    from speedwright.eval.judging import JudgeRequest

    settings = _settings(path, given, None)
    return JudgeRequest(
        target=_target(path, settings, out),
        patch=patch,
        holdout=_texts(settings.holdout),
        goal=_goal(goal, settings.margin),
        is_minimised=is_minimised,
    )


def compare(
    base: str,
    head: str,
    repo: Path,
    given: Given,
    out: Path | None,
    goal: float | None = None,
) -> CompareRequest:
    """The request to compare two versions."""
    from speedwright.eval.judging import CompareRequest

    settings = _settings(repo, given, None)
    return CompareRequest(
        target=_target(repo, settings, out),
        base=base,
        head=head,
        holdout=_texts(settings.holdout),
        goal=_goal(goal, settings.margin),
    )


def optimize(
    path: Path,
    given: Given,
    search: Search,
    focus: str | None,
    changed_since: str | None,
    resume: str | None,
    out: Path | None,
) -> OptimizePlan:
    """The plan of a search."""
    from speedwright.agent.optimize import OptimizePlan

    settings = _settings(path, given, search)
    return OptimizePlan(
        target=_target(path, settings, out),
        model=settings.model,
        strategy=settings.strategy,
        budget_usd=settings.budget_usd,
        attempts=settings.attempts,
        min_speedup=settings.min_speedup,
        holdout=_texts(settings.holdout),
        focus=focus,
        changed_since=changed_since,
        resume=resume,
    )


def _settings(path: Path, given: Given, search: Search | None) -> Settings:
    options = {name: getattr(given, name) for name in Given.__slots__}
    if search is not None:
        options |= {name: getattr(search, name) for name in Search.__slots__}
    return load_settings(path, options, os.environ).settings


def _target(path: Path, settings: Settings, out: Path | None) -> TargetRequest:
    return TargetRequest(
        path=path,
        workload=_text(settings.workload),
        test=_text(settings.test),
        build=_text(settings.build),
        sandbox=settings.sandbox,
        image=settings.image,
        env=_environment(settings.env),
        requirements=settings.requirements,
        paths=settings.paths,
        deny=settings.deny,
        margin=settings.margin,
        time_limit_s=settings.time_limit_min * 60,
        out=out,
    )


def _goal(factor: float | None, margin: float) -> float | None:
    if factor is None:
        return None
    if not 1 + margin < factor < inf:
        raise UsageError(
            f"`--goal {factor:g}` is no speedup above the margin",
            hint=f"name a factor above {1 + margin:g}, e.g. --goal 1.03",
        )
    return factor - 1


def _text(argv: tuple[str, ...] | None) -> str | None:
    return None if argv is None else shlex.join(argv)


def _texts(commands: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(shlex.join(argv) for argv in commands)


def _environment(allowed: tuple[str, ...]) -> dict[str, str]:
    """The allowed variables: `NAME=value` as it stands, `NAME` from here if it is set here."""
    found = {}
    for entry in allowed:
        name, equals, value = entry.partition("=")
        if equals or name in os.environ:
            found[name] = value if equals else os.environ[name]
    return found
