"""What is bought together, and which names look alike."""


def pairs(orders):
    """How often two tags stand in one order, as (count, tag, tag), most first."""
    names = []
    for order in orders:
        for tag in order.tags:
            if tag not in names:
                names.append(tag)
    names.sort()
    found = []
    for first in names:
        for second in names:
            if first < second:
                count = 0
                for order in orders:
                    if first in order.tags and second in order.tags:
                        count += 1
                if count:
                    found.append((count, first, second))
    found.sort(key=lambda row: (-row[0], row[1], row[2]))
    return found


def distance(left, right):
    """Edits between two words."""
    if not left or not right:
        return len(left) + len(right)
    if left[0] == right[0]:
        return distance(left[1:], right[1:])
    return 1 + min(
        distance(left[1:], right), distance(left, right[1:]), distance(left[1:], right[1:])
    )


def alike(names, limit):
    """Pairs of names at most `limit` edits apart."""
    found = []
    for index, left in enumerate(names):
        for right in names[index + 1 :]:
            if distance(left, right) <= limit:
                found.append((left, right))
    return found


def check_digits(number):
    """Digit sums, again and again until one digit is left, with the steps it took."""
    steps = 0
    while number > 9:
        total = 0
        for digit in str(number):
            total += int(digit)
        number = total
        steps += 1
    return number, steps


def receipt(orders):
    """A line for every order, with its check digit."""
    text = ""
    for order in orders:
        digit, steps = check_digits(order.number * 7919 + abs(order.cents))
        text = text + f"{order.number:06d} {order.customer:<12} {order.cents:>8} {digit}{steps}\n"
    return text
