"""Where a service is and which key it gets.

A model spec may come from a settings file inside the target, which nobody has to trust. The user's
key therefore goes only to the provider itself and to the address that the user's own environment
names (`OPENAI_BASE_URL`, `ANTHROPIC_BASE_URL`); any other address gets a dummy key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from speedwright.errors import ConfigError, KeyMissing

DUMMY_KEY = "no-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A service's fixed facts.

    Attributes:
        name: As in a model spec.
        official_url: Base URL of the provider itself.
        url_variable: Variable with which its SDK overrides the base URL.
        key_variables: Variables its SDK reads a key from, first wins.
        header_variable: Variable with extra headers that its SDK sends.
    """

    name: str
    official_url: str
    url_variable: str
    key_variables: tuple[str, ...]
    header_variable: str


OPENAI = Provider(
    name="openai",
    official_url="https://api.openai.com/v1",
    url_variable="OPENAI_BASE_URL",
    key_variables=("OPENAI_API_KEY",),
    header_variable="OPENAI_CUSTOM_HEADERS",
)
ANTHROPIC = Provider(
    name="anthropic",
    official_url="https://api.anthropic.com",
    url_variable="ANTHROPIC_BASE_URL",
    key_variables=("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    header_variable="ANTHROPIC_CUSTOM_HEADERS",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address with the key for it.

    Attributes:
        provider: Whose protocol is spoken there.
        base_url: Address.
        key: Key to send; a dummy where none is due.
        key_variable: Where the key came from; empty for the dummy.
        is_trusted: The provider itself, or the address from the user's environment.
        withheld: A key is set but does not go to this address.
    """

    provider: Provider
    base_url: str
    key: str = field(repr=False)
    key_variable: str
    is_trusted: bool
    withheld: bool = False

    @property
    def is_official(self) -> bool:
        """It is the provider's own address."""
        return _origin(self.base_url) == _origin(self.provider.official_url)

    def key_refused(self, status: int, message: str) -> KeyMissing:
        """The error for a 401 or 403 of this address."""
        names = " or ".join(f"`{name}`" for name in self.provider.key_variables)
        if self.withheld:
            hint = (
                f"keys of the environment go to other addresses only if "
                f"`{self.provider.url_variable}` names them: set it to `{self.base_url}`"
            )
        elif not self.key_variable:
            hint = f"set {names}"
        else:
            hint = f"check the key in `{self.key_variable}` and what it is allowed to do"
        return KeyMissing(
            f"`{self.base_url}` refused the key (HTTP {status}): {message}", hint=hint
        )


def endpoint(provider: Provider, url: str | None, environ: Mapping[str, str]) -> Endpoint:
    """The endpoint of a model spec.

    Args:
        provider: Service.
        url: Address in the spec (`openai@URL:NAME`), if any.
        environ: The user's environment.

    Raises:
        KeyMissing: No key is set and no other address than the provider's is named.
        ConfigError: The variable with the base URL holds no address.
    """
    chosen = _checked_url(provider.url_variable, environ.get(provider.url_variable, ""))
    base_url = (url or chosen or provider.official_url).rstrip("/")
    trusted = {_origin(provider.official_url)} | ({_origin(chosen)} if chosen else set())
    is_trusted = _origin(base_url) in trusted
    variable = next((name for name in provider.key_variables if environ.get(name)), "")
    if not variable and url is None and chosen is None:
        names = " or ".join(f"`{name}`" for name in provider.key_variables)
        raise KeyMissing(
            f"no key for `{provider.name}`: {names} is not set",
            hint=f"export {provider.key_variables[0]}=..., name a local server "
            f"(`{provider.name}@http://localhost:8000/v1:NAME`), or use `--model rules`",
        )
    use_key = bool(variable) and is_trusted
    return Endpoint(
        provider=provider,
        base_url=base_url,
        key=environ[variable] if use_key else DUMMY_KEY,
        key_variable=variable if use_key else "",
        is_trusted=is_trusted,
        withheld=bool(variable) and not is_trusted,
    )


def _checked_url(variable: str, url: str) -> str | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        is_usable = False
    if not is_usable:
        # Not shown: an address may carry a password.
        raise ConfigError(
            f"`{variable}` is no http address", hint="for example http://localhost:8000/v1"
        )
    return url


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port
