import json
import tracemalloc

import pytest

from speedwright.benchmarks.pie.jsonl import stream
from speedwright.benchmarks.pie.official import OfficialData
from speedwright.benchmarks.pie.predictions import read_predictions
from speedwright.benchmarks.pie.row import parse_row
from speedwright.benchmarks.pie.suite import PieSuite
from speedwright.errors import DataMissing, UsageError
from speedwright.eval.batch.options import SuiteOptions


@pytest.fixture
def rows(official):
    return OfficialData(official({}, {})).rows


def predictions(tmp_path, *lines):
    path = tmp_path / "predictions.jsonl"
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines))
    return path


def line(number, *answers, **more):
    return {"src_id": f"s{number}", "tgt_id": f"t{number}", "generated_answers": answers, **more}


def test_predictions_by_ids_and_by_code(rows, tmp_path):
    by_code = {"src_code": rows[1].src_code, "tgt_code": rows[1].tgt_code}
    path = predictions(tmp_path, line(0, "a", "b"), line(7, "c", **by_code))
    assert read_predictions(path, rows) == {"s0_t0": ("a", "b"), "s1_t1": ("c",)}


def test_predictions_by_task_id(rows, tmp_path):
    path = predictions(tmp_path, {"id": "s1_t1", "generated_answers": "one program"})
    assert read_predictions(path, rows) == {"s1_t1": ("one program",)}


def test_the_first_of_two_equal_rows_counts(rows, tmp_path):
    assert read_predictions(predictions(tmp_path, line(0, "a"), line(0, "b")), rows) == {
        "s0_t0": ("a",)
    }


def test_failed_generations_keep_their_place(rows, tmp_path):
    path = predictions(tmp_path, line(0, None, "", "a"))
    assert read_predictions(path, rows) == {"s0_t0": ("", "", "a")}


def test_an_empty_file_and_blank_lines(rows, tmp_path):
    assert read_predictions(predictions(tmp_path, "", "  "), rows) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"line 1 is no JSON: .*column"),
        ("[1, 2]", "line 1: expected an object, found list"),
        ('{"src_id": "s0"', "line 1 is no JSON"),
        ("[" * 100_000, "line 1 is no JSON that can be read"),
        (json.dumps(line(0, 5)), "sample 0 of `generated_answers` is no text but int"),
        (json.dumps({"src_id": "s0", "tgt_id": "t0"}), "`generated_answers` is missing"),
        (json.dumps(line(9, "a")), "no task has the id `s9_t9`"),
        (json.dumps({"generated_answers": ["a"]}), "no task has the id"),
    ],
)
def test_malformed_predictions_say_where(rows, tmp_path, text, message):
    with pytest.raises(UsageError, match=message):
        read_predictions(predictions(tmp_path, text), rows)


def test_a_wrong_id_names_the_nearest(rows, tmp_path):
    with pytest.raises(UsageError, match=r"near: .*`s1_t1`"):
        read_predictions(predictions(tmp_path, {"id": "s1_t", "generated_answers": []}), rows)


def test_files_that_cannot_be_read(rows, tmp_path):
    with pytest.raises(UsageError, match="cannot read"):
        read_predictions(tmp_path / "none.jsonl", rows)
    (tmp_path / "latin").write_bytes(b'{"a": "\xe9"}\n')
    with pytest.raises(UsageError, match="no UTF-8 text: byte 7"):
        list(stream(tmp_path / "latin"))


def test_a_hundred_megabytes_are_read_a_line_at_a_time(rows, tmp_path):
    path = tmp_path / "large.jsonl"
    text = json.dumps({**line(0), "generated_answers": ["int x;" * 100_000]}) + "\n"
    with path.open("w") as out:
        for _ in range(100_000_000 // len(text) + 1):
            out.write(text)
    assert path.stat().st_size > 100_000_000
    tracemalloc.start()
    found = read_predictions(path, rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found["s0_t0"][0]) == 600_000
    assert peak < 20_000_000


def test_one_endless_line_is_refused(tmp_path):
    path = tmp_path / "line.jsonl"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(UsageError, match="line 1 is longer than 1000 bytes"):
        list(stream(path, max_line_bytes=1000))


@pytest.mark.parametrize("name", ["src_id", "tgt_id", "problem_id", "src_code", "tgt_code"])
@pytest.mark.parametrize("value", [None, "", 5])
def test_rows_without_a_field(official, name, value):
    with pytest.raises(UsageError, match=f"line 1: `{name}` is missing or no text"):
        _ = OfficialData(official({name: value})).rows


@pytest.mark.parametrize("name", ["../p00001", "a/b", "", ".", "/etc", "p\n1", "x" * 200])
def test_problem_ids_that_lead_elsewhere(name):
    row = dict.fromkeys(("src_id", "tgt_id", "src_code", "tgt_code"), "x")
    with pytest.raises(UsageError, match="problem"):
        parse_row({**row, "problem_id": name}, "here")


@pytest.mark.parametrize(
    ("value", "numbers"), [([1, 2], (1, 2)), ("[1, '2']", (1, 2)), (["3"], (3,)), (None, ())]
)
def test_test_numbers_in_all_their_forms(value, numbers):
    row = dict.fromkeys(("src_id", "tgt_id", "src_code", "tgt_code", "problem_id"), "x")
    assert parse_row({**row, "tests": value}, "here").tests == numbers


@pytest.mark.parametrize("value", ["nonsense", [{}], "[" * 10_000, 7])
def test_test_numbers_that_are_none(value):
    row = dict.fromkeys(("src_id", "tgt_id", "src_code", "tgt_code", "problem_id"), "x")
    with pytest.raises(UsageError, match="`tests` is no list"):
        parse_row({**row, "tests": value}, "here")


def test_data_that_are_not_there(tmp_path, official):
    with pytest.raises(DataMissing, match=r"no `.*test\.jsonl`") as raised:
        PieSuite(SuiteOptions(data=tmp_path)).tasks()
    assert "LearningOpt/pie" in raised.value.hint
    (tmp_path / "test.jsonl").write_text("")
    with pytest.raises(DataMissing, match="no folder"):
        PieSuite(SuiteOptions(data=tmp_path)).tasks()
    folder = official({"tests": [0, 1, 2]})
    data = OfficialData(folder)
    with pytest.raises(DataMissing, match=r"input\.2\.txt"):
        data.tests(data.rows[0])


def test_one_id_for_two_pairs(official):
    with pytest.raises(UsageError, match="line 2: `s0_t0` is there twice"):
        _ = OfficialData(official({}, {"src_id": "s0", "tgt_id": "t0"})).rows


def test_equal_pairs_are_one_row(official):
    same = {"src_code": "a", "tgt_code": "b"}
    rows = OfficialData(official(same, same, {})).rows
    assert [row.id for row in rows] == ["s0_t0", "s2_t2"]
