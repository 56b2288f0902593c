"""Layers of settings into one checked whole that knows where each value came from."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from speedwright.config.settings import Settings
from speedwright.config.sources import Layer, command_line, environment, settings_file
from speedwright.errors import ConfigError
from speedwright.registry import known

_ISOLATING = ("auto", "docker", "bubblewrap")  # what a repository may choose for itself
_IMPORTED = re.compile(r"\w+(\.\w+)+:")  # `pkg.mod:Class`


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """Settings, and where each one was set.

    Attributes:
        settings: The checked values.
        sources: By key: `default`, `--model`, `SPEEDWRIGHT_MODEL`, `…/speedwright.toml: model`.
    """

    settings: Settings
    sources: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Value and source by key."""
        values = self.settings.model_dump(mode="json")
        entries = {key: {"value": values[key], "source": self.sources[key]} for key in values}
        return {"schema_version": 1, "settings": entries}


def load_settings(
    target: Path, cli: Mapping[str, object], environ: Mapping[str, str]
) -> LoadedSettings:
    """The settings for a target.

    Args:
        target: A folder or a file; its settings file is looked for up to the repository's root.
        cli: Options by key; `None` means not given.
        environ: Environment variables; those that do not start with `SPEEDWRIGHT_` are ignored.

    Raises:
        ConfigError: A file is unreadable, a key is unknown or a value is wrong.
    """
    file = settings_file(target)
    if file is not None:
        _refuse_endpoint(file)
        _refuse_less_isolation(file)
    values: dict[str, object] = {}
    sources = dict.fromkeys(Settings.model_fields, "default")
    for layer in (file, environment(environ), command_line(cli)):
        if layer is None:
            continue
        spellings = _by_key(layer)
        values.update({key: layer.values[spelling] for key, spelling in spellings.items()})
        sources.update({key: layer.spot(spelling) for key, spelling in spellings.items()})
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise _wrong_values(error, values, sources) from error
    return LoadedSettings(settings=settings, sources=sources)


def _by_key(layer: Layer) -> dict[str, str]:
    """Spelling by key, after checking that each key exists and is spelt once."""
    found: dict[str, str] = {}
    for spelling in layer.values:
        key = layer.key(spelling)
        if key not in Settings.model_fields:
            raise _unknown(layer.spot(spelling), key, Settings.model_fields)
        if key in found:
            raise ConfigError(
                f"`{layer.spot(spelling)}` and `{found[key]}` are the same setting",
                hint="keep one of them",
            )
        found[key] = spelling
    return found


def _unknown(spot: str, key: str, names: Iterable[str]) -> ConfigError:
    near = difflib.get_close_matches(key, list(names), n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known settings: {', '.join(names)}"
    return ConfigError(f"`{spot}` is no setting", hint=hint)


def _wrong_values(
    error: ValidationError, values: Mapping[str, object], sources: Mapping[str, str]
) -> ConfigError:
    lines = []
    for key in dict.fromkeys(str(fault["loc"][0]) for fault in error.errors()):
        value = values[key]
        shown = repr(value) if not isinstance(value, str) else f'"{value}"'
        expected = Settings.model_fields[key].description
        lines.append(f"`{sources[key]}` is {shown}; expected {expected}{_reason(error, key)}")
    return ConfigError("\n".join(lines))


def _reason(error: ValidationError, key: str) -> str:
    """What our own validators said; pydantic's words would repeat what was expected."""
    for fault in error.errors():
        if fault["loc"][0] == key and fault["type"] == "value_error":
            return f" ({fault['msg'].removeprefix('Value error, ')})"
    return ""


def _refuse_less_isolation(layer: Layer) -> None:
    """A repository must not choose that its code runs outside of a box, or what we import."""
    for key, kind in (("sandbox", "sandboxes"), ("strategy", "strategies"), ("model", "models")):
        value = layer.values.get(key)
        if not isinstance(value, str):
            continue
        allowed = _ISOLATING if kind == "sandboxes" else tuple(known(kind))
        is_unsafe_box = kind == "sandboxes" and value in known(kind) and value not in allowed
        if _IMPORTED.match(value) or is_unsafe_box:
            raise ConfigError(
                f'`{layer.spot(key)}` is "{value}"; a settings file may only choose '
                + ", ".join(f"`{name}`" for name in allowed),
                hint=f"if you trust it: `--{key} {value}`, or set `SPEEDWRIGHT_{key.upper()}`",
            )


def _refuse_endpoint(layer: Layer) -> None:
    """A repository must not choose the server to which the user's key is sent."""
    model = layer.values.get("model")
    if isinstance(model, str) and "@" in model.partition(":")[0]:
        raise ConfigError(
            f"`{layer.spot('model')}` names a server",
            hint="a server is taken from `--model` or `SPEEDWRIGHT_MODEL` only, since a "
            "repository could otherwise have your key sent anywhere",
        )
