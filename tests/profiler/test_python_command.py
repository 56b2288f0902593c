from collections.abc import Callable

import pytest

from speedwright.errors import ProfilerError, ToolMissing
from speedwright.profiler import CommandWorkload, FunctionWorkload
from speedwright.profiler.tools.choose import choose_profiler, first_available
from speedwright.profiler.tools.pyspy import PySpyProfiler
from speedwright.profiler.tools.python_command import is_python, python_arguments
from speedwright.sandbox import Box

MakeBox = Callable[..., Box]
FILES = {
    "run.py": "print()\n",
    "tool": "#!/usr/bin/env python3\nprint()\n",
    "native": "\x7fELF",
    "script.sh": "#!/bin/sh\necho\n",
}


@pytest.mark.parametrize(
    ("argv", "interpreter", "program"),
    [
        ("python a.py -m x", "python", "a.py -m x"),
        ("/opt/py/bin/python3.11 -O -X dev a.py", "/opt/py/bin/python3.11 -O -X dev", "a.py"),
        ("python -m pytest -q", "python", "-m pytest -q"),
        ("python3 -mpytest -q", "python3", "-m pytest -q"),
        ("python -c pass", "python", "-c pass"),
        ("./tool x", "python", "./tool x"),
    ],
)
def test_command_taken_apart(make_box: MakeBox, argv: str, interpreter: str, program: str) -> None:
    found = python_arguments(argv.split(), make_box(FILES))
    assert (found.interpreter, found.program) == (
        tuple(interpreter.split()),
        tuple(program.split()),
    )


@pytest.mark.parametrize("argv", [["python"], ["python", "-"], ["python", "-O"]])
def test_python_without_a_program(make_box: MakeBox, argv: list[str]) -> None:
    with pytest.raises(ProfilerError, match="reads its program from stdin"):
        python_arguments(argv, make_box(FILES))


@pytest.mark.parametrize("program", ["./native", "./script.sh", "./missing", "missing"])
def test_no_python(make_box: MakeBox, program: str) -> None:
    assert not is_python([program], make_box(FILES))
    with pytest.raises(ProfilerError, match="is no Python program"):
        python_arguments([program], make_box(FILES))


def test_console_script_of_the_environment(make_box: MakeBox) -> None:
    assert is_python(["pytest"], make_box(FILES))


def test_choice_by_workload(make_box: MakeBox) -> None:
    box = make_box(FILES)
    assert choose_profiler(CommandWorkload(argv=("python", "run.py")), box).name == "py-spy"
    assert choose_profiler(FunctionWorkload(file="run.py"), box).name == "py-spy"
    assert choose_profiler(CommandWorkload(argv=("./native",)), box).name == "callgrind"


def test_falls_back_when_a_tool_is_missing(
    make_box: MakeBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = make_box(FILES)
    native = CommandWorkload(argv=("./native",))
    monkeypatch.setattr("shutil.which", lambda name: None if name == "valgrind" else f"/x/{name}")
    assert choose_profiler(native, box).name == "gprofng"
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ToolMissing, match="`valgrind` is not installed; `gprofng`"):
        choose_profiler(native, box)


def test_missing_py_spy(make_box: MakeBox) -> None:
    box = make_box(FILES)
    missing = PySpyProfiler(executable=box.mounts[0].source / "nowhere")
    with pytest.raises(ToolMissing, match="`py-spy` is not installed"):
        first_available((missing,))
