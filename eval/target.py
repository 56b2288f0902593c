"""What is to be made faster, and how it is run: the request as given, the target as resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from speedwright.profiler import Workload
from speedwright.sandbox import Sandbox, Toolchain
from speedwright.sandbox.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRequest:
    """A target as the user names it; commands are text, split with shlex and never given a shell.

    Attributes:
        path: Folder of the repository, or a sub-folder of one.
        workload: Command, or a Python file with `workload()`; `None` to look for one.
        test: Test command; `None` to look for pytest tests, empty for "there are none".
        build: Command run in every checkout after a patch is applied; `None` for none.
        sandbox: `auto`, `docker`, `bubblewrap` or `process`.
        image: `auto`, `host`, an image's name or a Dockerfile.
        env: Environment of the target's commands; nothing else is passed on.
        requirements: Packages the target needs, as pip words.
        paths: Globs a patch may touch; empty for every file that is not denied.
        deny: Globs a patch may not touch, beside the ones that are never allowed.
        margin: Smallest relative gain that counts.
        time_limit_s: Wall time for everything; `None` for no limit.
        out: Folder for runs; `None` for `.speedwright/runs` in the target.
    """

    path: Path
    workload: str | None = None
    test: str | None = None
    build: str | None = None
    sandbox: str = "auto"
    image: str = "auto"
    env: Mapping[str, str] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    margin: float = 0.01
    time_limit_s: float | None = None
    out: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCommand:
    """How the target's tests are run.

    Attributes:
        argv: The command.
        pytest_args: Arguments after `pytest`, if it is a pytest command: then every test's outcome
            comes back by id. `None` for other commands, of which only the exit status counts.
        is_module: Started as `python -m pytest`, which puts the target's folder on the path.
    """

    __test__ = False

    argv: tuple[str, ...]
    pytest_args: tuple[str, ...] | None
    is_module: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target ready to be worked on.

    Attributes:
        root: The user's folder; read only, never written.
        snapshot: Trusted copy of it.
        workload: The slow thing.
        workload_how: How it was found, for people.
        test: Its tests, if any.
        build: Its build command, if any.
        sandbox: Where its code runs.
        toolchain: Interpreter and programs it is run with.
        toolchain_how: How the interpreter was chosen, for people.
        env: Its commands' environment.
        extra_files: Trusted files laid over the judge's copy of the base (a workload from outside).
        paths: See `TargetRequest`.
        deny: See `TargetRequest`.
        margin: See `TargetRequest`.
        protected: Files no patch may touch because the measurement itself uses them.
        deadline_s: Point on the monotonic clock at which the time limit ends; `None` for no limit.
        hidden: Files that a proposer is not shown (hold-out workloads).
        shown: Text in which a proposer sees a file, where it is not the file's own.
        warnings: What the user should know.
    """

    root: Path
    snapshot: Snapshot
    workload: Workload
    workload_how: str
    test: TestCommand | None
    build: tuple[str, ...] | None
    sandbox: Sandbox
    toolchain: Toolchain
    toolchain_how: str
    env: Mapping[str, str] = field(default_factory=dict)
    extra_files: Mapping[str, bytes] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    margin: float = 0.01
    protected: tuple[str, ...] = ()
    deadline_s: float | None = None
    hidden: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
