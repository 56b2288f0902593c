"""Taking keys out of text before it is stored or shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from speedwright.agent.models.wire import clean

REDACTED = "[redacted]"

_KEY_NAMES = re.compile(r"(API_KEY|_TOKEN|_SECRET|SECRET_KEY|ACCESS_KEY|PASSWORD|_PAT)$")
_PROVIDERS = re.compile(r"^(OPENAI|ANTHROPIC|HF|GITHUB|GH|AWS|AZURE|GOOGLE|GEMINI|MISTRAL)_")
_MIN_PROVIDER_LENGTH = 8
# Words such as `development` are values of SECRET_KEY in many shells: only long ones count.
_MIN_OTHER_LENGTH = 16

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bsk-[A-Za-z0-9_-]{16,}",
        r"\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}",
        r"\bgithub_pat_[A-Za-z0-9_]{20,}",
        r"\bhf_[A-Za-z0-9]{20,}",
        r"\bAKIA[0-9A-Z]{16}\b",
        r"\bAIza[0-9A-Za-z_-]{30,}",
        r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
        r"(?<=Bearer )[A-Za-z0-9._~+/=-]{16,}",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----",
    )
)


class Scrubber:
    """Replaces key-like values of an environment, and what looks like a key, by `[redacted]`.

    Scrubbing twice changes nothing, so that hashes of scrubbed text are stable.

    Args:
        environ: Environment whose keys must never appear.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        # Longest first: a key that contains another one must go as a whole.
        self._values = tuple(
            sorted((v for n, v in environ.items() if _is_key(n, v)), key=len, reverse=True)
        )

    def __repr__(self) -> str:
        """How many values are known; never the values."""
        return f"Scrubber({len(self._values)} values)"

    def text(self, text: str) -> str:
        """`text` without keys; what UTF-8 cannot hold is replaced, since it could not be stored."""
        text = clean(text)
        for value in self._values:
            text = text.replace(value, REDACTED)
        for pattern in _PATTERNS:
            text = pattern.sub(REDACTED, text)
        return text

    def data(self, data: Any) -> Any:
        """JSON-like data with every string (keys of objects included) scrubbed."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, Mapping):
            return {self.data(key): self.data(value) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return [self.data(item) for item in data]
        return data


def _is_key(name: str, value: str) -> bool:
    if not _KEY_NAMES.search(name.upper()):
        return False
    is_provider = _PROVIDERS.search(name.upper()) is not None
    return len(value) >= (_MIN_PROVIDER_LENGTH if is_provider else _MIN_OTHER_LENGTH)
