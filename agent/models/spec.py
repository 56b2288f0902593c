"""From the text after `--model` to a model."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping

from speedwright.agent.interfaces import Model
from speedwright.errors import UnknownName, UsageError
from speedwright.registry import known, resolve

EXAMPLES = (
    "`rules`, `openai:NAME`, `anthropic:NAME`, `openai@http://localhost:8000/v1:NAME`, "
    "`replay:CASSETTE`, `scripted:FILE`"
)

_SHAPE = re.compile(r"(?P<provider>[A-Za-z0-9_.-]+)(?:@(?P<rest>.*)|:(?P<name>.*))?", re.DOTALL)
# An address ends at the first colon after its path; what follows, colons and all, is the name.
_ADDRESS = re.compile(
    r"(?P<url>https?://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?(?:/[^:\s?#]*)?)"
    r":(?P<name>.+)",
    re.DOTALL,
)
_USER = re.compile(r"//[^/]*@")
_PROVIDERS = ("openai", "anthropic")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A model spec, `PROVIDER[@AT][:NAME]`.

    Attributes:
        provider: Registered name of the kind `models`.
        at: What stands after `@`: an address, or a mode.
        name: Model name, or the path of a file; may be empty.
    """

    provider: str
    at: str | None = None
    name: str = ""

    @property
    def url(self) -> str | None:
        """The address, if `at` is one."""
        return self.at if self.at and self.at.startswith(("http://", "https://")) else None

    def __str__(self) -> str:
        """The spec as it is written."""
        at = f"@{self.at}" if self.at is not None else ""
        return f"{self.provider}{at}{':' if self.name else ''}{self.name}"


def parse_spec(text: str) -> ModelSpec:
    """Take a model spec apart.

    Raises:
        UsageError: It is none; the message shows examples.
    """
    shown = _USER.sub("//***@", text)
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        raise _bad(shown, "no model spec")
    provider, rest = shape["provider"], shape["rest"]
    if rest is None:
        return _checked(ModelSpec(provider=provider, name=shape["name"] or ""), shown)
    if "://" not in rest:
        at, _, name = rest.partition(":")
        return _checked(ModelSpec(provider=provider, at=at, name=name), shown)
    if _USER.search(rest):
        raise _bad(shown, "keys do not belong into a model spec: set the provider's variable")
    address = _ADDRESS.fullmatch(rest)
    if address is None or _is_port(address["url"], address["name"]):
        raise _bad(shown, "the address is wrong or the model's name after it is missing")
    return _checked(ModelSpec(provider=provider, at=address["url"], name=address["name"]), shown)


def create_model(spec: str, *, environ: Mapping[str, str] | None = None) -> Model:
    """The model a spec names; nothing is asked of any service yet.

    A third-party model is an entry point of the group `speedwright.models`: a class with a class
    method `from_spec(spec: ModelSpec, *, environ) -> Model`, or anything that is called without
    arguments.

    Args:
        spec: See `EXAMPLES`.
        environ: Where keys and addresses are read; the process's environment by default, never
            a file of the target.

    Raises:
        UsageError: The spec or a file it names is wrong.
        KeyMissing: There is no key for it; names the variable.
        ConfigError: A variable it needs is wrong.
        ExtraMissing: It needs a package that is not installed.
    """
    parsed = parse_spec(spec)
    factory = resolve("models", parsed.provider)
    if hasattr(factory, "from_spec"):
        model: Model = factory.from_spec(parsed, environ=os.environ if environ is None else environ)
        return model
    if parsed.name or parsed.at is not None:
        raise _bad(str(parsed), f"`{parsed.provider}` takes no name")
    model = factory()
    return model


def _checked(spec: ModelSpec, shown: str) -> ModelSpec:
    if spec.provider in _PROVIDERS and spec.at is not None and spec.url is None:
        raise _bad(shown, "the address must begin with http:// or https://")
    table = known("models")
    if spec.provider not in table:
        # A bare model name is the likeliest mistake.
        is_name = not spec.name and spec.at is None and spec.provider[:1].isalpha()
        near = _provider_of(spec.provider) if is_name else None
        if near:
            raise _bad(shown, f"did you mean `{near}:{shown}`?")
        if "." in spec.provider and spec.name:  # `pkg.mod:Class`
            return ModelSpec(provider=f"{spec.provider}:{spec.name}")
        try:
            resolve("models", spec.provider)
        except UnknownName as error:
            raise UnknownName(error.message, hint=f"{error.hint}; for example {EXAMPLES}") from None
    if spec.provider in (*_PROVIDERS, "replay", "scripted") and not spec.name.strip():
        raise _bad(shown, f"`{spec.provider}` needs a name after the colon")
    return spec


def _provider_of(name: str) -> str | None:
    if name.startswith("claude"):
        return "anthropic"
    return "openai" if re.match(r"gpt-|o\d", name) else None


def _is_port(url: str, name: str) -> bool:
    """`http://host:8000/v1` parses as a host with the model `8000/v1`."""
    is_bare_host = url.count("/") == 2 and not re.search(r":\d+$", url)
    return is_bare_host and re.fullmatch(r"\d{1,5}(/.*)?", name) is not None


def _bad(shown: str, why: str) -> UsageError:
    return UsageError(f"model spec `{shown}`: {why}", hint=f"for example {EXAMPLES}")
