"""Two cores: the next repetition gets ready on one, and no program leaves the other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from speedwright.benchmarks.enamel.boxes import Boxes
from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.cores import Cores
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.eval.batch.options import SuiteOptions
from speedwright.eval.progress import NullProgress
from speedwright.sandbox.bubblewrap import BubblewrapSandbox
from speedwright.sandbox.docker import DockerSandbox
from speedwright.sandbox.process import ProcessSandbox

pytestmark = pytest.mark.timed

STAYS = """
import os, threading

def refused(pid):
    try:
        getattr(os, "sched_set" + "affinity")(pid, set(range(os.cpu_count())))
    except PermissionError:
        return True
    return False

def below():
    pid = os.fork()
    if pid == 0:
        os._exit(0 if refused(0) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0

def beside():
    found = []
    thread = threading.Thread(target=lambda: found.append(refused(0)))
    thread.start()
    thread.join()
    return found == [True]

def mix(xs):
    cores = os.sched_getaffinity(0)
    if not (refused(0) and refused(os.getppid()) and below() and beside()):
        raise ValueError("moved")
    if os.sched_getaffinity(0) != cores or len(cores) != 1:
        raise ValueError("on several cores")
    return honest(xs)
"""
SIBLINGS = """
import os

def siblings():
    up = os.getppid()
    with open(f"/proc/{up}/task/{up}/children") as file:
        return set(map(int, file.read().split())) - {os.getpid()}
"""
KILLS = """
def mix(xs):
    for pid in siblings():
        os.kill(pid, 9)
    return honest(xs)
"""
LOOKS = """
def mix(xs):
    for pid in siblings():
        names = ["mem", "environ"]
        try:
            names += ["fd/" + name for name in os.listdir(f"/proc/{pid}/fd")]
        except PermissionError:
            pass
        for name in names:
            try:
                open(f"/proc/{pid}/{name}", "rb").close()
            except PermissionError:
                continue
            raise ValueError("read " + name)
    return honest(xs)
"""
CHILDREN = """
import builtins, os, time
from speedwright.benchmarks.enamel.inside import children
def child():
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
    return pid
stays, first, orphan = child(), child(), child()
assert children._own() == {stays, first, orphan}
assert children.end(first, {stays}) and children._own() == {stays}
opened = builtins.open
def missing(path, *args):
    if path.endswith("children"):
        raise FileNotFoundError(path)
    return opened(path, *args)
builtins.open = missing
assert children._own() == {stays}
last, orphan = child(), child()
assert children.end(last, {stays}) and children._own() == {stays}
assert not children.end(child(), {stays})
assert not children.end(stays, set())
print("all ended")
"""

needs_two_cores = pytest.mark.skipif(not Cores.here().spare, reason="needs two cores")


@pytest.fixture(params=["process", "bubblewrap", pytest.param("docker", marks=pytest.mark.docker)])
def suite(request: pytest.FixtureRequest, made_data: Path, tmp_path: Path) -> Iterator[EnamelSuite]:
    chosen = {"bubblewrap": BubblewrapSandbox, "docker": DockerSandbox}.get(request.param)
    if chosen and not (found := chosen().availability()).is_available:
        pytest.skip(found.reason)
    options = SuiteOptions(data=made_data, sandbox=request.param)
    suite = EnamelSuite(options, cache=TestCache(tmp_path / "tests"))
    yield suite
    suite.close()


def passes(suite: EnamelSuite, *samples: str) -> list[bool]:
    """Which samples of the first task are right, officially."""
    score = suite.evaluate(suite.tasks()[0], samples, NullProgress())
    assert score.infra is None
    found: list[bool] = score.official["passes"]
    return found


@needs_two_cores
def test_a_program_stays_on_its_core(suite: EnamelSuite, honest: str) -> None:
    honest = honest.replace("mix", "honest")
    assert passes(suite, honest + STAYS) == [True]


@needs_two_cores
def test_who_kills_the_next_repetition_fails_alone(suite: EnamelSuite, honest: str) -> None:
    killer = honest.replace("mix", "honest") + SIBLINGS + KILLS
    assert passes(suite, killer, honest) == [False, True]


@needs_two_cores
def test_nobody_looks_into_the_next_repetition(suite: EnamelSuite, honest: str) -> None:
    is_hidden = suite.settings["sandbox"] != "process" or os.geteuid() != 0
    looks = honest.replace("mix", "honest") + SIBLINGS + LOOKS
    assert passes(suite, looks) == [is_hidden]  # root may look everywhere where nothing isolates


def test_what_a_child_started_is_ended_and_the_others_stay() -> None:
    done = subprocess.run([sys.executable, "-c", CHILDREN], capture_output=True, text=True)
    assert done.stdout.split("\n")[0] == "all ended", done.stderr


def test_without_the_filter_there_is_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named double: a machine whose kernel has no filters, which we do not have."""
    cores = Cores(timed=(0,), spare=(1,))
    boxes = Boxes(sandbox=ProcessSandbox(), cores=cores)
    opened: list[tuple[int, ...] | None] = []
    opens = Boxes._session

    def noted(self: Boxes, name: str, cpus: tuple[int, ...] | None) -> object:
        opened.append(cpus)
        return opens(self, name, None)

    monkeypatch.setattr(Boxes, "_session", noted)
    monkeypatch.setattr(Boxes, "_keeps", lambda self, session: False)
    try:
        assert boxes.watched()
    finally:
        boxes.close()
    assert opened == [(0, 1), (0,)]
    assert boxes._spare_cpus == ()
