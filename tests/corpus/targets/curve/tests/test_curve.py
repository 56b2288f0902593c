import pytest
from curve import shape, smooth


def test_moving():
    assert smooth.moving_mean([2, 4, 6], 2) == [2, 3, 5]
    assert smooth.moving_peak([3, 1, 2], 2) == [3, 3, 2]
    with pytest.raises(ValueError):
        smooth.moving_mean([1], 0)


def test_statistics():
    assert smooth.ranks([5, 1, 3]) == [2, 0, 1]
    assert smooth.variance([1, 2, 3]) == pytest.approx(2 / 3)


def test_shape():
    assert shape.weight(6) == 8
    assert shape.weighted([0, 1]) == 1
    assert shape.nearest([(0, 0), (3, 4)], (3, 3)) == (3, 4)
    assert shape.repeats([1, 2, 1]) == [1]
    assert shape.product([[1, 2], [3, 4]], [[1, 0], [0, 1]]) == [[1, 2], [3, 4]]
    assert shape.describe([3, 1, 2]) == {"least": 1, "middle": 2, "most": 3, "count": 3}
