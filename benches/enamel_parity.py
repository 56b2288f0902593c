"""ENAMEL here and by the official evaluator, side by side in one run.

    python -m venv /tmp/enam && /tmp/enam/bin/pip install enam==0.0.2
    python benches/enamel_parity.py --data FOLDER --official /tmp/enam/bin/python

FOLDER holds `enamel.csv` and `samples/*.json`. Cold: tests and answers are made too. Warm: they are
taken from the cache (official: `load_tests`). Both sides run with the same hash seed, which three
input generators depend on. The machine has to be quiet: the official side takes no lock, and both
count waiting as their own time. Prints a table, then one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from speedwright.benchmarks.enamel.cache import TestCache
from speedwright.benchmarks.enamel.parameters import SKIPPED
from speedwright.benchmarks.enamel.suite import EnamelSuite
from speedwright.eval.batch.options import SuiteOptions
from speedwright.eval.progress import NullProgress

OFFICIAL = Path(__file__).with_name("official") / "enamel.py"


def official(python: Path, data: Path, subset: list[int], names: list[str]) -> dict[str, Any]:
    """Its figures and seconds by sample file."""
    with tempfile.TemporaryDirectory() as work:
        argument = json.dumps([str(data), subset, work, names])
        done = subprocess.run(
            [str(python), str(OFFICIAL), argument],
            env={**os.environ, "PYTHONHASHSEED": "0"},
            cwd=work,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit("the official evaluator failed, see above")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def ours(data: Path, subset: list[int], names: list[str], sandbox: str) -> dict[str, Any]:
    """Our figures and seconds by sample file; cold with an empty cache each time."""
    found = {}
    for name in names:
        with tempfile.TemporaryDirectory() as work:
            cache = TestCache(Path(work) / "cache")
            figures: dict[str, Any] = {}
            for state in ("cold", "warm"):
                options = SuiteOptions(data=data, sandbox=sandbox)
                suite = EnamelSuite(options, cache=cache)
                start_s = time.monotonic()
                samples = suite.read_predictions(data / "samples" / f"{name}.json")
                wanted = {f"HumanEval/{number}" for number in subset}
                tasks = [task for task in suite.tasks() if task.id in wanted]
                work = [(task, samples.get(task.id, ())) for task in tasks]
                suite.expect(work)
                scores = [suite.evaluate(*item, NullProgress()) for item in work]
                score = suite.aggregate(scores, (1,))
                suite.close()
                figures[f"{state}_s"] = time.monotonic() - start_s
                prefix = "" if state == "cold" else "warm_"
                figures[f"{prefix}eff@1"] = score.official["eff@1"]
                figures[f"{prefix}hardened_eff@1"] = score.hardened["eff@1"]
                figures[f"{prefix}pass@1"] = score.official["pass@1"]
                figures[f"{prefix}right"] = sum(s.official["passes"][0] for s in scores)
                figures[f"{prefix}hardened_pass@1"] = score.hardened["pass@1"]
                figures[f"{prefix}infra"] = [s.task_id for s in scores if s.infra]
                print(f"{name} {state}: {figures}", file=sys.stderr, flush=True)
            found[name] = figures
    return found


def table(theirs: dict[str, Any] | None, mine: dict[str, Any]) -> str:
    """One line a sample file and side."""
    lines = [f"{'samples':<21} side      pass@1  eff@1 cold/warm  hardened eff@1  cold s  warm s"]
    for name, figures in mine.items():
        for side, row in (("official", (theirs or {}).get(name)), ("here", figures)):
            if row is None:
                continue
            hard = f"{row['hardened_eff@1']:.3f}" if side == "here" else "-"
            effs = f"{row['eff@1']:.3f} / {row['warm_eff@1']:.3f}"
            lines.append(
                f"{name:<21} {side:<9} {row['pass@1']:.4f}  {effs:<15}  {hard:<14}  "
                f"{row['cold_s']:6.1f}  {row['warm_s']:6.1f}"
            )
        if theirs:
            cold = figures["cold_s"] / theirs[name]["cold_s"]
            warm = figures["warm_s"] / theirs[name]["warm_s"]
            lines.append(f"{name:<21} wall time here / official: cold {cold:.2f}, warm {warm:.2f}")
    return "\n".join(lines)


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with enamel.csv")
    parser.add_argument("--official", type=Path, help="Python that has `enam` 0.0.2 installed")
    parser.add_argument("--sandbox", default="auto")
    parser.add_argument("--samples", default="enamel-references,humaneval-canonical")
    parser.add_argument("--limit", type=int, help="only the first problems")
    options = parser.parse_args()
    subset = [n for n in range(164) if n not in SKIPPED][: options.limit]
    names = options.samples.split(",")
    data = options.data.resolve()
    if options.official is None:
        print("no --official: install it with `pip install enam==0.0.2` in an environment of its")
        print("own and name its Python; only our side is run")
    theirs = official(options.official, data, subset, names) if options.official else None
    mine = ours(data, subset, names, options.sandbox)
    print(table(theirs, mine))
    print(json.dumps({"official": theirs, "here": mine}))


if __name__ == "__main__":
    main()
