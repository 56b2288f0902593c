"""Both services behind real HTTP, and requests to send them."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from speedwright.agent.interfaces import Model
from speedwright.agent.messages import ModelRequest, ToolSpec, UserMessage
from speedwright.agent.models.anthropic import AnthropicModel
from speedwright.agent.models.endpoint import ANTHROPIC, OPENAI, endpoint
from speedwright.agent.models.openai import OpenAIModel
from speedwright.agent.models.prices import PriceTable
from speedwright.agent.models.scrubber import Scrubber
from speedwright.agent.models.transport import ReplyLimits

KEY = "sk-test-0123456789abcdefghij"


class Service:
    """One protocol: its server, and a model that talks to a server of it."""

    def __init__(self, name: str, servers: ModuleType) -> None:
        self.name = name
        self._server = servers.OpenAIServer if name == "openai" else servers.AnthropicServer
        self._provider = OPENAI if name == "openai" else ANTHROPIC

    def serve(self, replies: list[Any], **options: Any) -> Any:
        return self._server(replies, **options)

    def environ(self, server: Any) -> dict[str, str]:
        return {self._provider.key_variables[0]: KEY, self._provider.url_variable: server.url}

    def model(self, server: Any, *, name: str = "some-model", **limits: Any) -> Model:
        environ = self.environ(server)
        kind = OpenAIModel if self.name == "openai" else AnthropicModel
        return kind(
            name=name,
            endpoint=endpoint(self._provider, None, environ),
            spec=f"{self.name}:{name}",
            scrubber=Scrubber(environ),
            prices=PriceTable.load({}),
            limits=ReplyLimits(**{"read_s": 20.0, **limits}),
        )


@pytest.fixture(params=["openai", "anthropic"])
def service(request: pytest.FixtureRequest, model_servers: ModuleType) -> Service:
    return Service(request.param, model_servers)


@pytest.fixture
def openai_service(model_servers: ModuleType) -> Service:
    return Service("openai", model_servers)


@pytest.fixture
def anthropic_service(model_servers: ModuleType) -> Service:
    return Service("anthropic", model_servers)


@pytest.fixture
def ask() -> Callable[..., ModelRequest]:
    """A request; keywords replace its parts."""

    def make(**parts: Any) -> ModelRequest:
        defaults: dict[str, Any] = {
            "system": "be quick",
            "messages": (UserMessage(text="make it fast"),),
            "tools": (
                ToolSpec(
                    name="read_file",
                    description="text of a file",
                    parameters={
                        "type": "object",
                        "properties": {"path": {"type": "string"}},
                        "required": ["path"],
                    },
                ),
                ToolSpec(
                    name="submit",
                    description="hand in",
                    parameters={"type": "object", "properties": {}},
                ),
            ),
            "max_tokens": 1000,
        }
        return ModelRequest(**{**defaults, **parts})

    return make
