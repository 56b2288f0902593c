"""Evaluates a made-up height survey."""

import math

import gridsum

GRID = None


def setup(height=52, width=72):
    """Make the survey: hills, a slope and a little roughness."""
    global GRID
    rows = []
    state = 20251114
    for r in range(height):
        row = []
        for c in range(width):
            state = (state * 1103515245 + 12345) % 2147483648
            hills = math.sin(r / 5.0) * math.cos(c / 7.0) * 40.0
            row.append(round(200.0 + hills + r * 0.3 + (state >> 16) % 400 / 100.0, 3))
        rows.append(row)
    GRID = gridsum.Grid(rows)


def workload():
    """Everything the survey's report needs."""
    smooth = gridsum.box_blur(GRID, radius=5)
    scaled = gridsum.normalised(smooth)
    areas = gridsum.label_above(scaled, 0.6)
    basins = gridsum.basins(smooth)
    edges = [i / 20 for i in range(21)]
    return {
        "row_sums": [round(value, 6) for value in gridsum.row_sums(GRID)],
        "column_means": [round(value, 6) for value in gridsum.column_means(GRID)],
        "spread": round(gridsum.spread(GRID), 6),
        "histogram": gridsum.histogram(scaled, edges),
        "levels": len(gridsum.contour_levels(smooth, 2)),
        "areas": [len(area) for area in areas],
        "basins": sorted(basins.values(), reverse=True),
    }


if __name__ == "__main__":
    setup()
    for name, value in workload().items():
        print(name, value)
