"""What can be set, of which type, and what it is when nobody sets it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from speedwright.config.commands import argv, argv_or_nothing, several_argv
from speedwright.registry import known

SECRET = re.compile(
    r"(_API_KEY|_ADMIN_KEY|_AUTH_TOKEN|_SECRET|_PASSWORD|_TOKEN|_CUSTOM_HEADERS)$|^DOCKER_|^AWS_",
)


def _texts(value: object) -> tuple[str, ...]:
    """A list of strings; one string stands for a list of one."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
        raise ValueError("it is no list of strings")
    return tuple(value)


def _variables(value: object) -> tuple[str, ...]:
    """Allowed variables as `NAME` (taken from here) or `NAME=value`; a table is the latter."""
    if isinstance(value, Mapping):
        value = [f"{name}={text}" for name, text in value.items()]
    texts = _texts(value)
    for name in (text.partition("=")[0] for text in texts):
        if not name.isidentifier():
            raise ValueError(f"`{name}` is no name of a variable")
        if SECRET.search(name.upper()):
            raise ValueError(f"`{name}` looks like a secret, and no secret enters the sandbox")
    return texts


def _sandbox(value: str) -> str:
    return value if value == "auto" else _registered("sandboxes", value)


def _strategy(value: str) -> str:
    return _registered("strategies", value)


def _registered(kind: str, value: str) -> str:
    if ":" not in value and value not in (names := known(kind)):
        raise ValueError(f"known are {', '.join(names)}")
    return value


Command = Annotated[tuple[str, ...], BeforeValidator(argv)]
MaybeCommand = Annotated[tuple[str, ...], BeforeValidator(argv_or_nothing)]
Commands = Annotated[tuple[tuple[str, ...], ...], BeforeValidator(several_argv)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Variables = Annotated[tuple[str, ...], BeforeValidator(_variables)]


class Settings(BaseModel):
    """The settings of one run; a field's description is what an error says was expected."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    workload: Command | None = Field(None, description="a command, or a file with `workload()`")
    test: MaybeCommand | None = Field(None, description="a command; empty if there are no tests")
    build: Command | None = Field(None, description="a command as a string or a list of strings")
    holdout: Commands = Field((), description="a list of commands that the search never sees")
    paths: Texts = Field((), description="a list of globs that a patch may touch")
    deny: Texts = Field((), description="a list of globs that a patch may not touch")
    requirements: Texts = Field((), description="a list of pip requirements")
    image: str = Field(
        "auto", min_length=1, description="`auto`, `host`, an image's name or a Dockerfile"
    )
    env: Variables = Field((), description="a list of `NAME` or `NAME=value`")
    model: str = Field("rules", min_length=1, description="a model, e.g. `rules` or `openai:NAME`")
    strategy: Annotated[str, AfterValidator(_strategy)] = Field(
        "linear", description="the name of a strategy"
    )
    sandbox: Annotated[str, AfterValidator(_sandbox)] = Field(
        "auto", description="`auto`, `docker`, `bubblewrap` or `process`"
    )
    budget_usd: float = Field(
        5.0, ge=0, allow_inf_nan=False, description="dollars, a number of 0 or more"
    )
    time_limit_min: float = Field(
        30.0, gt=0, allow_inf_nan=False, description="minutes, a number above 0"
    )
    attempts: int = Field(40, ge=1, description="a whole number of 1 or more")
    min_speedup: float = Field(
        1.0, ge=1, allow_inf_nan=False, description="a factor, a number of 1 or more"
    )
    margin: float = Field(
        0.01, ge=0, lt=1, allow_inf_nan=False, description="a number from 0 to below 1"
    )
