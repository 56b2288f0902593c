"""The connection to a Docker engine.

Covers: DOCKER_HOST, the system's socket, a rootless engine's socket; a clear error when none
answers; whether the engine's file system is ours.
Does not cover: contexts of the docker command line (ignored on purpose: a judge must not follow
whatever context the user's shell happens to be in).
"""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from speedwright.errors import SandboxUnavailable
from speedwright.sandbox.owner import Owner, boot_id

if TYPE_CHECKING:
    import docker

PROBE_TIMEOUT_S = 2.0
ANSWER_TIMEOUT_S = 20.0  # where an engine is known to be: a busy one takes its time
REQUEST_TIMEOUT_S = 60.0
_COMPARE = (  # by the shell alone: an image need not have `cat`; the nonce is a line without an end
    "read -r boot </proc/sys/kernel/random/boot_id; read -r nonce </probe/nonce; "
    'test "$boot $nonce" = "$1 $2"'
)
_VERSIONS: dict[str, str] = {}  # of the interface, by address: asked for once, not for every box
_INSTALL_HINT = (
    "start the engine (`systemctl start docker`) or install one (`apt install docker.io`), "
    "or choose `--sandbox bubblewrap`"
)


def engine_address() -> str:
    """Where the engine should be: DOCKER_HOST, else a socket that exists, else empty.

    The system's goes first, unless only the rootless one is this user's to use.
    """
    if host := os.environ.get("DOCKER_HOST", ""):
        return host
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    places = [Path("/var/run/docker.sock"), Path(runtime) / "docker.sock"]
    sockets = [place for place in places if place.is_absolute() and _is_socket(place)]
    usable = [place for place in sockets if os.access(place, os.W_OK)]
    return next((f"unix://{place}" for place in (*usable, *sockets)), "")


def _is_socket(place: Path) -> bool:
    try:
        return stat.S_ISSOCK(place.stat().st_mode)
    except OSError:
        return False


def connect(*, timeout_s: float = REQUEST_TIMEOUT_S) -> docker.DockerClient:
    """A client of an engine that has just answered; close it.

    Raises:
        SandboxUnavailable: None answers, or this user may not talk to it.
    """
    address = engine_address()
    if not address:
        raise SandboxUnavailable(
            "no Docker engine: `/var/run/docker.sock` does not exist and DOCKER_HOST is not set",
            hint=_INSTALL_HINT,
        )
    patience_s = min(timeout_s, ANSWER_TIMEOUT_S)
    if (silence := _silence_at(address, within_s=patience_s)) is not None:
        raise _no_answer(address, silence)
    import docker  # 0.15 s, so only where an engine is

    environment = {**os.environ, "DOCKER_HOST": address}
    try:
        client = docker.from_env(
            version=_VERSIONS.get(address),
            timeout=int(patience_s),
            use_context=False,
            environment=environment,
        )
    except docker.errors.DockerException as error:
        raise _no_answer(address, _first_line(error)) from error
    client.api.timeout = int(timeout_s)
    if address.startswith("unix:"):  # which was pinged above
        _VERSIONS[address] = client.api.api_version
    return client


def is_answering() -> bool:
    """Whether the engine still answers; asked before the SDK is, which leaks a socket if not."""
    address = engine_address()
    return bool(address) and _silence_at(address, within_s=ANSWER_TIMEOUT_S) is None


def _silence_at(address: str, *, within_s: float) -> str | None:
    """Why nothing answers a ping there, `None` if something does or it cannot be told simply.

    Asked by hand because the SDK leaks its socket when a connection fails.
    """
    kind, _, place = address.partition("://")
    host, _, port = place.rstrip("/").rpartition(":")
    try:
        if kind == "unix":
            connection = socket.socket(socket.AF_UNIX)
        elif kind in ("tcp", "http") and port.isdigit() and not os.environ.get("DOCKER_TLS_VERIFY"):
            connection = socket.create_connection((host, int(port)), timeout=within_s)
        else:
            return None
        with connection:
            connection.settimeout(within_s)
            if kind == "unix":
                connection.connect(place)
            connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n")
            answer = connection.recv(64)
    except OSError as error:
        return error.strerror or str(error)
    return None if answer.startswith(b"HTTP/1") else "what answers there is no engine"


def _no_answer(address: str, reason: str) -> SandboxUnavailable:
    hint = _INSTALL_HINT
    if "ermission denied" in reason:
        hint = "this user may not use the engine: add it to the group `docker`, or use sudo"
    return SandboxUnavailable(f"no Docker engine answers at `{address}`: {reason}", hint=hint)


def require_own_file_system(client: docker.DockerClient, image: str, mounts: list[Path]) -> None:
    """Make sure that folders which we mount are those that we see.

    A probe container compares the kernel's boot id, and a file that was just written here. It
    answers by its exit status: what it prints may arrive cut short.

    Raises:
        SandboxUnavailable: The engine runs on another machine, or in a container of its own.
    """
    import docker
    from docker.types import Mount

    with tempfile.TemporaryDirectory(prefix="speedwright-probe-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "nonce").write_text(folder.name, encoding="ascii")
        shown = [Mount(str(p), str(p), type="bind", read_only=True) for p in mounts]
        shown.append(Mount("/probe", str(folder), type="bind", read_only=True))
        try:
            client.containers.run(
                image,
                ["-c", _COMPARE, "probe", boot_id(), folder.name],
                entrypoint=["/bin/sh"],  # not the image's own
                mounts=shown,
                network_mode="none",
                remove=True,
                labels=Owner.of_this_process().labels("probe"),
            )
        except docker.errors.ContainerError as error:
            raise _elsewhere("a file written here is not seen there") from error
        except docker.errors.DockerException as error:
            raise _elsewhere(_first_line(error)) from error


def _elsewhere(reason: str) -> SandboxUnavailable:
    return SandboxUnavailable(
        f"the Docker engine at `{engine_address()}` does not see this machine's files: {reason}",
        hint="it runs on another machine or in a container; use an engine on this machine, "
        "or `--sandbox bubblewrap`",
    )


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
