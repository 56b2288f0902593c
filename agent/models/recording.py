"""Writing down every exchange as it happens, so that any run can be replayed."""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from speedwright.agent.interfaces import Model
from speedwright.agent.messages import ModelReply, ModelRequest
from speedwright.agent.models.cassette import (
    Line,
    RecordedError,
    reply_json,
    request_hash,
    request_json,
)
from speedwright.agent.models.scrubber import Scrubber
from speedwright.errors import ModelError

_log = logging.getLogger(__name__)


class Recording:
    """A model whose exchanges are appended to a cassette, each one synced before it returns.

    Keys of the environment, and what looks like a key, are written as `[redacted]`.

    Args:
        model: Whom to ask.
        path: Cassette; created if needed, continued if it is there.
        environ: Environment whose keys must not be written.
    """

    def __init__(self, model: Model, path: Path, *, environ: Mapping[str, str]) -> None:
        self._model = model
        self._path = path
        self._scrubber = Scrubber(environ)
        self._lock = threading.Lock()
        self._has_warned = False

    @property
    def spec(self) -> str:
        """The wrapped model's spec."""
        return self._model.spec

    def complete(self, request: ModelRequest) -> ModelReply:
        """See `Model.complete`. Errors of the model are recorded too, those of the key are not."""
        try:
            reply = self._model.complete(request)
        except ModelError as error:
            scrubbed = RecordedError.of(error)
            text = self._scrubber.text(scrubbed.message)
            self._write(request, error=scrubbed.model_copy(update={"message": text}))
            raise
        self._write(request, reply=reply)
        return reply

    def _write(
        self,
        request: ModelRequest,
        *,
        reply: ModelReply | None = None,
        error: RecordedError | None = None,
    ) -> None:
        asked = request_json(request, self._scrubber)
        line = Line(
            request_hash=request_hash(asked),
            model=self.spec,
            request=asked,
            reply=None if reply is None else reply_json(reply, self._scrubber),
            error=error,
        )
        text = line.model_dump_json(exclude_none=True) + "\n"
        try:
            with self._lock:
                _append(self._path, text.encode("utf-8", "replace"))
        except OSError as failure:
            # The reply is paid for; losing its record must not lose it as well.
            if not self._has_warned:
                self._has_warned = True
                _log.warning(
                    "cannot record to `%s`: %s; this run will not replay",
                    self._path,
                    failure.strerror,
                )


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Unbuffered: a buffer would be written out once more when the file is closed after a failure.
    with path.open("ab+", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        start = _cut_torn_line(path, file.fileno())
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(file.fileno(), rest) :]
            os.fsync(file.fileno())
        except OSError:
            os.truncate(path, start)  # a full disk must not leave half a line
            raise


def _cut_torn_line(path: Path, handle: int) -> int:
    """Drop what a kill left after the last newline; returns the size then."""
    size = os.fstat(handle).st_size
    end = size
    while end:
        start = max(0, end - 65536)
        newline = os.pread(handle, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end != size:
        os.truncate(path, end)
    return end
