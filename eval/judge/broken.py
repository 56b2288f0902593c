"""What to tell, and to advise, when the unpatched target does not work."""

from __future__ import annotations

import signal

from speedwright.errors import TargetBroken
from speedwright.eval.target import Target
from speedwright.eval.test_run import TestRun
from speedwright.profiler import CommandWorkload, Sample
from speedwright.sandbox import Outcome, ProcessResult

TAIL_BYTES = 1200
NOTHING_COLLECTED = 5
LISTED = 5
NAMED_TESTS = "name the right command with --test, or --test '' if there are no tests"
BY_HAND = "run it by hand; what it needs must be inside the sandbox (requirements, env, build)"
ADVICE = (
    (("EOFError", "EOF when reading"), "it reads standard input, which is empty: give it a file"),
    (
        ("Name or service not known", "name resolution", "Network is unreachable"),
        "there is no network inside the sandbox: keep what it needs in the repository",
    ),
    (
        ("Read-only file system",),
        "it writes outside its own folder and $TMPDIR, which the sandbox does not allow",
    ),
)
"""What the target printed, and what to do then."""


def tests_broken(target: Target, run: TestRun) -> TargetBroken:
    """Why the tests of the base cannot be built on."""
    command = " ".join(target.test.argv) if target.test else ""
    said = run.tail.strip()[-TAIL_BYTES:]
    if run.result.outcome is Outcome.TIMED_OUT:
        return TargetBroken(
            f"the tests of the unpatched target (`{command}`) ran over {_time(run.result)}",
            hint="name a quicker set: --test 'python -m pytest tests/quick'",
        )
    if run.result.outcome is Outcome.NOT_STARTED:
        return TargetBroken(
            f"the test command `{command}` cannot be started: {run.result.detail}",
            hint=f"install it for {target.toolchain_how}; or {NAMED_TESTS}",
        )
    if run.is_complete and run.is_listed and not run.outcomes and not run.errors:
        return _nothing_ran(target, run, command, said)
    failed = ", ".join(run.failed[:LISTED]) or how_it_ended(run.result)
    if len(run.failed) > LISTED:
        failed += f" and {len(run.failed) - LISTED} more"
    return TargetBroken(
        _joined(f"the tests of the unpatched target fail: {failed}", said),
        hint="mend them, or leave them out: --test 'python -m pytest --deselect …'",
    )


def _nothing_ran(target: Target, run: TestRun, command: str, said: str) -> TargetBroken:
    if run.exit_status in (0, NOTHING_COLLECTED):
        return TargetBroken(f"`{command}` ran no test", hint=NAMED_TESTS)
    hint = "run it by hand; its message is above"
    if "unrecognized arguments" in said or "Missing required plugins" in said:
        hint = (
            f"a plug-in is missing for {target.toolchain_how}: install it, or leave its options "
            "out: --test 'python -m pytest -o addopts= -o required_plugins='"
        )
    return TargetBroken(
        _joined(f"`{command}` ran no test: pytest ended with status {run.exit_status}", said),
        hint=hint,
    )


def workload_broken(target: Target, sample: Sample) -> TargetBroken:
    """Why the workload cannot be timed on the base."""
    result = sample.result
    said = (result.stdout[-TAIL_BYTES:] + result.stderr[-TAIL_BYTES:]).decode("utf-8", "replace")
    how = target.workload_how
    if result.outcome is Outcome.TIMED_OUT:
        return TargetBroken(
            f"the workload {how} ran over {_time(result)} on the unpatched target",
            hint="take a smaller input: a few milliseconds to a few seconds measure best",
        )
    ended = how_it_ended(result)
    return TargetBroken(
        _joined(f"the workload {how} fails on the unpatched target ({ended})", said),
        hint=_advice(target, result, said),
    )


def how_it_ended(result: ProcessResult) -> str:
    """The end of a failed command, in a few words."""
    if result.outcome is Outcome.EXITED and result.exit_code:
        return f"exit status {result.exit_code}"
    if result.outcome is Outcome.SIGNALED and result.signal:
        return f"killed by {_signal_name(result.signal)}"
    return result.detail or result.outcome.value.replace("_", " ")


def _advice(target: Target, result: ProcessResult, said: str) -> str:
    if result.outcome is Outcome.NOT_STARTED:
        return "install it, give its path in the repository, or build it with the setting `build`"
    if result.outcome is Outcome.OUT_OF_MEMORY:
        return "one run may use 4 GiB: take a smaller input"
    missing = _left_out(target)
    if missing:
        return (
            f"`{missing}` is not in the copy that is worked on, since git ignores it: "
            f"git add -f {missing}, or make it with the setting `build`"
        )
    for words, hint in ADVICE:
        if any(word in said for word in words):
            return hint
    return BY_HAND


def _left_out(target: Target) -> str:
    """A file of the user's that the command names and the copy lacks."""
    if not isinstance(target.workload, CommandWorkload):
        return ""
    known = set(target.snapshot.paths())
    for word in target.workload.argv:
        name = word.removeprefix("./")
        if name and name not in known and not word.startswith(("-", "/")):
            try:
                is_there = (target.root / name).is_file()
            except (OSError, ValueError):
                continue
            if is_there:
                return name
    return ""


def _time(result: ProcessResult) -> str:
    wall_s = result.wall_s
    return f"{wall_s / 60:.0f} min" if wall_s >= 120 else f"{wall_s:.0f} s"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _joined(*parts: str) -> str:
    return "\n".join(part for part in (p.strip() for p in parts) if part)
