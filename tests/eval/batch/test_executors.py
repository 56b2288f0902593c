"""The same work, here and on a Ray cluster."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from speedwright.eval.batch.bench import run_bench
from speedwright.eval.batch.executors import LocalExecutor
from speedwright.eval.progress import NullProgress, Progress


def double(item: int, progress: Progress) -> int:
    if item == 3:
        raise ValueError("three")
    return 2 * item


def test_local_gives_out_each_result_before_the_next_is_begun() -> None:
    found = LocalExecutor().run(double, [1, 2, 3], NullProgress())
    assert [next(found), next(found)] == [(0, 2), (1, 4)]
    with pytest.raises(ValueError, match="three"):
        next(found)


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    module = pytest.importorskip("ray", reason="the package `ray` is not installed")
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    yield module
    module.shutdown()


@pytest.mark.slow
def test_ray_comes_to_the_same(ray: Any, toy: Callable[..., Any], tmp_path: Path) -> None:
    made = toy("a", "infra-1-x", "endless-e", "b")
    request = made.request(executor="ray", task_limit_s=20)
    document = run_bench(request, NullProgress()).to_json()
    assert document["counts"] == {"scored": 3, "timed_out": 1, "infra_error": 0, "unanswered": 0}
    assert document["metrics"] == {"correct@1": 0.75}
    assert [task["tries"] for task in document["tasks"]] == [1, 2, 1, 1]
