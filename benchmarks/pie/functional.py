"""Does a program print what it should? One plain run a test, no clock that counts.

Covers: programs that read or write for ever, fork, crash, eat memory; each such test is wrong.
Does not cover: output beyond twice the longest answer, which is counted and not compared (the
    published accuracy ignores what follows the expected lines anyway).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speedwright.benchmarks.pie.boxes import run_limits, run_program
from speedwright.benchmarks.pie.row import Test
from speedwright.eval.metrics.pie import is_exact, line_accuracy, program_accuracy
from speedwright.sandbox import Limits, ProcessResult, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Functional:
    """What the runs said.

    Attributes:
        accuracy: Mean over the tests; tests that were not run count as 0.
        exact: Numbers of the tests whose output has exactly the expected words.
        tests: How many there are.
        ran: How many were run: no more once the gate cannot be reached.
        wall_s: Seconds of all runs.
        fault: What was wrong with the first test that was not exact; empty if all were.
    """

    accuracy: float
    exact: frozenset[int]
    tests: int
    ran: int
    wall_s: float
    fault: str = ""


def check(session: Session, tests: Sequence[Test], *, gate: float) -> Functional:
    """Run the tests until they are done or a mean accuracy of `gate` is out of reach.

    Raises:
        SandboxError: The sandbox failed.
    """
    limits = limits_for(tests)
    accuracies: list[float] = []
    exact, wall_s, fault = set[int](), 0.0, ""
    for test in tests:
        done = run_program(session, test.input, limits)
        wall_s += done.wall_s
        accuracies.append(accuracy_of(done, test))
        if is_exactly(done, test):
            exact.add(test.number)
        else:
            fault = fault or f"test {test.number}: {describe(done)}"
        if sum(accuracies) + len(tests) - len(accuracies) < gate * len(tests) - 1e-9:
            break
    ran = len(accuracies)
    padded = [*accuracies, *[0.0] * (len(tests) - ran)]
    return Functional(
        accuracy=program_accuracy(padded),
        exact=frozenset(exact),
        tests=len(tests),
        ran=ran,
        wall_s=wall_s,
        fault=fault,
    )


def limits_for(tests: Sequence[Test], *, cpus: tuple[int, ...] | None = None) -> Limits:
    """Ceilings of a run of any of these tests."""
    longest = max((len(test.expected or b"") for test in tests), default=0)
    return run_limits(longest_answer=longest, cpus=cpus)


def accuracy_of(done: ProcessResult, test: Test) -> float:
    """Published accuracy of one run; 0 unless it ended by itself with status 0 and prints text."""
    output = _text(done)
    return 0.0 if output is None else line_accuracy(output, _expected(test))


def is_exactly(done: ProcessResult, test: Test) -> bool:
    """Whether one run printed exactly what it should, and left no process behind."""
    output = _text(done)
    if output is None or done.stdout_bytes > len(done.stdout) or done.leftover_processes:
        return False
    return is_exact(output, _expected(test))


def describe(done: ProcessResult) -> str:
    """Why a run is not right, in a few words of ours."""
    if done.is_success and done.leftover_processes:
        return "leaves processes behind"
    if done.is_success:
        return "wrong output"
    ended = f" {done.exit_code}" if done.exit_code else ""
    ended = f" {done.signal}" if done.signal else ended
    return f"{done.outcome.value.replace('_', ' ')}{ended}"


def _text(done: ProcessResult) -> str | None:
    if not done.is_success:
        return None
    try:
        return done.stdout.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _expected(test: Test) -> str:
    assert test.expected is not None, "answers are filled in before anything is run"
    return test.expected.decode("utf-8", "replace")
