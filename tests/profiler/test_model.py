"""Totals, shares by line, the tree, the difference and speedscope, on profiles made by hand."""

import json
from collections.abc import Callable

import pytest

from speedwright.errors import UsageError
from speedwright.profiler.diff import function_changes
from speedwright.profiler.functions import function_totals
from speedwright.profiler.hot import charged_shares, line_shares, self_shares
from speedwright.profiler.profile import CallCount, Profile
from speedwright.profiler.speedscope import speedscope_json
from speedwright.profiler.tree import call_tree

MakeProfile = Callable[..., Profile]


def test_totals_count_recursion_once(make_profile: MakeProfile) -> None:
    profile = make_profile(
        {"a.py:f:1 > a.py:f:2 > a.py:f:2 > a.py:g:9": 3.0, "a.py:f:1": 1.0},
        calls=(CallCount(function="g", file="a.py", calls=7),),
    )
    totals = {one.function: one for one in function_totals(profile)}
    assert totals["f"].total_weight == 4.0
    assert totals["f"].self_weight == 1.0
    assert totals["g"].self_weight == 3.0
    assert (totals["g"].calls, totals["f"].calls) == (7, None)
    assert totals["g"].line == 9


def test_a_line_counts_once_per_stack(make_profile: MakeProfile) -> None:
    profile = make_profile({"a.py:f:2 > a.py:f:2 > /lib/x.py:g:5": 3.0, "b.py:h:4": 1.0})
    assert line_shares(profile) == {"a.py": {2: 0.75}, "b.py": {4: 0.25}}
    assert list(line_shares(profile)) == ["a.py", "b.py"]


def test_builtin_work_counts_for_the_python_file(make_profile: MakeProfile) -> None:
    profile = make_profile({"a.py:f:2 > native:/lib/m.so:sort:0": 3.0, "a.py:f:2 > /l.py:g:1": 1.0})
    assert self_shares(profile) == {"a.py": 0.75}


def test_library_time_is_charged_to_the_target_file_that_called_it(
    make_profile: MakeProfile,
) -> None:
    profile = make_profile(
        {"a.py:f:2 > b.py:g:5 > /l.py:h:1": 3.0, "a.py:f:2": 1.0, "/l.py:h:1": 4.0}
    )
    assert charged_shares(profile) == {"b.py": 0.375, "a.py": 0.125}


def test_native_target_counts_its_leaf(make_profile: MakeProfile) -> None:
    profile = make_profile({"native:m.cpp:main:9 > native:k.cpp:work:3": 4.0})
    assert self_shares(profile) == {"k.cpp": 1.0}


def test_tree_prunes_folds_and_skips(make_profile: MakeProfile) -> None:
    profile = make_profile(
        {
            "/r.py:run:1 > /r.py:go:2 > a.py:f:3 > a.py:g:4 > a.py:f:3 > a.py:h:5": 90.0,
            "/r.py:run:1 > /r.py:go:2 > a.py:f:6": 9.0,
            "/r.py:run:1 > /r.py:go:2 > a.py:f:6 > a.py:rare:7": 1.0,
        }
    )
    (root,) = call_tree(profile)
    assert (root.function, root.skipped, root.share) == ("f", 2, 1.0)
    assert root.is_recursive
    assert root.self_share == pytest.approx(0.09)
    assert [child.function for child in root.children] == ["h"]
    assert not call_tree(profile, max_depth=1)[0].children


def test_difference_by_function(make_profile: MakeProfile) -> None:
    base = make_profile({"a.py:f:1 > a.py:slow:2": 3.0, "a.py:f:1": 1.0})
    new = make_profile({"a.py:f:1 > a.py:fast:8": 0.5, "a.py:f:5": 1.0})
    changes = {one.function: one for one in function_changes(base, new)}
    assert next(iter(changes)) == "slow"
    assert changes["slow"].self_change == -3.0
    assert changes["fast"].self_change == 0.5
    assert (changes["f"].self_change, changes["f"].total_change) == (0.0, -2.5)


def test_different_units_cannot_be_compared(make_profile: MakeProfile) -> None:
    base, new = make_profile({"a.py:f:1": 3.0}), make_profile({"a.py:f:1": 3.0}, unit="samples")
    with pytest.raises(UsageError, match="`seconds` and `samples`"):
        function_changes(base, new)


def test_speedscope_file(make_profile: MakeProfile) -> None:
    profile = make_profile({"a.py:f:1 > a.py:g:2": 3.0, "a.py:f:1 > :?:0": 1.0})
    document = json.loads(speedscope_json(profile, name="python x.py"))
    assert document["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    (shown,) = document["profiles"]
    assert (shown["type"], shown["unit"], shown["startValue"]) == ("sampled", "seconds", 0)
    assert shown["endValue"] == sum(shown["weights"]) == 4.0
    assert len(shown["samples"]) == len(shown["weights"])
    frames = document["shared"]["frames"]
    assert frames[0] == {"name": "f", "file": "a.py", "line": 1}
    assert {index for stack in shown["samples"] for index in stack} == set(range(len(frames)))


def test_speedscope_knows_only_its_own_units(make_profile: MakeProfile) -> None:
    text = speedscope_json(make_profile({"a.py:f:1": 3.0}, unit="instructions"), name="x")
    assert json.loads(text)["profiles"][0]["unit"] == "none"
