import pytest
from shop import orders, tags

BOOK = "1;ann;EUR;500;tea,milk\n2;ben;USD;200;milk\n\n3;ann;GBP;100;tea,milk\n"


def test_parse():
    month = orders.parse(BOOK)
    assert [o.number for o in month] == [1, 2, 3]
    assert month[0].tags == ["tea", "milk"]
    with pytest.raises(ValueError):
        orders.parse("1;ann;EUR")


def test_totals():
    month = orders.parse(BOOK)
    assert orders.customers(month) == ["ann", "ben"]
    assert orders.totals(month) == {"ann": 617, "ben": 184}
    assert orders.top(month, 1) == [("ann", 617)]


def test_refund():
    assert orders.refund(orders.parse(BOOK), 2).cents == -200


def test_tags():
    assert tags.pairs(orders.parse(BOOK)) == [(2, "milk", "tea")]
    assert tags.distance("tea", "ten") == 1
    assert tags.alike(["ann", "anne", "ben"], 1) == [("ann", "anne")]


def test_receipt():
    assert tags.check_digits(99) == (9, 2)
    assert tags.receipt(orders.parse(BOOK)).count("\n") == 3
