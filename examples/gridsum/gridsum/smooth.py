"""Smoothing and scaling."""

from gridsum.grid import Grid, GridError


def box_blur(grid, radius):
    """Each cell becomes the mean of the square around it, cut off at the border."""
    if radius < 0:
        raise GridError(f"negative radius: {radius}")
    rows = []
    for r in range(grid.height):
        row = []
        for c in range(grid.width):
            top, bottom = max(r - radius, 0), min(r + radius, grid.height - 1)
            left, right = max(c - radius, 0), min(c + radius, grid.width - 1)
            area = (bottom - top + 1) * (right - left + 1)
            row.append(grid.rectangle_sum(top, left, bottom, right) / area)
        rows.append(row)
    return Grid(rows)


def normalised(grid):
    """The grid stretched to the range 0 to 1; a flat grid becomes 0."""
    rows = []
    for row in grid.rows:
        low = sorted(grid.cells())[0]
        high = sorted(grid.cells())[-1]
        if high == low:
            rows.append([0.0 for _ in row])
        else:
            rows.append([(value - low) / (high - low) for value in row])
    return Grid(rows)
