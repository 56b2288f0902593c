"""Make `datasets/pie` from its programs and generators: answers, rows, run times, or a copy.

    python benches/pie_data.py                        answers.jsonl and test.jsonl
    python benches/pie_data.py --time [ID ...]        run times of the rows, measured here and now
    python benches/pie_data.py --export FOLDER        the official layout, inputs written out

Every answer comes from the fast program and is checked against the slow one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from speedwright.benchmarks.data import packaged
from speedwright.benchmarks.pie.boxes import open_box, put_program
from speedwright.benchmarks.pie.build import Built, open_compiler
from speedwright.benchmarks.pie.clock import SOURCE
from speedwright.benchmarks.pie.export import official_row, write_official
from speedwright.benchmarks.pie.functional import check, limits_for
from speedwright.benchmarks.pie.native import NativeClock
from speedwright.benchmarks.pie.own import OwnData
from speedwright.benchmarks.pie.row import Row, Test
from speedwright.benchmarks.pie.samples import PROBLEMS, Problem, public_cases
from speedwright.benchmarks.pie.stage import answered
from speedwright.eval.progress import NullProgress
from speedwright.sandbox import Sandbox
from speedwright.sandbox.choose import choose_sandbox

INLINE_CHARS = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--time", nargs="*", metavar="ID")
    parser.add_argument("--export", type=Path)
    asked = parser.parse_args()
    sandbox = choose_sandbox().sandbox
    if asked.export:
        export(sandbox, asked.export)
    elif asked.time is not None:
        measure(sandbox, asked.time)
    else:
        rebuild(sandbox)


def rebuild(sandbox: Sandbox) -> None:
    folder = packaged("pie")
    answers, rows = [], []
    for problem in PROBLEMS:
        slow, fast = (_program(folder, problem, which) for which in ("slow", "fast"))
        tests = _tests(problem)
        with TemporaryDirectory() as scratch:
            Path(scratch).chmod(0o755)
            places = _built(sandbox, Path(scratch), slow, fast)
            tests = answered(sandbox, places["fast"], tests)
            with open_box(sandbox, places["slow"], limits_for(tests)) as session:
                run = check(session, tests, gate=1.0)
        if len(run.exact) < len(tests):
            raise SystemExit(f"{problem.id}: slow and fast differ: {run.fault}")
        row = Row(
            id=problem.id,
            src_id=f"s{problem.number[1:]}0",
            tgt_id=f"s{problem.number[1:]}1",
            problem_id=problem.number,
            src_code=slow,
            tgt_code=fast,
        )
        about = (folder / "programs" / f"{problem.id}.txt").read_text()
        more = {"id": problem.id, "edit": problem.edit, "statement": about, "clock": "none"}
        rows.append({**official_row(row, tests), **more})
        answers += [_answer(problem, test) for test in tests]
        print(f"{problem.id}: {len(tests)} tests", flush=True)
    _write(folder / "answers.jsonl", answers)
    _write(folder / "test.jsonl", rows)


def measure(sandbox: Sandbox, ids: Sequence[str]) -> None:
    folder = packaged("pie")
    data, lines = OwnData(folder), []
    for text in (folder / "test.jsonl").read_text().splitlines():
        line = json.loads(text)
        if not ids or line["id"] in ids:
            row = next(row for row in data.rows if row.id == line["id"])
            line |= _times(sandbox, data, row)
            print(f"{row.id}: {line['src_agg_runtime']:.3f} s, {line['speedup']}x", flush=True)
        lines.append(line)
    _write(folder / "test.jsonl", lines)


def export(sandbox: Sandbox, folder: Path) -> None:
    data = OwnData(packaged("pie"))
    pairs = []
    for row in data.rows:
        with TemporaryDirectory() as scratch:
            Path(scratch).chmod(0o755)
            places = _built(sandbox, Path(scratch), row.src_code, row.tgt_code)
            pairs.append((row, answered(sandbox, places["fast"], data.tests(row))))
    write_official(folder, pairs)


def _times(sandbox: Sandbox, data: OwnData, row: Row) -> dict[str, Any]:
    with TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        places = _built(sandbox, Path(scratch), row.src_code, row.tgt_code)
        tests = answered(sandbox, places["fast"], data.tests(row))
        arms = {SOURCE: places["slow"], "fast": places["fast"]}
        found = NativeClock().totals(sandbox, arms, tests, NullProgress())
    source, target = found[SOURCE].total, found["fast"].total
    timed = replace(row, src_agg_runtime=source, tgt_agg_runtime=target)
    fields = official_row(timed, tests)
    names = ("src_agg_runtime", "tgt_agg_runtime", "fastest_agg_runtime", "speedup")
    return {
        **{name: fields[name] for name in names},
        "clock": "native-paired",
        "clock_machine": f"{platform.machine()}, {date.today()}, indicative: timed anew for scores",
    }


def _built(sandbox: Sandbox, folder: Path, slow: str, fast: str) -> dict[str, Path]:
    with open_compiler(sandbox) as compiler:
        places = {}
        for name, code in (("slow", slow), ("fast", fast)):
            built = compiler.build(code)
            if not isinstance(built, Built):
                raise SystemExit(f"{name}: {built.reason}\n{built.message}")
            places[name] = put_program(folder / name, built.binary)
    return places


def _tests(problem: Problem) -> tuple[Test, ...]:
    return tuple(
        Test(number=case.number, input=case.text(problem).encode(), expected=None)
        for case in public_cases(problem)
    )


def _answer(problem: Problem, test: Test) -> dict[str, Any]:
    text = (test.expected or b"").decode()
    return {
        "problem_id": problem.number,
        "test": test.number,
        "input_sha256": hashlib.sha256(test.input).hexdigest(),
        "output_sha256": hashlib.sha256(text.encode()).hexdigest(),
        **({"output": text} if len(text) <= INLINE_CHARS else {}),
    }


def _program(folder: Path, problem: Problem, which: str) -> str:
    return (folder / "programs" / f"{problem.id}.{which}.cpp").read_text()


def _write(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


if __name__ == "__main__":
    main()
