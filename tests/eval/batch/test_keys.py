"""What makes work the same, and what another."""

from dataclasses import fields, replace

import pytest

from speedwright.eval.batch.interfaces import Task, TaskTarget
from speedwright.eval.batch.keys import result_key, solution_key, task_hash

TARGET = TaskTarget(files={"a.py": "1", "b.py": "2"}, answer="a.py", workload="b.py")
TASK = Task(id="x", prompt="p", language="python", target=TARGET)


def key(task: Task = TASK, samples: tuple[str, ...] = ("s",), seed: int = 1, who: str = "g") -> str:
    return result_key(task_hash(task), samples, {"seed": seed, "levels": (1, 2)}, who)


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
        solution_key(task_hash(TASK), "g"),
    ],
)
def test_another_content_is_another_key(other: str) -> None:
    assert other != key()


def test_every_field_of_a_task_counts() -> None:
    """A field that is added to the seam must be added to the key as well."""
    assert {f.name for f in fields(Task)} == {"id", "prompt", "language", "target"}
    changed = {
        "files": {}, "answer": "b.py", "workload": "w", "test": "t", "build": "b", "holdout": ("h",)
    }  # fmt: skip
    assert {f.name for f in fields(TaskTarget)} == set(changed)
    keys = {key(replace(TASK, target=replace(TARGET, **{n: v}))) for n, v in changed.items()}
    assert len(keys | {key(), key(replace(TASK, id="y")), key(replace(TASK, language="cpp"))}) == 9


def test_order_of_names_does_not_matter() -> None:
    turned = replace(TARGET, files={"b.py": "2", "a.py": "1"})
    assert key(replace(TASK, target=turned)) == key()
    assert solution_key(task_hash(TASK), "g") == solution_key(
        task_hash(replace(TASK, target=turned)), "g"
    )
