"""A model that answers from a cassette: free, offline, and the same every time."""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speedwright.agent.messages import ModelReply, ModelRequest
from speedwright.agent.models.cassette import Line, read_cassette, request_hash, request_json
from speedwright.agent.models.scrubber import Scrubber
from speedwright.errors import CassetteMiss, UsageError

if TYPE_CHECKING:
    from speedwright.agent.models.spec import ModelSpec

_HINT = (
    "the target, its profile or speedwright changed since the recording; record again, or answer "
    "in recorded order whatever is asked with `replay@lenient:CASSETTE`"
)


class ReplayModel:
    """Answers recorded requests; an unseen one is an error. Costs nothing.

    Args:
        path: Cassette.
        is_lenient: Answer in recorded order without comparing what is asked.
        environ: Environment whose keys were scrubbed from the recording.
    """

    def __init__(
        self, path: Path, *, is_lenient: bool = False, environ: Mapping[str, str] | None = None
    ) -> None:
        self._path = path
        self._is_lenient = is_lenient
        self._scrubber = Scrubber(environ or {})
        self._lines = tuple(read_cassette(path))
        self._queues: dict[str, deque[Line]] = {}
        for line in self._lines:
            key = "" if is_lenient else line.request_hash
            self._queues.setdefault(key, deque()).append(line)
        self._lock = threading.Lock()

    @classmethod
    def from_spec(cls, spec: ModelSpec, *, environ: Mapping[str, str]) -> ReplayModel:
        """The model a spec names.

        Raises:
            UsageError: The cassette cannot be read, or the mode is not `lenient`.
        """
        if spec.at not in (None, "lenient"):
            raise UsageError(
                f"no replay mode `{spec.at}`",
                hint="`replay:CASSETTE` or `replay@lenient:CASSETTE`",
            )
        return cls(Path(spec.name), is_lenient=spec.at == "lenient", environ=environ)

    @property
    def spec(self) -> str:
        """`replay:CASSETTE` or `replay@lenient:CASSETTE`."""
        return f"replay{'@lenient' if self._is_lenient else ''}:{self._path}"

    def complete(self, request: ModelRequest) -> ModelReply:
        """See `Model.complete`; equal requests are answered in recorded order.

        Raises:
            CassetteMiss: It was never recorded, or not so often.
        """
        asked = request_json(request, self._scrubber)
        key = "" if self._is_lenient else request_hash(asked)
        with self._lock:
            queue = self._queues.get(key)
            line = queue.popleft() if queue else None
        if line is None:
            raise CassetteMiss(f"`{self._path}`: {self._why(asked, queue)}", hint=_HINT)
        return dataclasses.replace(line.outcome(), cost_usd=0.0)

    def _why(self, asked: Mapping[str, Any], queue: deque[Line] | None) -> str:
        if not self._lines:
            return "the cassette is empty"
        if self._is_lenient:
            return f"all {len(self._lines)} recorded replies were given"
        if queue is not None:
            return "this request was asked more often than it was recorded"
        differences = (_difference(asked, line.request) for line in self._lines)
        _, where = max(differences, key=lambda difference: difference[0])
        return f"no such request was recorded; the nearest differs in {where}"


def _difference(asked: Mapping[str, Any], recorded: Mapping[str, Any]) -> tuple[int, str]:
    """How many messages agree at the start, and where the first difference is."""
    here, there = asked["messages"], recorded.get("messages", [])
    same = 0
    while same < min(len(here), len(there)) and here[same] == there[same]:
        same += 1
    for part in ("system", "tools", "max_tokens", "temperature"):
        if asked[part] != recorded.get(part):
            return same, f"`{part}`"
    if same < min(len(here), len(there)):
        return same, f"message {same + 1} ({here[same].get('role')})"
    return same, f"its length: {len(here)} messages, {len(there)} recorded"
