"""What makes two pieces of work the same: hashes of content, never of names or times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from speedwright.eval.batch.interfaces import Task


def solution_key(task: Task, solver: str) -> str:
    """Identity of what one solver answers to one task.

    >>> task = Task(id="a", prompt="p", language="python")
    >>> solution_key(task, "gold") == solution_key(task, "nop")
    False
    """
    return _hash({"task": asdict(task), "solver": solver})


def result_key(task: Task, samples: Sequence[str], settings: Mapping[str, Any], solver: str) -> str:
    """Identity of one score: task, samples, all settings of the suite, and who answered."""
    return _hash(
        {
            "task": asdict(task),
            "samples": list(samples),
            "settings": dict(settings),
            "solver": solver,
        }
    )


def _hash(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False, default=list)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
