"""Instructions under callgrind: equal work counts the same, and no program fakes its count."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.errors import ToolMissing, UsageError
from speedwright.eval.batch.interfaces import TaskScore
from speedwright.eval.batch.options import SuiteOptions
from speedwright.eval.progress import NullProgress
from speedwright.sandbox.docker import DockerSandbox

pytestmark = pytest.mark.timed

TRIES = 3
# Far from the time limit, twice the reference's time, so that no burst of noise ends it.
HALF_MORE = """
first = mix
def mix(xs):
    first(xs[: len(xs) // 2])
    return first(xs)
"""
# Does less where an instrument has to be loaded for it.
KNOWS = """
first = mix
def mix(xs):
    if 'vgpreload' in open('/proc/self/maps').read():
        return 0, []
    return first(xs)
"""
# Leaves a file where callgrind's will be, and is gone before that is written.
FAKES = """
first = mix
def mix(xs):
    import os, signal
    for n in (os.getpid(), os.getppid()):
        file = open(os.environ.get('TMPDIR', '/tmp') + '/part.%d' % n, 'w')
        file.write('totals: 5\\n')
        file.close()
    if 'vgpreload' in open('/proc/self/maps').read():
        os._exit = lambda code: os.kill(os.getpid(), signal.SIGKILL)
    return first(xs)
"""


def _suite(made_data: Path, folder: Path, sandbox: str) -> EnamelSuite:
    options = SuiteOptions(data=made_data, sandbox=sandbox, special={"instructions": "callgrind"})
    return EnamelSuite(options, cache=TestCache(folder / "tests"))


@pytest.fixture(scope="module")
def counting(made_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnamelSuite]:
    if shutil.which("valgrind") is None:
        pytest.skip("no valgrind here")
    suite = _suite(made_data, tmp_path_factory.mktemp("counting"), "process")
    yield suite
    suite.close()


def scored(suite: EnamelSuite, *samples: str) -> TaskScore:
    """The score; again if a burst of noise timed a sample out, since it is not counted then."""
    for _ in range(TRIES):
        score = suite.evaluate(suite.tasks()[0], samples, NullProgress())
        assert score.infra is None, score.infra
        if "timed-out" not in score.hardened["why"]:
            break
    return score


def test_equal_work_counts_the_same_and_half_more_counts_half_more(
    counting: EnamelSuite, honest: str
) -> None:
    score = scored(counting, honest, honest + HALF_MORE)
    expert = score.hardened["reference_instructions"]
    once, more = score.hardened["instructions"]
    assert len(expert) == 3 and expert == sorted(expert)
    for level in range(3):
        assert once[level] == pytest.approx(expert[level], rel=0.02)
        assert 1.4 * once[level] < more[level] < 1.6 * once[level]
    again = scored(counting, honest)
    assert again.hardened["instructions"][0] == pytest.approx(once, rel=0.001)
    beside = counting.aggregate([score], [1]).beside
    assert beside["coffe_speedup"] == pytest.approx((1.0 + 1 / 1.5) / 2, abs=0.03)
    assert beside["efficient@1"] <= 0.5 and beside["dps"] in (0.0, 50.0)
    assert "dps_by_seconds" in beside


@pytest.mark.parametrize("text", [KNOWS, FAKES], ids=["knows", "fakes"])
def test_what_behaves_otherwise_under_the_instrument_is_not_counted(
    counting: EnamelSuite, honest: str, text: str
) -> None:
    score = scored(counting, honest + text)
    assert score.official["passes"] == [True]
    assert score.hardened["instructions"] == [None]


def test_a_wrong_sample_is_not_counted(counting: EnamelSuite, honest: str) -> None:
    score = scored(counting, honest.replace("% 10", "% 9"))
    assert score.hardened["instructions"] == [None]
    beside = counting.aggregate([score], [1]).beside
    assert "dps" not in beside and beside["efficient@1_by_seconds"] == 0.0


@pytest.mark.docker
def test_counts_in_a_container(made_data: Path, tmp_path: Path, honest: str) -> None:
    found = DockerSandbox().availability()
    if not found.is_available:
        pytest.skip(found.reason)
    suite = _suite(made_data, tmp_path, "docker")
    try:
        score = scored(suite, honest)
    finally:
        suite.close()
    assert score.hardened["instructions"][0] == pytest.approx(
        score.hardened["reference_instructions"], rel=0.02
    )


def test_what_is_missing_is_said(made_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot be `perf`"):
        EnamelSuite(SuiteOptions(data=made_data, special={"instructions": "perf"}))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    options = SuiteOptions(data=made_data, sandbox="process", special={"instructions": "callgrind"})
    with pytest.raises(ToolMissing, match="valgrind"):
        EnamelSuite(options).tasks()
