"""Our own problems: whole, small, drawn alike everywhere, and right."""

import json
from collections import Counter

import pytest

from speedwright.benchmarks.data import packaged
from speedwright.benchmarks.pie.own import OwnData
from speedwright.benchmarks.pie.retrieval import Bm25
from speedwright.benchmarks.pie.rules import Rules
from speedwright.benchmarks.pie.samples import PROBLEMS, Draw, hidden_cases, public_cases
from speedwright.benchmarks.pie.samples.cases import HIDDEN_SMALL, SMALL_TESTS
from speedwright.benchmarks.pie.stage import open_stage
from speedwright.errors import DataMissing
from speedwright.sandbox.choose import choose_sandbox

EDITS = {"algorithm", "data structure", "input and output", "data layout", "loop", "loop and cache"}


@pytest.fixture(scope="module")
def data():
    return OwnData(packaged("pie"))


def test_there_are_enough_and_they_cover_the_papers_edits(data):
    assert len(data.rows) == len(PROBLEMS) >= 24
    assert {problem.edit for problem in PROBLEMS} == EDITS
    assert all(len(row.tests) >= 20 for row in data.rows)
    assert len({row.id for row in data.rows}) == len({row.problem_id for row in data.rows}) == 29


def test_the_data_stay_small():
    files = [path for path in packaged("pie").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 2_000_000


def test_rows_hold_the_programs_and_statements(data, programs):
    for row in data.rows:
        assert row.src_code == (programs / f"{row.id}.slow.cpp").read_text()
        assert row.tgt_code == (programs / f"{row.id}.fast.cpp").read_text()
        assert row.statement == (programs / f"{row.id}.txt").read_text()
    assert len(list(programs.iterdir())) == 3 * len(data.rows)


def test_rows_have_the_official_fields():
    wanted = {
        "src_id", "tgt_id", "problem_id", "src_code", "tgt_code", "src_agg_runtime",
        "tgt_agg_runtime", "fastest_agg_runtime", "speedup", "tests", "n_tests",
    }  # fmt: skip
    for line in (packaged("pie") / "test.jsonl").read_text().splitlines():
        row = json.loads(line)
        assert wanted <= set(row)
        assert row["n_tests"] == len(row["tests"])
        assert row["clock"] == "native-paired"
        assert row["src_agg_runtime"] > row["tgt_agg_runtime"] > 0


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.id)
def test_small_inputs_are_drawn_as_recorded(problem, data):
    recorded = [json.loads(x) for x in (packaged("pie") / "answers.jsonl").read_text().splitlines()]
    by_number = {x["test"]: x for x in recorded if x["problem_id"] == problem.number}
    assert set(by_number) == {case.number for case in public_cases(problem)}
    import hashlib

    for case in public_cases(problem)[:SMALL_TESTS]:
        text = case.text(problem)
        assert hashlib.sha256(text.encode()).hexdigest() == by_number[case.number]["input_sha256"]
        assert text.endswith("\n") and len(text) < 10_000
        assert "output" in by_number[case.number]


def test_hidden_inputs_are_others_and_named_by_the_secret():
    problem = PROBLEMS[0]
    public = {case.text(problem) for case in public_cases(problem)[:SMALL_TESTS]}
    one, same, other = (
        [case.text(problem) for case in hidden_cases(problem, word)[:HIDDEN_SMALL]]
        for word in ("a", "a", "b")
    )
    assert one == same and not set(one) & set(other) and not set(one) & public


def test_draws_are_even_and_stay_in_their_bounds():
    drawn = Counter(Draw(1).many(6000, -1, 1))
    assert set(drawn) == {-1, 0, 1} and min(drawn.values()) > 1800
    assert Draw(7).many(5, 0, 999) == [323, 150, 650, 72, 535]
    assert {Draw(n).whole(3, 3) for n in range(9)} == {3}


def test_a_generator_that_changed_is_noticed(data):
    row = data.rows[0]
    changed = OwnData(packaged("pie"))
    answers = {n: {**a, "input_sha256": "0"} for n, a in changed._answers[row.problem_id].items()}
    changed._answers[row.problem_id] = answers
    with pytest.raises(DataMissing, match="is not the recorded one"):
        changed.tests(row)


def test_the_nearest_program_is_the_one_most_alike(data):
    index = Bm25([row.src_code for row in data.rows])
    for number, row in enumerate(data.rows):
        assert index.nearest(row.src_code, 3)[0] == number
    assert index.nearest("zebra", 3) == []
    assert Bm25([]).nearest("int", 3) == []


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_every_pair_is_right_on_every_test(data):
    sandbox = choose_sandbox().sandbox
    for row in data.rows:
        with open_stage(data, row, sandbox=sandbox, rules=Rules(gate=1.0), secret="all") as stage:
            assert len(stage.source_run.exact) == len(stage.tests) == 22, row.id
            assert stage.source_run.fault == ""
