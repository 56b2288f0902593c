"""Settings and options as the library's requests."""

from pathlib import Path

import pytest

from speedwright.cli.requests import Given, Search, compare, judge, optimize, target
from speedwright.errors import UsageError

TOML = """
workload = ["python", "bench.py", "a b"]
test = ""
holdout = ["python bench.py 2"]
time-limit-min = 2
env = ["SPW_HERE", "SPW_NOT_HERE", "FIXED=1"]
paths = ["src/**"]
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "speedwright.toml").write_text(TOML)
    monkeypatch.setenv("SPW_HERE", "yes")
    return tmp_path


def test_settings_become_a_target(repository: Path) -> None:
    request = target(repository, Given(), None)
    assert request.workload == "python bench.py 'a b'"
    assert request.test == "", "an empty command means that there are no tests"
    assert request.time_limit_s == 120
    assert request.env == {"SPW_HERE": "yes", "FIXED": "1"}
    assert request.paths == ("src/**",)
    assert request.out is None


def test_options_win(repository: Path) -> None:
    given = Given(workload="python other.py", test="pytest -q", sandbox="process")
    request = judge(repository, Path("x.diff"), given, Path("runs"))
    assert request.target.workload == "python other.py"
    assert request.target.test == "pytest -q"
    assert request.target.sandbox == "process"
    assert request.target.out == Path("runs")
    assert request.patch == Path("x.diff")


def test_held_out_workloads_reach_the_judge(repository: Path) -> None:
    hidden = ("python bench.py 2",)
    assert judge(repository, Path("x.diff"), Given(), None).holdout == hidden
    assert compare("main", "HEAD", repository, Given(), None).holdout == hidden
    given = Given(holdout=["python bench.py 3", "other.py"])
    assert judge(repository, Path("x.diff"), given, None).holdout == (
        "python bench.py 3",
        "other.py",
    )


def test_a_goal_is_a_factor_above_the_margin(repository: Path) -> None:
    found = compare("main", "HEAD", repository, Given(), None, 1.03)
    assert found.goal == pytest.approx(0.03)
    assert judge(repository, Path("x.diff"), Given(), None).goal is None
    for factor in (1.01, 0.9, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="no speedup above the margin"):
            judge(repository, Path("x.diff"), Given(), None, factor)


def test_the_search(repository: Path) -> None:
    search = Search("openai:m", None, 0.5, 3.0, 9, 1.2)
    plan = optimize(repository, Given(), search, "src/a.py:f", "main", None, None)
    assert (plan.model, plan.strategy, plan.budget_usd) == ("openai:m", "linear", 0.5)
    assert (plan.attempts, plan.min_speedup, plan.target.time_limit_s) == (9, 1.2, 180)
    assert plan.holdout == ("python bench.py 2",)
    assert (plan.focus, plan.changed_since) == ("src/a.py:f", "main")
