"""A run that can be stopped at any instant: attempts and conversation, saved after every step.

`state.json` is the truth: an attempt and what the model was told of it are written in one piece.
An attempt's own files come before, its event after; what a kill left out is made up for on loading.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from speedwright.agent.messages import (
    AssistantMessage,
    Message,
    ToolCall,
    ToolResult,
    UserMessage,
)
from speedwright.agent.models.scrubber import Scrubber
from speedwright.agent.recorded import Recorded
from speedwright.errors import UsageError
from speedwright.eval.run_folder import RunFolder

STATE = "state.json"
EVENTS = "events.jsonl"


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
        refused: Keys of changes that are wrong or slow wherever they stand; see `Search`.
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
    refused: list[str] = Field(default_factory=list)
    messages: list[_Message] = Field(default_factory=list)
    budget: dict[str, Any] = Field(default_factory=dict)
    is_finished: bool = False


class Trajectory:
    """State of a run on disk.

    Args:
        run: Its folder.
        state: As loaded, or new.
        recorded: The recorded run that is being replayed, if it is.
        scrubber: Takes keys out of what was said before it is written.
    """

    def __init__(
        self,
        run: RunFolder,
        state: State,
        *,
        recorded: Recorded | None = None,
        scrubber: Scrubber | None = None,
    ) -> None:
        self.run = run
        self.state = state
        self._recorded = recorded
        self._scrubber = scrubber or Scrubber({})
        self._announced = _announced(run)

    @classmethod
    def load(
        cls,
        run: RunFolder,
        *,
        tree: str,
        recorded: Recorded | None = None,
        scrubber: Scrubber | None = None,
    ) -> Trajectory:
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
        return cls(run, state, recorded=recorded, scrubber=scrubber)

    def save(self) -> None:
        """Write the state whole, or leave the old one; then tell of attempts not yet told."""
        data = self.state.model_dump(mode="json")
        data.pop("schema_version")
        # Not the texts of files: a key-like word in the target must come back as it was.
        for name in ("messages", "attempts"):
            data[name] = self._scrubber.data(data[name])
        self.run.write_json(STATE, data)
        for attempt in self.state.attempts:
            if attempt.number not in self._announced:
                self._announced.add(attempt.number)
                self._announce(attempt)

    def scrubbed(self, text: str) -> str:
        """The text without keys, for whatever is written elsewhere."""
        return self._scrubber.text(text)

    def messages(self) -> list[Message]:
        """The conversation so far."""
        return [_message(m) for m in self.state.messages]

    def unanswered(self) -> tuple[ToolCall, ...]:
        """Calls of the newest reply that have no result: a run that ended between two calls."""
        messages = self.messages()
        results = 0
        for message in reversed(messages):
            match message:
                case ToolResult():
                    results += 1
                case AssistantMessage():
                    return message.tool_calls[results:]
                case UserMessage():
                    break
        return ()

    def say(self, message: Message) -> None:
        """Add one message."""
        if self._recorded is not None:
            message = self._recorded.in_place_of(message, len(self.state.messages))
        self.state.messages.append(_stored(message))

    def replace(self, messages: Iterable[Message]) -> None:
        """Go on with another, shorter conversation."""
        self.state.messages = [_stored(message) for message in messages]

    def attempt_of(self, candidate_hash: str) -> Attempt | None:
        """The attempt with just this change, if there was one."""
        return next((a for a in self.state.attempts if a.hash == candidate_hash), None)

    def add_attempt(self, attempt: Attempt, diff: str, samples: object) -> None:
        """Add an attempt, with its files; it counts from the next `save` on."""
        folder = f"attempts/{attempt.hash}"
        self.run.write_text(f"{folder}/patch.diff", diff)
        self.run.write_json(f"{folder}/verdict.json", _without_version(attempt.judgement))
        self.run.write_json(f"{folder}/samples.json", {"rounds": samples})
        self.state.attempts.append(attempt)

    def _announce(self, attempt: Attempt) -> None:
        self.run.event(
            "attempt",
            number=attempt.number,
            hash=attempt.hash,
            author=attempt.author,
            verdict=attempt.verdict,
            is_kept=attempt.is_kept,
        )


def _announced(run: RunFolder) -> set[int]:
    """Numbers of the attempts in the event log; a line that a kill cut off does not count."""
    try:
        lines = (run.path / EVENTS).read_text("utf-8", errors="replace").split("\n")[:-1]
    except OSError:
        return set()
    found = set()
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("kind") == "attempt":
            found.add(int(event.get("number", 0)))
    return found


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
