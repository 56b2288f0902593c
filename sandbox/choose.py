"""Which sandbox serves here: the one asked for, or the best that there is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from speedwright import registry
from speedwright.errors import SandboxUnavailable
from speedwright.sandbox.interfaces import Sandbox

NO_ISOLATION = (
    "THIS DOES NOT ISOLATE: commands run as your own user with limits on time and memory only, "
    "and can read and change everything you can; install Docker or bubblewrap "
    "(`apt install bubblewrap`) before you judge code that you do not trust"
)
_REMEDY = {
    "docker": "start the engine, or `apt install docker.io`; or choose `--sandbox bubblewrap`",
    "bubblewrap": "`apt install bubblewrap` (unprivileged users also need user namespaces); "
    "or choose `--sandbox process`, which does not isolate",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSandbox:
    """A sandbox that can run here.

    Attributes:
        sandbox: The sandbox.
        warning: What people must know about it, else empty.
        passed_over: For `auto`: why each better one does not serve, by name.
    """

    sandbox: Sandbox
    warning: str = ""
    passed_over: tuple[tuple[str, str], ...] = ()


def choose_sandbox(
    name: str = "auto",
    *,
    image: str = "auto",
    target: Path | None = None,
    environment: Path | None = None,
) -> ChosenSandbox:
    """The sandbox of that name, or for `auto` Docker, else bubblewrap, else a plain process.

    Args:
        name: `auto`, `docker`, `bubblewrap`, `process`, or a registered plug-in.
        image: For Docker: `auto`, `host`, a local image, or a Dockerfile.
        target: Root of the target, in which a Dockerfile is looked for.
        environment: Folder of an environment built from requirements, if there is one.

    Raises:
        SandboxUnavailable: The one asked for cannot run here.
        UnknownName: There is none of that name.
    """
    if name != "auto":
        sandbox = _made(name, image, target, environment)
        state = sandbox.availability()
        if not state.is_available:
            raise SandboxUnavailable(
                f"sandbox `{name}` cannot run here: {state.reason}", hint=_REMEDY.get(name, "")
            )
        return ChosenSandbox(sandbox=sandbox, warning="" if sandbox.isolates else NO_ISOLATION)
    passed_over: list[tuple[str, str]] = []
    for candidate in ("docker", "bubblewrap", "process"):
        sandbox = _made(candidate, image, target, environment)
        state = sandbox.availability()
        if state.is_available:
            return ChosenSandbox(
                sandbox=sandbox,
                warning="" if sandbox.isolates else NO_ISOLATION,
                passed_over=tuple(passed_over),
            )
        passed_over.append((candidate, state.reason))
    raise SandboxUnavailable(
        "no sandbox can run here: " + "; ".join(f"{one}: {why}" for one, why in passed_over),
        hint="speedwright runs commands on Linux only",
    )


def _made(name: str, image: str, target: Path | None, environment: Path | None) -> Sandbox:
    kind = registry.resolve("sandboxes", name)
    if name == "docker":
        return cast(Sandbox, kind(image=image, target=target, environment=environment))
    return cast(Sandbox, kind())
