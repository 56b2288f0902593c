"""A run that can be stopped at any instant: attempts and conversation, saved after every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from speedwright.agent.messages import (
    AssistantMessage,
    Message,
    ToolCall,
    ToolResult,
    UserMessage,
)
from speedwright.errors import UsageError
from speedwright.eval.run_folder import RunFolder

STATE = "state.json"


class Attempt(BaseModel):
    """One candidate and what came of it.

    Attributes:
        number: From 1.
        hash: Of the diff against the base.
        author: Model spec, with the rule for `rules`.
        summary: What was tried; untrusted text.
        verdict: The judge's word.
        is_kept: Whether later attempts build on it.
        judgement: `Judgement.to_json()`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    number: int
    hash: str
    author: str
    summary: str
    verdict: str
    is_kept: bool
    judgement: dict[str, Any]


class _Call(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    name: str
    arguments: dict[str, Any] | None
    raw_arguments: str


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    role: str
    text: str
    calls: list[_Call] = Field(default_factory=list)
    call_id: str = ""
    name: str = ""
    is_error: bool = False


class State(BaseModel):
    """Everything a later session needs to go on.

    Attributes:
        tree: Git's hash of the base; a resumed run must find the same.
        best: New texts of the best change so far.
        pending: New texts with the edits not submitted yet.
        attempts: What was judged.
        tried: Fingerprints of changes that were judged.
        messages: The conversation.
        budget: `Budget.to_json()`.
        is_finished: The proposer has ended.
    """

    model_config = ConfigDict(extra="forbid")
    schema_version: int = 1
    tree: str
    best: dict[str, str] = Field(default_factory=dict)
    pending: dict[str, str] = Field(default_factory=dict)
    attempts: list[Attempt] = Field(default_factory=list)
    tried: list[str] = Field(default_factory=list)
    messages: list[_Message] = Field(default_factory=list)
    budget: dict[str, Any] = Field(default_factory=dict)
    is_finished: bool = False


class Trajectory:
    """State of a run on disk.

    Args:
        run: Its folder.
        state: As loaded, or new.
    """

    def __init__(self, run: RunFolder, state: State) -> None:
        self.run = run
        self.state = state

    @classmethod
    def load(cls, run: RunFolder, *, tree: str) -> Trajectory:
        """The saved state of a run.

        Raises:
            UsageError: None, damaged, or of another base.
        """
        data = run.read_json(STATE)
        try:
            state = State.model_validate(data)
        except ValidationError as error:
            raise UsageError(f"the state of run `{run.id}` is damaged: {error}") from error
        if state.tree != tree:
            raise UsageError(
                f"run `{run.id}` worked on another state of the target",
                hint="restore it, or start a new run without --resume",
            )
        return cls(run, state)

    def save(self) -> None:
        """Write the state whole, or leave the old one."""
        data = self.state.model_dump(mode="json")
        data.pop("schema_version")
        self.run.write_json(STATE, data)

    def messages(self) -> list[Message]:
        """The conversation so far."""
        return [_message(m) for m in self.state.messages]

    def say(self, message: Message) -> None:
        """Add one message."""
        self.state.messages.append(_stored(message))

    def add_attempt(self, attempt: Attempt, diff: str, samples: object) -> None:
        """Add an attempt, with its files."""
        self.state.attempts.append(attempt)
        folder = f"attempts/{attempt.hash}"
        self.run.write_text(f"{folder}/patch.diff", diff)
        self.run.write_json(f"{folder}/verdict.json", _without_version(attempt.judgement))
        self.run.write_json(f"{folder}/samples.json", {"rounds": samples})
        self.run.event(
            "attempt",
            number=attempt.number,
            hash=attempt.hash,
            author=attempt.author,
            verdict=attempt.verdict,
            is_kept=attempt.is_kept,
        )


def _without_version(document: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k != "schema_version"}


def _stored(message: Message) -> _Message:
    match message:
        case UserMessage():
            return _Message(role="user", text=message.text)
        case AssistantMessage():
            calls = [
                _Call(
                    id=c.id,
                    name=c.name,
                    arguments=None if c.arguments is None else dict(c.arguments),
                    raw_arguments=c.raw_arguments,
                )
                for c in message.tool_calls
            ]
            return _Message(role="assistant", text=message.text, calls=calls)
        case ToolResult():
            return _Message(
                role="tool",
                text=message.text,
                call_id=message.call_id,
                name=message.name,
                is_error=message.is_error,
            )


def _message(stored: _Message) -> Message:
    if stored.role == "user":
        return UserMessage(text=stored.text)
    if stored.role == "tool":
        return ToolResult(
            call_id=stored.call_id, name=stored.name, text=stored.text, is_error=stored.is_error
        )
    calls = tuple(
        ToolCall(id=c.id, name=c.name, arguments=c.arguments, raw_arguments=c.raw_arguments)
        for c in stored.calls
    )
    return AssistantMessage(text=stored.text, tool_calls=calls)
