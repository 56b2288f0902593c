"""Rounds of real processes: seeds, order, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from speedwright.eval.judge.rounds import BASE, CANDIDATE, COPY, Rounds
from speedwright.profiler import CommandWorkload, FunctionWorkload, Workload
from speedwright.profiler.timer import SOURCE_MOUNT, runner_mounts, timer_for
from speedwright.sandbox import Box, Call, Limits, Mount, ProcessResult, Session
from speedwright.sandbox.process import ProcessSandbox
from speedwright.sandbox.toolchain import choose_toolchain

ARMS = (BASE, COPY, CANDIDATE)
HASH_SEED = CommandWorkload(
    argv=("python", "-S", "-c", "import os; print(os.environ['PYTHONHASHSEED'], hash('a'))")
)
Ticks = Callable[[], tuple[int, int]]


class Listening:
    """A session that remembers what was asked of it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.calls: list[Call] = []

    def run(self, call: Call) -> ProcessResult:
        self.calls.append(call)
        return self._session.run(call)

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)


@pytest.fixture
def arms(tmp_path: Path) -> Iterator[Callable[[Workload], dict[str, Listening]]]:
    """Open a session for each arm on a folder that the test has filled."""
    with ExitStack() as stack:

        def opened(workload: Workload) -> dict[str, Listening]:
            box = Box(
                mounts=(
                    Mount(name=SOURCE_MOUNT, source=tmp_path),
                    *runner_mounts(workload, tmp_path),
                ),
                toolchain=choose_toolchain(tmp_path).toolchain,
                limits=Limits(wall_s=30),
            )
            return {arm: Listening(stack.enter_context(ProcessSandbox().open(box))) for arm in ARMS}

        yield opened


def rounds_of(sessions: dict[str, Listening], workload: Workload, **options: Ticks) -> Rounds:
    limits = Limits(wall_s=30)
    return Rounds(sessions, timer_for(workload), limits, seed=5, **options)  # type: ignore[arg-type]


def test_the_hash_seed_is_one_within_a_round_and_another_in_the_next(
    arms: Callable[[Workload], dict[str, Listening]],
) -> None:
    rounds = rounds_of(arms(HASH_SEED), HASH_SEED)
    for _ in range(5):
        rounds.run_one()
    said = [{s.result.stdout for s in r.samples.values()} for r in rounds.all]
    assert [len(texts) for texts in said] == [1] * 5
    assert len({text for texts in said for text in texts}) == 5
    assert len({r.seed for r in rounds.all}) == 5


def test_the_input_seed_too(
    arms: Callable[[Workload], dict[str, Listening]], tmp_path: Path
) -> None:
    (tmp_path / "w.py").write_text("def workload():\n    return 1\n")
    workload = FunctionWorkload(file="w.py")
    sessions = arms(workload)
    rounds = rounds_of(sessions, workload)
    for _ in range(4):
        rounds.run_one()
    given = [[call.function_input for call in sessions[arm].calls] for arm in ARMS]
    assert given[0] == given[1] == given[2] == [str(r.seed).encode() for r in rounds.all]
    assert len(set(given[0])) == 4


def test_every_arm_runs_once_a_round_in_an_order_that_changes(
    arms: Callable[[Workload], dict[str, Listening]],
) -> None:
    workload = CommandWorkload(argv=("true",))
    sessions = arms(workload)
    rounds = rounds_of(sessions, workload)
    warm = rounds.warm_up()
    for _ in range(20):
        rounds.run_one()
    assert set(warm) == set(ARMS)
    assert [len(session.calls) for session in sessions.values()] == [21] * 3
    assert rounds.runs == 63
    assert all(sorted(r.order) == sorted(ARMS) for r in rounds.all)
    # Missing one of six orders in 20 rounds has a chance of 15 %, missing four of 1e-8.
    assert len({r.order for r in rounds.all}) > 2


def test_stolen_rounds_go_whole_and_slow_ones_stay(
    arms: Callable[[Workload], dict[str, Listening]], tmp_path: Path
) -> None:
    """Each fourth round is slow, each fifth is stolen from: the machine's word alone decides."""
    (tmp_path / "w.py").write_text(
        "import pathlib, time\n"
        f"count = pathlib.Path({str(tmp_path)!r}, 'count')\n"
        "done = len(count.read_text()) if count.exists() else 0\n"
        "count.write_text('x' * (done + 1))\n"
        "is_slow = done // 3 % 4 == 0\n"
        "time.sleep(0.1 * is_slow)\n"
        "print(is_slow)\n"
    )
    workload = CommandWorkload(argv=("python", "-S", "w.py"))
    looks = iter(range(1000))

    def ticks() -> tuple[int, int]:
        """Two looks a round: before it, and after it."""
        number, is_after = divmod(next(looks), 2)
        stolen = sum(1 for n in range(number + is_after) if n % 5 == 0)
        return 10 * stolen, 100 * (number + is_after)

    rounds = rounds_of(arms(workload), workload, ticks=ticks)
    for _ in range(10):
        rounds.run_one()
    assert [n for n, r in enumerate(rounds.all) if r.is_discarded] == [0, 5]
    slow = [n for n, r in enumerate(rounds.all) if r.samples[BASE].result.stdout == b"True\n"]
    assert slow == [0, 4, 8]
    assert len(rounds.kept) == len(rounds.walls(BASE)) == len(rounds.cpus(CANDIDATE)) == 8
    assert rounds.walls(COPY) == [r.samples[COPY].wall_s for r in rounds.all if not r.is_discarded]


def test_constant_steal_takes_half_at_most(
    arms: Callable[[Workload], dict[str, Listening]],
) -> None:
    workload = CommandWorkload(argv=("true",))
    looks = iter(range(1000))
    rounds = rounds_of(arms(workload), workload, ticks=lambda: (10 * (n := next(looks)), 100 * n))
    for _ in range(12):
        rounds.run_one()
    assert all(r.steal == pytest.approx(0.1) for r in rounds.all)
    assert len(rounds.kept) == 6


def test_a_machine_that_counts_no_steal_loses_no_round(
    arms: Callable[[Workload], dict[str, Listening]],
) -> None:
    workload = CommandWorkload(argv=("true",))
    rounds = rounds_of(arms(workload), workload, ticks=lambda: (0, 0))
    rounds.run_one()
    assert [(r.steal, r.is_discarded) for r in rounds.all] == [(0.0, False)]
