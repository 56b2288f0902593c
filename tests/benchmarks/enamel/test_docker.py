"""In a container: state in any writable place is seen, and honest samples leave no trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.eval.batch.options import SuiteOptions
from speedwright.eval.progress import NullProgress
from speedwright.sandbox.docker import DockerSandbox

pytestmark = pytest.mark.timed

TRICK = """
def mix(xs):
    import os
    try:
        getattr(os, "mk" + "dir")("%s/seen")
    except OSError:
        pass
    a = 1
    out = []
    for x in xs:
        a = (a * 1103515245 + x) %% 2147483648
        out.append(a %% 10)
    return sum(out), out
"""


@pytest.fixture
def suite(made_data: Path, tmp_path: Path) -> EnamelSuite:
    found = DockerSandbox().availability()
    if not found.is_available:
        pytest.skip(found.reason)
    options = SuiteOptions(data=made_data, sandbox="docker")
    return EnamelSuite(options, cache=TestCache(tmp_path / "tests"))


@pytest.mark.docker
def test_state_in_any_writable_place_is_seen(suite: EnamelSuite) -> None:
    task = suite.tasks()[0]
    places = ("/tmp", "/dev/shm", "/proc")
    samples = [*suite.gold(task.id), *(TRICK % place for place in places)]
    scores = [suite.evaluate(task, [sample], NullProgress()) for sample in samples]
    suite.close()
    assert [score.infra for score in scores] == [None] * 4
    assert [score.official["passes"] for score in scores] == [[True]] * 4
    assert ["left-state" in score.flags for score in scores] == [False, True, True, False]
    assert [score.hardened["pass"] > 0 for score in scores][:3] == [True, False, False]
