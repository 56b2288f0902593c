"""What a machine does to times, seeded: drift, bursts, heavy tails, start-up.

The program takes 1.0; noise multiplies it, start-up adds to it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Noise = Callable[[Generator, int], NDArray[np.float64]]


def linear_drift(rng: Generator, samples: int) -> NDArray[np.float64]:
    slope = rng.uniform(-0.5, 0.5)
    return (1 + slope * np.arange(samples) / samples) * rng.lognormal(0, 0.01, samples)


def periodic_drift(rng: Generator, samples: int) -> NDArray[np.float64]:
    # A period of two samples is the worst there is for a fixed order: every base slow.
    period = rng.choice([2.0, 3.0, 7.0, 20.0])
    phase = rng.uniform(0, 2 * np.pi)
    wave = 1 + 0.2 * np.sin(2 * np.pi * np.arange(samples) / period + phase)
    return wave * rng.lognormal(0, 0.01, samples)


def bursts(rng: Generator, samples: int) -> NDArray[np.float64]:
    starts = rng.random(samples) < 0.05
    busy = np.convolve(starts, np.ones(6))[:samples] > 0
    return (1 + busy * rng.uniform(0.3, 1.5, samples)) * rng.lognormal(0, 0.01, samples)


def lognormal_tail(rng: Generator, samples: int) -> NDArray[np.float64]:
    return 1 + 0.02 * rng.lognormal(0, 1.5, samples)


def pareto_tail(rng: Generator, samples: int) -> NDArray[np.float64]:
    return 1 + 0.02 * rng.pareto(1.1, samples)


def startup(rng: Generator, samples: int) -> NDArray[np.float64]:
    return 0.8 + 0.2 * rng.lognormal(0, 0.3, samples)


def walk(rng: Generator, samples: int) -> NDArray[np.float64]:
    return np.exp(np.cumsum(rng.normal(0, 0.03, samples)) + rng.normal(0, 0.01, samples))


NOISES: list[Noise] = [
    linear_drift,
    periodic_drift,
    bursts,
    lognormal_tail,
    pareto_tail,
    startup,
    walk,
]


def percent(hits: list[bool]) -> float:
    return 100 * sum(hits) / len(hits)
