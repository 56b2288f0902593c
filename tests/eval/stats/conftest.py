"""Recorded A/A traces, replayed as pairs in random order."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from speedwright.eval.stats import Comparison, looks

CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One clock of one recording of one unchanged program.

    Attributes:
        times: Wall or CPU nanoseconds, in the order recorded.
    """

    times: NDArray[np.float64]

    def pairs(
        self, k: int, *, saved: float = 0.0, seeds: int = 20, step: int | None = None
    ) -> Iterator[tuple[list[float], list[float]]]:
        """Windows of k consecutive pairs, a seeded coin saying which row is the base.

        Args:
            k: Pairs a window.
            saved: Share of its time that the candidate saves; negative is a slowdown.
            seeds: Draws of the order for each window.
            step: Pairs between the starts of windows; a quarter of the window unless told.
        """
        rows = self.times[: self.times.size // 2 * 2].reshape(-1, 2)
        rng = np.random.default_rng([k, seeds, 20261121])
        for start in range(0, len(rows) - k + 1, step or max(1, k // 4)):
            window = rows[start : start + k]
            for first_is_base in rng.random((seeds, k)) < 0.5:
                base = np.where(first_is_base, window[:, 0], window[:, 1])
                candidate = np.where(first_is_base, window[:, 1], window[:, 0])
                yield base.tolist(), (candidate * (1 - saved)).tolist()

    def rounds(
        self, k: int, *, arms: int, saved: float = 0.0, seeds: int = 10
    ) -> Iterator[list[list[float]]]:
        """Windows of k rounds of consecutive rows, shuffled in each round; the last arm gains."""
        rows = self.times[: self.times.size // arms * arms].reshape(-1, arms)
        rng = np.random.default_rng([k, arms, seeds])
        for start in range(0, len(rows) - k + 1, max(1, k // 4)):
            for _ in range(seeds):
                times = rng.permuted(rows[start : start + k], axis=1).T
                times[-1] *= 1 - saved
                yield times.tolist()

    def blocks(self, k: int) -> Iterator[tuple[list[float], list[float]]]:
        """The design nobody should use: k runs of the base, then k of the candidate."""
        for start in range(0, self.times.size - 2 * k + 1, max(1, k // 4)):
            window = self.times[start : start + 2 * k].tolist()
            yield window[:k], window[k:]


@pytest.fixture(scope="session")
def trace() -> Callable[[str], Trace]:
    """Give a recording by name and clock, e.g. `quiet wall`."""
    told = os.environ.get("SPEEDWRIGHT_SHARED")
    folder = (Path(told) if told else CHECKOUT.parent / "shared") / "data" / "traces"

    @cache
    def load(name_and_clock: str) -> Trace:
        name, clock = name_and_clock.split()
        path = folder / f"{name}.json"
        if not path.is_file():
            pytest.skip(f"no recorded trace at {path}; SPEEDWRIGHT_SHARED may name its folder")
        document = json.loads(path.read_text())
        assert document["schema_version"] == 1
        column = document["columns"].index(f"{clock}_ns")
        return Trace(times=np.array([row[column] for row in document["rows"]], dtype=float))

    return load


@pytest.fixture(scope="session", autouse=True)
def remembered() -> Iterator[None]:
    """Many tests ask the same windows of the same recordings: exact intervals are kept."""
    kept: dict[object, Comparison] = {}
    plain = looks.compare_with_copy

    def compare_once(*arms: Sequence[float], **how: float) -> Comparison:
        key = (*how.values(), *(np.asarray(arm).tobytes() for arm in arms))
        if key not in kept:
            kept[key] = plain(*arms, **how)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looks, "compare_with_copy", compare_once)
        yield
