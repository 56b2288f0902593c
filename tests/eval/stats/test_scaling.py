"""The exponent of time over size, on made-up data whose answer is known."""

from __future__ import annotations

import random
from math import exp, log

import pytest

from speedwright.eval.stats.scaling import growth, growth_saved, student

SIZES = (500, 1000, 2000, 4000)


def made_up(draw: random.Random, exponent: float, *, noise: float, count: int = 20):
    return {
        size: [1e-6 * size**exponent * exp(draw.gauss(0, noise)) for _ in range(count)]
        for size in SIZES
    }


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.0, 3.0])
def test_a_clean_power_law_is_found_exactly(exponent: float) -> None:
    found = growth({size: [size**exponent] * 3 for size in SIZES})
    assert found.exponent == pytest.approx(exponent, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((exponent, exponent), abs=1e-6)
    assert found.worst_misfit < 1e-9


@pytest.mark.parametrize("noise", [0.02, 0.2])
def test_the_interval_holds_the_truth_as_often_as_it_says(noise: float) -> None:
    draw = random.Random(7)
    runs = 600
    found = [growth(made_up(draw, 1.5, noise=noise)) for _ in range(runs)]
    share = sum(f.low <= 1.5 <= f.high for f in found) / runs
    assert 0.93 <= share <= 0.995
    wide = sum(f.high - f.low for f in found) / runs
    assert wide < 40 * noise / 10  # and it says something


def test_heavy_tails_upwards_do_not_move_the_centre() -> None:
    draw = random.Random(5)
    times = made_up(draw, 1.0, noise=0.02)
    for size in SIZES[-1:]:
        times[size][:6] = [t * 10 for t in times[size][:6]]
    found = growth(times)
    assert abs(found.exponent - 1.0) < 0.05
    assert found.low <= 1.0 <= found.high


def test_what_is_no_power_law_widens_the_interval() -> None:
    def times(size: int) -> list[float]:
        return [1e-3 + 1e-9 * size**2 * (1 + 0.001 * i) for i in range(10)]

    bent = growth({size: times(size) for size in SIZES})
    assert bent.worst_misfit > 0.2
    assert bent.high - bent.low > 0.5


def test_the_gain_of_pairs_is_known_better_than_either_arm() -> None:
    draw = random.Random(3)
    base: dict[int, list[float]] = {}
    candidate: dict[int, list[float]] = {}
    for size in SIZES:
        shared = [exp(draw.gauss(0, 0.3)) for _ in range(20)]  # what hits both of a pair
        base[size] = [1e-7 * size**2 * s for s in shared]
        candidate[size] = [1e-5 * size * s * exp(draw.gauss(0, 0.01)) for s in shared]
    saved, alone = growth_saved(base, candidate), growth(base)
    assert saved.low <= 1.0 <= saved.high
    assert saved.high - saved.low < (alone.high - alone.low) / 5


def test_units_of_time_and_size_change_nothing() -> None:
    times = made_up(random.Random(1), 1.3, noise=0.1)
    first = growth(times)
    for other in (
        growth({size: [1000 * t for t in found] for size, found in times.items()}),
        growth({8 * size: found for size, found in times.items()}),
    ):
        assert other.exponent == pytest.approx(first.exponent)
        assert other.high == pytest.approx(first.high)


def test_two_sizes_give_the_slope_between_them() -> None:
    found = growth({100: [1.0, 1.1, 0.9], 1000: [10.0, 11.0, 9.0]})
    assert found.exponent == pytest.approx(log(10.0) / log(10))
    assert found.worst_misfit < 1e-9 and found.low < 1 < found.high


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ({10: [1.0, 1.0]}, "two sizes"),
        ({10: [1.0], 20: [1.0]}, "two times"),
        ({10: [1.0, 0.0], 20: [1.0, 1.0]}, "above 0"),
        ({10: [1.0, float("nan")], 20: [1.0, 1.0]}, "above 0"),
        ({0: [1.0, 1.0], 20: [1.0, 1.0]}, "1 or more"),
        ({}, "two sizes"),
    ],
)
def test_what_cannot_be_fitted_is_refused(times: dict[int, list[float]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        growth(times)


def test_arms_must_match() -> None:
    with pytest.raises(ValueError, match="both arms"):
        growth_saved({1: [1.0, 1.0], 2: [1.0, 1.0]}, {1: [1.0, 1.0], 2: [1.0]})


def test_students_t_as_in_the_tables() -> None:
    table = {(0.95, 3): 3.182, (0.99, 5): 4.032, (0.9, 30): 1.697, (0.95, 1e4): 1.960}
    for (confidence, free), value in table.items():
        assert student(confidence, free) == pytest.approx(value, abs=2e-3)
