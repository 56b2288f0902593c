"""Runs one workload under an instrument in a session of its own and fetches what it wrote."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from speedwright.errors import ProfilerError, SandboxError
from speedwright.profiler.paths import TargetPaths
from speedwright.profiler.shield import clean_line
from speedwright.profiler.timer import SOURCE_MOUNT, TRUSTED_MOUNT, import_env, seed_env
from speedwright.profiler.workload import CommandWorkload, FunctionWorkload, Workload
from speedwright.sandbox import Box, Call, Limits, Mount, Outcome, ProcessResult, Sandbox, Session

DRIVER = Path(__file__).with_name("drive.py").resolve()
DRIVER_MOUNT = "drive"
MARKER = "speedwright_measured"
MAX_OUTPUT_BYTES = 64 * 1024 * 1024
_TAIL_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """An open session prepared for profiling a workload.

    Attributes:
        session: Where it runs.
        paths: Maps file names seen inside to the target.
        limits: Ceilings for each profiled run.
        profiler: Name for messages.
    """

    session: Session
    paths: TargetPaths
    limits: Limits
    profiler: str

    def with_wall_limit(self, wall_s: float) -> Launch:
        """The same session with a shorter limit for each run; a longer one changes nothing."""
        limits = replace(self.limits, wall_s=min(wall_s, self.limits.wall_s))
        return replace(self, limits=limits)

    def folders(self, file: str) -> tuple[str, ...]:
        """Module search path of a function workload, as the timer sets it."""
        source = self.session.where(SOURCE_MOUNT)
        return tuple(dict.fromkeys((source, posixpath.dirname(f"{source}/{file}"))))

    def drive(self, workload: FunctionWorkload) -> tuple[str, ...]:
        """Arguments after `python` that make the driver call the workload."""
        names = [SOURCE_MOUNT]
        try:
            self.session.where(TRUSTED_MOUNT)
        except KeyError:
            pass
        else:
            names = [TRUSTED_MOUNT]
        file = f"{self.session.where(names[0])}/{workload.file}"
        given = ("--", *workload.words(0))
        return (self.driver(), "call", file, *self.folders(workload.file), *given)

    def driver(self) -> str:
        """Path of the trusted driver script inside the box."""
        return self.session.where(DRIVER_MOUNT)

    def run(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> ProcessResult:
        """Run in the target's folder with the environment that a timed run has.

        Raises:
            ProfilerError: It failed, was killed or did not start.
        """
        result = self.attempt(argv, env)
        if not result.is_success:
            raise self.failure(result)
        return result

    def attempt(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> ProcessResult:
        """The same without a judgement of how it ended."""
        call = Call(
            argv=tuple(argv),
            cwd=self.session.where(SOURCE_MOUNT),
            env={**import_env(self.session), **seed_env(0), **(env or {})},
            limits=self.limits,
        )
        return self.session.run(call)

    def output(self, name: str) -> bytes:
        """A file that the last run left in the scratch folder.

        Raises:
            ProfilerError: It is missing, too large or no plain file.
        """
        try:
            return self.session.read(name, max_bytes=MAX_OUTPUT_BYTES)
        except SandboxError as error:
            raise ProfilerError(
                f"`{self.profiler}` left no readable output: {error.message}",
                hint="try another profiler, or a workload with less output",
            ) from error

    def has(self, name: str) -> bool:
        """Whether the last run left that file in the scratch folder."""
        try:
            self.session.read(name, max_bytes=64)
        except SandboxError:
            return False
        return True

    def failure(self, result: ProcessResult) -> ProfilerError:
        """What to tell about a run that failed."""
        match result.outcome:
            case Outcome.EXITED if result.exit_code == 0:
                how = "failed"
            case Outcome.EXITED:
                how = f"exited with status `{result.exit_code}`"
            case Outcome.SIGNALED:
                how = f"was ended by signal `{result.signal}`"
            case Outcome.TIMED_OUT:
                how = f"took longer than `{self.limits.wall_s:g}` s"
            case _:
                how = f"ended as `{result.outcome.value}`"
        said = stderr_tail(result.stderr)
        detail = f": {clean_line(result.detail)}" if result.detail else ""
        return ProfilerError(
            f"the workload {how} under `{self.profiler}`{detail}" + (f"\n{said}" if said else ""),
            hint="run the workload without the profiler first; if it works, try another profiler",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What an instrument adds to the box.

    Attributes:
        mounts: Its files, shown read-only.
        slowdown: Factor by which the wall limit is stretched.
    """

    mounts: tuple[Mount, ...] = field(default=())
    slowdown: float = 1.0


@contextmanager
def launched(sandbox: Sandbox, box: Box, extra: Extra, profiler: str) -> Iterator[Launch]:
    """A session for one profile; it is closed afterwards."""
    limits = replace(box.limits, wall_s=box.limits.wall_s * extra.slowdown)
    named = {mount.name: mount for mount in (*box.mounts, *extra.mounts)}
    prepared = replace(box, mounts=tuple(named.values()), limits=limits)
    with sandbox.open(prepared) as session:
        yield Launch(
            session=session,
            paths=TargetPaths.of(session, prepared, (SOURCE_MOUNT, TRUSTED_MOUNT)),
            limits=limits,
            profiler=profiler,
        )


def driver_mount() -> Mount:
    """The trusted driver script."""
    return Mount(name=DRIVER_MOUNT, source=DRIVER)


def with_output(before: Sequence[str], name: str, after: Sequence[str]) -> tuple[str, ...]:
    """`before SCRATCH/name after`, where only the shell inside knows the scratch folder."""
    script = f'exec {shlex.join(before)} "${{TMPDIR:-/tmp}}"/{shlex.quote(name)} "$@"'
    return ("sh", "-c", script, "sh", *after)


def stderr_tail(stderr: bytes) -> str:
    """The last lines, cleaned, without what profilers say about themselves."""
    lines = stderr[-16_384:].decode("utf-8", "replace").splitlines()
    said = [clean_line(line, max_length=200) for line in lines if line.strip()]
    own = ("py-spy>", "==")
    return "\n".join([line for line in said if not line.startswith(own)][-_TAIL_LINES:])


def described(workload: Workload) -> str:
    """The workload in words, for messages and titles."""
    match workload:
        case CommandWorkload(argv=argv):
            return shlex.join(argv)
        case FunctionWorkload(file=file):
            return f"{file}: workload()"
