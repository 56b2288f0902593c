"""What was said in a recorded run, for replaying it under other measured figures.

A strict replay hashes every request, and requests hold figures that no second run measures again:
seconds, shares, speedups. So where this run says the same as the recording but for its figures, the
recorded text goes into the conversation. Where it says anything else (another verdict, another
failing test, another file) its own text stands, the request is one that was never recorded, and the
replay ends there. Everything is still run, judged and measured here; only the words are replayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from speedwright.agent.messages import AssistantMessage, Message, ToolResult, UserMessage
from speedwright.agent.models.cassette import read_cassette

MEASURED = "\n\nMeasured on this machine:\n"
"""Stands in the opening message between what the target is and what was measured of it."""

MEASURING = ("run_tests", "profile", "submit")
"""Tools whose answer has its outcome in the first line and figures below it."""


class Recorded:
    """Messages of a recorded run by their place in the conversation.

    Args:
        path: Its cassette.

    Raises:
        UsageError: It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._said: dict[int, Mapping[str, Any]] = {}
        for line in read_cassette(path):
            for index, message in enumerate(line.request.get("messages", ())):
                # The first mention counts: later ones may have been cut to save space.
                self._said.setdefault(index, message)

    def in_place_of(self, message: Message, index: int) -> Message:
        """The recorded message at this place if it differs in figures alone, else `message`."""
        recorded = self._said.get(index)
        if recorded is None or isinstance(message, AssistantMessage):
            return message
        text = str(recorded.get("text", ""))
        match message:
            case UserMessage():
                is_same = recorded.get("role") == "user" and _before_figures(text, message.text)
            case ToolResult():
                is_same = (
                    message.name in MEASURING
                    and recorded.get("name") == message.name
                    and recorded.get("is_error") == message.is_error
                    and _first_line(text) == _first_line(message.text)
                )
        return replace(message, text=text) if is_same else message


def _before_figures(one: str, other: str) -> bool:
    return one.partition(MEASURED)[0] == other.partition(MEASURED)[0]


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
