"""Figures about a whole grid."""

import math

from gridsum.grid import GridError


def row_sums(grid):
    """Sum of each row."""
    sums = []
    for r in range(len(grid.rows)):
        total = 0.0
        for c in range(len(grid.rows[r])):
            total = total + grid.rows[r][c]
        sums.append(total)
    return sums


def column_means(grid):
    """Mean of each column."""
    means = []
    for c in range(grid.width):
        column = [grid.rows[r][c] for r in range(grid.height)]
        means.append(math.fsum(column) / len(column))
    return means


def spread(grid):
    """Standard deviation of all cells."""
    values = grid.cells()
    squares = []
    for value in values:
        mean = math.fsum(values) / len(values)
        squares.append(math.pow(value - mean, 2))
    return math.sqrt(math.fsum(squares) / len(values))


def histogram(grid, edges):
    """Number of cells in each interval [edge, next edge); cells outside are not counted."""
    if len(edges) < 2 or sorted(edges) != list(edges):
        raise GridError("edges must be at least two, in ascending order")
    counts = [0 for _ in range(len(edges) - 1)]
    for value in grid.cells():
        for i in range(len(edges) - 1):
            if edges[i] <= value and value < edges[i + 1]:
                counts[i] += 1
    return counts


def contour_levels(grid, digits):
    """Distinct heights after rounding, ascending."""
    levels = []
    for value in grid.cells():
        level = round(value, digits)
        if level not in levels:
            levels.append(level)
    levels.sort()
    return levels
