"""One registry shape for every kind of part: a table of strings, entry points, or `pkg.mod:Class`.

Nothing is imported until it is resolved. A third-party plug-in that fails to load is reported by
`plugins` and stops nothing else.
"""

from __future__ import annotations

import difflib
import importlib
import os
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from speedwright.errors import ExtraMissing, UnknownName

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
    "suites": {},
    "executors": {},
    "solvers": {},
}

EXTRAS: Mapping[str, str] = {"datasets": "suites", "ray": "ray", "py_spy": "profilers"}


def known(kind: str) -> dict[str, str]:
    """Names of a kind with where each one lives, built-ins first, then entry points.

    Raises:
        UnknownName: There is no such kind.
    """
    if kind not in BUILTIN:
        raise _unknown("kind", kind, sorted(BUILTIN))
    return {**BUILTIN[kind], **_plugins(kind)}


def resolve(kind: str, name: str) -> Any:
    """The object registered as `name`, or the one a `pkg.mod:Class` path names.

    Raises:
        UnknownName: Nothing of that name; lists the known ones and the nearest match.
        ExtraMissing: It needs an optional package that is not installed.
    """
    table = known(kind)
    path = table.get(name) or (name if ":" in name and "." in name.split(":")[0] else None)
    if path is None:
        raise _unknown(kind, name, sorted(table))
    module_name, _, attribute = path.partition(":")
    try:
        return getattr(importlib.import_module(module_name), attribute)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get(error.name or "")
        if extra is None and name in BUILTIN[kind]:
            raise
        hint = f'pip install "speedwright[{extra}]"' if extra else f"is `{error.name}` installed?"
        raise ExtraMissing(f"`{name}` needs the package `{error.name}`", hint=hint) from error
    except AttributeError as error:
        raise UnknownName(f"`{module_name}` has no `{attribute}`") from error


def _plugins(kind: str) -> dict[str, str]:
    """Entry points of group `speedwright.<kind>`, limited by SPEEDWRIGHT_PLUGINS if it is set."""
    allowed = os.environ.get("SPEEDWRIGHT_PLUGINS")
    names = None if allowed is None else set(allowed.split(","))
    found = metadata.entry_points(group=f"speedwright.{kind}")
    return {p.name: p.value for p in found if names is None or p.name in names}


def _unknown(kind: str, name: str, names: list[str]) -> UnknownName:
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return UnknownName(f"no {kind} named `{name}`", hint=f"{hint}known: {', '.join(names) or '-'}")
