"""What makes two pieces of work the same: hashes of content, never of names or times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from speedwright.eval.batch.interfaces import Task


def task_hash(task: Task) -> str:
    """Identity of a task by all that it holds; worked out once, as its files may be large."""
    return _hash(_content(task))


def solution_key(task: str, solver: str) -> str:
    """Identity of what one solver answers to one task.

    Args:
        task: Its `task_hash`.
        solver: Its name.

    >>> solution_key("t", "gold") == solution_key("t", "nop")
    False
    """
    return _hash({"task": task, "solver": solver})


def result_key(task: str, samples: Sequence[str], settings: Mapping[str, Any], solver: str) -> str:
    """Identity of one score: task, samples, all settings of the suite, and who answered.

    Args:
        task: Its `task_hash`.
        samples: In order.
        settings: Of the suite.
        solver: Its name.
    """
    content = {
        "task": task,
        "samples": list(samples),
        "settings": dict(settings),
        "solver": solver,
    }
    return _hash(content)


def _content(task: Task) -> dict[str, Any]:
    target = task.target
    return {
        "id": task.id,
        "prompt": task.prompt,
        "language": task.language,
        "target": None
        if target is None
        else {
            "files": dict(target.files),
            "answer": target.answer,
            "workload": target.workload,
            "test": target.test,
            "build": target.build,
            "holdout": list(target.holdout),
        },
    }


def _hash(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
