import pytest

from logstats import stats
from logstats.parse import Entry


def entry(host="a", second=0, path="/", status=200, agent="", ms=1, size=0):
    return Entry(host, "-", second, "GET", path, status, size, agent, ms)


def test_unique_hosts_keep_the_order_of_arrival():
    assert stats.unique_hosts([entry(h) for h in "bcabca"]) == ["b", "c", "a"]
    assert stats.unique_hosts([]) == []


def test_returning_hosts_counts_requests():
    assert stats.returning_hosts([entry(h) for h in "aabz"], ["a", "b"]) == 3
    assert stats.returning_hosts([], ["a"]) == 0


@pytest.mark.parametrize(
    ("agent", "expected"),
    [("Mozilla/5.0 (compatible; Googlebot/2.1)", True), ("SPIDER", True), ("Firefox", False)],
)
def test_bots(agent, expected):
    assert stats.is_bot(agent) is expected


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("/", "start page"),
        ("/?utm=1", "start page"),
        ("/static/a/b.css?v=3", "assets"),
        ("/static/a.exe", "other"),
        ("/blog/2025/01/hello-world", "articles"),
        ("/blog/25/01/hello", "other"),
        ("/shop/item/12", "items"),
        ("/shop/item/12/edit", "other"),
        ("/shop/checkout", "orders"),
        ("/api/v2/stock/1", "api"),
        ("/search?q=/api/v2/", "search"),
    ],
)
def test_groups(path, group):
    assert stats.group_of(path) == group


def test_count_by_keeps_first_seen_order():
    assert list(stats.count_by("banana").items()) == [("b", 1), ("a", 3), ("n", 2)]
    assert stats.count_by([]) == {}


def test_top_breaks_ties_by_name():
    assert stats.top({"b": 2, "a": 2, "c": 9, "d": 1}, 3) == [("c", 9), ("a", 2), ("b", 2)]
    assert stats.top({}, 3) == []


def test_percentile():
    values = [15, 20, 35, 40, 50]
    assert [stats.percentile(values, p) for p in (0, 5, 30, 40, 50, 100)] == [15, 15, 20, 20, 35, 50]
    assert stats.percentile([7], 99) == 7
    assert values == [15, 20, 35, 40, 50]


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1], -1), ([1], 101)])
def test_percentile_refuses(values, percent):
    with pytest.raises(ValueError):
        stats.percentile(values, percent)


def test_latency_by_group():
    entries = [entry(path="/", ms=ms) for ms in (30, 10, 20)] + [entry(path="/x", ms=5)]
    assert stats.latency_by_group(entries) == {"start page": (10, 20, 30, 30), "other": (5, 5, 5, 5)}
    assert list(stats.latency_by_group(entries)) == ["other", "start page"]


def test_busiest_window():
    entries = [entry(second=s) for s in (50, 0, 9, 10, 11, 12, 100)]
    assert stats.busiest_window(entries, 10) == (4, 12)
    assert stats.busiest_window(entries, 1) == (1, 0)
    assert stats.busiest_window([], 10) == (0, None)


def test_slowest_keeps_the_order_of_ties():
    entries = [entry(host=h, ms=ms) for h, ms in (("a", 5), ("b", 9), ("c", 5), ("d", 9))]
    assert [e.host for e in stats.slowest(entries, 3)] == ["b", "d", "a"]
    assert stats.slowest([], 3) == []


def test_error_share():
    assert stats.error_share([entry(status=s) for s in (200, 404, 500, 503)]) == 0.5
    assert stats.error_share([]) == 0.0


def test_sessions_end_after_the_gap():
    entries = [entry("a", 0), entry("a", 1800), entry("a", 3601), entry("b", 10)]
    assert stats.sessions(entries) == 3
    assert stats.sessions(list(reversed(entries))) == 3
