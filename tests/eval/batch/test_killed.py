"""Kill -9 in the middle of a run: the same command does the rest, and nothing twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speedwright.errors import UsageError
from speedwright.eval.batch.bench import run_bench
from speedwright.eval.progress import NullProgress

SUITE = "toy_suite_double.suite:ToySuite"
WAIT_S = 60.0


def start(toy: Any, *more: str) -> subprocess.Popen[bytes]:
    words = ["bench", "run", SUITE, "--solver", "gold", "--data", str(toy.data)]
    words += ["--out", str(toy.out), "--resume", "--json", "--quiet", *more]
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("speedwright")), *words],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )


def wait_for(call: str, toy: Any, process: subprocess.Popen[bytes]) -> None:
    end_s = time.monotonic() + WAIT_S
    while call not in toy.calls():
        assert process.poll() is None, "it ended before it was killed"
        assert time.monotonic() < end_s, "it never got there"
        time.sleep(0.02)


def finished(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def figures(document: dict[str, Any]) -> Any:
    """What does not depend on the moment."""
    kept = {k: document[k] for k in ("suite", "solver", "n", "metrics", "hardened", "counts")}
    tasks = [(t["task_id"], t["status"], t["official"]["is_correct"]) for t in document["tasks"]]
    return kept, tasks


def test_killed_in_the_middle(toy: Callable[..., Any], tmp_path: Path) -> None:
    made = toy("a", "b", "gate-c", "d")
    process = start(made)
    wait_for("gate-c", made, process)
    with pytest.raises(UsageError, match="still going on in another process"):
        run_bench(made.request(resume=True), NullProgress())
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=WAIT_S)
    before = (made.out / "results.jsonl").read_bytes()
    assert before.count(b"\n") == 2
    # What a kill within a write leaves behind.
    for name in ("results.jsonl", "predictions.jsonl"):
        with (made.out / name).open("ab") as stream:
            stream.write(b'{"schema_version": 1, "key": "abc", "task_id": "gate-')
    (made.data / "go").touch()
    document = finished(start(made))
    assert made.calls() == ["a", "b", "gate-c", "gate-c", "d"], "only what was cut off"
    assert made.calls("gold") == ["a", "b", "gate-c", "d"], "answers are kept"
    assert (made.out / "results.jsonl").read_bytes().startswith(before)
    keys = [row["key"] for row in made.rows("results.jsonl")]
    assert len(keys) == len(set(keys)) == 4
    assert len(made.rows("predictions.jsonl")) == 4
    again = finished(start(made))
    assert again["tasks"] == document["tasks"]
    assert made.calls().count("d") == 1
    whole = toy_like(made, tmp_path)
    assert figures(whole) == figures(document)


def toy_like(made: Any, tmp_path: Path) -> dict[str, Any]:
    """The same tasks in one go."""
    request = made.request(out=tmp_path / "whole")
    return run_bench(request, NullProgress()).to_json()


def test_interrupted_says_how_to_go_on(toy: Callable[..., Any]) -> None:
    made = toy("a", "gate-b")
    words = [str(Path(sys.executable).with_name("speedwright")), "bench", "run", SUITE]
    words += ["--solver", "gold", "--data", str(made.data), "--out", str(made.out)]
    process = subprocess.Popen(
        words, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )  # fmt: skip
    wait_for("gate-b", made, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130
    assert f"to go on, add `--resume --out {made.out}` to the same command" in err
