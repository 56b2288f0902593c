import doctest
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speedwright.eval.metrics import pie
from speedwright.eval.metrics.pie import (
    Generation,
    Scored,
    best_at_k,
    distinct,
    filled,
    is_correct_at_k,
    is_exact,
    line_accuracy,
    program_accuracy,
    report,
    speedup_at_k,
)


def row(source, *pairs):
    made = tuple(Generation(accuracy=a, agg_runtime=t) for a, t in pairs)
    return Scored(src_agg_runtime=source, generations=made)


def test_the_examples_in_the_module():
    assert doctest.testmod(pie).failed == 0


@pytest.mark.parametrize(
    ("output", "expected", "accuracy"),
    [
        ("1\n2\n3\n", "1\n2\n3", 1.0),
        ("1\n2\n3\nand more\nand more", "1\n2\n3", 1.0),  # zipped: extra lines are free
        ("1\n2", "1\n2\n3\n4", 0.5),
        ("", "1", 0.0),
        ("\n\n 1\n2 \n\n", "1\n2", 1.0),  # stripped as a whole
        ("1 \n2", "1\n2", 1.0),  # an inner line is not stripped, but is still a number
        ("a \nb", "a\nb", 0.5),
        ("1 2\n3", "1  2\n3", 0.5),
        ("x\n1\n2", "1\n2\n3", 0.0),  # shifted by one line
        ("yes", "YES", 0.0),
        ("0x10", "16", 0.0),
        ("1e3", "1000", 1.0),
        ("nan", "NaN", 0.0),
        ("inf", "inf", 1.0),
        ("inf", "Infinity", 0.0),  # inf - inf is no number
        ("1_000", "1000", 1.0),  # what Python takes for a number
        ("", "", 1.0),
        ("x", "", 0.0),
    ],
)
def test_accuracy_by_lines(output, expected, accuracy):
    assert line_accuracy(output, expected) == accuracy


@pytest.mark.parametrize(
    ("found", "is_right"),
    [
        ("0.0009", True),
        ("0.000999999", True),
        ("0.001", False),
        ("-0.001", False),
        ("0.0011", False),
    ],
)
def test_tolerance_is_less_than_a_thousandth(found, is_right):
    assert (line_accuracy(found, "0") == 1.0) is is_right


def test_accuracy_of_a_program_is_the_mean():
    assert program_accuracy([1.0, 1.0, 0.0, 0.5]) == 0.625
    assert program_accuracy([]) == 0.0


@pytest.mark.parametrize(
    ("output", "is_same"),
    [
        ("1 2\n3", True),
        ("1   2 \n3\n\n", True),
        ("1 2\n3\n4", False),
        ("1 2 3", False),
        ("1 2\n\n3", False),
        ("1 2.0\n3", False),
        ("\n1 2\n3", False),
    ],
)
def test_exact_words_and_lines(output, is_same):
    assert is_exact(output, "1 2\n3\n") is is_same


def test_best_takes_the_first_k_only():
    found = row(10.0, (1.0, 8.0), (1.0, 5.0), (1.0, 1.0))
    assert [best_at_k(found, k) for k in (1, 2, 3, 9)] == [8.0, 5.0, 1.0, 1.0]
    assert [speedup_at_k(found, k) for k in (1, 2, 3)] == [1.25, 2.0, 10.0]
    with pytest.raises(ValueError, match="k must be 1 or more"):
        best_at_k(found, 0)


def test_wrong_programs_never_count_however_fast():
    found = row(10.0, (0.999, 0.001), (0.95, 0.001))
    assert best_at_k(found, 2) == inf
    assert speedup_at_k(found, 2) == 1.0
    assert not is_correct_at_k(found, 2)


def test_slower_counts_as_the_source():
    assert speedup_at_k(row(10.0, (1.0, 20.0)), 1) == 1.0
    assert is_correct_at_k(row(10.0, (1.0, 20.0)), 1)
    assert speedup_at_k(row(10.0, (1.0, inf)), 1) == 1.0


def test_correct_equals_the_threshold():
    assert is_correct_at_k(row(1.0, (0.2, inf), (1.0, inf)), 2)
    assert not is_correct_at_k(row(1.0, (1.0, 1.0)), 1, threshold=0.95)  # as upstream compares


def test_missing_rows_are_filled_in_as_failures():
    reference = [("a", 1.0), ("b", 2.0), ("a", 9.0), ("c", 3.0)]
    found = distinct([("b", row(2.0, (1.0, 1.0))), ("b", row(2.0, (1.0, 0.1)))])
    rows = filled(found, reference)
    assert [(r.src_agg_runtime, len(r.generations)) for r in rows] == [(1.0, 0), (2.0, 1), (3.0, 0)]
    said = report(rows, 1)
    assert said is not None
    assert (said.rows, said.percent_opt, said.correct) == (3, 1 / 3, 1 / 3)
    assert said.speedup == (1 + 2 + 1) / 3


@pytest.mark.parametrize(("time", "share"), [(10 / 1.1, 1.0), (10 / 1.0999, 0.0), (10.0, 0.0)])
def test_opt_from_ten_percent_on(time, share):
    said = report([row(10.0, (1.0, time))], 1)
    assert said is not None and said.percent_opt == share


def test_all_thresholds_are_reported():
    said = report([row(10.0, (1.0, 10 / s)) for s in (1.0, 1.3, 2.0, 4.5, 20.0)], 1)
    assert said is not None
    assert said.shares == {
        1.1: 0.8, 1.25: 0.8, 1.5: 0.6, 1.75: 0.6, 2.0: 0.6, 2.5: 0.4, 3.0: 0.4, 4.0: 0.4, 5.0: 0.2,
        10.0: 0.2,
    }  # fmt: skip
    assert report([], 1) is None


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.95, 1.0]), st.floats(0.01, 100)), max_size=6),
    st.floats(0.01, 100),
)
def test_more_tries_never_make_it_worse(pairs, source):
    found = row(source, *pairs)
    speedups = [speedup_at_k(found, k) for k in range(1, 8)]
    assert speedups == sorted(speedups) and speedups[0] >= 1.0
