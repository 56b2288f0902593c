"""The official ENAMEL evaluator on sample files, cold and warm.

Runs under a Python that has `enam` 0.0.2: PYTHON benches/official/enamel.py JSON, where JSON is
[folder of the data, numbers of the problems, folder for its files, names of sample files].
Prints one line of JSON, figures and seconds by name; what it says itself goes to stderr.
Uses names of the published interface alone.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def evaluator(data: str, subset: list[int]) -> Any:
    """With the defaults of the official `demo.py`."""
    from enam import Evaluator

    return Evaluator(
        problems=data + "/enamel.csv",
        subset=subset,
        n_tests=[8, 4, 4, 4],
        n_reps=6,
        hardness=[0, 3, 3, 4],
        memory_giga=4,
        timeout_factor=2.0,
        tolerence_sec=0.01,
        seed=998244353,
    )


def clocked(action: Callable[[], Any]) -> tuple[Any, float]:
    """What it returns, and seconds."""
    start_s = time.perf_counter()
    value = action()
    return value, time.perf_counter() - start_s


def main() -> None:
    """Evaluate every file."""
    data, subset, work, names = json.loads(sys.argv[1])
    found: dict[str, dict[str, float]] = {}
    with contextlib.redirect_stdout(sys.stderr):
        first = evaluator(data, subset)
        _, make_s = clocked(lambda: first.make_tests(save_name=work + "/official"))
        for name in names:
            codes = json.loads(Path(data, "samples", name + ".json").read_text())
            cold, cold_s = clocked(lambda codes=codes: first.evaluate(codes=codes, k=[1]))
            second = evaluator(data, subset)
            _, load_s = clocked(lambda again=second: again.load_tests(work + "/official~tests.pkl"))
            warm, warm_s = clocked(
                lambda again=second, codes=codes: again.evaluate(codes=codes, k=[1])
            )
            found[name] = {
                "pass@1": float(cold["pass@1"]),
                "eff@1": float(cold["eff@1"]),
                "warm_eff@1": float(warm["eff@1"]),
                "cold_s": make_s + cold_s,
                "warm_s": load_s + warm_s,
            }
            print("official", name, found[name], file=sys.stderr, flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
