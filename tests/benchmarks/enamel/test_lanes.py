"""The next problem gets ready while one is timed; one turn at a time; nothing outlives a close."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import cast

import pytest

from speedwright.benchmarks.enamel.boxes import Boxes
from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.cores import Cores
from speedwright.benchmarks.enamel.lanes import Item, Lanes
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.benchmarks.enamel.turns import Turns
from speedwright.errors import SandboxError
from speedwright.eval.batch.interfaces import TaskScore
from speedwright.eval.batch.options import SuiteOptions
from speedwright.eval.progress import NullProgress, Progress
from speedwright.profiler.timing_lock import timing_lock

CPUS = (max(os.sched_getaffinity(0)),)
WAIT_S = 20.0


class BoxesDouble:
    """Stands for boxes where nothing is run: only their end is of interest."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def end(self) -> None:
        self.ended.set()


class Work:
    """Scores items; one named `slow` waits until its boxes are ended or it is let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.boxes: dict[str, object] = {}
        self.cores: dict[str, set[int]] = {}
        self.go_on = threading.Event()

    def __call__(self, item: Item, boxes: Boxes, progress: Progress) -> TaskScore:
        name, samples = item
        self.begun.append(name)
        self.boxes[name] = boxes
        self.cores[name] = os.sched_getaffinity(0)
        if name == "slow":
            double = cast(BoxesDouble, boxes)
            while not (double.ended.is_set() or self.go_on.is_set()):
                time.sleep(0.01)
        progress.update(1, 1, name)
        return TaskScore(task_id=name, official={"samples": len(samples)})

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + WAIT_S
        while len(self.begun) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.begun) == count


def lanes_of(work: Work, cpus: tuple[int, ...] = CPUS) -> Lanes:
    return Lanes(work, lambda: cast(Boxes, BoxesDouble()), cpus)


def test_the_next_one_is_begun_in_other_boxes_and_no_further_one() -> None:
    work = Work()
    lanes = lanes_of(work)
    items: list[Item] = [(name, ("x",)) for name in ("a", "slow", "c", "d")]
    lanes.expect(items)
    assert lanes.take(items[0], NullProgress()).task_id == "a"
    work.wait_for(2)
    assert work.begun == ["a", "slow"]
    work.go_on.set()
    assert [lanes.take(item, NullProgress()).task_id for item in items[1:]] == ["slow", "c", "d"]
    lanes.close()
    assert work.begun == ["a", "slow", "c", "d"]
    assert set(map(tuple, work.cores.values())) == {CPUS}
    assert len(set(work.boxes.values())) == 2


def test_with_one_core_all_is_done_in_the_caller() -> None:
    work = Work()
    lanes = lanes_of(work, ())
    lanes.expect([("a", ()), ("b", ())])
    lanes.take(("a", ()), NullProgress())
    lanes.close()
    assert work.begun == ["a"]
    assert work.cores["a"] == os.sched_getaffinity(0)


def test_other_samples_than_expected_are_scored_themselves() -> None:
    work = Work()
    lanes = lanes_of(work)
    lanes.expect([("a", ()), ("b", ("expected",))])
    lanes.take(("a", ()), NullProgress())
    assert lanes.take(("b", ("one", "two")), NullProgress()).official == {"samples": 2}
    lanes.close()


def test_a_close_ends_what_was_begun_and_all_can_begin_anew() -> None:
    work = Work()
    lanes = lanes_of(work)
    lanes.expect([("a", ()), ("slow", ())])
    lanes.take(("a", ()), NullProgress())
    work.wait_for(2)
    lanes.close()
    lanes.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("speedwright-lane")]
    assert lanes.take(("a", ()), NullProgress()).task_id == "a"
    lanes.close()


def test_one_has_the_turn_at_a_time_off_the_timed_core() -> None:
    cores = Cores.here()
    turns = Turns(cores)
    inside: list[int] = []
    most: list[int] = []

    def take() -> None:
        for _ in range(20):
            with turns.one(NullProgress(), lambda: None):
                inside.append(1)
                most.append(len(inside))
                assert not os.sched_getaffinity(0) & set(cores.timed or ())
                inside.pop()

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 60


def test_who_waits_for_another_speedwright_can_be_ended() -> None:
    turns = Turns(Cores.here())

    def ended() -> None:
        raise SandboxError("ended")

    with timing_lock(), pytest.raises(SandboxError, match="ended"):
        with turns.one(NullProgress(), ended):
            raise AssertionError("it is another's turn")
    with turns.one(NullProgress(), lambda: None):
        pass


def test_a_suite_scores_alike_with_and_without_foresight(
    made_data: Path, honest: str, tmp_path: Path
) -> None:
    wrong = "\ndef mix(xs):\n    return 0, []\n"
    scores = []
    for is_expected in (True, False):
        cache = TestCache(tmp_path / str(is_expected))
        suite = EnamelSuite(SuiteOptions(data=made_data, sandbox="process"), cache=cache)
        work = [(t, (honest, wrong)[n % 2 :][:1]) for n, t in enumerate(suite.tasks()[:4])]
        if is_expected:
            suite.expect(work)
        try:
            scores.append([suite.evaluate(*each, NullProgress()) for each in work])
        finally:
            suite.close()
        assert not [t for t in threading.enumerate() if t.name.startswith("speedwright-")]
    for found in scores:
        assert [score.infra for score in found] == [None] * 4
        assert [score.official["passes"] for score in found] == [[True], [False]] * 2
