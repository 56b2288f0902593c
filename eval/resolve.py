"""From a request to a target: snapshot, commands, sandbox, interpreter."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from speedwright.errors import NoWorkload
from speedwright.eval.discover import (
    FoundWorkload,
    find_tests,
    find_workload,
    named_tests,
    named_workload,
    split_words,
)
from speedwright.eval.progress import Progress
from speedwright.eval.target import Target, TargetRequest, TestCommand
from speedwright.profiler import CommandWorkload
from speedwright.sandbox.choose import choose_sandbox
from speedwright.sandbox.snapshot import Snapshot, take_snapshot
from speedwright.sandbox.toolchain import choose_toolchain

LFS_HEADER = b"version https://git-lfs.github.com/spec/"
LFS_POINTER_BYTES = 1024
UNSETTLED = CommandWorkload(argv=())
"""Stands for "the slowest tests", which only the baseline can name."""


def resolve_target(
    request: TargetRequest,
    scratch: Path,
    progress: Progress,
    *,
    snapshot: Callable[[Path, Path], Snapshot] = take_snapshot,
) -> Target:
    """Snapshot the target and settle how it is run.

    Args:
        request: What the user asked for.
        scratch: A new folder for everything this run writes outside the run folder.
        progress: Hears what was found.
        snapshot: How the copy is made; `compare` takes refs and folders instead.

    Raises:
        NotARepository: The path is in no git repository.
        NoWorkload: There is nothing to time.
        SandboxUnavailable: The asked-for sandbox cannot run here.
        UsageError: A command cannot be understood.
    """
    start_s = time.monotonic()
    root = request.path.resolve()
    progress.step("snapshot", str(root))
    copy = snapshot(root, scratch / "snapshot")
    test = find_tests(copy) if request.test is None else named_tests(request.test)
    build = split_words(request.build, "build") if request.build else None
    found = _workload(request, copy, root, test)
    commands = _commands(found, test, build)
    chosen = choose_toolchain(root, commands, requirements=request.requirements)
    environment = chosen.toolchain.python.parent.parent if request.requirements else None
    box = choose_sandbox(request.sandbox, image=request.image, target=root, environment=environment)
    warnings = _warnings(copy, box.warning)
    for text in warnings:
        progress.warn(text)
    progress.note(f"workload: {found.how}")
    progress.note(f"tests: {' '.join(test.argv) if test else 'none'}")
    progress.note(f"sandbox: {box.sandbox.name}; Python: {chosen.how}")
    return Target(
        root=root,
        snapshot=copy,
        workload=found.workload,
        workload_how=found.how,
        test=test,
        build=build,
        sandbox=box.sandbox,
        toolchain=chosen.toolchain,
        toolchain_how=chosen.how,
        env=dict(request.env),
        extra_files=found.extra_files,
        paths=request.paths,
        deny=request.deny,
        margin=request.margin,
        protected=found.protected,
        deadline_s=start_s + request.time_limit_s if request.time_limit_s else None,
        warnings=warnings,
    )


def _workload(
    request: TargetRequest, copy: Snapshot, root: Path, test: TestCommand | None
) -> FoundWorkload:
    if request.workload:
        return named_workload(request.workload, copy, root)
    found = find_workload(copy, test)
    if found is not None:
        return found
    if test is None or test.pytest_args is None:
        raise NoWorkload(
            f"no workload was found in `{root}`: no benchmarks, no `bench*.py`, no pytest tests",
            hint="name one: --workload 'python script.py' or --workload file_with_workload.py",
        )
    return FoundWorkload(workload=UNSETTLED, how="the slowest tests")


def _commands(
    found: FoundWorkload, test: TestCommand | None, build: Sequence[str] | None
) -> tuple[Sequence[str], ...]:
    workload = found.workload.argv if isinstance(found.workload, CommandWorkload) else ()
    listed = (workload, test.argv if test else (), build or ())
    return tuple(words for words in listed if words)


def _is_lfs_pointer(file: Path) -> bool:
    if file.is_symlink() or file.stat().st_size > LFS_POINTER_BYTES:
        return False
    return file.read_bytes().startswith(LFS_HEADER)


def _warnings(copy: Snapshot, sandbox_warning: str) -> tuple[str, ...]:
    warnings = []
    if sandbox_warning:
        warnings.append(sandbox_warning)
    if copy.skipped:
        shown = "; ".join(copy.skipped[:3])
        warnings.append(f"{len(copy.skipped)} paths are not part of the copy: {shown}")
    pointers = [name for name in copy.paths() if _is_lfs_pointer(copy.tree / name)]
    if pointers:
        warnings.append(
            f"{len(pointers)} files are git-lfs pointers, not their content: `{pointers[0]}`; "
            "fetch them with: git lfs pull"
        )
    if copy.identity.is_dirty and copy.identity.commit:
        warnings.append("the working tree has uncommitted changes: they are part of the base")
    return tuple(warnings)
