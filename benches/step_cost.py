"""What one verdict costs on the three examples, step by step: seconds, and runs of the workload.

`base` is what the steps do not hold: snapshot, build, tests twice, three runs of the workload, and
the evidence. `rest` is the start of the program. Each example is judged twice: with a patch that
gains, and with one that changes a comment, which is measured longest. Tests and hold-outs are those
of the example's settings.

Run: python benches/step_cost.py [SANDBOX] [EXAMPLE ...]
"""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SPEEDWRIGHT = Path(sys.executable).with_name("speedwright")
STEPS = ("policy", "build", "guard", "tests", "differential", "confirm", "hold out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A gain: one piece of one file, before and after."""

    file: str
    old: str
    new: str


EDITS = {
    "logstats": Edit(
        file="logstats/stats.py",
        old="""\
    hosts = []
    for entry in entries:
        if entry.host not in hosts:
            hosts.append(entry.host)
    return hosts
""",
        new="    return list(dict.fromkeys([entry.host for entry in entries]))\n",
    ),
    "gridsum": Edit(
        file="gridsum/smooth.py",
        old="""\
    rows = []
    for row in grid.rows:
        low = sorted(grid.cells())[0]
        high = sorted(grid.cells())[-1]
""",
        new="""\
    low, high = min(grid.cells()), max(grid.cells())
    rows = []
    for row in grid.rows:
""",
    ),
    "wordfreq-cpp": Edit(
        file="src/text.cpp",
        old="""\
static bool contains(std::vector<std::string> words, std::string word) {
    for (auto candidate : words) {
""",
        new="""\
static bool contains(const std::vector<std::string>& words, const std::string& word) {
    for (const auto& candidate : words) {
""",
    ),
}


def diff(root: Path, edit: Edit, *, has_gain: bool) -> str:
    """The edit as git would write it, or a comment at the end of its file."""
    before = (root / edit.file).read_text()
    comment = "// no change\n" if edit.file.endswith(".cpp") else "# no change\n"
    after = before.replace(edit.old, edit.new) if has_gain else before + comment
    if after == before:
        sys.exit(f"{root.name}: {edit.file} is not what this bench knows")
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        fromfile=f"a/{edit.file}",
        tofile=f"b/{edit.file}",
    )
    return "".join(lines)


def copy_of(example: str, scratch: Path) -> Path:
    """The example as a repository of its own."""
    root = scratch / example
    files = ("git", "ls-files", "-z", "--", example)
    listed = subprocess.run(files, cwd=EXAMPLES, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        (scratch / name).write_bytes((EXAMPLES / name).read_bytes())
    options = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "base")):
        subprocess.run(("git", *options, *words), cwd=root, check=True)
    return root


def row(example: str, *, has_gain: bool, sandbox: str) -> str:
    """One verdict as a row of the table."""
    with TemporaryDirectory() as name:
        scratch = Path(name)
        root = copy_of(example, scratch)
        patch = scratch / "patch.diff"
        patch.write_text(diff(root, EDITS[example], has_gain=has_gain))
        options = ("--sandbox", sandbox, "--out", str(scratch / "runs"), "--json", "--quiet")
        command = (str(SPEEDWRIGHT), "judge", str(root), "--patch", str(patch), *options)
        start_s = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True)
        wall_s = time.perf_counter() - start_s
    if done.returncode:
        sys.exit(f"{example}: {done.stderr[-1000:]}")
    document = json.loads(done.stdout)
    seconds: dict[str, float] = defaultdict(float)
    runs: dict[str, int] = defaultdict(int)
    for step in document["steps"]:
        seconds[step["step"]] += step["wall_s"]
        runs[step["step"]] += step["runs"]
    cells = [
        f"{seconds[s]:.2f}" + (f" ({runs[s]})" if runs[s] > 1 else "") if s in seconds else "-"
        for s in STEPS
    ]
    base_s = document["duration_s"] - sum(seconds.values())
    rest_s = wall_s - document["duration_s"]
    what = "gain" if has_gain else "comment"
    words = (example, what, document["verdict"], f"{base_s:.2f}", *cells, f"{rest_s:.2f}")
    return f"| {' | '.join((*words, f'{wall_s:.1f}'))} |"


def main(sandbox: str, examples: list[str]) -> None:
    """Print the table: seconds, and timed runs in brackets where there is more than one."""
    heads = ("example", "patch", "verdict", "base", *STEPS, "rest", "all")
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for example in examples:
        for has_gain in (True, False):
            print(row(example, has_gain=has_gain, sandbox=sandbox), flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "auto", sys.argv[2:] or sorted(EDITS))
