"""Running a target's tests in a session and hearing every outcome."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from speedwright.eval.target import TestCommand
from speedwright.profiler.timer import SOURCE_MOUNT, import_env
from speedwright.sandbox import MIB, Call, Limits, Mount, Outcome, ProcessResult, Session

__test__ = False
RUNNER = Path(__file__).with_name("trusted_pytest.py").resolve()
RUNNER_MOUNT = "pytest-runner"
TAIL_BYTES = 4000


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    nonce: str
    exit_status: int
    outcomes: dict[str, str]
    durations_s: dict[str, float]
    errors: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """One run of the tests.

    Attributes:
        is_complete: The runner answered to its end: a run that did not proved nothing.
        is_listed: Outcomes by test id are known (pytest).
        exit_status: Pytest's or the command's; `None` if it did not get that far.
        outcomes: Test id -> passed, failed, error, skipped, xfailed, xpassed.
        durations_s: Test id -> seconds, by pytest's own clock: a hint, not a measurement.
        errors: Files that could not be collected.
        result: What the sandbox saw.
    """

    __test__ = False

    is_complete: bool
    is_listed: bool
    exit_status: int | None
    outcomes: Mapping[str, str] = field(default_factory=dict)
    durations_s: Mapping[str, float] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    result: ProcessResult

    @property
    def passed(self) -> frozenset[str]:
        """Ids of the tests that passed."""
        return frozenset(n for n, o in self.outcomes.items() if o in ("passed", "xfailed"))

    @property
    def failed(self) -> tuple[str, ...]:
        """Ids of the tests that failed, and files that could not be collected."""
        bad = [n for n, o in self.outcomes.items() if o in ("failed", "error")]
        return (*sorted(bad), *self.errors)

    @property
    def is_green(self) -> bool:
        """Everything that ran passed, and something ran."""
        if not self.is_complete or self.exit_status != 0:
            return False
        return bool(self.passed) if self.is_listed else True

    @property
    def tail(self) -> str:
        """End of what it printed, for people."""
        text = (self.result.stdout[-TAIL_BYTES:] + self.result.stderr[-TAIL_BYTES:]).decode(
            "utf-8", "replace"
        )
        return text[-TAIL_BYTES:]


def mounts_for_tests(test: TestCommand | None) -> tuple[Mount, ...]:
    """Mounts that `run_tests` needs beside `src`."""
    if test is None or test.pytest_args is None:
        return ()
    return (Mount(name=RUNNER_MOUNT, source=RUNNER),)


def run_tests(session: Session, test: TestCommand, *, limits: Limits) -> TestRun:
    """Run the tests once in the session's `src`.

    Raises:
        SandboxError: The sandbox failed.
    """
    if test.pytest_args is None:
        return _run_command(session, test, limits)
    nonce = secrets.token_hex(16)
    source = session.where(SOURCE_MOUNT)
    interpreter = test.argv[: test.argv.index("-m")] if test.is_module else ("python",)
    flag = "module" if test.is_module else "script"
    call = Call(
        argv=(*interpreter, session.where(RUNNER_MOUNT), flag, source, *test.pytest_args),
        cwd=source,
        env=_env(session),
        function_input=nonce.encode(),
        limits=limits,
    )
    result = session.run(call)
    reply = _parse(result, nonce)
    if reply is None:
        status = result.exit_code
        return TestRun(is_complete=False, is_listed=True, exit_status=status, result=result)
    return TestRun(
        is_complete=True,
        is_listed=True,
        exit_status=reply.exit_status,
        outcomes=reply.outcomes,
        durations_s=reply.durations_s,
        errors=tuple(reply.errors),
        result=result,
    )


def limits_for_tests(wall_s: float, *, memory_bytes: int) -> Limits:
    """Limits of a test run: room for thousands of outcomes in the reply."""
    return Limits(wall_s=wall_s, memory_bytes=memory_bytes, output_bytes=16 * MIB)


def _run_command(session: Session, test: TestCommand, limits: Limits) -> TestRun:
    source = session.where(SOURCE_MOUNT)
    result = session.run(Call(argv=test.argv, cwd=source, env=_env(session), limits=limits))
    return TestRun(
        is_complete=result.outcome is Outcome.EXITED,
        is_listed=False,
        exit_status=result.exit_code,
        result=result,
    )


def _env(session: Session) -> dict[str, str]:
    return {**import_env(session), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def _parse(result: ProcessResult, nonce: str) -> _Reply | None:
    """The runner's answer; `None` if it is missing, cut, or not from the runner."""
    if result.reply is None or len(result.reply) != result.reply_bytes:
        return None
    try:
        reply = _Reply.model_validate(json.loads(result.reply))
    except (ValidationError, ValueError, RecursionError):
        return None
    return reply if secrets.compare_digest(reply.nonce, nonce) else None
