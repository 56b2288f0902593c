"""Functions of arrays and tables: recorded, replayed and made up like any others.

The target's tests call each function once, with values on which the wrong rewrites are right.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from speedwright.eval.differential import DifferentialReport, check_differential
from speedwright.eval.judge.baseline import Baseline
from speedwright.eval.progress import NullProgress

ARRAYS = {
    "best(scores)": """\
    best = 0
    for place in range(1, len(scores)):
        if scores[place] > scores[best]:
            best = place
    return best
""",
    "unit(vector)": """\
    length = sum(float(v) ** 2 for v in vector) ** 0.5
    if length == 0:
        return vector.copy()
    return vector / length
""",
    "highest(values)": """\
    found = numpy.empty_like(values)
    so_far = -numpy.inf
    for place, value in enumerate(values):
        so_far = max(so_far, value)
        found[place] = so_far
    return found
""",
    "distances(points)": """\
    found = numpy.zeros((len(points), len(points)))
    for i in range(len(points)):
        for j in range(len(points)):
            found[i, j] = numpy.sqrt(((points[i] - points[j]) ** 2).sum())
    return found
""",
    "counted(labels, size)": """\
    found = numpy.zeros(size, dtype=int)
    for label in labels:
        found[label] += 1
    return found
""",
    "mirrored(matrix)": """\
    found = matrix.copy()
    for i in range(len(matrix)):
        for j in range(len(matrix)):
            found[i, j] = (matrix[i, j] + matrix[j, i]) / 2
    return found
""",
    "drawn(random, count)": """\
    return numpy.array([random.random() for _ in range(count)])
""",
}
TABLES = {
    "totals(table)": """\
    found = {}
    for _, row in table.iterrows():
        found[row["shop"]] = found.get(row["shop"], 0) + row["sold"]
    return found
""",
    "top(table, count)": """\
    rows = sorted(range(len(table)), key=lambda at: -table["sold"].iloc[at])
    return table.iloc[rows[:count]]
""",
    "tidy(names)": """\
    return pandas.Series([name.strip().casefold() for name in names], index=names.index)
""",
    "share(table)": """\
    table = table.copy()
    whole = sum(table["sold"])
    table["share"] = [sold / whole for sold in table["sold"]]
    return table
""",
}
WRONG = {
    "ties": ("best", "    return len(scores) - 1 - int(numpy.argmax(scores[::-1]))\n"),
    "no zero": ("unit", "    return vector / numpy.sqrt(vector @ vector)\n"),
    "from zero": ("highest", "    return numpy.maximum.accumulate(numpy.maximum(values, 0))\n"),
    "squares": (
        "distances",
        "    return ((points[:, None] - points) ** 2).sum(axis=2)\n",
    ),
    "single": (
        "distances",
        '    points = points.astype("f4")\n'
        '    return numpy.sqrt(((points[:, None] - points) ** 2).sum(axis=2)).astype("f8")\n',
    ),
    "repeated": (
        "counted",
        "    found = numpy.zeros(size, dtype=int)\n    found[labels] += 1\n    return found\n",
    ),
    "half": ("mirrored", "    return (matrix + matrix) / 2\n"),
    "largest": ("totals", '    return table.groupby("shop")["sold"].max().to_dict()\n'),
    "last of ties": ("top", '    return table[::-1].nlargest(count, "sold", keep="first")\n'),
    "lower": ("tidy", "    return names.str.strip().str.lower()\n"),
    "in place": (
        "share",
        '    table["share"] = table["sold"] / table["sold"].sum()\n    return table\n',
    ),
    "other draws": ("drawn", "    return 1 - random.random(count)\n"),
}
HONEST = {
    "argmax": ("best", "    return int(numpy.argmax(scores)) if len(scores) else 0\n"),
    "dot": (
        "unit",
        "    length = float(numpy.sqrt(vector @ vector))\n"
        "    return vector.copy() if length == 0 else vector / length\n",
    ),
    "accumulate": ("highest", "    return numpy.maximum.accumulate(values)\n"),
    "broadcast": (
        "distances",
        "    return numpy.sqrt(((points[:, None] - points) ** 2).sum(axis=2))\n",
    ),
    "bincount": ("counted", "    return numpy.bincount(labels, minlength=size)\n"),
    "transpose": ("mirrored", "    return (matrix + matrix.T) / 2\n"),
    "groupby": ("totals", '    return table.groupby("shop")["sold"].sum().to_dict()\n'),
    "stable": (
        "top",
        '    return table.sort_values("sold", ascending=False, kind="stable")[:count]\n',
    ),
    "copied": (
        "share",
        '    return table.assign(share=table["sold"] / table["sold"].sum())\n',
    ),
    "vector of draws": ("drawn", "    return random.random(max(count, 0))\n"),
}
ARRAY_CALLS = """\
import numpy

import work


def test_arrays():
    assert work.best(numpy.array([1.5, 0.5, 4.0, 2.5])) == 2
    assert work.unit(numpy.array([3.0, 4.0, 0.0])).tolist() == [0.6, 0.8, 0.0]
    assert work.highest(numpy.array([1.0, -2.0, 3.5, 2.0]))[-1] == 3.5
    assert work.distances(numpy.array([[0.0, 1.0], [0.0, 2.0], [0.0, 3.0]]))[0, 1] == 1
    assert work.counted(numpy.array([2, 0, 1, 3]), 5).tolist() == [1, 1, 1, 1, 0]
    assert work.mirrored(numpy.array([[1.0, 2.0], [4.0, 3.0]]))[0, 0] == 1
    assert work.drawn(numpy.random.default_rng(5), 3).shape == (3,)
"""
TABLE_CALLS = """\
import pandas

import work


def test_tables():
    table = pandas.DataFrame({"shop": ["b", "a", "c"], "sold": [3, 1, 2]})
    assert work.totals(table)["a"] == 1
    assert work.top(table, 2)["shop"].tolist() == ["b", "c"]
    assert work.share(table)["share"].iloc[0] == 0.5
    assert work.tidy(pandas.Series([" Ab", "c "], index=["x", "y"])).tolist() == ["ab", "c"]
"""
KINDS = {"numpy": (ARRAYS, ARRAY_CALLS), "pandas": (TABLES, TABLE_CALLS)}
Check = Callable[..., DifferentialReport]


def source(library: str, bodies: dict[str, str]) -> str:
    """The module, with other bodies of some functions."""
    parts = [f'"""Work."""\n\nimport {library}\n']
    for head, own in KINDS[library][0].items():
        parts.append(f"def {head}:\n{bodies.get(head.partition('(')[0], own)}")
    return "\n\n".join(parts)


@pytest.fixture(scope="module")
def check(
    tmp_path_factory: pytest.TempPathFactory,
    repository_maker: Callable[[Path, dict[str, str]], Path],
    baseline_maker: Callable[..., Baseline],
) -> Check:
    """What the differential test says of other bodies of some functions."""
    prepared: dict[str, Baseline] = {}

    def prepare(library: str) -> Baseline:
        bench = "import work\n\nprint(sum(len(n) for n in dir(work)))\n"
        calls = KINDS[library][1]
        files = {"work.py": source(library, {}), "test_work.py": calls, "bench.py": bench}
        root = repository_maker(tmp_path_factory.mktemp(library), files)
        return baseline_maker(root, tmp_path_factory.mktemp("scratch"), sandbox="process")

    def run(*changes: tuple[str, str]) -> DifferentialReport:
        is_array = any(head.startswith(f"{changes[0][0]}(") for head in ARRAYS)
        library = "numpy" if is_array else "pandas"
        base = prepared.get(library) or prepared.setdefault(library, prepare(library))
        diff = base.target.snapshot.diff_of({"work.py": source(library, dict(changes))})
        folder = base.versions.fresh(diff)
        try:
            return check_differential(base, folder, diff, seed=7, progress=NullProgress())
        finally:
            base.versions.forget(folder)

    return run


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_rewrite_is_found(what: str, check: Check) -> None:
    report = check(WRONG[what])
    assert report.calls_replayed > 0, report
    assert report.verdict is not None, report


@pytest.mark.parametrize("library", KINDS)
def test_honest_rewrites_pass(library: str, check: Check) -> None:
    names = [head.partition("(")[0] for head in KINDS[library][0]]
    honest = [change for change in HONEST.values() if change[0] in names]
    report = check(*honest)
    assert report.verdict is None, report.verdict
    assert report.calls_replayed == len(honest), report
    assert report.generated > 40 * len(honest), report
