"""Sums, smoothing and shapes on rectangular grids of numbers."""

from gridsum.grid import Grid, GridError
from gridsum.shapes import basins, label_above
from gridsum.smooth import box_blur, normalised
from gridsum.summary import column_means, contour_levels, histogram, row_sums, spread

__all__ = [
    "Grid",
    "GridError",
    "basins",
    "box_blur",
    "column_means",
    "contour_levels",
    "histogram",
    "label_above",
    "normalised",
    "row_sums",
    "spread",
]
