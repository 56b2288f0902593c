"""Local HTTP servers that speak OpenAI Chat Completions and Anthropic Messages from a script.

    with OpenAIServer([{"text": "hello"}]) as server:
        model = create_model(f"openai@{server.url}:gpt-x")
        ...
        server.requests[0].body["messages"]

Each step of the script is a reply, a fault, or a function of the request's body that returns one:

- `{"text", "tool_calls": [{"name", "arguments" or "raw_arguments", "id"}], "usage": {"tokens_in",
  "tokens_out", "cache_read_tokens", "cache_write_tokens"} or None, "stop": ..., "model": ...}`;
- `{"status": 429, "kind": "...", "message": "...", "headers": {...}}`, an HTTP error;
- `{"refusal": "..."}`, the model declines;
- `{"fault": "reset" | "hang" | "cut" | "abort" | "garbage" | "trickle" | "event", ...}`: connection
  reset, no answer, a stream that ends early, a connection that breaks inside a stream, a stream
  that is no JSON, a stream of comments that never ends, an error event (`kind`, `message`).

A request beyond the script is answered with HTTP 400.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Step = Mapping[str, Any]
Script = Sequence[Step | Callable[[dict[str, Any]], Step]]

_OVER = {"status": 400, "kind": "script_over", "message": "the script of the server is over"}
_PIECE = 7  # characters a chunk: odd, so that nothing lies in one piece by luck


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as it arrived; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    raw: str
    body: dict[str, Any]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


class ModelServer:
    """Base: takes requests, hands out the steps in order."""

    path = ""

    def __init__(self, replies: Script, *, streams: bool = True) -> None:
        self._script = list(replies)
        self._streams = streams
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.requests: list[Received] = []
        self._server = _Quiet(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return self.origin + self.path

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        raw = handler.rfile.read(int(handler.headers.get("content-length", "0"))).decode()
        body = json.loads(raw)
        received = Received(
            path=handler.path,
            headers={name.lower(): value for name, value in handler.headers.items()},
            raw=raw,
            body=body,
        )
        with self._lock:
            self.requests.append(received)
            number = len(self.requests) - 1
            step = self._script[number] if number < len(self._script) else _OVER
        step = step(body) if callable(step) else step
        if "status" in step:
            self._send_error(handler, step)
        elif step.get("fault") == "reset":
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            os.close(handler.connection.detach())  # the handler's files hold it open otherwise
        elif step.get("fault") == "hang":
            self._closing.wait(30)
        elif self._streams and body.get("stream"):
            self._send_stream(handler, step, body)
        else:
            self._send_json(handler, 200, self.whole(step, body))

    def _send_error(self, handler: BaseHTTPRequestHandler, step: Step) -> None:
        error = self.error_body(step.get("kind", ""), step.get("message", "as scripted"))
        self._send_json(handler, step["status"], error, step.get("headers", {}))

    def _send_json(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        data = json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def _send_stream(
        self, handler: BaseHTTPRequestHandler, step: Step, body: Mapping[str, Any]
    ) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        fault = step.get("fault")
        events = list(self.events(step, body))
        if fault in ("cut", "abort"):
            events = events[: max(1, len(events) // 2)]
        for event in events:
            _send_chunk(handler, event)
        if fault == "trickle":
            while not self._closing.wait(0.02):
                _send_chunk(handler, ": still thinking\n\n")
        if fault == "garbage":
            _send_chunk(handler, self.garbage())
        if fault == "event":
            _send_chunk(handler, self.error_event(step.get("kind", ""), step.get("message", "")))
        if fault != "abort":
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    def whole(self, step: Step, body: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def events(self, step: Step, body: Mapping[str, Any]) -> Iterator[str]:
        raise NotImplementedError

    def error_body(self, kind: str, message: str) -> dict[str, Any]:
        raise NotImplementedError

    def error_event(self, kind: str, message: str) -> str:
        raise NotImplementedError

    def garbage(self) -> str:
        return 'event: message_start\ndata: {"this is": no JSON\n\n'


class OpenAIServer(ModelServer):
    """Speaks Chat Completions; `url` ends in `/v1` as the SDK wants it."""

    path = "/v1"

    def events(self, step: Step, body: Mapping[str, Any]) -> Iterator[str]:
        def chunk(delta: Mapping[str, Any], finish: str | None = None) -> str:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            return self._event(
                {**self._head(step, body, "chat.completion.chunk"), "choices": [choice]}
            )

        yield chunk({"role": "assistant", "content": ""})
        for piece in _pieces(step.get("refusal", "")):
            yield chunk({"refusal": piece})
        for piece in _pieces(step.get("text", "")):
            yield chunk({"content": piece})
        for index, call in enumerate(_openai_calls(step)):
            arguments = call["function"].pop("arguments")
            yield chunk({"tool_calls": [{**call, "index": index}]})
            for piece in _pieces(arguments):
                part = {"index": index, "function": {"arguments": piece}}
                yield chunk({"tool_calls": [part]})
        if "fault" in step and step["fault"] not in ("cut", "abort"):
            return
        yield chunk({}, _openai_finish(step))
        if (body.get("stream_options") or {}).get("include_usage"):
            head = self._head(step, body, "chat.completion.chunk")
            yield self._event({**head, "choices": [], "usage": _openai_usage(step)})
        yield "data: [DONE]\n\n"

    def whole(self, step: Step, body: Mapping[str, Any]) -> dict[str, Any]:
        message = {
            "role": "assistant",
            "content": step.get("text"),
            "refusal": step.get("refusal"),
            "tool_calls": _openai_calls(step) or None,
        }
        choice = {"index": 0, "message": message, "finish_reason": _openai_finish(step)}
        head = self._head(step, body, "chat.completion")
        return {**head, "choices": [choice], "usage": _openai_usage(step)}

    def error_body(self, kind: str, message: str) -> dict[str, Any]:
        return {"error": {"message": message, "type": kind, "code": kind, "param": None}}

    def error_event(self, kind: str, message: str) -> str:
        return self._event(self.error_body(kind, message))

    def _event(self, data: Mapping[str, Any]) -> str:
        return f"data: {json.dumps(data)}\n\n"

    def _head(self, step: Step, body: Mapping[str, Any], kind: str) -> dict[str, Any]:
        model = step.get("model", body.get("model"))
        return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": model}


class AnthropicServer(ModelServer):
    """Speaks Messages; `url` has no `/v1`, the SDK adds it."""

    def events(self, step: Step, body: Mapping[str, Any]) -> Iterator[str]:
        usage = _anthropic_usage(step)
        start = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": step.get("model", body.get("model")),
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {**usage, "output_tokens": 1},
        }
        yield _named({"type": "message_start", "message": start})
        yield _named({"type": "ping"})
        blocks = _anthropic_blocks(step)
        for index, (block, delta_type, key, text) in enumerate(blocks):
            yield _named({"type": "content_block_start", "index": index, "content_block": block})
            deltas = [{"type": delta_type, key: piece} for piece in _pieces(text)]
            if block["type"] == "thinking":
                deltas.append({"type": "signature_delta", "signature": "signed"})
            for delta in deltas:
                yield _named({"type": "content_block_delta", "index": index, "delta": delta})
            yield _named({"type": "content_block_stop", "index": index})
        if "fault" in step and step["fault"] not in ("cut", "abort"):
            return
        last: dict[str, Any] = {"stop_reason": _anthropic_stop(step), "stop_sequence": None}
        if "refusal" in step:
            last["stop_details"] = {"type": "refusal", "explanation": step["refusal"]}
        tokens_out = {"output_tokens": usage["output_tokens"]}
        yield _named({"type": "message_delta", "delta": last, "usage": tokens_out})
        yield _named({"type": "message_stop"})

    def error_body(self, kind: str, message: str) -> dict[str, Any]:
        return {"type": "error", "error": {"type": kind, "message": message}}

    def error_event(self, kind: str, message: str) -> str:
        return _named({**self.error_body(kind, message), "type": "error"})


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            server.answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _send_chunk(handler: BaseHTTPRequestHandler, text: str) -> None:
    data = text.encode()
    handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    handler.wfile.flush()


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]


def _raw(call: Mapping[str, Any]) -> str:
    return call["raw_arguments"] if "raw_arguments" in call else json.dumps(call["arguments"])


def _named(data: Mapping[str, Any]) -> str:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n"


def _openai_calls(step: Step) -> list[dict[str, Any]]:
    return [
        {
            "id": call.get("id", f"call_{index}"),
            "type": "function",
            "function": {"name": call["name"], "arguments": _raw(call)},
        }
        for index, call in enumerate(step.get("tool_calls", ()))
    ]


def _openai_finish(step: Step) -> str:
    return step.get("stop") or ("tool_calls" if step.get("tool_calls") else "stop")


def _openai_usage(step: Step) -> dict[str, Any] | None:
    usage = step.get("usage", {"tokens_in": 10, "tokens_out": 5})
    if usage is None:
        return None
    tokens_in, tokens_out = usage.get("tokens_in", 0), usage.get("tokens_out", 0)
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": usage.get("cache_read_tokens", 0)},
    }


def _anthropic_usage(step: Step) -> dict[str, int]:
    usage = step.get("usage") or {"tokens_in": 10, "tokens_out": 5}
    read, write = usage.get("cache_read_tokens", 0), usage.get("cache_write_tokens", 0)
    return {
        "input_tokens": usage.get("tokens_in", 0) - read - write,
        "output_tokens": usage.get("tokens_out", 0),
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": write,
    }


def _anthropic_blocks(step: Step) -> list[tuple[dict[str, Any], str, str, str]]:
    blocks: list[tuple[dict[str, Any], str, str, str]] = []
    if "thinking" in step:
        start = {"type": "thinking", "thinking": "", "signature": ""}
        blocks.append((start, "thinking_delta", "thinking", step["thinking"]))
    if step.get("text"):
        blocks.append(({"type": "text", "text": ""}, "text_delta", "text", step["text"]))
    for index, call in enumerate(step.get("tool_calls", ())):
        start = {
            "type": "tool_use",
            "id": call.get("id", f"toolu_{index}"),
            "name": call["name"],
            "input": {},
        }
        blocks.append((start, "input_json_delta", "partial_json", _raw(call)))
    return blocks


def _anthropic_stop(step: Step) -> str:
    if "refusal" in step:
        return "refusal"
    return step.get("stop") or ("tool_use" if step.get("tool_calls") else "end_turn")
