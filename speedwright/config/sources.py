"""Where settings come from: the target's file, the environment, the command line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from speedwright.errors import ConfigError

FILE = "speedwright.toml"
PREFIX = "SPEEDWRIGHT_"
OTHER_VARIABLES = frozenset(
    {
        "CORPUS_REPORT",
        "CORPUS_SANDBOX",
        "DEBUG",
        "PLUGINS",
        "PRICES",
        "REQUIRE_DOCKER",
        "SHARED",
    }
)
LIST_SEPARATORS: Mapping[str, str] = {
    "paths": ",",
    "deny": ",",
    "env": ",",
    "requirements": "\n",
    "holdout": "\n",
}
OPTION_NAMES: Mapping[str, str] = {"time_limit_min": "--time-limit"}
NUMBERS = frozenset({"budget_usd", "time_limit_min", "attempts", "min_speedup", "margin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Raw values of one source, by the name they have there.

    Attributes:
        name: For people: `command line`, `environment`, or the file as `config show` prints it.
        values: Value by its spelling in the source.
    """

    name: str
    values: Mapping[str, object]

    def spot(self, spelling: str) -> str:
        """Where a value stands, e.g. `speedwright.toml: budget-usd` or `SPEEDWRIGHT_MODEL`."""
        if self.name == "environment":
            return spelling
        if self.name == "command line":
            return OPTION_NAMES.get(spelling, "--" + spelling.replace("_", "-"))
        return f"{self.name}: {spelling}"

    def key(self, spelling: str) -> str:
        """The setting that a spelling means: without prefix, in lower and snake case."""
        if self.name == "environment":
            return spelling.removeprefix(PREFIX).lower()
        return spelling.replace("-", "_")


def command_line(values: Mapping[str, object]) -> Layer:
    """The layer of options; an option that was not given is `None` and says nothing."""
    given = {key: value for key, value in values.items() if value is not None}
    return Layer(name="command line", values=given)


def environment(environ: Mapping[str, str]) -> Layer:
    """The layer of `SPEEDWRIGHT_*`; an empty variable counts as not set.

    Lists are JSON, or split at commas; at newlines where a value itself may hold commas
    (`requirements`, `holdout`).
    """
    values = {
        name: _parsed(name.removeprefix(PREFIX).lower(), text)
        for name, text in environ.items()
        if name.startswith(PREFIX) and text and name.removeprefix(PREFIX) not in OTHER_VARIABLES
    }
    return Layer(name="environment", values=values)


def settings_file(target: Path) -> Layer | None:
    """The settings of the target: `speedwright.toml`, or `[tool.speedwright]` in pyproject.toml.

    Looked for in the target's folder and those above it up to the repository's root.

    Raises:
        ConfigError: A file cannot be read, or both kinds stand in one folder.
    """
    for folder in _folders(target.resolve()):
        own = _read(folder / FILE)
        table = _table(folder / "pyproject.toml")
        if own is not None and table is not None:
            raise ConfigError(
                f"`{folder}` has settings in `{FILE}` and in `pyproject.toml`",
                hint="keep one of them",
            )
        if own is not None:
            return Layer(name=str(folder / FILE), values=own)
        if table is not None:
            return Layer(name=f"{folder / 'pyproject.toml'} [tool.speedwright]", values=table)
    return None


def _folders(target: Path) -> list[Path]:
    folder = target if target.is_dir() else target.parent
    found = [folder]
    while not (folder / ".git").exists() and folder != folder.parent:
        folder = folder.parent
        found.append(folder)
    return found if (folder / ".git").exists() else found[:1]


def _table(path: Path) -> Mapping[str, object] | None:
    tools = (_read(path) or {}).get("tool")
    table = tools.get("speedwright") if isinstance(tools, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"`{path}: tool.speedwright` is no table")
    return table


def _read(path: Path) -> Mapping[str, object] | None:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"`{path}` is no valid TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"`{path}` cannot be read: {error.strerror}") from error


def _parsed(key: str, text: str) -> object:
    """A variable's text as the value that a settings file would hold; wrong text stays text."""
    if key in NUMBERS:
        try:
            return int(text) if key == "attempts" else float(text)
        except ValueError:
            return text
    if text.startswith("[") and (key in LIST_SEPARATORS or key in ("workload", "test", "build")):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    if key in LIST_SEPARATORS:
        return [part.strip() for part in text.split(LIST_SEPARATORS[key]) if part.strip()]
    return text
