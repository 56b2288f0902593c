"""One registry shape for every kind of part: a table of strings, entry points, or `pkg.mod:Class`.

Nothing is imported until it is resolved. A third-party plug-in that fails to load is named with
its fault by `inventory` and stops nothing else; it cannot take the name of a built-in part.
"""

from __future__ import annotations

import difflib
import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from speedwright.errors import EnvironmentMissing, ExtraMissing, UnknownName

BUILTIN: Mapping[str, Mapping[str, str]] = {
    "sandboxes": {
        "docker": "speedwright.sandbox.docker:DockerSandbox",
        "bubblewrap": "speedwright.sandbox.bubblewrap:BubblewrapSandbox",
        "process": "speedwright.sandbox.process:ProcessSandbox",
    },
    "profilers": {
        "py-spy": "speedwright.profiler.tools.pyspy:PySpyProfiler",
        "cprofile": "speedwright.profiler.tools.cprofile:CProfileProfiler",
        "callgrind": "speedwright.profiler.tools.callgrind:CallgrindProfiler",
        "gprofng": "speedwright.profiler.tools.gprofng:GprofngProfiler",
    },
    "models": {
        "rules": "speedwright.agent.models.rules:RulesModel",
        "openai": "speedwright.agent.models.openai:OpenAIModel",
        "anthropic": "speedwright.agent.models.anthropic:AnthropicModel",
        "scripted": "speedwright.agent.models.scripted:ScriptedModel",
        "replay": "speedwright.agent.models.replay:ReplayModel",
    },
    "strategies": {
        "linear": "speedwright.agent.strategies.linear:LinearStrategy",
    },
    "suites": {
        "enamel": "speedwright.benchmarks.enamel.suite:EnamelSuite",
        "pie": "speedwright.benchmarks.pie.suite:PieSuite",
    },
    "executors": {
        "local": "speedwright.eval.batch.executors:LocalExecutor",
        "ray": "speedwright.eval.batch.executors:RayExecutor",
    },
    "solvers": {
        "agent": "speedwright.agent.solver:AgentSolver",
        "gold": "speedwright.eval.batch.solvers:GoldSolver",
        "nop": "speedwright.eval.batch.solvers:NopSolver",
        "predictions": "speedwright.eval.batch.solvers:PredictionsSolver",
    },
}

EXTRAS: Mapping[str, str] = {"datasets": "suites", "ray": "ray", "py_spy": "profilers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One registered name.

    Attributes:
        name: What it is asked for by.
        path: `pkg.mod:Class`.
        origin: `built-in` or `plug-in`.
        fault: Why a plug-in cannot be loaded; empty if it can. Built-in parts are not tried.
    """

    name: str
    path: str
    origin: str
    fault: str = ""

    def to_json(self) -> dict[str, str]:
        """Its fields."""
        return {"name": self.name, "path": self.path, "origin": self.origin, "fault": self.fault}


def known(kind: str) -> dict[str, str]:
    """Names of a kind with where each one lives, built-ins first, then entry points.

    Raises:
        UnknownName: There is no such kind.
    """
    if kind not in BUILTIN:
        raise _unknown("kind", kind, sorted(BUILTIN))
    builtin = BUILTIN[kind]
    return {**builtin, **{n: p for n, p in _plugins(kind).items() if n not in builtin}}


def inventory(kind: str) -> tuple[Part, ...]:
    """Every name of a kind; plug-ins are loaded to see whether they can be.

    Raises:
        UnknownName: There is no such kind.
    """
    known(kind)
    parts = [Part(name=n, path=p, origin="built-in") for n, p in BUILTIN[kind].items()]
    for name, path in _plugins(kind).items():
        taken = f"the name `{name}` is taken by a built-in part" if name in BUILTIN[kind] else ""
        fault = taken or _fault(path)
        parts.append(Part(name=name, path=path, origin="plug-in", fault=fault))
    return tuple(parts)


def resolve(kind: str, name: str) -> Any:
    """The object registered as `name`, or the one a `pkg.mod:Class` path names.

    Raises:
        UnknownName: Nothing of that name; lists the known ones and the nearest match.
        ExtraMissing: It needs an optional package that is not installed.
        EnvironmentMissing: It is a plug-in that fails to load.
    """
    table = known(kind)
    path = table.get(name) or (name if ":" in name and "." in name.split(":")[0] else None)
    if path is None:
        raise _unknown(kind, name, sorted(table))
    try:
        return _load(path)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get(error.name or "")
        if extra is None and name in BUILTIN[kind]:
            raise
        hint = f'pip install "speedwright[{extra}]"' if extra else f"is `{error.name}` installed?"
        raise ExtraMissing(f"`{name}` needs the package `{error.name}`", hint=hint) from error
    except UnknownName:
        raise
    except Exception as error:
        if name in BUILTIN[kind]:
            raise
        raise EnvironmentMissing(
            f"`{name}` (`{path}`) cannot be loaded: {type(error).__name__}: {error}",
            hint=f"without it: `SPEEDWRIGHT_PLUGINS=` or another of {', '.join(BUILTIN[kind])}",
        ) from error


def _load(path: str) -> Any:
    module_name, _, attribute = path.partition(":")
    module = importlib.import_module(module_name)
    try:
        return getattr(module, attribute)
    except AttributeError as error:
        raise UnknownName(f"`{module_name}` has no `{attribute}`") from error


def _fault(path: str) -> str:
    """Why a part cannot be loaded; empty if it can. Its code is not ours, so it may raise any."""
    try:
        _load(path)
    except Exception as error:  # noqa: BLE001  # a broken plug-in must not stop anything else
        return f"{type(error).__name__}: {error}"
    return ""


def _plugins(kind: str) -> dict[str, str]:
    """Entry points of group `speedwright.<kind>`, limited by SPEEDWRIGHT_PLUGINS if it is set."""
    allowed = os.environ.get("SPEEDWRIGHT_PLUGINS")
    names = None if allowed is None else {name.strip() for name in allowed.split(",")}
    found = metadata.entry_points(group=f"speedwright.{kind}")
    return {p.name: p.value for p in found if names is None or p.name in names}


def _unknown(kind: str, name: str, names: list[str]) -> UnknownName:
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return UnknownName(f"no {kind} named `{name}`", hint=f"{hint}known: {', '.join(names) or '-'}")
