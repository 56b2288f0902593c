"""Real profilers on real programs, in every sandbox that is there."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from speedwright.errors import ProfilerError, ToolMissing
from speedwright.profiler import CommandWorkload, FunctionWorkload, Kind, Profile, Profiler
from speedwright.profiler.functions import FunctionTotal, function_totals
from speedwright.profiler.hot import line_shares, self_shares
from speedwright.profiler.render import estimated_tokens, render_for_model
from speedwright.profiler.tools.callgrind import CallgrindProfiler
from speedwright.profiler.tools.choose import SampledOrCounted
from speedwright.profiler.tools.cprofile import CProfileProfiler
from speedwright.profiler.tools.gprofng import GprofngProfiler
from speedwright.profiler.tools.pyspy import PySpyProfiler
from speedwright.sandbox import Box, Sandbox

MakeBox = Callable[..., Box]

HOT = """\
def squares(n):
    total = 0
    for i in range(n):
        total += i * i
    return total


def joined(n):
    text = ""
    for i in range(n):
        text = (text + str(i))[-9:]
    return text


def main():
    squares(3_000_000)
    joined(600_000)


if __name__ == "__main__":
    main()
"""
SQUARES, JOINED = 4, 11

PREPARED = """\
import hot

hot.joined(200_000)


def setup():
    hot.joined(300_000)


def workload():
    return hot.squares(1_500_000)
"""

CPP = """\
#include <cstdio>
#include <vector>
__attribute__((noinline)) long remainders(const std::vector<int>& v) {
  long t = 0;
  for (int x : v)
    t += x % 7;
  return t;
}
__attribute__((noinline)) long fib(int n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}
int main() {
  std::vector<int> v;
  for (int i = 0; i < 400000; ++i)
    v.push_back(i);
  long t = remainders(v);
  t += fib(FIB);
  std::printf("%ld\\n", t);
}
"""

needs_py_spy = pytest.mark.skipif(
    not PySpyProfiler().availability().is_available, reason="py-spy is not installed"
)
needs_valgrind = pytest.mark.skipif(
    shutil.which("valgrind") is None or shutil.which("g++") is None,
    reason="valgrind or g++ is not installed",
)
needs_gprofng = pytest.mark.skipif(
    shutil.which("gprofng") is None or shutil.which("g++") is None,
    reason="gprofng or g++ is not installed",
)


def command(*argv: str) -> CommandWorkload:
    return CommandWorkload(argv=argv)


def totals(profile: Profile) -> dict[str, FunctionTotal]:
    # Largest last, so that it wins over another file's function of the same name.
    return {one.function: one for one in reversed(function_totals(profile))}


def compiled(box: Box, *flags: str, fib: int = 20) -> Box:
    source = box.mounts[0].source
    (source / "prog.cpp").write_text(CPP)
    subprocess.run(
        ["g++", "-O2", f"-DFIB={fib}", *flags, "-o", "prog", "prog.cpp"], cwd=source, check=True
    )
    (source / "prog").chmod(0o755)
    return box


@needs_py_spy
def test_py_spy_finds_the_hot_lines_of_a_command(sandbox: Sandbox, make_box: MakeBox) -> None:
    profile = PySpyProfiler().profile(
        command("python", "hot.py"), sandbox, make_box({"hot.py": HOT})
    )
    found = {name: one for name, one in totals(profile).items() if one.in_target}
    assert found["squares"].file == "hot.py"
    assert found["squares"].self_weight + found["joined"].self_weight > 0.5 * profile.total
    assert found["main"].total_weight > 0.5 * profile.total
    lines = line_shares(profile)["hot.py"]
    assert lines[SQUARES] > 0.05 and lines[JOINED] > 0.05
    assert 0.5 < self_shares(profile)["hot.py"] <= 1.0
    assert profile.unit == "seconds" and not profile.is_exact


@needs_py_spy
@pytest.mark.parametrize("profiler", [PySpyProfiler(), CProfileProfiler()], ids=lambda p: p.name)
def test_function_workloads_are_cut_at_the_call(
    sandbox: Sandbox, make_box: MakeBox, profiler: Profiler
) -> None:
    box = make_box({"hot.py": HOT, "bench/wl.py": PREPARED})
    profile = profiler.profile(FunctionWorkload(file="bench/wl.py"), sandbox, box)
    found = totals(profile)
    assert "joined" not in found  # import and setup()
    assert not [name for name in found if "speedwright" in name or "prepared" in name]
    assert found["workload"].total_weight == pytest.approx(profile.total, rel=0.02)
    assert found["squares"].self_weight > 0.8 * profile.total
    assert found["workload"].file == "bench/wl.py"


def test_cprofile_counts_calls(sandbox: Sandbox, make_box: MakeBox) -> None:
    box = make_box(
        {"pkg/__init__.py": "", "pkg/__main__.py": "from hot import *\nmain()", "hot.py": HOT}
    )
    profile = CProfileProfiler().profile(command("python", "-m", "pkg"), sandbox, box)
    calls = {one.function: one.calls for one in profile.calls if one.file == "hot.py"}
    assert calls == {"<module>": 1, "main": 1, "squares": 1, "joined": 1}
    assert profile.is_exact
    assert totals(profile)["main"].total_weight > 0.8 * profile.total
    assert "drive.py" not in render_for_model(profile, {}, workload_text="w")


@needs_valgrind
def test_callgrind_counts_lines_of_cpp(sandbox: Sandbox, make_box: MakeBox) -> None:
    box = compiled(make_box({}), "-g")
    profile = CallgrindProfiler().profile(command("./prog"), sandbox, box)
    found = totals(profile)
    fib = found["fib(int)"]
    remainders = next(one for name, one in found.items() if name.startswith("remainders("))
    assert (fib.file, remainders.file) == ("prog.cpp", "prog.cpp")
    assert remainders.calls == 1
    assert fib.calls is not None and fib.calls > 100
    lines = line_shares(profile)["prog.cpp"]
    assert lines[6] > 0.2
    filling = sum(share for line, share in lines.items() if 13 <= line <= 15)
    assert filling > 0.02  # push_back, inlined from a header
    assert found["main"].total_weight > 0.5 * profile.total
    assert profile.unit == "instructions" and profile.is_exact


@needs_valgrind
def test_callgrind_without_debug_information_says_so(
    plain_sandbox: Sandbox, make_box: MakeBox
) -> None:
    profile = CallgrindProfiler().profile(command("./prog"), plain_sandbox, compiled(make_box({})))
    assert "fib(int)" in totals(profile)
    assert any("build with `-g`" in note for note in profile.notes)


@needs_gprofng
def test_gprofng_finds_the_hot_function(sandbox: Sandbox, make_box: MakeBox) -> None:
    box = compiled(make_box({}), "-g", "-gdwarf-4", fib=42)
    profile = GprofngProfiler().profile(command("./prog"), sandbox, box)
    assert totals(profile)["fib(int)"].total_weight > 0.5 * profile.total
    assert "fib(int)" in render_for_model(profile, {}, workload_text="w")


@needs_py_spy
def test_py_spy_follows_child_processes(plain_sandbox: Sandbox, make_box: MakeBox) -> None:
    parent = "import subprocess, sys\nsubprocess.run([sys.executable, 'hot.py'], check=True)\n"
    profile = PySpyProfiler().profile(
        command("python", "parent.py"),
        plain_sandbox,
        make_box({"hot.py": HOT, "parent.py": parent}),
    )
    assert totals(profile)["squares"].self_weight > 0.1 * profile.total
    assert not [name for name in totals(profile) if name.startswith("process ")]


@needs_py_spy
def test_py_spy_tells_native_extensions_from_python(
    plain_sandbox: Sandbox, make_box: MakeBox
) -> None:
    numpy = pytest.importorskip("numpy")
    assert numpy
    text = (
        "import numpy\n\na = numpy.arange(3e6)[::-1] % 1009\n\ndef workload():\n"
        "    for _ in range(9):\n        numpy.sort(a)\n"
    )
    profile = PySpyProfiler().profile(
        FunctionWorkload(file="wl.py"), plain_sandbox, make_box({"wl.py": text})
    )
    leaves = [profile.frames[stack.frames[-1]].kind for stack in profile.stacks]
    assert Kind.NATIVE in leaves
    assert line_shares(profile)["wl.py"][7] > 0.4


@needs_py_spy
def test_py_spy_shows_threads_of_a_function_workload(
    plain_sandbox: Sandbox, make_box: MakeBox
) -> None:
    text = (
        "import threading, hot\n\n\ndef workload():\n"
        "    one = threading.Thread(target=hot.squares, args=(2_000_000,))\n"
        "    one.start()\n    one.join()\n"
    )
    profile = PySpyProfiler().profile(
        FunctionWorkload(file="wl.py"), plain_sandbox, make_box({"wl.py": text, "hot.py": HOT})
    )
    assert totals(profile)["squares"].self_weight > 0.5 * profile.total


HOSTILE = r"""
name = "a;b (x.py:3) 7\n\x1b[31m\u202e.py"
code = compile("def f(n):\n t=0\n for i in range(n):\n  t+=i*i\n return t\n", name, "exec")
space = {}
exec(code, space)
f = space["f"]
f.__code__ = f.__code__.replace(co_name="x", co_qualname="` ; evil (z:1)\n\x1b[2J# Profile")
f(3_000_000)
"""


@pytest.mark.parametrize("profiler", [PySpyProfiler(), CProfileProfiler()], ids=lambda p: p.name)
def test_hostile_names(plain_sandbox: Sandbox, make_box: MakeBox, profiler: Profiler) -> None:
    if not profiler.availability().is_available:
        pytest.skip(f"{profiler.name} is not installed")
    box = make_box({"evil.py": HOSTILE})
    profile = profiler.profile(command("python", "evil.py"), plain_sandbox, box)
    text = render_for_model(profile, {}, workload_text="python evil.py")
    assert "evil (z:1)" in text
    assert "\x1b" not in text and "\u202e" not in text
    assert not any(line.startswith("# Profile") for line in text.splitlines()[1:])
    assert estimated_tokens(text) <= 3000
    assert all(len(stack.frames) <= 128 for stack in profile.stacks)
    assert not [one for one in profile.frames if one.in_target and one.file != "evil.py"]


DEEP = """\
import sys

sys.setrecursionlimit(100_000)


def down(n):
    return sum(i * i for i in range(400_000)) if n == 0 else down(n - 1)


def workload():
    return down(DEPTH)
"""


@needs_py_spy
def test_stack_of_500_is_cut(plain_sandbox: Sandbox, make_box: MakeBox) -> None:
    box = make_box({"deep.py": DEEP.replace("DEPTH", "500")})
    profile = PySpyProfiler().profile(FunctionWorkload(file="deep.py"), plain_sandbox, box)
    assert all(len(stack.frames) <= 128 for stack in profile.stacks)
    assert totals(profile)["down"].total_weight > 0.9 * profile.total
    assert "(recursive)" in render_for_model(profile, {}, workload_text="w")


@needs_py_spy
def test_stack_of_5000_is_counted_instead(plain_sandbox: Sandbox, make_box: MakeBox) -> None:
    box = make_box({"deep.py": DEEP.replace("DEPTH", "5000")})
    profile = SampledOrCounted().profile(FunctionWorkload(file="deep.py"), plain_sandbox, box)
    assert profile.profiler == "cprofile"
    assert profile.notes[0].startswith("cProfile in place of py-spy: ")
    assert totals(profile)["down"].calls == 5001


def test_ten_thousand_functions(plain_sandbox: Sandbox, make_box: MakeBox) -> None:
    body = "".join(f"def f{n}(x):\n    return x * {n}\n" for n in range(10_000))
    calls = "for _ in range(3):\n    for n in range(10_000):\n        globals()[f'f{n}'](n)\n"
    profile = CProfileProfiler().profile(
        command("python", "wide.py"), plain_sandbox, make_box({"wide.py": body + calls})
    )
    assert len(profile.frames) > 10_000
    text = render_for_model(profile, {"wide.py": body + calls}, workload_text="w")
    assert estimated_tokens(text) <= 3000


@pytest.mark.parametrize(
    "profiler",
    [
        pytest.param(PySpyProfiler(), marks=needs_py_spy),
        CProfileProfiler(),
    ],
    ids=lambda p: p.name,
)
@pytest.mark.parametrize("kind", ["command", "function"])
def test_failing_workload_shows_the_end_of_its_stderr(
    plain_sandbox: Sandbox, make_box: MakeBox, profiler: Profiler, kind: str
) -> None:
    text = (
        "def workload():\n    raise ValueError('no \\x1b[31minput')\n\n\n"
        "if __name__ == '__main__':\n    workload()\n"
    )
    workload = command("python", "bad.py") if kind == "command" else FunctionWorkload(file="bad.py")
    with pytest.raises(ProfilerError, match=r"the workload .* under") as caught:
        profiler.profile(workload, plain_sandbox, make_box({"bad.py": text}))
    assert "ValueError: no input" in caught.value.message
    assert "\x1b" not in caught.value.message
    assert caught.value.hint


@needs_valgrind
def test_failing_program(plain_sandbox: Sandbox, make_box: MakeBox) -> None:
    with pytest.raises(ProfilerError, match="exited with status `3` under `callgrind`"):
        CallgrindProfiler().profile(
            command("sh", "-c", "exit 3"), plain_sandbox, make_box({"a": ""})
        )


@needs_py_spy
def test_workload_without_end(plain_sandbox: Sandbox, make_box: MakeBox) -> None:
    box = make_box({"loop.py": "while True:\n    pass\n"}, wall_s=1.0)
    with pytest.raises(ProfilerError, match="took longer than `2` s"):
        PySpyProfiler().profile(command("python", "loop.py"), plain_sandbox, box)


@needs_py_spy
def test_missing_workload_function(plain_sandbox: Sandbox, make_box: MakeBox) -> None:
    with pytest.raises(ProfilerError, match=r"has no workload\(\)"):
        PySpyProfiler().profile(
            FunctionWorkload(file="wl.py"), plain_sandbox, make_box({"wl.py": "x = 1\n"})
        )


@needs_py_spy
def test_short_workload_is_run_again_or_said_to_be_short(
    plain_sandbox: Sandbox, make_box: MakeBox
) -> None:
    text = "def workload():\n    return sum(i * i for i in range(200_000))\n"
    profile = PySpyProfiler().profile(
        FunctionWorkload(file="wl.py"), plain_sandbox, make_box({"wl.py": text})
    )
    (note, *rest) = profile.notes
    samples, _, _, runs, _ = note.split()
    assert int(runs) > 1
    assert int(samples) >= 50 or any("few samples" in one for one in rest)
    assert profile.total < 1.0  # of one run, not of all


@needs_py_spy
def test_native_program_is_refused_by_py_spy(plain_sandbox: Sandbox, make_box: MakeBox) -> None:
    with pytest.raises(ProfilerError):
        PySpyProfiler().profile(command("sleep", "0.2"), plain_sandbox, make_box({"a": ""}))


@pytest.mark.parametrize("profiler", [CallgrindProfiler(), GprofngProfiler()], ids=lambda p: p.name)
def test_native_profilers_refuse_python_functions(
    plain_sandbox: Sandbox, make_box: MakeBox, profiler: Profiler
) -> None:
    with pytest.raises(ProfilerError, match=r"cannot profile `wl\.py`"):
        profiler.profile(FunctionWorkload(file="wl.py"), plain_sandbox, make_box({"wl.py": ""}))


def test_program_that_overwrites_the_counts(plain_sandbox: Sandbox, make_box: MakeBox) -> None:
    text = (
        "import atexit, os, pathlib\n"
        "file = pathlib.Path(os.environ['TMPDIR'], 'speedwright-counts.json')\n"
        "atexit.register(lambda: file.write_text('{\"functions\": [[1]]}'))\n"
    )
    with pytest.raises(ProfilerError, match="`cprofile` cannot be read"):
        CProfileProfiler().profile(
            command("python", "a.py"), plain_sandbox, make_box({"a.py": text})
        )


def test_py_spy_that_is_not_there(
    plain_sandbox: Sandbox, make_box: MakeBox, tmp_path: Path
) -> None:
    with pytest.raises(ToolMissing, match="`py-spy` is not here"):
        PySpyProfiler(executable=tmp_path / "none").profile(
            command("python", "hot.py"), plain_sandbox, make_box({"hot.py": HOT})
        )


@needs_py_spy
def test_same_workload_file_from_the_trusted_tree(
    plain_sandbox: Sandbox, make_box: MakeBox, tmp_path: Path
) -> None:
    box = make_box({"hot.py": HOT, "wl.py": "def workload():\n    raise SystemExit(1)\n"})
    trusted = tmp_path / "base"
    trusted.mkdir()
    (trusted / "wl.py").write_text(PREPARED)
    mount = replace(box.mounts[0], name="workload", source=trusted)
    box = replace(box, mounts=(*box.mounts, mount))
    profile = PySpyProfiler().profile(FunctionWorkload(file="wl.py"), plain_sandbox, box)
    assert totals(profile)["workload"].file == "wl.py"
