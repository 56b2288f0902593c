"""One curve, described."""

from curve import shape, smooth

DATA = {}


def setup(size=280, seed=7):
    state = seed
    values = []
    for _ in range(size):
        state = (state * 1103515245 + 12345) % 2147483648
        values.append(state >> 12 & 1023)
    DATA["values"] = values
    DATA["points"] = list(zip(values, values[1:] + values[:1], strict=True))
    DATA["matrix"] = [values[start : start + 15] for start in range(0, 15 * 15, 15)]


def workload():
    values = DATA["values"]
    return {
        "mean": smooth.moving_mean(values, 24),
        "peak": smooth.moving_peak(values, 24),
        "ranks": smooth.ranks(values),
        "variance": round(smooth.variance(values), 6),
        "weighted": shape.weighted(values),
        "nearest": [shape.nearest(DATA["points"], (x, 500)) for x in range(0, 1000, 100)],
        "repeats": shape.repeats(values),
        "product": shape.product(DATA["matrix"], DATA["matrix"]),
        "facts": [shape.describe(values[start:]) for start in range(30)],
    }
