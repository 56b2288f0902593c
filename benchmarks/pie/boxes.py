"""Boxes for programs: one folder with one binary, no network, no answers, little memory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from speedwright.eval.judge.boxes import retry_infra
from speedwright.sandbox import GIB, MIB, Box, Call, Limits, Mount, ProcessResult, Sandbox, Session
from speedwright.sandbox.toolchain import find_toolchain

PROGRAM = "main"
MOUNT = "program"
TEST_WALL_S = 10.0
MEMORY_BYTES = 1 * GIB
PIDS = 64
FLOOD_BYTES = 64 * MIB
LEAST_OUTPUT_BYTES = 1 * MIB


def run_limits(*, longest_answer: int = 0, cpus: tuple[int, ...] | None = None) -> Limits:
    """Ceilings of one run; output beyond twice the longest answer is counted, not kept."""
    kept = max(LEAST_OUTPUT_BYTES, 2 * longest_answer)
    return Limits(
        wall_s=TEST_WALL_S,
        memory_bytes=MEMORY_BYTES,
        pids=PIDS,
        disk_bytes=64 * MIB,
        file_bytes=64 * MIB,
        output_bytes=kept,
        flood_bytes=max(FLOOD_BYTES, 2 * kept),
        cpus=cpus,
    )


def open_box(sandbox: Sandbox, folder: Path, limits: Limits) -> Session:
    """A session that sees this folder, read-only.

    Raises:
        SandboxError: It failed three times.
    """
    box = Box(
        mounts=(Mount(name=MOUNT, source=folder),),
        toolchain=find_toolchain(folder),
        limits=limits,
        label=f"speedwright-{os.getpid()}",
    )
    return retry_infra(lambda: sandbox.open(box))


@contextmanager
def open_all(
    sandbox: Sandbox, folders: Mapping[str, Path], limits: Limits
) -> Iterator[dict[str, Session]]:
    """A session of its own for each of these folders; containers are started side by side."""
    with ExitStack() as stack:
        with ThreadPoolExecutor(max(1, min(4, len(folders)))) as pool:
            futures = {
                arm: pool.submit(open_box, sandbox, folder, limits)
                for arm, folder in folders.items()
            }
        for future in futures.values():
            if future.exception() is None:
                stack.enter_context(future.result())
        yield {arm: future.result() for arm, future in futures.items()}


def run_program(
    session: Session, data: bytes, limits: Limits, before: tuple[str, ...] = ()
) -> ProcessResult:
    """Run the program of the session's folder once on this input.

    Args:
        session: Open, with the program's folder.
        data: For standard input.
        limits: Of this run.
        before: Words before the program, e.g. an instrument.
    """
    program = f"{session.where(MOUNT)}/{PROGRAM}"
    return session.run(Call(argv=(*before, program), stdin=data, limits=limits))


def put_program(folder: Path, binary: bytes) -> Path:
    """A folder with the binary in it, readable from a box."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    (folder / PROGRAM).write_bytes(binary)
    (folder / PROGRAM).chmod(0o755)
    return folder
