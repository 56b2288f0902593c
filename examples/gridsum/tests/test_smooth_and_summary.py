import math

import pytest

import gridsum
from gridsum import Grid, GridError


def test_blur_of_radius_zero_changes_nothing():
    assert gridsum.box_blur(Grid([[1, 2], [3, 4]]), 0).rows == [[1, 2], [3, 4]]


def test_blur_is_cut_off_at_the_border():
    blurred = gridsum.box_blur(Grid([[0, 0, 0], [0, 9, 0], [0, 0, 0]]), 1)
    assert blurred.rows == [[2.25, 1.5, 2.25], [1.5, 1, 1.5], [2.25, 1.5, 2.25]]


def test_blur_larger_than_the_grid_is_the_mean():
    assert gridsum.box_blur(Grid([[1, 2, 6]]), 50).rows == [[3, 3, 3]]


def test_blur_refuses_negative_radius():
    with pytest.raises(GridError, match="-1"):
        gridsum.box_blur(Grid([[1]]), -1)


def test_normalised():
    assert gridsum.normalised(Grid([[2, 4], [6, 10]])).rows == [[0, 0.25], [0.5, 1]]
    assert gridsum.normalised(Grid([[-3, -3]])).rows == [[0, 0]]


def test_sums_and_means():
    grid = Grid([[1, 2, 3], [4, 5, 9]])
    assert gridsum.row_sums(grid) == [6, 18]
    assert gridsum.column_means(grid) == [2.5, 3.5, 6]


def test_spread():
    assert gridsum.spread(Grid([[2, 4, 4, 4], [5, 5, 7, 9]])) == 2
    assert gridsum.spread(Grid([[7]])) == 0
    assert math.isclose(gridsum.spread(Grid([[1e9 + 1, 1e9 + 3]])), 1)


def test_histogram_is_half_open():
    grid = Grid([[0, 0.5, 1], [1.5, 2, -1]])
    assert gridsum.histogram(grid, [0, 1, 2]) == [2, 2]
    assert gridsum.histogram(grid, [0.5, 0.75]) == [1]


@pytest.mark.parametrize("edges", [[], [1], [2, 1]])
def test_histogram_refuses_bad_edges(edges):
    with pytest.raises(GridError, match="ascending"):
        gridsum.histogram(Grid([[1]]), edges)


def test_contour_levels():
    grid = Grid([[1.04, 0.96, 3.3], [-2.0, 3.26, 1.0]])
    assert gridsum.contour_levels(grid, 1) == [-2.0, 1.0, 3.3]
    assert gridsum.contour_levels(grid, 2) == [-2.0, 0.96, 1.0, 1.04, 3.26, 3.3]
