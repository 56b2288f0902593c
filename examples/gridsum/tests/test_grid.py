import pytest

from gridsum import Grid, GridError

GRID = Grid([[1, 2, 3], [4, 5, 6]])


def test_values_become_floats_and_are_copied():
    rows = [[1, 2]]
    grid = Grid(rows)
    rows[0][0] = 9
    assert grid.rows == [[1.0, 2.0]]
    assert isinstance(grid.rows[0][0], float)


@pytest.mark.parametrize("rows", [[], [[]], [[1, 2], [3]], [[1], [2, 3]]])
def test_unusable_rows(rows):
    with pytest.raises(GridError):
        Grid(rows)


def test_values_that_are_no_numbers():
    with pytest.raises(ValueError):
        Grid([["high"]])


def test_size_and_cells():
    assert (GRID.height, GRID.width) == (2, 3)
    assert GRID.cells() == [1, 2, 3, 4, 5, 6]


def test_neighbours_stay_inside():
    assert GRID.neighbours(0, 0) == [(0, 1), (1, 0)]
    assert GRID.neighbours(1, 1) == [(0, 1), (1, 0), (1, 2)]
    assert Grid([[1]]).neighbours(0, 0) == []


def test_rectangle_sum():
    assert GRID.rectangle_sum(0, 0, 1, 2) == 21
    assert GRID.rectangle_sum(1, 1, 1, 2) == 11
    assert GRID.rectangle_sum(0, 2, 0, 2) == 3


@pytest.mark.parametrize("corners", [(-1, 0, 1, 1), (0, 0, 2, 1), (1, 0, 0, 0), (0, 2, 1, 1)])
def test_rectangles_outside(corners):
    with pytest.raises(GridError, match="outside"):
        GRID.rectangle_sum(*corners)
