"""The whole search through real SDKs over real HTTP: what is found, kept, told and left alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from speedwright.agent.optimize import OptimizePlan, optimize
from speedwright.agent.report import OptimizeReport
from speedwright.errors import BudgetExhausted, KeyMissing, ModelError, UsageError
from speedwright.eval.progress import NullProgress
from speedwright.eval.target import TargetRequest
from speedwright.eval.verify import verify_evidence

pytestmark = pytest.mark.timed

KEY = "sk-fake-0123456789abcdefghij"
NOW = {"headers": {"retry-after": "0"}}
FAILING = {"status": 500, "message": f"overloaded, {KEY}", **NOW}


def plan(root: Path, model: str, *, test: str | None = "", **options: Any) -> OptimizePlan:
    of_target = {k: options.pop(k) for k in ("time_limit_s", "workload") if k in options}
    request = TargetRequest(path=root, sandbox="process", test=test, **of_target)
    return OptimizePlan(target=request, model=model, **options)


def run(root: Path, model: str, **options: Any) -> OptimizeReport:
    return optimize(plan(root, model, **options), NullProgress())


def words(report: OptimizeReport) -> list[str]:
    return [attempt.verdict for attempt in report.attempts]


def files_of(root: Path) -> dict[str, str]:
    """Every file with its hash, git's own included, ours not."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".speedwright" not in path.parts
    }


def everything_below(folder: Path) -> bytes:
    return b"\n".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


def last_result(body: dict[str, Any]) -> str:
    """The newest tool results as the service sees them."""
    return json.dumps(body["messages"][-2:])


@pytest.fixture
def root(tiny: Any, tmp_path: Path) -> Path:
    made: Path = tiny.make(tmp_path / "tiny")
    return made


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, KEY)


@pytest.fixture
def openai(model_servers: ModuleType) -> Any:
    return model_servers.OpenAIServer


class Story:
    """A broken patch, a slower one and a good one, on a tree that is not clean."""

    def __init__(self, root: Path, report: OptimizeReport, server: Any, before: Any) -> None:
        self.root = root
        self.report = report
        self.requests = server.requests
        self.before = before


def dirty(root: Path, tiny: Any) -> None:
    (root / "notes.txt").write_text("stashed\n")
    tiny.git(root, "add", "notes.txt")
    tiny.git(root, "stash", "push", "-q")
    (root / "staged.txt").write_text("staged\n")
    tiny.git(root, "add", "staged.txt")
    (root / "slow.py").write_text(tiny.slow + "\n\n# not committed\n")
    (root / "odd name\n.txt").write_text("untracked\n")


@pytest.fixture(scope="module", params=["openai", "anthropic"])
def story(
    request: pytest.FixtureRequest,
    tiny: Any,
    model_servers: ModuleType,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Story]:
    root = tiny.make(tmp_path_factory.mktemp("story") / "tiny")
    dirty(root, tiny)
    before = (files_of(root), tiny.git(root, "stash", "list"))
    kind = model_servers.OpenAIServer if request.param == "openai" else None
    script = [
        tiny.call("read_file", path="slow.py"),
        {"tool_calls": [{"name": "read_file", "raw_arguments": '{"path": "slow'}]},
        tiny.submission(tiny.broken, "fewer values"),
        tiny.submission(tiny.slower, "warm up the processor"),
        tiny.submission(tiny.good, f"a set; by the way the key is {KEY}"),
        tiny.call("finish", summary="a set does it"),
    ]
    with (
        (kind or model_servers.AnthropicServer)(script) as server,
        pytest.MonkeyPatch.context() as m,
    ):
        m.setenv(f"{request.param.upper()}_API_KEY", KEY)
        model = f"{request.param}@{server.url}:some-model"
        report = run(root, model, test=None)
        yield Story(root, report, server, before)


def test_the_good_one_is_confirmed_and_all_three_are_told(story: Story) -> None:
    report = story.report
    broken, slower, good = report.attempts
    assert broken.verdict == "incorrect" and "test_total" in broken.judgement["reasons"][0]
    # A screen drops the hopeless as soon as it can, mostly before the loss itself is settled.
    assert slower.verdict in ("slower", "equivalent", "inconclusive")
    assert good.verdict == "faster" and [a.is_kept for a in report.attempts] == [False, False, True]
    assert [a.number for a in report.attempts] == [1, 2, 3]
    document = report.to_json()
    if document["verdict"] == "unstable":
        pytest.skip("the machine is too noisy for a claim")
    assert document["verdict"] == "faster" and document["found"]
    assert document["ci_low"] > 1.01
    assert document["ended"] == "finished" and document["exit_code"] == 0
    assert report.patch is not None and "len({i % 300" in report.patch.read_text()
    assert (document["tokens_in"], document["unpriced_calls"]) == (60, 6)


def test_the_user_s_tree_is_as_it_was(story: Story, tiny: Any) -> None:
    after = (files_of(story.root), tiny.git(story.root, "stash", "list"))
    assert after == story.before


def test_no_key_is_written_anywhere(story: Story) -> None:
    assert KEY.encode() not in everything_below(story.report.run)


def test_the_model_is_told_what_came_of_each(story: Story) -> None:
    said = [last_result(request.body) for request in story.requests]
    assert "def total" in said[1]
    assert "no valid JSON object" in said[2]
    assert "incorrect (not kept" in said[3] and "test_total" in said[3]
    assert "not kept" in said[4]
    assert "faster (kept" in said[5] and "37 attempts are left" in said[5]


def test_evidence_and_replay(story: Story) -> None:
    """Anyone can judge it again, and the recorded proposer goes the same way again."""
    report = story.report
    if "openai" not in report.model:
        pytest.skip("one service is enough: neither knows where a candidate came from")
    assert report.evidence is not None
    verified = verify_evidence(report.evidence, sandbox="process", progress=NullProgress())
    if "unstable" not in (verified.report.judgement.word, report.to_json()["verdict"]):
        assert verified.is_replicated, verified.sentence
    cassette = report.run / "cassette.jsonl"
    assert len(cassette.read_text().splitlines()) == 6
    again = run(story.root, f"replay:{cassette}", test=None)
    assert [a.hash for a in again.attempts] == [a.hash for a in report.attempts]
    assert again.ended == "finished" and again.spent.usd == 0
    changed = story.root / "slow.py"
    changed.write_text(changed.read_text() + "# another base\n")
    with pytest.raises(ModelError, match="no such request was recorded"):
        run(story.root, f"replay:{cassette}", test=None)


def test_a_refused_key_is_named(root: Path, openai: Any) -> None:
    with openai([{"status": 401, "message": f"bad key {KEY}"}]) as server:
        with pytest.raises(KeyMissing) as caught:
            run(root, f"openai@{server.url}:m")
    assert caught.value.exit_code == 3 and KEY not in str(caught.value)
    assert KEY.encode() not in everything_below(root / ".speedwright")


def test_failures_that_pass_are_survived(root: Path, openai: Any, tiny: Any) -> None:
    limited = {"status": 429, "message": "slow down", **NOW}
    with openai([limited, FAILING, {"fault": "cut"}, tiny.call("finish")]) as server:
        report = run(root, f"openai@{server.url}:m")
    assert report.ended == "finished" and report.attempts == ()
    assert not report.is_found and report.exit_code == 0
    assert len(server.requests) == 4


def test_a_service_that_never_answers_is_an_error(root: Path, openai: Any) -> None:
    with openai([FAILING] * 6) as server, pytest.raises(ModelError, match="6 times"):
        run(root, f"openai@{server.url}:m")
    assert len(server.requests) == 6


def test_a_service_that_dies_later_leaves_what_was_found(
    root: Path, openai: Any, tiny: Any
) -> None:
    script = [tiny.submission(tiny.good, "a set"), *[FAILING] * 6]
    with openai(script) as server:
        report = run(root, f"openai@{server.url}:m")
    assert words(report) == ["faster"] and report.final is not None
    assert report.ended.startswith("model: ") and KEY not in report.ended
    assert report.exit_code == (0 if report.is_found else 3)
    assert KEY.encode() not in everything_below(report.run)
    with openai([tiny.call("finish")]) as server:
        later = run(root, f"openai@{server.url}:m", resume=report.run.name)
    assert words(later) == ["faster"] and later.ended == "finished"


def test_a_refusal_after_an_attempt_ends_the_search_in_good_order(
    root: Path, openai: Any, tiny: Any
) -> None:
    script = [tiny.submission(tiny.broken, "fewer"), {"refusal": "I would rather not"}]
    with openai(script) as server:
        report = run(root, f"openai@{server.url}:m")
    assert words(report) == ["incorrect"]
    assert "declined" in report.ended and report.exit_code == 3


def test_a_conversation_that_is_too_long_is_cut_for_good(
    root: Path, openai: Any, tiny: Any
) -> None:
    overflow = {"status": 400, "kind": "context_length_exceeded", "message": "too long"}
    reads = [tiny.call("read_file", path="slow.py", first=n + 1) for n in range(8)]
    with openai([*reads, overflow, tiny.call("list_files"), tiny.call("finish")]) as server:
        report = run(root, f"openai@{server.url}:m")
    assert report.ended == "finished"
    sizes = [len(request.raw) for request in server.requests]
    assert sizes[9] < sizes[8] and sizes[10] < sizes[8]
    assert server.requests[9].raw.count("left out here") == 2
    with openai([overflow] * 9) as server, pytest.raises(ModelError, match="too long"):
        run(root, f"openai@{server.url}:m")
    assert len(server.requests) == 1  # there is nothing to leave out


def test_the_same_thing_over_and_over_is_stopped(root: Path, openai: Any, tiny: Any) -> None:
    with openai([tiny.call("read_file", path="slow.py")] * 20) as server:
        report = run(root, f"openai@{server.url}:m")
    assert len(server.requests) == 6
    assert "several times in a row" in last_result(server.requests[-1].body)
    assert report.exit_code == 0 and not report.is_found


def test_silence_is_asked_about_and_then_the_end(root: Path, openai: Any) -> None:
    with openai([{"text": "hm"}, {"text": ""}, {"text": "well"}, {"text": "?"}]) as server:
        report = run(root, f"openai@{server.url}:m")
    assert len(server.requests) == 3 and report.ended == "nothing more to try"


def test_odd_batches_of_calls(root: Path, openai: Any, tiny: Any) -> None:
    """Submitting after a failed edit, the same change twice, nothing at all, after the end."""
    failed = tiny.submission(tiny.good, "a set", old="not in the file")
    nothing = tiny.call("submit", summary="nothing")
    twice = tiny.submission(tiny.broken, "fewer")
    end = {"tool_calls": [*tiny.call("finish")["tool_calls"], *nothing["tool_calls"]]}
    with openai([failed, nothing, twice, twice, tiny.call("drop_edits"), end]) as server:
        report = run(root, f"openai@{server.url}:m", attempts=2)
    assert words(report) == ["incorrect"]
    said = [last_result(request.body) for request in server.requests]
    assert "occurs 0 times" in said[1] and "an edit before it failed" in said[1]
    assert "nothing to judge" in said[2]
    assert "attempt 1 was just this and is incorrect" in said[4]
    state = json.loads((report.run / "state.json").read_text())
    assert state["messages"][-1]["text"] == "not done: you have finished"
    assert report.spent.attempts == 1


@pytest.mark.parametrize("kind", ["attempts", "tokens", "usd", "wall"])
def test_a_budget_closes_the_gate_before_the_call_and_the_best_is_confirmed(
    root: Path, openai: Any, tiny: Any, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    prices = tmp_path / "prices.json"
    price = {"model": "m", "input": 10.0, "output": 10.0}
    prices.write_text(json.dumps({"schema_version": 1, "as_of": "today", "models": [price]}))
    usage = {"tokens_in": 90_000, "tokens_out": 10_000}
    first = {**tiny.submission(tiny.good, "a set"), "usage": usage}
    limits: dict[str, dict[str, Any]] = {
        "attempts": {"attempts": 1},
        "tokens": {"budget_tokens": 110_000},
        "usd": {"budget_usd": 1.05},
        "wall": {"time_limit_s": 3600.0},
    }
    if kind == "usd":
        monkeypatch.setenv("SPEEDWRIGHT_PRICES", str(prices))
    if kind == "wall":
        skip_ahead(monkeypatch, after_attempts=1)
    script = [first, tiny.submission(tiny.broken, "no", old=tiny.good), tiny.call("finish")]
    with openai(script) as server:
        report = run(root, f"openai@{server.url}:m", **limits[kind])
    assert words(report) == ["faster"]
    assert report.ended == f"budget: {kind}"
    assert len(server.requests) == (2 if kind == "attempts" else 1)
    assert report.final is not None and report.evidence is not None
    assert report.exit_code == 0 or not report.is_found


def skip_ahead(monkeypatch: pytest.MonkeyPatch, *, after_attempts: int) -> None:
    """Let the budget's clock jump past the search's share once so many attempts are judged."""
    from speedwright.agent import budget

    original = budget.Budget.check_model_call

    def check(self: Any, estimate: Any) -> Any:
        if self.spent.attempts >= after_attempts:
            self._started_s -= 0.8 * 3600
        return original(self, estimate)

    monkeypatch.setattr(budget.Budget, "check_model_call", check)


def test_money_that_is_too_little_for_one_call(
    root: Path, openai: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with openai([]) as server:
        report = run(root, f"openai@{server.url}:m", budget_tokens=10)
    assert server.requests == [] and report.attempts == ()
    assert report.exit_code == BudgetExhausted.exit_code == 4


def test_nothing_to_find_is_a_clear_answer(tiny: Any, tmp_path: Path) -> None:
    files = {
        "fine.py": "def f():\n    return sum(range(10**6))\n",
        "bench.py": "import fine\nprint(fine.f())\n",
    }
    report = run(tiny.make(tmp_path / "fine", files), "rules")
    document = report.to_json()
    assert (document["found"], document["exit_code"], document["apply"]) == (False, 0, None)
    assert document["verdict"] == "inconclusive" and report.ended == "finished"


def test_the_catalogue_finds_the_gain(root: Path) -> None:
    report = run(root, "rules", test=None)
    assert "faster" in words(report)
    assert all(a.author.startswith("rules:py-") for a in report.attempts)
    assert report.final is not None and report.final.word in ("faster", "unstable")
    hashes = [a.hash for a in report.attempts]
    assert len(set(hashes)) == len(hashes)


def test_a_focus_limits_rules_and_models(root: Path, openai: Any, tiny: Any) -> None:
    assert run(root, "rules", focus="slow.py:label").attempts == ()
    (root / "other.py").write_text("X = 1\n")
    assert run(root, "rules", changed_since="HEAD").attempts == ()
    script = [tiny.submission(tiny.good, "a set"), tiny.call("finish")]
    with openai(script) as server:
        report = run(root, f"openai@{server.url}:m", focus="other.py")
    assert report.attempts == ()
    assert "changes only in other.py" in json.dumps(server.requests[0].body["messages"][:2])
    with pytest.raises(UsageError, match=r"no file `gone\.py`"):
        run(root, "rules", focus="gone.py")
