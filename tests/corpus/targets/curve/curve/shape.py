"""Points of a curve: nearest ones, area, repeats."""


def weight(step):
    """Number of steps until a Collatz walk ends."""
    count = 0
    while step > 1:
        step = step // 2 if step % 2 == 0 else 3 * step + 1
        count += 1
    return count


def weighted(values):
    """Values by weight of their remainder."""
    total = 0
    for value in values:
        total += value * weight(value % 97 + 1)
    return total


def nearest(points, place):
    """The point closest to a place; of equals the first."""
    best = None
    for point in points:
        apart = ((point[0] - place[0]) ** 2 + (point[1] - place[1]) ** 2) ** 0.5
        if best is None or apart < best[0]:
            best = (apart, point)
    if best is None:
        raise ValueError("no points")
    return best[1]


def repeats(values):
    """Values that come more than once, in order of first appearance."""
    found = []
    for value in values:
        if values.count(value) > 1 and value not in found:
            found.append(value)
    return found


def product(left, right):
    """Of two matrices of whole numbers."""
    result = []
    for r in range(len(left)):
        row = []
        for c in range(len(right[0])):
            total = 0
            for k in range(len(right)):
                total += left[r][k] * right[k][c]
            row.append(total)
        result.append(row)
    return result


def describe(values):
    """Quick facts of a curve, as plain data."""
    ordered = sorted(values)
    return {
        "least": sorted(values)[0],
        "middle": sorted(values)[len(values) // 2],
        "most": sorted(values)[-1],
        "count": len(ordered),
    }
