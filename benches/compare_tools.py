"""Comparing one command with another: speedwright, pyperf and hyperfine, each as people use it.

The command is a pure Python loop of 45 ms, start included. A/A: the other version differs in a
comment only. Gain: the other version takes 5 % less time, start included. A tool is asked from
nothing to its answer, and its seconds are those of all its processes. False: any difference called
on A/A. Missed: a gain not called faster.

hyperfine gives no verdict, so it is read in two ways: as faster if the ratio of means is over 2 %,
and by Welch's test at 5 %, which its own scripts do. speedwright is told by `--goal` which gain
matters; the others have no such option that saves runs.

    python -m venv DIR && DIR/bin/pip install pyperf        for --pyperf DIR/bin/pyperf
    apt-get install hyperfine
    python benches/compare_tools.py --repeats 100 --repeats-others 10 --out comparisons.jsonl

A tool that is not here is passed over.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from speedwright.profiler.timing_lock import timing_lock

PROGRAM = """\
# {note}
def work(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total


work({loops})
print("done")
"""
AIM_S = 0.045
SAVED = 0.05
GOAL = 1.03
QUICK_START = ("-I", "-S")
SPEEDWRIGHT = Path(sys.executable).with_name("speedwright")
MEAN_LEVEL = 0.02
WELCH_LEVEL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one tool said of one comparison.

    Attributes:
        tool: The tool, and how it is read.
        kind: `same` or `gain`.
        word: `faster`, `slower` or another word, which calls nothing.
        ratio: base / other, as the tool estimates it.
        wall_s: From nothing to the answer.
    """

    tool: str
    kind: str
    word: str
    ratio: float
    wall_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """The versions: folders with a `work.py` each."""

    base: Path
    others: dict[str, Path]

    def commands(self, kind: str) -> tuple[str, str]:
        """Command lines of the base and of the other version."""
        first, second = (
            shlex.join((sys.executable, *QUICK_START, str(folder / "work.py")))
            for folder in (self.base, self.others[kind])
        )
        return first, second


def write_programs(folder: Path) -> Programs:
    """The three versions, their loops sized on this machine now."""
    start_s, loop_s = _calibrate(folder)
    loops = round((AIM_S - start_s) / loop_s)
    fewer = round(loops - SAVED * AIM_S / loop_s)
    print(
        f"start {start_s * 1e3:.1f} ms, {loops} loops of {loop_s * 1e9:.0f} ns; gain: {fewer} loops"
    )
    if loops < 0.2 * AIM_S / loop_s:
        sys.exit(f"Python takes {start_s * 1e3:.0f} ms to start here: no room in {AIM_S * 1e3} ms")
    return Programs(
        base=_version(folder / "base", "the base", loops),
        others={
            "same": _version(folder / "same", "a copy", loops),
            "gain": _version(folder / "gain", "less of it", fewer),
        },
    )


def _version(folder: Path, note: str, loops: int) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "work.py").write_text(PROGRAM.format(note=note, loops=loops))
    return folder


def _calibrate(folder: Path) -> tuple[float, float]:
    """Seconds of a start and of one loop, by CPU time, which a busy machine changes least."""
    many = 400_000
    empty, full = _version(folder / "none", "", 0), _version(folder / "many", "", many)
    times: dict[Path, list[float]] = {empty: [], full: []}
    for _ in range(21):
        for version, found in times.items():
            before_s = _children_cpu_s()
            command = (sys.executable, *QUICK_START, str(version / "work.py"))
            subprocess.run(command, check=True, capture_output=True)
            found.append(_children_cpu_s() - before_s)
    start_s = statistics.median(times[empty])
    return start_s, (statistics.median(times[full]) - start_s) / many


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ask_speedwright(programs: Programs, kind: str, scratch: Path) -> Iterator[Answer]:
    """`speedwright compare` of two folders in a plain process, as the other tools run theirs."""
    command = (
        *(str(SPEEDWRIGHT), "compare", str(programs.base), str(programs.others[kind])),
        *(
            "--workload",
            shlex.join(("python", *QUICK_START, "work.py")),
            "--test",
            "",
            "--sandbox",
            "process",
        ),
        *("--goal", str(GOAL), "--out", str(scratch / "runs"), "--json", "--quiet"),
    )
    text, wall_s = _timed(command, scratch)
    found = json.loads(text)
    ratio = found["speedup"] or 1.0
    yield Answer(tool="speedwright", kind=kind, word=found["verdict"], ratio=ratio, wall_s=wall_s)


def ask_pyperf(pyperf: str, programs: Programs, kind: str, scratch: Path) -> Iterator[Answer]:
    """`pyperf command` for each, then `pyperf compare_to`, with default settings."""
    wall_s = 0.0
    files = [str(scratch / name) for name in ("first.json", "second.json")]
    for file, command in zip(files, programs.commands(kind), strict=True):
        Path(file).unlink(missing_ok=True)
        words = (pyperf, "command", "--quiet", "-o", file, "--", *shlex.split(command))
        wall_s += _timed(words, scratch)[1]
    text, took_s = _timed((pyperf, "compare_to", *files), scratch)
    means = [_timed((pyperf, "show", file), scratch)[0] for file in files]
    word = next((word for word in ("faster", "slower") if f"x {word}" in text), "no difference")
    yield Answer(
        tool="pyperf compare_to",
        kind=kind,
        word=word,
        ratio=_pyperf_mean(means[0]) / _pyperf_mean(means[1]),
        wall_s=wall_s + took_s,
    )


def _pyperf_mean(text: str) -> float:
    number, unit = text.partition("std dev: ")[2].split()[:2]
    return float(number) * {"sec": 1, "ms": 1e-3, "us": 1e-6}[unit]


def ask_hyperfine(programs: Programs, kind: str, scratch: Path) -> Iterator[Answer]:
    """Run hyperfine with default settings, read in two ways."""
    from scipy.stats import ttest_ind

    file = scratch / "hyperfine.json"
    command = ("hyperfine", "--style", "none", "--export-json", str(file))
    _, wall_s = _timed((*command, *programs.commands(kind)), scratch)
    base, other = (found["times"] for found in json.loads(file.read_text())["results"])
    ratio = statistics.fmean(base) / statistics.fmean(other)
    direction = "faster" if ratio > 1 else "slower"
    is_far = not 1 / (1 + MEAN_LEVEL) <= ratio <= 1 + MEAN_LEVEL
    is_sure = ttest_ind(base, other, equal_var=False).pvalue < WELCH_LEVEL
    for reading, is_called in (("means > 2 %", is_far), ("Welch 5 %", is_sure)):
        yield Answer(
            tool=f"hyperfine, {reading}",
            kind=kind,
            word=direction if is_called else "no difference",
            ratio=ratio,
            wall_s=wall_s,
        )


def _timed(command: tuple[str, ...], folder: Path) -> tuple[str, float]:
    start_s = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    wall_s = time.perf_counter() - start_s
    if done.returncode:
        sys.exit(f"{shlex.join(command)} failed: {done.stderr[-1000:]}")
    return done.stdout, wall_s


Ask = Callable[[Programs, str, Path], Iterator[Answer]]


def tools_here(names: list[str], pyperf: str, repeats: int, others: int) -> dict[Ask, int]:
    """The tools that were found, each with its number of comparisons of a kind."""
    found: dict[Ask, int] = {}
    for name in names:
        if name == "speedwright":
            found[ask_speedwright] = repeats
        elif name == "hyperfine" and shutil.which("hyperfine"):
            found[ask_hyperfine] = others
        elif name == "pyperf" and shutil.which(pyperf):
            program = str(Path(shutil.which(pyperf) or pyperf).absolute())
            found[partial(ask_pyperf, program)] = others
        else:
            print(f"{name}: not here (this file says how to install it)", file=sys.stderr)
    return found


def print_table(answers: list[Answer]) -> None:
    """One row a tool and reading."""
    print(
        "\n| tool | seconds a comparison (A/A / gain) | false on A/A | missed of the gain "
        "| ratio found on the gain, middle 90 % |\n|---|---|---|---|---|"
    )
    for tool in dict.fromkeys(answer.tool for answer in answers):
        same, gain = (
            [a for a in answers if (a.tool, a.kind) == (tool, kind)] for kind in ("same", "gain")
        )
        if not same or not gain:
            continue
        false = sum(a.word in ("faster", "slower") for a in same)
        missed = sum(a.word != "faster" for a in gain)
        ratios = sorted(a.ratio for a in gain)
        cut = len(ratios) // 20
        seconds = " / ".join(
            f"{statistics.fmean(a.wall_s for a in kind):.1f}" for kind in (same, gain)
        )
        print(
            f"| {tool} | {seconds} | {false} of {len(same)} | {missed} of {len(gain)} "
            f"| {ratios[cut]:.3f}-{ratios[-1 - cut]:.3f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3, help="comparisons of each kind")
    parser.add_argument("--repeats-others", type=int, help="for the other tools")
    parser.add_argument("--tools", default="speedwright,hyperfine,pyperf")
    parser.add_argument("--pyperf", default="pyperf", help="its program")
    parser.add_argument("--out", type=Path, help="file to which each answer is added as JSON")
    parser.add_argument("--seed", type=int, default=1, help="of the order")
    given = parser.parse_args()
    others = given.repeats if given.repeats_others is None else given.repeats_others
    asks = tools_here(given.tools.split(","), given.pyperf, given.repeats, others)
    # In random order, so that what changes on the machine hits every tool and both kinds alike.
    turns = [(ask, kind) for ask, count in asks.items() for kind in ("same", "gain") * count]
    random.Random(given.seed).shuffle(turns)
    answers: list[Answer] = []
    with TemporaryDirectory() as name:
        scratch = Path(name)
        programs = write_programs(scratch)
        for number, (ask, kind) in enumerate(turns, 1):
            with timing_lock():  # waiting for another speedwright is no tool's time
                pass
            for answer in ask(programs, kind, scratch):
                answers.append(answer)
                print(
                    f"{number}/{len(turns)} {answer.tool}: {kind}: {answer.word}", file=sys.stderr
                )
                if given.out is not None:
                    with given.out.open("a") as file:
                        file.write(json.dumps(asdict(answer)) + "\n")
    print_table(answers)


if __name__ == "__main__":
    main()
