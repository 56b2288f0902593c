"""Tests of the next problems are made while one is timed: in order, on other cores."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from speedwright.benchmarks.enamel.ahead import DEPTH, Ahead, Cases
from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.cores import Cores
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.errors import SandboxError
from speedwright.eval.batch.options import SuiteOptions
from speedwright.eval.judge.rounds import off_the_timed_cores
from speedwright.eval.progress import NullProgress
from speedwright.sandbox import Box, Session
from speedwright.sandbox.process import ProcessSandbox

CPUS = tuple(sorted(os.sched_getaffinity(0)))[:1]


class Maker:
    """Notes who was made, where and on which cores; `fails` is made with an error once."""

    def __init__(self, fails: str = "") -> None:
        self.made: list[str] = []
        self.cores: list[set[int]] = []
        self.threads: list[str] = []
        self._fails = fails
        self.changed = threading.Condition()

    def __call__(self, task_id: str) -> Cases:
        with self.changed:
            self.made.append(task_id)
            self.cores.append(os.sched_getaffinity(0))
            self.threads.append(threading.current_thread().name)
            self.changed.notify_all()
        if task_id == self._fails:
            self._fails = ""
            raise SandboxError("the maker failed")
        return ()

    def wait_for(self, made: list[str]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.made == made, timeout=10), self.made


def test_some_are_made_ahead_on_their_own_cores_and_none_twice() -> None:
    maker = Maker()
    ahead = Ahead(maker, CPUS)
    before = os.sched_getaffinity(0)
    names = [str(number) for number in range(DEPTH + 2)]
    ahead.expect(names)
    assert maker.made == []
    ahead.take(names[0])
    maker.wait_for(names[: DEPTH + 1])
    ahead.take(names[1])
    maker.wait_for(names)
    for name in names[2:]:
        ahead.take(name)
    ahead.close()
    assert maker.made == names
    assert maker.threads[0] == threading.current_thread().name
    assert all(name.startswith("speedwright-ahead") for name in maker.threads[1:])
    assert maker.cores[1] == maker.cores[2] == set(CPUS)
    assert os.sched_getaffinity(0) == before


def test_nothing_is_made_ahead_of_an_unknown_order_or_with_one_core() -> None:
    for cpus, order in ((CPUS, []), ((), ["a", "b"])):
        maker = Maker()
        ahead = Ahead(maker, cpus)
        ahead.expect(order)
        ahead.take("a")
        ahead.close()
        assert maker.made == ["a"]


def test_another_one_than_expected_is_made_at_once() -> None:
    maker = Maker()
    ahead = Ahead(maker, CPUS)
    ahead.expect(["a", "b", "c"])
    ahead.take("a")
    maker.wait_for(["a", "b", "c"])
    ahead.take("c")
    ahead.take("d")
    ahead.close()
    assert maker.made == ["a", "b", "c", "d"]


def test_a_failure_is_told_when_its_turn_comes_and_tried_again_after_it() -> None:
    maker = Maker(fails="b")
    ahead = Ahead(maker, CPUS)
    ahead.expect(["a", "b"])
    ahead.take("a")
    maker.wait_for(["a", "b"])
    with pytest.raises(SandboxError):
        ahead.take("b")
    assert ahead.take("b") == ()
    ahead.close()


def test_it_can_go_on_after_it_was_closed() -> None:
    maker = Maker()
    ahead = Ahead(maker, CPUS)
    ahead.expect(["a", "b"])
    ahead.take("a")
    ahead.close()
    ahead.close()
    ahead.take("a")
    maker.wait_for(["a", "b", "a", "b"])
    ahead.close()


def test_timing_never_shares_its_core() -> None:
    cores = Cores.here()
    if cores.timed is None:
        assert cores.spare == ()
        return
    assert cores.spare
    assert not set(cores.spare) & set(cores.timed)


def test_a_suite_asks_for_its_cores_before_it_leaves_one_of_them(
    made_data: Path, honest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread keeps off the timed core while it opens the box for timing."""
    opened: list[tuple[int, ...] | None] = []
    opens = ProcessSandbox.open

    def noted(sandbox: ProcessSandbox, box: Box) -> Session:
        opened.append(box.limits.cpus)
        return opens(sandbox, box)

    monkeypatch.setattr(ProcessSandbox, "open", noted)
    cores = Cores.here()
    suite = EnamelSuite(
        SuiteOptions(data=made_data, sandbox="process"), cache=TestCache(tmp_path / "cache")
    )
    with off_the_timed_cores(cores.timed):
        score = suite.evaluate(suite.tasks()[0], [honest], NullProgress())
    suite.close()
    assert score.infra is None
    if cores.timed is None:
        assert opened == [None, None]
    else:
        assert opened[:2] == [cores.spare, (*cores.timed, *cores.spare)]


def test_a_suite_makes_ahead_what_it_expects(made_data: Path, honest: str, tmp_path: Path) -> None:
    cache = TestCache(tmp_path / "cache")
    suite = EnamelSuite(SuiteOptions(data=made_data, sandbox="process"), cache=cache)
    first, second, third = suite.tasks()[:3]
    suite.expect([(task, (honest,)) for task in (first, second, third)])
    assert not (tmp_path / "cache").exists()
    try:
        suite.evaluate(first, [honest], NullProgress())
    finally:
        suite.close()
    made = len(list((tmp_path / "cache").glob("*.tests")))
    assert made == (3 if Cores.here().spare else 1)
    assert not [t for t in threading.enumerate() if t.name.startswith("speedwright-ahead")]
