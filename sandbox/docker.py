"""A container of its own for every session.

Covers: no network, a read-only root, no capabilities, an unprivileged user, ceilings on memory
(swap included), processes, disk and descriptors, private IPC, an empty environment; one warm
container serves many calls and goes away with the harness, however that ends.
Does not cover: holes in the kernel or the container runtime; what the host shows under `/usr` in
the host image (readable to every command); engines on other machines. An engine that cannot hold
a box's limits (a rootless one under control groups v1) is helped out with limits of single
processes (`rlimits.py`); `describe` and `speedwright doctor` say so.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speedwright.errors import (
    EnvironmentMissing,
    SandboxError,
    SandboxUnavailable,
    SpeedwrightError,
)
from speedwright.sandbox.box import Box
from speedwright.sandbox.bytecode import compiled
from speedwright.sandbox.cgroup import cgroup_version
from speedwright.sandbox.container import ContainerCage
from speedwright.sandbox.dockerprofile import NOBODY, Shown, host_config, user_of
from speedwright.sandbox.engine import PROBE_TIMEOUT_S, connect, require_own_file_system
from speedwright.sandbox.enginefacts import EngineFacts
from speedwright.sandbox.image import ImageSpec, PreparedImage, prepare_image
from speedwright.sandbox.inside import search_path, write_shims
from speedwright.sandbox.interfaces import Availability
from speedwright.sandbox.owner import Owner
from speedwright.sandbox.reaper import reap
from speedwright.sandbox.rlimits import of_mapped_processes
from speedwright.sandbox.session import (
    PLACE_INSIDE,
    SUPERVISOR,
    SUPERVISOR_INSIDE,
    TEMPORARY_INSIDE,
    SupervisedSession,
    scratch_inside,
    supervisor_command,
)

if TYPE_CHECKING:
    import docker

_OURS = ("PATH", "HOME", "TMPDIR", "LANG")  # what every box sets by itself
SHIMS_INSIDE = f"{PLACE_INSIDE}/.bin"
HOSTS = Path(__file__).with_name("hosts").resolve()  # `localhost`, which the engine leaves out
HOSTS_INSIDE = "/etc/hosts"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What to start a container with.

    Attributes:
        image: The image.
        command: The supervisor's.
        shown: What is mounted, by path inside.
        places: Path inside of each of the box's mounts.
        search_path: Folders of PATH inside.
        scratch: Scratch folder inside.
        kept: Paths inside that are never emptied.
        env: Variables that the image sets for its programs.
        home: Temporary folder on the host that goes away with the container.
    """

    image: PreparedImage
    command: tuple[str, ...]
    shown: dict[str, Shown]
    places: dict[str, str]
    search_path: tuple[str, ...]
    scratch: str
    kept: tuple[str, ...]
    env: dict[str, str]
    home: Path | None


class DockerSandbox:
    """Runs commands in containers of a local engine.

    Args:
        image: `host`, `auto`, a local image, or a Dockerfile.
        target: Root of the target, context of a Dockerfile.
        environment: Folder of an environment built from requirements, which `auto` bakes in.
    """

    def __init__(
        self, image: str = "host", *, target: Path | None = None, environment: Path | None = None
    ) -> None:
        self._spec = ImageSpec(image=image, target=target, environment=environment)
        self._prepared: PreparedImage | None = None
        self._facts: EngineFacts | None = None
        self._is_checked = False

    @property
    def name(self) -> str:
        """`docker`."""
        return "docker"

    @property
    def isolates(self) -> bool:
        """Yes."""
        return True

    def availability(self) -> Availability:
        """Whether an engine answers, asked for two seconds at most."""
        try:
            connect(timeout_s=PROBE_TIMEOUT_S).close()
        except SandboxUnavailable as error:
            return Availability(is_available=False, reason=error.message)
        return Availability(is_available=True)

    def describe(self) -> dict[str, str]:
        """Facts for the record: engine, storage, cgroup version, image and digest."""
        client = connect()
        try:
            info: dict[str, Any] = client.info()
            prepared = self._image(client)
        finally:
            client.close()
        facts = EngineFacts.of(info)
        return {
            "sandbox": self.name,
            "isolates": "yes",
            "engine": str(info.get("ServerVersion", "")),
            "api": str(client.api.api_version),
            "storage_driver": str(info.get("Driver", "")),
            "runtime": str(info.get("DefaultRuntime", "")),
            "cgroup_version": str(info.get("CgroupVersion") or cgroup_version()),
            "rootless": "yes" if facts.is_rootless else "no",
            "limits_not_held": ", ".join(facts.dropped) or "none",
            "kernel": os.uname().release,
            "image": prepared.name,
            "image_digest": prepared.digest,
        }

    def open(self, box: Box) -> SupervisedSession:
        """Start a container."""
        client = connect()
        with ExitStack() as undo:
            undo.callback(client.close)
            facts = self._engine(client)
            plan, container = self._created(client, box, facts)
            cage = ContainerCage(client, container, plan.home)
            undo.pop_all()
            undo.callback(cage.destroy)
            wire = _started(cage, plan)
            if not self._is_checked and not cage.is_seen_from_here:
                require_own_file_system(client, plan.image.name, list(plan.image.mounts))
            self._is_checked = True
            undo.pop_all()
        return SupervisedSession(
            replace(box, env={**plan.env, **box.env}),
            cage,
            wire,
            places=plan.places,
            search_path=plan.search_path,
            scratch=plan.scratch,
            kept=plan.kept,
            rlimits={} if facts.limits_a_box else of_mapped_processes(box.limits),
        )

    def _engine(self, client: docker.DockerClient) -> EngineFacts:
        """Asked once."""
        if self._facts is None:
            self._facts = EngineFacts.of(client.info())
        return self._facts

    def _image(self, client: docker.DockerClient) -> PreparedImage:
        if self._prepared is None:
            reap(client)
            self._prepared = prepare_image(client, self._spec)
        return self._prepared

    def _created(
        self, client: docker.DockerClient, box: Box, engine: EngineFacts
    ) -> tuple[_Plan, str]:
        plan = self._plan(client, box)
        try:
            return plan, _create(client, plan, box, engine)
        except SpeedwrightError:
            self._prepared = None  # it may be the image that went away: then the next try makes it
            if plan.home is not None:
                shutil.rmtree(plan.home, ignore_errors=True)
            raise

    def _plan(self, client: docker.DockerClient, box: Box) -> _Plan:
        image = self._image(client)
        places = {mount.name: f"{PLACE_INSIDE}/{mount.name}" for mount in box.mounts}
        shown = {
            places[mount.name]: Shown(source=mount.source, writable=mount.writable)
            for mount in box.mounts
        }
        shown[SUPERVISOR_INSIDE] = Shown(source=compiled(SUPERVISOR))
        shown[HOSTS_INSIDE] = Shown(source=HOSTS)
        if not image.is_host:
            env = _environment_of(client, image)
            path = env.get("PATH", "/usr/local/bin:/usr/bin:/bin")
            home = _home()
            _write_python(home / "bin")
            shown[SHIMS_INSIDE] = Shown(source=home / "bin")
            return _Plan(
                image=image,
                command=supervisor_command("python3"),
                shown=shown,
                places=places,
                search_path=(*path.split(":"), SHIMS_INSIDE),
                scratch=TEMPORARY_INSIDE,
                kept=(),
                env={name: value for name, value in env.items() if name not in _OURS},
                home=home,
            )
        paths = [path for path in box.toolchain.paths if not _is_in(image, path)]
        shown |= {str(path): Shown(source=path) for path in (*image.mounts, *paths)}
        shims = _shims(box)
        if shims is not None:
            shown[SHIMS_INSIDE] = Shown(source=shims / "bin")
        return _Plan(
            image=image,
            command=supervisor_command(str(box.toolchain.python)),
            shown=shown,
            places=places,
            search_path=search_path(box.toolchain, None if shims is None else SHIMS_INSIDE),
            scratch=scratch_inside(paths),
            kept=tuple(str(path) for path in paths),
            env={},
            home=shims,
        )


def _shims(box: Box) -> Path | None:
    """Temporary folder whose `bin` makes `python` the toolchain's; `None` if it is already."""
    home = _home()
    if write_shims(box.toolchain, home / "bin"):
        return home
    home.rmdir()
    return None


def _home() -> Path:
    """A temporary folder that the engine's user may read, named after this process."""
    home = Path(tempfile.mkdtemp(prefix=f"speedwright-box-{os.getpid()}-"))
    home.chmod(0o755)
    return home


def _write_python(folder: Path) -> None:
    """A `python` for images that only have `python3`; last in PATH, so an image's own wins."""
    folder.mkdir()
    shim = folder / "python"
    shim.write_text('#!/bin/sh\nexec python3 "$@"\n', encoding="ascii")
    shim.chmod(0o755)


def _is_in(image: PreparedImage, path: Path) -> bool:
    """Whether the image's own copy serves; what lies below /tmp is hidden by the mount there."""
    return path in image.baked and not path.is_relative_to(TEMPORARY_INSIDE)


def _environment_of(client: docker.DockerClient, image: PreparedImage) -> dict[str, str]:
    """The variables that an image sets for its programs."""
    config: dict[str, Any] = client.images.get(image.digest).attrs.get("Config") or {}
    pairs = (line.partition("=") for line in config.get("Env") or ())
    return {name: value for name, _, value in pairs}


def _create(client: docker.DockerClient, plan: _Plan, box: Box, engine: EngineFacts) -> str:
    """Create the container; its id.

    Raises:
        SandboxUnavailable: The engine does not see a folder that is here.
        SandboxError: It refused for another reason.
    """
    import docker
    from requests.exceptions import RequestException

    user = user_of(box, engine)
    try:
        created: dict[str, Any] = client.api.create_container(
            plan.image.digest,
            entrypoint=list(plan.command),
            command=[],
            user=user,
            working_dir="/",
            hostname="box",
            network_disabled=True,
            stdin_open=True,
            environment={},
            labels=Owner.of_this_process().labels(box.label),
            host_config=host_config(
                client, box.limits, plan.shown, scratch=plan.scratch, user=user
            ),
        )
    except docker.errors.APIError as error:
        said = str(error.explanation)
        _, is_bind, path = said.partition("bind source path does not exist: ")
        if is_bind and Path(path.strip()).exists():
            raise SandboxUnavailable(
                f"the Docker engine does not see `{path.strip()}` of this machine",
                hint="it runs on another machine or in a container; use a local engine, "
                "or `--sandbox bubblewrap`",
            ) from error
        raise SandboxError(f"the engine created no container: {said}") from error
    except RequestException as error:
        raise SandboxError(f"the engine did not answer: {error}") from error
    return str(created["Id"])


def _started(cage: ContainerCage, plan: _Plan) -> Any:
    """Start the container, with the engine's refusals in our words."""
    import docker
    from requests.exceptions import RequestException

    try:
        return cage.start()
    except docker.errors.APIError as error:
        said = str(error.explanation)
        if "executable file not found" in said or "no such file or directory" in said:
            raise _without_python(plan) from error
        if "permission denied" in said:
            raise EnvironmentMissing(
                f"user {NOBODY} of the sandbox may not start `{plan.command[0]}`",
                hint="make the interpreter's folder readable to all (`chmod -R a+rX FOLDER`)",
            ) from error
        raise SandboxError(f"the engine started no container: {said}") from error
    except RequestException as error:
        raise SandboxError(f"the engine did not answer: {error}") from error


def _without_python(plan: _Plan) -> EnvironmentMissing:
    if plan.image.is_host:
        return EnvironmentMissing(
            f"interpreter `{plan.command[0]}` is missing, or outside of the folders shown",
            hint="name an interpreter that exists",
        )
    return EnvironmentMissing(
        f"image `{plan.image.name}` has no `{plan.command[0]}`, which speedwright's "
        "supervisor needs (Python 3.8 or newer)",
        hint="add Python to the image, or use `--image host`",
    )
