"""One curve, described."""

from curve import shape, smooth

DATA = {}


def setup(size=560, seed=7):
    state = seed
    values = []
    for _ in range(size):
        state = (state * 1103515245 + 12345) % 2147483648
        values.append(state >> 12 & 1023)
    DATA["values"] = values
    DATA["points"] = list(zip(values, values[1:] + values[:1], strict=True))
    DATA["matrix"] = [(values * 3)[start : start + 40] for start in range(0, 40 * 40, 40)]


def workload():
    values = DATA["values"]
    return {
        "mean": smooth.moving_mean(values, 96),
        "peak": smooth.moving_peak(values, 96),
        "ranks": smooth.ranks(values),
        "variance": round(smooth.variance(values), 6),
        "weighted": shape.weighted(values * 3),
        "nearest": [shape.nearest(DATA["points"], (x, 500)) for x in range(0, 1000, 100)],
        "repeats": shape.repeats(values),
        "product": shape.product(DATA["matrix"], DATA["matrix"]),
        "facts": [shape.describe(values[start:]) for start in range(60)],
    }
