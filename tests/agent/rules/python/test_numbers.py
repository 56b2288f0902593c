"""Counting, closed forms, extremes, `map`, strides, distinct elements: what fires and what not."""

from __future__ import annotations

import pytest

POSITIVE = [
    (
        "py-count-equal",
        "def f(s):\n    n = 0\n    for c in s:  # each\n        n += c == '7'\n    return n\n",
        "n += s.count('7')",
        ("f('1727')", "f('')", "f([7, '7'])"),
    ),
    (
        "py-count-equal",
        "def f(xs, y):\n    n = 5\n    for x in xs:\n        if y == x:\n"
        "            n += 1\n    return n\n",
        "n += xs.count(y)",
        ("f([1, 2, 1], 1)", "f((), 1)"),
    ),
    (
        "py-count-equal",
        "def f(xs, y):\n    return sum(1 for x in xs if x == y) + 1\n",
        "xs.count(y) + 1",
        ("f([1, 2, 1], 1)",),
    ),
    (
        "py-count-equal",
        "def f(xs, y):\n    return len([x for x in xs if x == y])\n",
        "return xs.count(y)",
        ("f([1, 2, 1], 1)",),
    ),
    (
        "py-bit-count",
        "def f(x):\n    return bin(x)[2:].count('1') * 2\n",
        "x.bit_count() * 2",
        ("[f(x) for x in (0, 1, 255, -5, 2**70)]",),
    ),
    (
        "py-arithmetic-series",
        "def f(n, m):\n    return 1 + sum(range(n, m + 1))\n",
        "(n + m) * (m - n + 1) // 2 if m >= n else 0",
        ("[f(a, b) for a in range(-4, 5) for b in range(-4, 5)]",),
    ),
    (
        "py-arithmetic-series",
        "def f(n, m):\n    return sum(range(n, m))\n",
        "if m > n else 0",
        ("[f(a, b) for a in range(-4, 5) for b in range(-4, 5)]",),
    ),
    (
        "py-arithmetic-series",
        "def f(n):\n    return sum(range(1, n + 1))\n",
        "n * (n + 1) // 2 if n > 0 else 0",
        ("[f(n) for n in range(-3, 9)]",),
    ),
    (
        "py-factorial",
        "def f(n):\n    x = 1\n    for j in range(1, n + 1):  # up\n        x *= j\n    return x\n",
        "x = math.factorial(n) if n > 0 else 1",
        ("[f(n) for n in range(-2, 30)]",),
    ),
    (
        "py-root-bound",
        "import math\n\n\ndef f(n):\n    d, found = 2, []\n    while d <= int(math.sqrt(n) + 1):\n"
        "        if n % d == 0:\n            found.append(d)\n            n //= d\n        else:\n"
        "            d += 1\n    return found + ([n] if n > 1 else [])\n",
        "while d * d <= n:",
        ("[f(n) for n in range(1, 400) if n not in (2, 3)]",),
    ),
    (
        "py-root-bound",
        "def f(n):\n    d = 2\n    while d <= n**0.5:\n        d += 1\n    return d\n",
        "while d * d <= n:",
        ("[f(n) for n in range(1, 400)]",),
    ),
    (
        "py-two-value-extreme",
        "def f(xs):\n    top = 0\n    for x in xs:\n"
        "        top = max(top, x)  # so far\n    return top\n",
        "if x > top:",
        ("f([1, 3, 2])", "f([0, 0.0, False])", "f([])"),
    ),
    (
        "py-two-value-extreme",
        "def f(xs):\n    low = 9\n    while xs:\n        x = xs.pop()\n"
        "        low = min(x, low)\n    return low\n",
        "if not low < x:",
        ("f([10, 3, 3.0])", "f([9.0])"),
    ),
    (
        "py-map-call",
        "def f(s):\n    digits = [int(c) for c in s]  # all\n    return digits\n",
        "digits = list(map(int, s))  # all",
        ("f('123')",),
    ),
    (
        "py-map-call",
        "def f(n):\n    return ' '.join([str(x) for x in range(n)])\n",
        "' '.join(map(str, range(n)))",
        ("f(4)",),
    ),
    (
        "py-map-call",
        "def f(xs):\n    return sum(abs(x) for x in xs)\n",
        "sum(map(abs, xs))",
        ("f([1, -2])",),
    ),
    (
        "py-stride",
        "def f(xs):\n    return [x + 1 for i, x in enumerate(xs) if i % 2 == 0 and x % 2 == 1]\n",
        "[x + 1 for x in xs[::2] if x % 2 == 1]",
        ("f(list(range(9)))", "f([])"),
    ),
    (
        "py-stride",
        "def f(xs):\n    return sum(x for i, x in enumerate(xs) if i % 3 == 1)\n",
        "x for x in xs[1::3]",
        ("f(list(range(9)))",),
    ),
    (
        "py-count-members",
        "def f(s):\n    n = 0\n    for c in s:  # vowels\n        if c in 'aeioua':\n"
        "            n += 1\n    return n\n",
        "n += sum(map(s.count, set('aeioua')))",
        ("f('banana')", "f('')"),
    ),
    (
        "py-count-members",
        "def f(xs):\n    return sum(x in (1, 2, '3') for x in xs)\n",
        "sum(map(xs.count, set((1, 2, '3'))))",
        ("f([1, 2, 2, 4])",),
    ),
    (
        "py-distinct-join",
        "def f(s, k):\n    return ''.join([chr((ord(c) + k) % 128) for c in s])\n",
        "return s.translate({ord(c): chr((ord(c) + k) % 128) for c in set(s)})",
        ("f('hello', 3)", "f('', 1)"),
    ),
    (
        "py-distinct-join",
        "def f(s):\n    return ''.join(c for c in s if c.lower() not in 'aeiou')\n",
        "s.translate({ord(c): (c if c.lower() not in 'aeiou' else None) for c in set(s)})",
        ("f('Hello World')", "f('')"),
    ),
    (
        "py-distinct-join",
        "def f(xs):\n    return ', '.join([str(x + 1) for x in xs])\n",
        "', '.join(map({x: str(x + 1) for x in set(xs)}.__getitem__, xs))",
        ("f([1, 2, 1])", "f([])"),
    ),
    (
        "py-count-members",
        "def f(s):\n    wanted = ('2', '3')\n    return sum(c in wanted for c in s)\n",
        "sum(map(s.count, set(wanted)))",
        ("f('1232')",),
    ),
    (
        "py-range-len",
        "def f(s):\n    n = 0\n    for i in range(1, len(s), 2):\n        if s[i] in 'AEIOU':\n"
        "            n += 1\n    return n\n",
        "in s[1::2]:",
        ("f('AAAB')", "f('')"),
    ),
    (
        "py-distinct-sum",
        "def f(s):\n    return sum(ord(c) if c.isupper() else 0 for c in s)\n",
        "collections.Counter(s).items()])",
        ("f('Hello World')", "f('')"),
    ),
    (
        "py-distinct-sum",
        "def f(s):\n    return sum([int(c) for c in s if c.isdigit()])\n",
        "times_seen * int(c) for c, times_seen in",
        ("f('a1b22')", "f('')"),
    ),
    (
        "py-one-split",
        "def f(s):\n    return s.split(' ')[-1] + s.split()[0]\n",
        "s.rsplit(' ', 1)[-1] + s.split()[0]",
        ("f(' a b ')", "f('ab')"),
    ),
    (
        "py-one-split",
        "def f(s):\n    return s.split(',')[-1]\n",
        "s.rsplit(',', 1)[-1]",
        ("f('')", "f('a,b,')", "f('ab')"),
    ),
]

NEGATIVE = [
    ("py-count-equal", "def f(xs):\n    return sum(1 for x in xs if x == x + 0)\n"),
    ("py-count-equal", "def f(xs, y):\n    return sum(1 for x in set(xs) if x == y)\n"),
    ("py-count-equal", "def f(xs, y):\n    return sum(1 for x in xs if x != y)\n"),
    (
        "py-count-equal",
        "def f(xs, y):\n    n = 0\n    for x in xs:\n        if x == y:\n"
        "            n += 1\n    return n, x\n",
    ),
    ("py-bit-count", "def f(x):\n    return bin(x).count('0')\n"),
    ("py-bit-count", "def f(bin, x):\n    return bin(x).count('1')\n"),
    ("py-arithmetic-series", "def f(g):\n    return sum(range(g()))\n"),
    ("py-arithmetic-series", "def f(n):\n    return sum(range(0, n, 2))\n"),
    (
        "py-factorial",
        "def f(n):\n    x = 2\n    for j in range(1, n + 1):\n        x *= j\n    return x\n",
    ),
    (
        "py-factorial",
        "def f(n):\n    x = 1\n    for j in range(1, n + 1):\n        x *= j\n    return x, j\n",
    ),
    (
        "py-root-bound",
        "def f(n, g):\n    d = 2\n    while d <= g(n):\n        d += 1\n    return d\n",
    ),
    (
        "py-root-bound",
        "def f(n):\n    d = 2\n    while d < n**0.5:\n        d += 1\n    return d\n",
    ),
    ("py-two-value-extreme", "def f(a, b):\n    a = max(a, b)\n    return a\n"),
    (
        "py-two-value-extreme",
        "def f(xs, g):\n    top = 0\n    for x in xs:\n        top = max(top, g(x))\n"
        "    return top\n",
    ),
    (
        "py-two-value-extreme",
        "def f(xs):\n    top = 0\n    for x in xs:\n        top = max(top, x, 3)\n    return top\n",
    ),
    ("py-map-call", "def f(g, xs):\n    return [g(x) for x in xs]\n"),
    ("py-map-call", "def f(xs):\n    return [int(x, 2) for x in xs]\n"),
    ("py-map-call", "def f(xs):\n    return [int(x) for x in xs if x]\n"),
    ("py-map-call", "def f(int, xs):\n    return [int(x) for x in xs]\n"),
    ("py-stride", "def f(xs):\n    return [x + i for i, x in enumerate(xs) if i % 2 == 0]\n"),
    ("py-stride", "def f(g):\n    return [x for i, x in enumerate(g()) if i % 2 == 0]\n"),
    ("py-stride", "def f(xs):\n    return [x for i, x in enumerate(xs, 1) if i % 2 == 0]\n"),
    ("py-count-members", "def f(s, wanted):\n    return sum(c in wanted for c in s)\n"),
    ("py-count-members", "def f(s):\n    return sum(c in 'abcdefghijklmnopq' for c in s)\n"),
    ("py-count-members", "def f(s, a):\n    return sum(c in (a, 1) for c in s)\n"),
    ("py-distinct-join", "def f(s):\n    return '-'.join(c.upper() for c in s if c > 'a')\n"),
    ("py-distinct-join", "def f(s):\n    return ''.join([c for c in s])\n"),
    ("py-distinct-join", "def f(g):\n    return ''.join([c.upper() for c in g()])\n"),
    ("py-distinct-join", "def f(s, g):\n    return ''.join([g() for c in s])\n"),
    ("py-distinct-sum", "def f(s):\n    return sum(c for c in s)\n"),
    ("py-distinct-sum", "def f(g):\n    return sum(len(c) for c in g())\n"),
    ("py-range-len", "def f(s):\n    for i in range(1, len(s)):\n        print(s[i], s[i - 1])\n"),
    ("py-range-len", "def f(s, k):\n    for i in range(0, len(s), k):\n        print(s[i])\n"),
    ("py-range-len", "def f(s):\n    for i in range(-1, len(s)):\n        print(s[i])\n"),
    ("py-one-split", "def f(s):\n    return s.split(',')[1]\n"),
    ("py-one-split", "def f(s):\n    return s.split(',', 2)[-1]\n"),
]


@pytest.mark.parametrize(("rule", "source", "expected", "calls"), POSITIVE)
def test_fires_and_keeps_behaviour(fires, rule, source, expected, calls):
    fires(rule, source, expected, *calls)


@pytest.mark.parametrize(("rule", "source"), NEGATIVE)
def test_does_not_fire(silent, rule, source):
    silent(rule, source)
