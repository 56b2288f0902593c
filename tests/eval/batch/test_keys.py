"""What makes work the same, and what another."""

from dataclasses import replace

import pytest

from speedwright.eval.batch.interfaces import Task, TaskTarget
from speedwright.eval.batch.keys import result_key, solution_key

TARGET = TaskTarget(files={"a.py": "1", "b.py": "2"}, answer="a.py", workload="b.py")
TASK = Task(id="x", prompt="p", language="python", target=TARGET)


def key(task: Task = TASK, samples: tuple[str, ...] = ("s",), seed: int = 1, who: str = "g") -> str:
    return result_key(task, samples, {"seed": seed, "levels": (1, 2)}, who)


@pytest.mark.parametrize(
    "other",
    [
        key(replace(TASK, prompt="q")),
        key(replace(TASK, target=None)),
        key(replace(TASK, target=replace(TARGET, files={"a.py": "1", "b.py": "3"}))),
        key(samples=()),
        key(samples=("s", "")),
        key(samples=("\ud800",)),
        key(seed=2),
        key(who="h"),
        solution_key(TASK, "g"),
    ],
)
def test_another_content_is_another_key(other: str) -> None:
    assert other != key()


def test_order_of_names_does_not_matter() -> None:
    turned = replace(TARGET, files={"b.py": "2", "a.py": "1"})
    assert key(replace(TASK, target=turned)) == key()
    assert solution_key(TASK, "g") == solution_key(replace(TASK, target=turned), "g")
