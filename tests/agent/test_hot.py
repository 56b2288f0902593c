"""Which files and lines a proposer is pointed to, and how the user narrows them."""

from __future__ import annotations

import pytest

from speedwright.agent.focus import focus_of
from speedwright.agent.hot import Focus, has_function, hot_files
from speedwright.agent.workbench import Workbench
from speedwright.errors import UsageError
from speedwright.eval.target import Target
from speedwright.profiler.profile import Frame, Kind, Profile, Stack

SOURCE = """\
class A:
    def run(self):
        return 1

    @staticmethod
    def other():
        def inner():
            return 2
        return inner()


class B:
    async def run(self):
        return 3


def run():
    return 4
"""


@pytest.mark.parametrize(
    ("name", "found"),
    [("run", True), ("A.run", True), ("B.run", True), ("C.run", False), ("inner", True),
     ("A.other.inner", True), ("A.inner", False), ("walk", False), ("", False), ("A", True)],
)  # fmt: skip
def test_functions_are_found_by_name_and_class(name: str, found: bool) -> None:
    assert has_function(SOURCE, name) is found


def test_source_that_does_not_parse_has_no_functions() -> None:
    assert not has_function("def run(:", "run")
    assert not has_function("def run():\0", "run")


def test_a_focus_is_checked_against_the_target(target: Target) -> None:
    assert focus_of(None, None, target) == Focus()
    assert focus_of("./slow.py", None, target).files == {"slow.py"}
    assert focus_of(str(target.root / "slow.py"), None, target).files == {"slow.py"}
    assert focus_of("slow.py:total", None, target).function == "total"
    for wrong, said in [
        ("slaw.py", "did you mean `slow.py`"),
        ("/etc/passwd", "no file"),
        ("slow.py:walk", "no function `walk`"),
        ("pkg", "no file"),
    ]:
        with pytest.raises(UsageError) as caught:
            focus_of(wrong, None, target)
        assert said in str(caught.value)


def test_changes_since_a_ref_include_what_git_does_not_know_yet(target: Target) -> None:
    focus = focus_of(None, "HEAD", target)
    assert focus.files is not None
    assert "pkg/empty.py" in focus.files and "slow.py" not in focus.files
    with pytest.raises(UsageError, match="no commit `nowhere`"):
        focus_of(None, "nowhere", target)
    with pytest.raises(UsageError, match="no commit"):
        focus_of(None, "--output=/tmp/x", target)
    with pytest.raises(UsageError, match=r"`slow.py` did not change since"):
        focus_of("slow.py", "HEAD", target)


def profile(*stacks: tuple[float, list[tuple[str, int]]]) -> Profile:
    places = sorted({place for _, frames in stacks for place in frames})
    frames = tuple(
        Frame(function="f", file=file, line=line, kind=Kind.PYTHON, in_target=file[0] != "/")
        for file, line in places
    )
    rows = tuple(
        Stack(frames=tuple(places.index(p) for p in found), weight=weight)
        for weight, found in stacks
    )
    total = sum(weight for weight, _ in stacks)
    return Profile(
        profiler="test", unit="seconds", total=total, frames=frames, stacks=rows, wall_s=total
    )


HOT = profile(
    (0.7, [("bench.py", 3), ("slow.py", 7)]),
    (0.2, [("bench.py", 3), ("slow.py", 13)]),
    (0.095, [("bench.py", 3), ("pkg/odd.py", 1), ("/usr/lib/x.py", 5)]),
    (0.005, [("bench.py", 3), ("slow.py", 14)]),
)


def test_hot_files_are_those_that_may_change_with_their_warm_lines(target: Target) -> None:
    slow, odd = hot_files(HOT, Workbench(target), target, Focus())
    assert (slow.path, odd.path) == ("slow.py", "pkg/odd.py")  # bench.py is the workload
    assert slow.line_share == pytest.approx({7: 0.7, 13: 0.2})
    assert odd.line_share == pytest.approx({1: 0.095})
    assert "def total" in slow.source


def test_a_focus_narrows_files_and_lines(target: Target) -> None:
    bench = Workbench(target)
    files = frozenset({"slow.py"})
    (slow,) = hot_files(HOT, bench, target, Focus(files=files, function="label"))
    assert list(slow.line_share) == [13]
    assert hot_files(HOT, bench, target, Focus(files=frozenset({"pkg/empty.py"}))) == ()


def test_where_no_line_is_known_every_source_file_counts(target: Target) -> None:
    blind = profile((1.0, [("/usr/bin/x", 0)]))
    found = hot_files(blind, Workbench(target), target, Focus())
    assert "slow.py" in [f.path for f in found]
    assert all(not f.line_share for f in found)
