"""The suite as the runner sees it: tasks, prompts, repositories, clocks, round trip of the data."""

import json
import pickle
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace

import pytest

from speedwright.benchmarks.pie.callgrind import CallgrindClock
from speedwright.benchmarks.pie.clock import open_clock
from speedwright.benchmarks.pie.export import write_official
from speedwright.benchmarks.pie.native import NativeClock
from speedwright.benchmarks.pie.official import OfficialData
from speedwright.benchmarks.pie.prompts import EXAMPLES, PromptStyle
from speedwright.benchmarks.pie.stage import open_stage
from speedwright.benchmarks.pie.suite import PieSuite
from speedwright.errors import EnvironmentMissing, ImageMissing, UnknownName, UsageError
from speedwright.eval.batch.options import SuiteOptions, open_suite
from speedwright.eval.progress import NullProgress
from speedwright.registry import known

pytestmark = pytest.mark.timed


@pytest.fixture(scope="module")
def suite():
    return open_suite("pie", SuiteOptions(sandbox="bubblewrap"))


def test_it_is_registered():
    assert "pie" in known("suites")


def test_tasks_have_both_forms(suite):
    tasks = suite.tasks()
    assert len(tasks) == 29 and len({task.id for task in tasks}) == 29
    for task in tasks:
        source, gold = suite.nop(task.id)[0], suite.gold(task.id)[0]
        assert source.strip() in task.prompt and gold.strip() not in task.prompt
        assert task.target is not None and task.target.answer == "main.cpp"


def test_settings_and_provenance_are_stable_json(suite):
    again = open_suite("pie", SuiteOptions(sandbox="bubblewrap"))
    assert json.dumps(suite.settings) == json.dumps(again.settings)
    assert suite.settings["clock"] == "native-paired"
    assert suite.settings["hidden_seed"] == "fresh"
    assert suite.settings["data_sha256"] == suite.provenance["sha256"]
    assert PieSuite(SuiteOptions(timer="callgrind", seed=4)).settings != suite.settings
    assert suite.provenance["licence"]


def test_a_suite_can_be_sent_elsewhere(suite):
    there = pickle.loads(pickle.dumps(suite))  # noqa: S301
    assert [task.id for task in there.tasks()] == [task.id for task in suite.tasks()]


def styled(style):
    return PieSuite(SuiteOptions(special={"prompt": style.value}))


def test_every_style_asks_in_its_way(suite):
    row = suite._data.rows[3]
    texts = {style: styled(style)._prompt(row) for style in PromptStyle}
    assert len(set(texts.values())) == len(texts)
    for text in texts.values():
        assert row.src_code.strip() in text and row.tgt_code.strip() not in text
        assert str(row.src_agg_runtime) not in text
    assert texts[PromptStyle.RETRIEVAL].count("### Program:") == EXAMPLES + 1
    assert "10/10" in texts[PromptStyle.CONDITIONED]
    assert styled(PromptStyle.RETRIEVAL).settings["prompt"] == "retrieval"


def test_its_own_options_are_checked():
    credited = PieSuite(SuiteOptions(special={"pragmas": "credited"}))
    assert credited.settings["are_pragmas_allowed"] is True
    with pytest.raises(UsageError, match="no option `promt`"):
        PieSuite(SuiteOptions(special={"promt": "cot"}))
    with pytest.raises(UsageError, match="`prompt` cannot be `haiku`") as raised:
        PieSuite(SuiteOptions(special={"prompt": "haiku"}))
    assert "retrieval" in (raised.value.hint or "")


def test_examples_never_come_from_the_same_problem(suite):
    row = suite._data.rows[0]
    assert row not in suite._data.training(row) and len(suite._data.training(row)) == 28


def test_the_repository_builds_tests_and_runs(suite, tmp_path):
    """As a user would: our own program, so it may run here."""
    (task,) = [task for task in suite.tasks() if task.id == "rotate-letters"]
    assert task.target is not None
    for name, text in task.target.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert len(list((tmp_path / "tests" / "cases").glob("*.in"))) >= 16
    subprocess.run(task.target.build.split(), cwd=tmp_path, check=True)
    for command in (task.target.workload, *task.target.holdout):
        done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=True)
        assert len(done.stdout.split()) == 26
    tests = [sys.executable, *task.target.test.split()[1:]]
    done = subprocess.run(tests, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    (tmp_path / "main.cpp").write_text("int main() { return 0; }")
    subprocess.run(task.target.build.split(), cwd=tmp_path, check=True)
    done = subprocess.run(tests, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1


def test_starting_from_predictions_is_refused(tmp_path):
    with pytest.raises(UsageError, match="starts from the slow programs"):
        PieSuite(SuiteOptions(samples_from=tmp_path))


def test_unknown_and_absent_timers_say_what_to_do():
    with pytest.raises(UnknownName, match="no timer named `sundial`") as raised:
        open_clock("sundial")
    assert "callgrind" in raised.value.hint
    with pytest.raises(
        EnvironmentMissing, match=r"gem5 is not in the box: there is no `/home/gem5"
    ) as missing:
        PieSuite(SuiteOptions(timer="gem5", sandbox="process")).tasks()
    assert "alexshypula/gem5-skylake:api" in missing.value.hint
    assert "callgrind" in missing.value.hint


@pytest.mark.docker
def test_an_absent_image_of_gem5_is_named_with_what_to_do():
    with pytest.raises(
        ImageMissing, match="`alexshypula/gem5-skylake:api` is not on this"
    ) as missing:
        PieSuite(SuiteOptions(timer="gem5")).tasks()
    assert "docker pull alexshypula/gem5-skylake:api" in missing.value.hint
    assert "--timer callgrind" in missing.value.hint


def test_callgrind_counts_alike_every_time(score, pair):
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not installed")
    one, two = (score(pair.tgt_code, pair.src_code, clock=CallgrindClock()) for _ in range(2))
    assert one.official["unit"] == "instructions" and one.official["clock"] == "callgrind"
    for found in (one, two):
        word = [g["claim"]["word"] for g in found.hardened["generations"]]
        assert word == ["faster", "equivalent"]
    first, second = (found.official["generations"] for found in (one, two))
    for a, b in zip(first, second, strict=True):
        assert abs(a["agg_runtime"] / b["agg_runtime"] - 1) < 0.01
    assert one.official["src_agg_runtime"] > 10 * first[0]["agg_runtime"]


def test_own_data_read_back_in_the_official_layout(small_data, pair, sandbox, tmp_path, score):
    from speedwright.benchmarks.pie.rules import Rules

    with open_stage(small_data, pair, sandbox=sandbox, rules=Rules(), secret="") as stage:
        write_official(tmp_path / "copy", [(pair, stage.tests)])
    data = OfficialData(tmp_path / "copy")
    (row,) = data.rows
    assert (row.id, row.src_code, row.tests) == ("s_t", pair.src_code, (0, 1, 2, 3, 4, 5))
    assert [t.expected for t in data.tests(row)] == [t.expected for t in stage.tests]
    assert len(data.work(row)[0].input) == 5 and data.hidden(row, "x") == ()
    found = score(row.tgt_code, data=data, row=row, clock=NativeClock(rounds=1, looks=(8,)))
    assert found.official["is_correct"] and "no-hidden-inputs" in found.flags


def test_replay_says_the_word_of_each_pair(small_data, pair, sandbox):
    from speedwright.benchmarks.pie.replay import replay
    from speedwright.benchmarks.pie.rules import Rules

    rows = replay(
        small_data, [pair], sandbox=sandbox, clock=NativeClock(looks=(8,)), rules=Rules(),
        secret="s", progress=NullProgress(),
    )  # fmt: skip
    assert [row.task_id for row in rows] == ["small"]
    assert rows[0].verdict in ("faster", "unstable")  # unstable: a busy machine
    assert rows[0].speedup is not None and rows[0].speedup > 2


@dataclass(frozen=True, kw_only=True)
class NoisyAtFirst(NativeClock):
    """Stands in for a machine that is too noisy for its first measurements."""

    noisy: list[str] = field(default_factory=list)

    def claims(self, *args):
        claims = super().claims(*args)
        if not self.noisy:
            return claims
        return {name: replace(claim, word=self.noisy.pop()) for name, claim in claims.items()}


def test_replay_measures_again_what_a_busy_machine_left_open(small_data, pair, sandbox):
    from speedwright.benchmarks.pie.replay import replay
    from speedwright.benchmarks.pie.rules import Rules

    def replayed(noisy):
        clock = NoisyAtFirst(looks=(8,), noisy=noisy)
        (row,) = replay(
            small_data, [pair], sandbox=sandbox, clock=clock, rules=Rules(), secret="s",
            progress=NullProgress(),
        )  # fmt: skip
        return row, len(noisy)

    row, left = replayed(["equivalent", "unstable"])
    assert (row.verdict, left) == ("equivalent", 0)
    assert row.note == "measurement 2; before: unstable"
    row, left = replayed(["faster", "unstable", "unstable", "unstable"])
    assert (row.verdict, left) == ("unstable", 1)
