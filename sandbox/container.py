"""One started container: the wire to its supervisor, its counters, its end.

Covers: frames of the engine's attach stream, memory kills told apart from crashes, removal that is
sure also when the engine removes the container at the same moment.
Does not cover: starting it (docker.py), finding it after a crash of ours (reaper.py).
"""

from __future__ import annotations

import os
import shutil
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speedwright.errors import SandboxError
from speedwright.sandbox.cgroup import BoxCounters, counters_of
from speedwright.sandbox.channel import DescriptorWire
from speedwright.sandbox.engine import is_answering
from speedwright.sandbox.networks import is_on_a_network

if TYPE_CHECKING:
    import docker

_STDERR = 2
_KEPT_WORDS_BYTES = 64 * 1024
_MAX_FRAME_BYTES = 64 * 1024 * 1024
_REMOVED_WITHIN_S = 20.0


class AttachWire:
    """The attached streams of a container: its stdin, and stdout apart from stderr.

    Args:
        descriptor: Socket of the attached stream, which it owns.
    """

    def __init__(self, descriptor: int) -> None:
        self._raw = DescriptorWire(descriptor, descriptor)
        self._stdout = bytearray()
        self._stderr = bytearray()

    @property
    def words(self) -> str:
        """The end of what came on stderr so far."""
        return self._stderr.decode(errors="replace").strip()

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of it to the container's stdin."""
        self._raw.send(data, deadline)

    def receive(self, count: int, deadline: float) -> bytes:
        """Exactly that many bytes of the container's stdout."""
        while len(self._stdout) < count:
            stream, size = struct.unpack(">BxxxL", self._raw.receive(8, deadline))
            if size > _MAX_FRAME_BYTES:
                raise SandboxError(f"the engine announced `{size}` bytes at once")
            data = self._raw.receive(size, deadline)
            if stream == _STDERR:
                self._stderr = (self._stderr + data)[-_KEPT_WORDS_BYTES:]
            else:
                self._stdout += data
        found = bytes(self._stdout[:count])
        del self._stdout[:count]
        return found

    def drain(self, within_s: float) -> None:
        """Take what the container still says until it hangs up, for `words`."""
        with suppress(SandboxError):
            self.receive(_MAX_FRAME_BYTES, time.monotonic() + within_s)

    def close(self) -> None:
        """Hang up."""
        self._raw.close()


class ContainerCage:
    """Implements `session.Cage` for a container, whose client and temporary folder it owns.

    Args:
        client: Connected to the engine; closed with the container.
        container: Id of the container, created and not yet started.
        home: Temporary folder to remove with it, `None` if it has none.
    """

    def __init__(self, client: docker.DockerClient, container: str, home: Path | None) -> None:
        self._client = client
        self._container = container
        self._home = home
        self._counters: BoxCounters | None = None
        self._kills = 0
        self._started_at = 0.0
        self._is_gone = False
        self.wire: AttachWire | None = None
        self.pid = 0

    def start(self) -> AttachWire:
        """Attach, then start: in this order nothing that it says is lost.

        Raises:
            docker.errors.APIError: The engine refused.
            SandboxError: The engine's connection cannot carry a stream, or the box has a network.
        """
        import docker

        self.wire = AttachWire(self._attach())
        self._started_at = time.time()
        self._client.api.start(self._container)
        with suppress(docker.errors.NotFound):  # dead already: its last words will tell why
            found: dict[str, Any] = self._client.api.inspect_container(self._container)
            self.pid = int(found["State"]["Pid"])
            self._counters = counters_of(self.pid, container=self._container)
            if self._counters is not None and is_on_a_network(self.pid):
                raise SandboxError("the engine gave a box the network")
        return self.wire

    @property
    def is_seen_from_here(self) -> bool:
        """Whether the container's processes are this machine's; a dead one counts as seen."""
        return self._counters is not None or not self.pid

    def oom_kills(self) -> int | None:
        """Memory kills inside so far: the kernel's counter, or else what the engine noticed."""
        found = self._counters.oom_kills() if self._counters is not None else None
        if found is not None:
            self._kills = found
        elif not self._is_gone:
            self._kills = max(self._kills, self._noticed_kills())
        return self._kills

    def last_words(self) -> str:
        """What the supervisor said on stderr; asked for only when it is in trouble or dead."""
        if self.wire is None:
            return ""
        self.wire.drain(0.5)
        self.oom_kills()  # may be why, and soon cannot be asked any more
        return self.wire.words

    def destroy(self) -> None:
        """Kill the container, see it removed, and let go of everything."""
        if self._is_gone:
            return
        self._is_gone = True
        if self.wire is not None:
            self.wire.close()
        try:
            self._remove()
        finally:
            self._client.close()
            if self._home is not None:
                shutil.rmtree(self._home, ignore_errors=True)

    def _noticed_kills(self) -> int:
        """Memory kills by the engine's record, which outlives the box and its counters."""
        now: Any = f"{time.time():.6f}"  # whole seconds would lose the last, or wait for the next
        if not is_answering():
            return self._kills
        filters = {"container": [self._container], "event": ["oom"]}
        since = int(self._started_at)
        with suppress(*_engine_errors()):
            told = self._client.api.events(since=since, until=now, filters=filters, decode=True)
            return sum(1 for _ in told)
        return self._kills

    def _remove(self) -> None:
        """Remove it, and wait where the engine is removing it already.

        An engine that is gone has ended its containers; the reaper removes what is left of them.
        """
        import docker
        from requests.exceptions import RequestException

        deadline = time.monotonic() + _REMOVED_WITHIN_S
        while time.monotonic() < deadline and is_answering():
            try:
                self._client.api.remove_container(self._container, force=True, v=True)
                return
            except docker.errors.NotFound:
                return
            except docker.errors.APIError as error:
                if error.status_code != 409:  # 409: removal is in progress
                    raise SandboxError(
                        f"container `{self._container[:12]}` was not removed: {error.explanation}",
                        hint="run `speedwright clean`",
                    ) from error
            except RequestException:  # after APIError, which is one of its kind
                return
            time.sleep(0.01)
        if is_answering():
            raise SandboxError(
                f"container `{self._container[:12]}` is still being removed",
                hint="run `speedwright clean`",
            )

    def _attach(self) -> int:
        """A descriptor of our own for the attached stream."""
        wanted = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        stream: Any = self._client.api.attach_socket(self._container, params=wanted)
        try:
            if self._client.api.base_url.startswith("https"):
                raise SandboxError(
                    "an engine behind TLS is not supported: its files are not this machine's",
                    hint="use the engine's local socket",
                )
            return os.dup(stream.fileno())
        finally:
            stream._response.close()
            stream.close()


def _engine_errors() -> tuple[type[Exception], ...]:
    """What a call to an engine that refuses or is gone raises."""
    import docker
    from requests.exceptions import RequestException

    return docker.errors.DockerException, RequestException
