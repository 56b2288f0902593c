"""The HTTP side of both SDKs: limits that hold whatever the server does.

Covers: a server that does not answer (connect and read timeouts), one that trickles bytes or
comments for ever, and one that never stops sending (`reply_wall_s`, `max_reply_bytes`).
Does not cover: name resolution, which the operating system bounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from speedwright.agent.models.endpoint import Endpoint

if TYPE_CHECKING:
    import httpx2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLimits:
    """Bounds of one HTTP exchange; the retry policy bounds their number.

    Attributes:
        connect_s: To be connected.
        read_s: Longest silence.
        reply_wall_s: From the headers to the end of the reply.
        max_reply_bytes: Of one reply.
    """

    connect_s: float = 15.0
    read_s: float = 180.0
    reply_wall_s: float = 900.0
    max_reply_bytes: int = 64 * 2**20


def bounded_client(limits: ReplyLimits, *, base_url: str) -> httpx2.Client:
    """An HTTP client for an SDK that ends replies which are too slow or too long."""
    import httpx2

    class _Bounded(httpx2.SyncByteStream):
        def __init__(self, stream: httpx2.SyncByteStream) -> None:
            self._stream = stream
            self._deadline_s = time.monotonic() + limits.reply_wall_s

        def __iter__(self) -> Iterator[bytes]:
            received = 0
            for piece in self._stream:
                received += len(piece)
                if time.monotonic() > self._deadline_s:
                    raise httpx2.ReadTimeout(f"reply took over {limits.reply_wall_s:g} s")
                if received > limits.max_reply_bytes:
                    raise httpx2.ReadError(f"reply is over {limits.max_reply_bytes} bytes")
                yield piece

        def close(self) -> None:
            self._stream.close()

    def bound(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _Bounded(response.stream)

    return httpx2.Client(
        base_url=base_url,
        timeout=httpx2.Timeout(limits.read_s, connect=limits.connect_s),
        # Minutes of judging lie between two calls: a kept connection would be stale by then.
        limits=httpx2.Limits(max_keepalive_connections=0),
        # A redirect could carry the request, with the target's code in it, to anywhere.
        follow_redirects=False,
        event_hooks={"response": [bound]},
    )


def foreign_headers(
    endpoint: Endpoint, environ: Mapping[str, str], omit: Callable[[], object]
) -> Mapping[str, str] | None:
    """Default headers that keep an untrusted address from getting the user's extra headers.

    Both SDKs add the headers of `<PROVIDER>_CUSTOM_HEADERS` to every request, and people put
    tokens there.

    Args:
        endpoint: Where the client will talk to.
        environ: The process's environment, which the SDK reads by itself.
        omit: The SDK's marker for "leave this header out".
    """
    if endpoint.is_trusted:
        return None
    lines = environ.get(endpoint.provider.header_variable, "").splitlines()
    names = [line.partition(":")[0].strip() for line in lines if ":" in line]
    # The SDKs type the values as text but accept their own marker.
    return cast("Mapping[str, str]", {name: omit() for name in names})
