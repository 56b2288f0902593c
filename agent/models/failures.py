"""What a service's failure means for us, the same for every provider."""

from __future__ import annotations

import email.utils
import time
from dataclasses import dataclass

from speedwright.agent.messages import Usage
from speedwright.agent.models.endpoint import Endpoint
from speedwright.errors import ContextOverflow, ModelError, ModelRefused, SpeedwrightError

_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_OVERFLOW = (
    "context_length_exceeded",
    "maximum context length",
    "prompt is too long",
    "input is too long",
    "context window",
    "exceeds the available context size",
    "exceed_context_size",
    "request_too_large",
    "too many tokens",
)
_REFUSED = ("content_filter", "content_policy", "content management policy", "usage policies")
_NO_MONEY = ("insufficient_quota", "billing", "credit balance")
_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "api_error": 500,
    "server_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_MAX_MESSAGE_CHARS = 500


class TransientFailure(ModelError):
    """Asking again may help.

    Args:
        message: What failed.
        retry_after_s: Pause the service asked for, if it did.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Declined(ModelRefused):
    """The model declined, and was paid for it.

    Args:
        message: Who declined, and why.
        usage: Tokens, as reported.
    """

    def __init__(self, message: str, *, usage: Usage) -> None:
        hint = "rephrase the task, narrow it with --focus, or use another --model"
        super().__init__(message, hint=hint)
        self.usage = usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An HTTP answer that is no reply.

    Attributes:
        status: HTTP status; 200 for an error inside a stream.
        kind: The service's error type or code, may be empty.
        message: The service's text, scrubbed.
        retry_after: `Retry-After` header, may be empty.
    """

    status: int
    kind: str
    message: str
    retry_after: str = ""


def failure(refusal: Refusal, *, model: str, endpoint: Endpoint) -> SpeedwrightError:
    """The error to raise for an HTTP answer that is no reply."""
    status = refusal.status
    if status < 300:  # an error event inside a stream: only its type tells what happened
        status = _STATUS_OF_TYPE.get(refusal.kind, 500)
    message = refusal.message[:_MAX_MESSAGE_CHARS] or "no explanation"
    words = f"{refusal.kind} {refusal.message}".lower()
    if status in (401, 403):
        return endpoint.key_refused(status, message)
    if status == 402 or (status in (400, 429) and any(word in words for word in _NO_MONEY)):
        return ModelError(
            f"the account behind `{endpoint.base_url}` cannot pay: {message}",
            hint="check plan and billing of the account, or use another model",
        )
    if status in (400, 413, 422):
        return _bad_request(words, message, model=model)
    if status == 404:
        return ModelError(
            f"`{endpoint.base_url}` knows no model `{model}`: {message}",
            hint="check the name after the last part of the model spec, and the address",
        )
    text = f"`{endpoint.base_url}` answered HTTP {status}: {message}"
    if status in _RETRIED or status >= 500:
        return TransientFailure(text, retry_after_s=retry_after_s(refusal.retry_after))
    return ModelError(text)


def _bad_request(words: str, message: str, *, model: str) -> SpeedwrightError:
    if any(word in words for word in _OVERFLOW):
        return ContextOverflow(
            f"the request is too long for `{model}`: {message}",
            hint="use a model with a longer context, or narrow the target with --focus",
        )
    if any(word in words for word in _REFUSED):
        return Declined(f"`{model}` declined: {message}", usage=Usage())
    return ModelError(f"`{model}` rejected the request: {message}")


def retry_after_s(header: str) -> float | None:
    """Seconds of a `Retry-After` header (a number or an HTTP date), `None` if it says neither."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(header).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    # NaN compares false with everything, so it ends as None too.
    return max(0.0, seconds) if seconds < float("inf") else None
