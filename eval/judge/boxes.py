"""Boxes for a target: the same mounts, environment and limits for every version of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from speedwright.errors import SandboxError
from speedwright.eval.target import Target
from speedwright.eval.test_run import mounts_for_tests
from speedwright.profiler.timer import SOURCE_MOUNT, runner_mounts
from speedwright.sandbox import GIB, Box, Limits, Mount, Session

MEMORY_BYTES = 4 * GIB
INFRA_TRIES = 3
INFRA_WAIT_S = 0.5

T = TypeVar("T")


def box_for(
    target: Target,
    folder: Path,
    *,
    trusted: Path,
    is_writable: bool = False,
    limits: Limits | None = None,
) -> Box:
    """The box in which a version of the target, checked out in `folder`, runs.

    Args:
        target: What it belongs to.
        folder: The version, mounted as `src`.
        trusted: The base's tree with the user's extra files; workload files come from there.
        is_writable: Whether `src` may be written; only for folders that are thrown away.
        limits: Ceilings; by default 4 GiB and one minute.
    """
    return Box(
        mounts=(
            Mount(name=SOURCE_MOUNT, source=folder, writable=is_writable),
            *runner_mounts(target.workload, trusted),
            *mounts_for_tests(target.test),
        ),
        toolchain=target.toolchain,
        env=target.env,
        limits=limits or Limits(memory_bytes=MEMORY_BYTES),
        label=f"speedwright-{os.getpid()}",
    )


def open_box(target: Target, box: Box) -> Session:
    """Open a session, trying again when the sandbox itself fails.

    Raises:
        SandboxError: It failed three times.
    """
    return retry_infra(lambda: target.sandbox.open(box))


def retry_infra(action: Callable[[], T]) -> T:
    """Do it again, up to three times, when the sandbox (never the code in it) failed."""
    for tried in range(1, INFRA_TRIES + 1):
        try:
            return action()
        except SandboxError:
            if tried == INFRA_TRIES:
                raise
            time.sleep(INFRA_WAIT_S * tried)
    raise AssertionError("unreachable")


def timing_cpus(*, is_parallel: bool) -> tuple[int, ...] | None:
    """Cores for timed runs: the last one for a serial workload, all but the first otherwise."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return None
    if not is_parallel:
        return (cores[-1],)
    return tuple(cores[1:]) if len(cores) > 2 else None
