"""Tests on disk: whole or not at all, and only in a folder that is ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from speedwright.benchmarks.enamel.cache import TestCache, cache_folder
from speedwright.benchmarks.enamel.cases import Case, Draw

CASES = tuple(
    Case(
        draw=Draw(level=n, number=0, size=n, seed=n),
        given=b"given" * n,
        answer=b"answer",
        is_self_equal=True,
        hint_s=0.5,
    )
    for n in range(3)
)


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    cache = TestCache(tmp_path / "cache")
    assert cache.load("key") is None
    assert cache.store("key", CASES)
    assert cache.load("key") == CASES
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["key.tests"]


@pytest.mark.parametrize("cut", [0, 5, 30, 100, -1])
def test_half_a_file_is_none(tmp_path: Path, cut: int) -> None:
    cache = TestCache(tmp_path / "cache")
    cache.store("key", CASES)
    path = tmp_path / "cache" / "key.tests"
    path.write_bytes(path.read_bytes()[:cut])
    assert cache.load("key") is None


def test_a_changed_answer_is_seen(tmp_path: Path) -> None:
    cache = TestCache(tmp_path / "cache")
    cache.store("key", CASES)
    path = tmp_path / "cache" / "key.tests"
    path.write_bytes(path.read_bytes().replace(b"answer", b"Answer", 1))
    assert cache.load("key") is None


def test_a_folder_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    cache = TestCache(folder)
    cache.store("key", CASES)
    folder.chmod(0o777)
    assert cache.load("key") is None
    assert not cache.store("other", CASES)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    TestCache(tmp_path / "real").store("key", CASES)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert TestCache(tmp_path / "link").load("key") is None


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "speedwright" / "enamel"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path.home() / ".cache" / "speedwright" / "enamel"
