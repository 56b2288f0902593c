"""py-spy: samples Python programs from outside, by line, with native extensions and subprocesses.

Covers: commands that start Python (script, module, console script) and function workloads, whose
import and `setup()` are cut away; threads; child processes that are Python.
Does not cover: what a process waits for; work before the first sample of a child process.

py-spy hides how the program ended, so a command is first run once without it.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from speedwright.errors import ProfilerError, ToolMissing
from speedwright.profiler.build import ProfileBuilder
from speedwright.profiler.profile import Profile
from speedwright.profiler.tools.launch import (
    DRIVER_MOUNT,
    MARKER,
    Extra,
    Launch,
    driver_mount,
    launched,
    stderr_tail,
    with_output,
)
from speedwright.profiler.tools.pyspy_output import (
    RawFrame,
    RawSample,
    is_waiting,
    parse,
    significant,
)
from speedwright.profiler.workload import CommandWorkload, FunctionWorkload, Workload
from speedwright.sandbox import Availability, Box, Mount, Outcome, ProcessResult, Sandbox

_OUTPUT = "speedwright-samples.json"
_DONE = "speedwright-done"
_MOUNT = "py-spy"
# A short workload is run again, each time in a fresh process and sampled more often, until there is
# something to see.
_FAST_RATE_HZ = 1000
_ENOUGH_SAMPLES = 150
_MAX_RUNS = 20
_REPEAT_S = 10.0
_FEW_SAMPLES = 50
_MAX_MISSED = 3
_MAX_LOST_SHARE = 0.2
_FEW_LOST = 3
_ERRORS = re.compile(rb"py-spy> Wrote [^\n]* Errors: (\d{1,9})")
# A command is known to end; under py-spy it may take longer, but not without end.
_SLOWDOWN = 5.0
_ATTACH_S = 5.0


class SamplingFailed(ProfilerError):
    """The workload is fine, but py-spy cannot see enough of it; another profiler may."""


@dataclass(slots=True)
class _Seen:
    """What all runs so far showed."""

    stacks: list[tuple[tuple[RawFrame, ...], float]] = field(default_factory=list)
    runs: int = 0
    wall_s: float = 0.0
    waiting: int = 0
    outside: int = 0
    lost: int = 0

    def is_mostly_lost(self) -> bool:
        """Whether so many stacks could not be read that the others are no fair sample."""
        return self.lost >= _FEW_LOST and self.lost > _MAX_LOST_SHARE * (
            self.lost + len(self.stacks)
        )

    def is_enough(self) -> bool:
        """Whether another run would be of no use."""
        return len(self.stacks) >= _ENOUGH_SAMPLES or self.is_mostly_lost()


@dataclass(frozen=True, slots=True, kw_only=True)
class PySpyProfiler:
    """Samples with py-spy as the parent of the program.

    Attributes:
        executable: The py-spy binary of the host, shown read-only in the box; `None` to find it
            beside the running interpreter or on PATH.
        rate_hz: Samples a second of the first run, unless it is known to be too short for that.
        native: Whether frames of extension modules are seen as well.
    """

    executable: Path | None = None
    rate_hz: int = 200
    native: bool = True

    @property
    def name(self) -> str:
        """Name in the registry."""
        return "py-spy"

    def availability(self) -> Availability:
        """Whether the binary is here."""
        if self._binary() is None:
            return Availability(is_available=False, reason="`py-spy` is not installed")
        return Availability(is_available=True)

    def profile(self, workload: Workload, sandbox: Sandbox, box: Box) -> Profile:
        """Profile the workload; short ones are run several times.

        Raises:
            ToolMissing: py-spy is not installed.
            ProfilerError: The workload fails, is no Python or too short, or nothing was seen.
        """
        binary = self._binary()
        if binary is None:
            raise ToolMissing("`py-spy` is not here", hint='pip install "speedwright[profilers]"')
        mounts = (Mount(name=_MOUNT, source=binary), driver_mount())
        with launched(sandbox, box, Extra(mounts=mounts, slowdown=2.0), self.name) as launch:
            if isinstance(workload, CommandWorkload):
                plain = launch.run(workload.argv)
                argv = workload.argv
                launch = launch.with_wall_limit(_SLOWDOWN * plain.wall_s + _ATTACH_S)
                is_short = plain.wall_s * self.rate_hz < _FEW_SAMPLES
            else:
                argv, is_short = ("python", *launch.drive(workload)), False
            first_hz = self._fast_hz if is_short else self.rate_hz
            seen = self._collect(launch, argv, first_hz, isinstance(workload, FunctionWorkload))
            return self._built(seen, launch)

    @property
    def _fast_hz(self) -> int:
        return max(self.rate_hz, _FAST_RATE_HZ)

    def _binary(self) -> Path | None:
        if self.executable is not None:
            return self.executable if self.executable.is_file() else None
        beside = Path(sys.executable).parent / "py-spy"
        found = str(beside) if beside.is_file() else shutil.which("py-spy")
        return Path(found).resolve() if found else None

    def _collect(
        self, launch: Launch, argv: Sequence[str], first_hz: int, is_function: bool
    ) -> _Seen:
        """Run until there are enough samples, time or runs."""
        seen = _Seen()
        started = time.monotonic()
        for run in range(_MAX_RUNS):
            rate_hz = first_hz if run == 0 else self._fast_hz
            # The second try goes without native frames: reading symbols takes longer than some
            # programs run, and fails with some interpreters.
            native = self.native and not (run and not seen.runs)
            result = launch.attempt(self._command(launch, argv, rate_hz, native))
            if result.is_success:
                self._read(seen, launch, result, rate_hz, is_function)
            else:
                self._refused(launch, result, seen, run, is_function)
            if seen.is_enough() or time.monotonic() - started > _REPEAT_S:
                break
        return seen

    def _command(
        self, launch: Launch, argv: Sequence[str], rate_hz: int, native: bool
    ) -> tuple[str, ...]:
        before = [launch.session.where(_MOUNT), "record", "--format", "speedscope"]
        before += ["--full-filenames", "--subprocesses", "--rate", str(rate_hz)]
        before += ["--native"] if native else []
        return with_output([*before, "--output"], _OUTPUT, ["--", *argv])

    def _read(
        self, seen: _Seen, launch: Launch, result: ProcessResult, rate_hz: int, is_function: bool
    ) -> None:
        threads = parse(launch.output(_OUTPUT), rate_hz=rate_hz)
        driver = launch.session.where(DRIVER_MOUNT)
        has_marker = is_function and any(_measured(thread, driver) for thread in threads)
        if is_function and not launch.has(_DONE):
            raise launch.failure(result)
        for thread in threads:
            is_main = is_function and (_measured(thread, driver) or not has_marker)
            for sample in thread:
                self._sort_in(seen, sample, driver if is_main else "")
        seen.runs += 1
        seen.wall_s += result.wall_s
        if found := _ERRORS.findall(result.stdout + b"\n" + result.stderr):
            seen.lost += int(found[-1])

    def _sort_in(self, seen: _Seen, sample: RawSample, driver: str) -> None:
        if is_waiting(sample.frames):
            seen.waiting += 1
            return
        frames = _below_marker(sample.frames, driver) if driver else sample.frames
        frames = significant(frames)
        if frames:
            seen.stacks.append((frames, sample.weight_s))
        elif sample.frames:
            seen.outside += 1

    def _refused(
        self, launch: Launch, result: ProcessResult, seen: _Seen, run: int, is_function: bool
    ) -> None:
        """Accept that py-spy now and then misses the start of a very short program."""
        if result.outcome is Outcome.TIMED_OUT and not is_function:
            raise SamplingFailed(
                f"the workload took longer than `{launch.limits.wall_s:.0f}` s under `py-spy`, "
                f"many times what it takes alone",
                hint="its stacks are too deep for sampling; use `cprofile`",
            )
        if b"Failed to find python version" in result.stderr:
            raise ProfilerError(
                "`py-spy` found no Python in the workload's process",
                hint="profile native programs with `callgrind`, or start Python directly",
            )
        missed = result.exit_code == 1 and b"Error: " in result.stderr
        if not missed:
            raise launch.failure(result)
        if run >= _MAX_MISSED and not seen.runs:
            raise SamplingFailed(
                f"`py-spy` could not attach to the workload\n{stderr_tail(result.stderr)}",
                hint="it is too short, or ptrace is forbidden here; use `cprofile`",
            )

    def _built(self, seen: _Seen, launch: Launch) -> Profile:
        if seen.is_mostly_lost():
            raise SamplingFailed(
                f"`py-spy` lost {seen.lost} samples and read {len(seen.stacks)}",
                hint="recursion thousands of calls deep is too deep for it; use `cprofile`",
            )
        if not seen.stacks:
            raise SamplingFailed(
                "`py-spy` saw no code running in the workload",
                hint="it is too short or waits all the time: give it more to do, or use `cprofile`",
            )
        builder = ProfileBuilder(launch.paths)
        for frames, weight_s in seen.stacks:
            stack = [builder.frame(one.function, one.file, one.line, one.kind) for one in frames]
            builder.add(stack, weight_s / seen.runs)
        return builder.finish(
            profiler=self.name,
            unit="seconds",
            wall_s=seen.wall_s / seen.runs,
            notes=_notes(seen),
        )


def _measured(thread: Sequence[RawSample], driver: str) -> bool:
    return any(_is_marker(frame, driver) for sample in thread for frame in sample.frames)


def _is_marker(frame: RawFrame, driver: str) -> bool:
    return frame.function == MARKER and frame.file == driver


def _below_marker(frames: Sequence[RawFrame], driver: str) -> Sequence[RawFrame]:
    for index, frame in enumerate(frames):
        if _is_marker(frame, driver):
            return frames[index + 1 :]
    return ()


def _notes(seen: _Seen) -> list[str]:
    count = len(seen.stacks)
    notes = [f"{count} samples in {seen.runs} run" + ("s" if seen.runs > 1 else "")]
    if count < _FEW_SAMPLES:
        notes.append("few samples: small shares mean nothing; a longer workload shows more")
    if seen.outside:
        notes.append("import and setup() are left out")
    if seen.waiting > 0.1 * count:
        share = seen.waiting / (count + seen.waiting)
        notes.append(f"{share:.0%} of all samples were threads that waited; they are left out")
    return notes
