"""Smoothing and statistics of a list of numbers."""


def moving_mean(values, width):
    """Mean of the last `width` whole numbers (fewer at the start), rounded down."""
    if width < 1:
        raise ValueError("width must be positive")
    result = []
    for index in range(len(values)):
        total = 0
        count = 0
        for back in range(width):
            if index - back >= 0:
                total += values[index - back]
                count += 1
        result.append(total // count)
    return result


def moving_peak(values, width):
    """Largest of the last `width` values."""
    if width < 1:
        raise ValueError("width must be positive")
    result = []
    for index in range(len(values)):
        best = values[index]
        for back in range(width):
            if index - back >= 0 and values[index - back] > best:
                best = values[index - back]
        result.append(best)
    return result


def ranks(values):
    """How many values are smaller than each."""
    result = []
    for value in values:
        smaller = 0
        for other in values:
            if other < value:
                smaller += 1
        result.append(smaller)
    return result


def variance(values):
    """Mean squared difference from the mean."""
    if not values:
        raise ValueError("no values")
    total = 0.0
    for value in values:
        mean = sum(values) / len(values)
        total += (value - mean) ** 2
    return total / len(values)
