import pytest

import gridsum
from gridsum import Grid, GridError

RIDGE = Grid([[5, 1, 7], [5, 1, 1], [1, 1, 6]])


def test_areas_are_sorted_by_size_then_place():
    assert gridsum.label_above(RIDGE, 1) == [[(0, 0), (1, 0)], [(0, 2)], [(2, 2)]]


def test_diagonals_do_not_connect():
    assert gridsum.label_above(Grid([[1, 0], [0, 1]]), 0.5) == [[(0, 0)], [(1, 1)]]


def test_the_threshold_itself_is_not_above():
    assert gridsum.label_above(RIDGE, 7) == []
    assert gridsum.label_above(RIDGE, 0) == [[(r, c) for r in range(3) for c in range(3)]]


def test_an_area_may_wind():
    grid = Grid([[1, 1, 1], [0, 0, 1], [1, 1, 1]])
    assert [len(area) for area in gridsum.label_above(grid, 0)] == [7]


def test_basins_of_two_valleys():
    assert gridsum.basins(Grid([[3, 1, 4, 5, 2, 6]])) == {(0, 1): 3, (0, 4): 3}


def test_every_cell_of_a_plain_is_its_own_basin():
    assert gridsum.basins(Grid([[1, 1], [1, 1]])) == {(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 1}


def test_steepest_way_is_taken():
    assert gridsum.basins(Grid([[2, 3, 1]])) == {(0, 0): 1, (0, 2): 2}


def test_basins_give_up_after_the_limit():
    slope = Grid([list(range(30))])
    assert gridsum.basins(slope) == {(0, 0): 30}
    with pytest.raises(GridError, match="within 5 steps"):
        gridsum.basins(slope, limit=5)
