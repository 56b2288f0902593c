"""Orders: reading them and adding them up."""

RATES = {"EUR": 100, "USD": 92, "GBP": 117, "CHF": 104}


class Order:
    """One line of the book."""

    def __init__(self, number, customer, currency, cents, tags):
        self.number = number
        self.customer = customer
        self.currency = currency
        self.cents = cents
        self.tags = tags

    def euro_cents(self):
        return self.cents * RATES[self.currency] // 100


def parse_line(line):
    """`number;customer;currency;cents;tag,tag`."""
    parts = line.split(";")
    if len(parts) != 5:
        raise ValueError(f"not an order: {line!r}")
    number, customer, currency, cents, tags = parts
    if currency not in RATES:
        raise ValueError(f"unknown currency: {currency!r}")
    found = []
    for tag in tags.split(","):
        if tag and tag not in found:
            found.append(tag)
    return Order(int(number), customer.strip(), currency, int(cents), found)


def parse(text):
    """Every order of a book; empty lines do not count."""
    orders = []
    for line in text.splitlines():
        if line.strip():
            orders.append(parse_line(line))
    return orders


def customers(orders):
    """Names in order of first appearance."""
    found = []
    for order in orders:
        if order.customer not in found:
            found.append(order.customer)
    return found


def totals(orders):
    """Euro cents by customer."""
    result = {}
    for customer in customers(orders):
        total = 0
        for order in orders:
            if order.customer == customer:
                total += order.euro_cents()
        result[customer] = total
    return result


def top(orders, count):
    """The best customers, largest first; ties by name."""
    rest = totals(orders)
    best = []
    while rest and len(best) < count:
        name = min(rest, key=lambda customer: (-rest[customer], customer))
        best.append((name, rest.pop(name)))
    return best


def refund(orders, number):
    """The order with that number, as a negative one."""
    for order in orders:
        if order.number == number:
            return Order(number, order.customer, order.currency, -order.cents, order.tags)
    raise KeyError(number)
