from pathlib import Path

import pytest

from speedwright.errors import ProfilerError
from speedwright.profiler import Kind, Profile
from speedwright.profiler.build import MAX_DEPTH, ProfileBuilder
from speedwright.profiler.functions import function_totals
from speedwright.profiler.hot import line_shares
from speedwright.profiler.paths import TargetPaths
from speedwright.profiler.render import estimated_tokens, render_for_model


def finish(builder: ProfileBuilder) -> Profile:
    return builder.finish(profiler="test", unit="seconds", wall_s=1.0)


def test_nothing_recorded_is_an_error() -> None:
    with pytest.raises(ProfilerError, match="recorded nothing"):
        finish(ProfileBuilder())


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_weights_that_mean_nothing_are_left_out(weight: float) -> None:
    builder = ProfileBuilder()
    builder.add([builder.frame("f", "", 1, Kind.PYTHON)], 1.0)
    builder.add([builder.frame("g", "", 1, Kind.PYTHON)], weight)
    assert finish(builder).total == 1.0


def test_equal_stacks_are_one() -> None:
    builder = ProfileBuilder()
    for _ in range(3):
        builder.add([builder.frame("f", "", 1, Kind.PYTHON)], 0.5)
    (stack,) = finish(builder).stacks
    assert stack.weight == 1.5


def test_recursion_of_5000_is_folded_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    builder = ProfileBuilder(TargetPaths(roots=("/src",), tree=tmp_path))
    main = builder.frame("main", "/src/a.py", 9, Kind.PYTHON)
    deep = builder.frame("walk", "/src/a.py", 3, Kind.PYTHON)
    leaf = builder.frame("leaf", "/src/a.py", 5, Kind.PYTHON)
    builder.add([main, *[deep] * 5000, leaf], 2.0)
    profile = finish(builder)
    (stack,) = profile.stacks
    assert len(stack.frames) <= MAX_DEPTH
    assert "folded" in profile.notes[0]
    assert line_shares(profile)["a.py"] == {3: 1.0, 5: 1.0, 9: 1.0}
    text = render_for_model(profile, {}, workload_text="w")
    assert "`walk` a.py:3 (recursive)" in text


def test_10000_functions_stay_within_the_budget() -> None:
    builder = ProfileBuilder()
    root = builder.frame("root", "/x/root.py", 1, Kind.PYTHON)
    for number in range(10_000):
        name = f"function_{number}_{'x' * 200}"
        builder.add([root, builder.frame(name, "/x/a.py", number, Kind.PYTHON)], 1.0)
    profile = finish(builder)
    assert len(function_totals(profile)) == 10_001
    text = render_for_model(profile, {}, workload_text="w")
    assert estimated_tokens(text) <= 3000
    assert "`root`" in text


def test_distinct_frames_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("speedwright.profiler.build.MAX_FRAMES", 10)
    builder = ProfileBuilder()
    for number in range(30):
        builder.add([builder.frame(f"f{number}", "", 1, Kind.PYTHON)], 1.0)
    profile = finish(builder)
    assert len(profile.frames) <= 11
    assert profile.total == 30.0
    assert any("merged" in note for note in profile.notes)


def test_only_files_that_exist_belong_to_the_target(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "a.py").touch()
    paths = TargetPaths(roots=("/box/src", str(tmp_path)), tree=tmp_path)
    assert paths.relative("/box/src/pkg/a.py") == "pkg/a.py"
    assert paths.relative(f"{tmp_path}/pkg/../pkg/a.py") == "pkg/a.py"
    assert paths.relative("pkg/a.py") == "pkg/a.py"
    for file in ("", "<string>", "/box/src/pkg/b.py", "/box/src/../../etc/passwd", "../a.py"):
        assert paths.relative(file) is None
    for file in ("a\0b", "x" * 5000, "\udcff.py", "/box/srcpkg/a.py", "pkg", "y" * 400):
        assert paths.relative(file) is None
