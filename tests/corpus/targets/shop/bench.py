"""A month's book, closed."""

from shop import orders, tags

NAMES = ("ada", "bob", "cleo", "dan", "eve", "fay", "gus", "hal", "ivy", "jon")
GOODS = (
    "tea",
    "milk",
    "bread",
    "salt",
    "rice",
    "soap",
    "ink",
    "wool",
    "oats",
    "figs",
    "jam",
    "peas",
    "corn",
    "eggs",
    "lime",
    "nuts",
)


def book(lines, state=20251121):
    rows = []
    for number in range(lines):
        state = (state * 1103515245 + 12345) % 2147483648
        name = f"{NAMES[state >> 8 & 7]}{NAMES[state >> 12 & 7]}{state >> 16 & 3}"
        currency = ("EUR", "USD", "GBP", "CHF")[state >> 20 & 3]
        picked = [GOODS[(state >> shift) % len(GOODS)] for shift in (3, 9, 15)]
        rows.append(f"{number};{name};{currency};{state % 90001};{','.join(picked)}")
    return "\n".join(rows)


if __name__ == "__main__":
    month = orders.parse(book(1200))
    print(orders.top(month, 8))
    print(len(orders.customers(month)), sum(orders.totals(month).values()))
    print(tags.pairs(month)[:10])
    print(tags.alike([name[:5] for name in orders.customers(month)[:7]], 2))
    print(tags.receipt(month + [orders.refund(month, n) for n in range(0, 1200, 9)])[-400:])
