"""Timers: one fresh process a sample, the clock in the supervisor outside of it.

Covers: whole programs (start included) and `workload()` of a file (import and `setup()` apart).
Does not cover: GPU work (needs events and a device-wide synchronise).
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from speedwright.profiler.sample import Sample
from speedwright.profiler.workload import CommandWorkload, FunctionWorkload, Workload
from speedwright.sandbox import Call, Limits, Mount, ProcessResult, Session

RUNNER = Path(__file__).with_name("runner.py").resolve()
RUNNER_MOUNT = "runner"
SOURCE_MOUNT = "src"
TRUSTED_MOUNT = "workload"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTimer:
    """Times a program as a whole.

    Attributes:
        workload: The program.
    """

    workload: CommandWorkload

    def sample(self, session: Session, *, seed: int, limits: Limits | None = None) -> Sample:
        """Run the program once in the target's folder."""
        result = session.run(
            Call(
                argv=self.workload.argv,
                cwd=session.where(SOURCE_MOUNT),
                env={**import_env(session), **seed_env(seed)},
                limits=limits,
            )
        )
        return _sample(result, seed, result.stdout_sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTimer:
    """Times `workload()` of a file; the file is the base's, mounted as `workload`.

    Attributes:
        workload: The file.
        loaded: Modules of the standard library to load first.
    """

    workload: FunctionWorkload
    loaded: tuple[str, ...] = ()

    def sample(self, session: Session, *, seed: int, limits: Limits | None = None) -> Sample:
        """Import, set up, wait for the go signal, call once, send the whole result."""
        source = session.where(SOURCE_MOUNT)
        trusted = f"{session.where(TRUSTED_MOUNT)}/{self.workload.file}"
        folders = dict.fromkeys((source, posixpath.dirname(f"{source}/{self.workload.file}")))
        given = ("--", *self.workload.words(seed), *self.loaded)
        result = session.run(
            Call(
                argv=("python", "-u", session.where(RUNNER_MOUNT), trusted, *folders, *given),
                cwd=source,
                env={**import_env(session), **seed_env(seed)},
                function_input=str(seed).encode(),
                limits=limits,
            )
        )
        return _sample(result, seed, result.reply_sha256)


def timer_for(workload: Workload, loaded: tuple[str, ...] = ()) -> CommandTimer | FunctionTimer:
    """The timer for this kind of workload.

    Args:
        workload: What is timed.
        loaded: Modules that a function workload finds loaded; a program loads its own.
    """
    match workload:
        case CommandWorkload():
            return CommandTimer(workload=workload)
        case FunctionWorkload():
            return FunctionTimer(workload=workload, loaded=loaded)


def runner_mounts(workload: Workload, trusted: Path) -> tuple[Mount, ...]:
    """Mounts that the timer needs beside `src`.

    Args:
        workload: What is timed.
        trusted: The base's own tree, from which a function workload's file is taken.
    """
    if isinstance(workload, CommandWorkload):
        return ()
    return (
        Mount(name=RUNNER_MOUNT, source=RUNNER),
        Mount(name=TRUSTED_MOUNT, source=trusted),
    )


def import_env(session: Session) -> dict[str, str]:
    """Makes the target's own modules win over an editable install of the user's tree."""
    source = session.where(SOURCE_MOUNT)
    return {"PYTHONPATH": f"{source}:{source}/src"}


def seed_env(seed: int) -> dict[str, str]:
    """Environment that differs between pairs and is equal within one; thread counts are fixed."""
    threads = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    # Equal length for every seed: the environment's size shifts the stack.
    hash_seed = f"{seed % 4_000_000_000:010d}"
    return {"PYTHONHASHSEED": hash_seed, **dict.fromkeys(threads, "1")}


def _sample(result: ProcessResult, seed: int, output_sha256: str) -> Sample:
    return Sample(
        wall_s=result.wall_s,
        cpu_s=result.cpu_s,
        peak_rss_bytes=result.peak_rss_bytes,
        setup_s=result.setup_s,
        output_sha256=output_sha256,
        seed=seed,
        result=result,
    )
