import io

import pytest

from logstats.cli import main
from logstats.report import bar, build_report, table

LINE = '{host} - - [10/Oct/2025:{time} +0000] "GET {path} HTTP/1.1" {status} 100 "-" "Firefox" 8\n'


@pytest.fixture
def log(tmp_path):
    lines = [
        LINE.format(host="10.0.0.1", time="08:00:00", path="/search?q=lamp", status=200),
        LINE.format(host="10.0.0.2", time="08:00:30", path="/", status=503),
        "not a log line\n",
        LINE.format(host="10.0.0.1", time="13:00:00", path="/", status=200),
    ]
    file = tmp_path / "access.log"
    file.write_text("".join(lines))
    return file


def test_report_of_a_file(log, capsys):
    assert main([str(log)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "requests   3 (0 by crawlers)",
        "visitors   2 in 3 visits",
        "returning  1",
        "bytes      300",
        "errors     33.33%",
    ]
    assert "busiest    2 requests in the hour before 08:00:30" in lines
    assert f"        2  {'/':<40} {'#' * 20}" in lines
    assert f"  08:00:00     2 {'#' * 20}" in lines
    assert lines[-1] == "unreadable 1 lines, first: not a log line"


def test_report_from_a_pipe(log, capsys, monkeypatch):
    main([str(log)])
    from_file = capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO(log.read_text()))
    assert main(["-"]) == 0
    assert capsys.readouterr().out == from_file


def test_top_limits_the_tables(log, capsys):
    assert main([str(log), "--top", "1"]) == 0
    out = capsys.readouterr().out
    assert "10.0.0.1 " in out
    assert "10.0.0.2 " not in out


def test_strict_fails(log, capsys):
    assert main([str(log), "--strict"]) == 1
    assert "not a log line" in capsys.readouterr().err


def test_missing_file(tmp_path, capsys):
    assert main([str(tmp_path / "none.log")]) == 1
    assert "none.log" in capsys.readouterr().err


def test_top_must_be_positive(log):
    with pytest.raises(SystemExit) as stop:
        main([str(log), "--top", "0"])
    assert stop.value.code == 2


def test_report_of_nothing():
    report = build_report([], [])
    assert report.startswith("requests   0 (0 by crawlers)\nvisitors   0 in 0 visits\n")
    assert "paths\n  (none)\n" in report
    assert "busiest" not in report


def test_bars_are_to_scale():
    assert [len(bar(count, 4)) for count in (0, 1, 2, 4)] == [0, 5, 10, 20]
    assert table("t", [("a", 4), ("b", 1)]).splitlines()[2].endswith("  b" + " " * 40 + "#####")
