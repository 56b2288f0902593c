"""Pairs, mirrors, neighbours, divisors, progressions: what fires and what does not."""

from __future__ import annotations

import pytest

LISTS = "[f(list(t)) for t in ('', 'a', 'aa', 'ab', 'aba', 'abb', 'abba', 'abca', 'abcba')]"
TEXTS = "[f(t) for t in ('', 'a', 'aa', 'ab', 'aba', 'abb', 'abba', 'abca', 'abcba')]"
PRIMES = "[f(n) for n in range(3000)]"
PAIRS = "[f(xs, k) for xs in ([], [1], [1, 2], [3, -3], [2, 2], [1, 5, 4]) for k in range(-9, 9)]"
POSITIVE = [
    (
        "py-mirrored-compare",
        "def f(s):\n    for i in range(len(s)):  # each\n"
        "        if s[i] != s[len(s) - 1 - i]:\n            return False\n    return True\n",
        "return s[: len(s) // 2] == s[: -(len(s) // 2) - 1 : -1]",
        (LISTS, TEXTS),
    ),
    (
        "py-mirrored-compare",
        "def f(s):\n    i, j = 0, len(s) - 1\n    while i < j:\n        if s[i] != s[j]:\n"
        "            return False\n        i += 1\n        j -= 1\n    return True\n",
        "== s[: -(len(s) // 2) - 1 : -1]",
        (LISTS, TEXTS),
    ),
    (
        "py-mirrored-compare",
        "def f(s):\n    n = 0\n    for i in range(len(s) // 2):\n"
        "        if s[i] != s[-1 - i]:\n            n += 1\n    return n\n",
        "n += sum(map(operator.ne, s[: len(s) // 2], s[::-1]))",
        (LISTS, TEXTS),
    ),
    (
        "py-pair-sum",
        "def f(xs, k):\n    for i, x in enumerate(xs):\n        for j in range(i + 1, len(xs)):\n"
        "            if x + xs[j] == k:\n                return True\n    return False\n",
        "if k - x in seen:",
        (PAIRS,),
    ),
    (
        "py-pair-sum",
        "def f(xs, k):\n    for i in range(len(xs)):\n        for j in range(i + 1, len(xs)):\n"
        "            if xs[i] + xs[j] == k:\n                return True\n    return False\n",
        "for value in xs:",
        (PAIRS,),
    ),
    (
        "py-pair-sum",
        "def f(xs):\n    for i in range(len(xs)):\n        for j in range(i + 1, len(xs)):\n"
        "            for k in range(j + 1, len(xs)):\n"
        "                if xs[i] + xs[j] + xs[k] == 0:\n                    return True\n"
        "    return False\n",
        "if 0 - xs[i] - value in seen:",
        (
            "[f([a, b, c, d]) for a in range(-3, 4) for b in (-2, 0, 1) for c in (-1, 2) for d"
            " in (5, 1)]",
        ),
    ),
    (
        "py-close-pair",
        "def f(xs, k):\n    for i, x in enumerate(xs):\n        for j, y in enumerate(xs):\n"
        "            if i != j:\n                d = abs(x - y)\n                if d < k:\n"
        "                    return True\n    return False\n",
        "for x, y in zip(ordered, ordered[1:]):",
        (PAIRS,),
    ),
    (
        "py-close-pair",
        "def f(xs, k):\n    for i in range(len(xs)):\n        for j in range(i + 1, len(xs)):\n"
        "            if abs(xs[i] - xs[j]) <= k:\n                return True\n    return False\n",
        "if following - value <= k:",
        (PAIRS,),
    ),
    (
        "py-modular-power",
        "def f(n, p, r):\n    for i in range(n):\n        r = (3 * r) % p\n    return r\n",
        "r = r * pow(3, n, p) % p if n > 0 else r",
        ("[f(n, p, r) for n in range(-2, 9) for p in (1, 2, 7, -5) for r in (0, 1, 6, 40)]",),
    ),
    (
        "py-range-list",
        "def f(n):\n    return [n + 2 * i for i in range(n)]\n",
        "list(range(n, n + 2 * n, 2))",
        ("[f(n) for n in range(-2, 9)]",),
    ),
    (
        "py-range-list",
        "def f(a, b):\n    return [i for i in range(a, b + 1) if i % 3 == 0]\n",
        "list(range(a + -a % 3, b + 1, 3))",
        ("[f(a, b) for a in range(-9, 9) for b in range(-9, 12)]",),
    ),
    (
        "py-range-list",
        "def f(xs):\n    return [5 * i for i in range(len(xs))]\n",
        "list(range(0, 5 * len(xs), 5))",
        ("f('abc'), f('')",),
    ),
    (
        "py-neighbours",
        "def f(s):\n    for i in range(len(s) - 2):\n"
        "        if s[i] == s[i + 1] or s[i + 2] == s[i]:\n            return False\n"
        "    return True\n",
        "for item_0, item_1, item_2 in zip(s, s[1:], s[2:]):",
        (LISTS, TEXTS),
    ),
    (
        "py-neighbours",
        "def f(s):\n    return all(s[i - 1] <= s[i] for i in range(1, len(s)))\n",
        "all(item_0 <= item_1 for item_0, item_1 in zip(s, s[1:]))",
        (LISTS, TEXTS),
    ),
    (
        "py-neighbours",
        "def f(s):\n    n = 0\n    for i in range(len(s) - 2):\n        n += s[i] == s[i + 2]\n"
        "    return n\n",
        "for item_0, item_2 in zip(s, s[2:]):",
        (LISTS, TEXTS),
    ),
    (
        "py-divisor-bound",
        "def f(n):\n    if n < 2:\n        return 0\n    for i in range(2, n):\n"
        "        if n % i == 0:\n            return 1\n            break\n    else:\n"
        "        return 2\n",
        "range(2, math.isqrt(n) + 1)",
        (PRIMES,),
    ),
    (
        "py-wheel-divisors",
        "import math\n\ndef f(n):\n    for i in range(2, math.isqrt(n) + 1):\n"
        "        if n % i == 0:\n            return False\n    return True\n",
        "if n % i == 0 or (n % (i + 2) == 0 and i > 4):",
        (PRIMES,),
    ),
    (
        "py-wheel-divisors",
        "def f(n):\n    found = n % 2 == 0\n    for i in range(3, int(n ** 0.5) + 1, 2):\n"
        "        if not n % i:\n            found = True\n            break\n    return found\n",
        "itertools.chain(range(3, min(4, int(n ** 0.5) + 1)), range(5, int(n ** 0.5) + 1, 6))",
        (PRIMES,),
    ),
    (
        "py-largest-divisor",
        "def f(n):\n    for i in range(n - 1, 0, -1):\n        if n % i == 0:\n"
        "            return i\n",
        "return n // i",
        (PRIMES,),
    ),
    (
        "py-distinct-count",
        "def f(s):\n    return len([c for c in s if c.isupper() and ord(c) % 2])\n",
        "sum([s.count(c) for c in set(s) if c.isupper() and ord(c) % 2])",
        ("f('aAbBCcCA'), f('')",),
    ),
    (
        "py-replace-loop",
        "def f(s):\n    out = []\n    for c in s:\n        if c == ',':\n"
        "            out.append('; ')\n"
        "        else:\n            out.append(c)\n    out = ''.join(out)\n"
        "    return out.split()\n",
        "out = s.replace(',', '; ')",
        ("f('a,b,,c'), f('')",),
    ),
    (
        "py-replace-loop",
        "def f(s):\n    out = ''\n    for c in s:\n        if c == 'x':\n            out += ''\n"
        "        else:\n            out += c\n    return out\n",
        "out = s.replace('x', '')",
        ("f('axbx'), f('')",),
    ),
    (
        "py-startswith-at",
        "def f(s, w):\n    n = 0\n    for i in range(len(s) - len(w) + 1):\n"
        "        if s[i:i + len(w)] == w:\n            n += 1\n    return n\n",
        "if s.startswith(w, i):",
        ("[f(s, w) for s in ('', 'a', 'aaaa', 'abab') for w in ('', 'a', 'aa', 'ab')]",),
    ),
]
MIRROR = (
    "def f(s{more}):\n    for i in range({end}):\n        if s[i] != {other}:\n"
    "            return {no}\n    return True\n"
)
NEGATIVE = [
    (
        "py-mirrored-compare",
        MIRROR.format(more="", end="len(s) - 1", other="s[-1 - i]", no="False"),
    ),
    ("py-mirrored-compare", MIRROR.format(more=", t", end="len(s)", other="t[-1 - i]", no="False")),
    ("py-mirrored-compare", MIRROR.format(more="", end="len(s)", other="s[-1 - i]", no="None")),
    ("py-mirrored-compare", MIRROR.format(more="", end="len(s)", other="s[-2 - i]", no="False")),
    (
        "py-pair-sum",
        "def f(xs, k):\n    for i, x in enumerate(xs):\n        for j in range(i, len(xs)):\n"
        "            if x + xs[j] == k:\n                return True\n    return False\n",
    ),
    (
        "py-pair-sum",
        "def f(xs, k):\n    for i, x in enumerate(xs):\n        for j in range(i + 1, len(xs)):\n"
        "            if x + xs[j] == k():\n                return True\n    return False\n",
    ),
    (
        "py-pair-sum",
        "def f(xs, k):\n    for i, x in enumerate(xs):\n        for j in range(i + 1, len(xs)):\n"
        "            if x + xs[j] == k:\n                return i, j\n    return None\n",
    ),
    (
        "py-close-pair",
        "def f(xs, k):\n    for i, x in enumerate(xs):\n        for j, y in enumerate(xs):\n"
        "            if i != j:\n                if abs(x - y) < k * i:\n"
        "                    return True\n    return False\n",
    ),
    (
        "py-modular-power",
        "def f(n, p, r):\n    for i in range(n):\n        r = (i * r) % p\n    return r\n",
    ),
    (
        "py-modular-power",
        "def f(n, p, r):\n    for i in range(n):\n        r = (r * r) % p\n    return r\n",
    ),
    (
        "py-modular-power",
        "def f(n, p, r):\n    for i in range(n):\n        r = (3 * r) % p\n    return r, i\n",
    ),
    ("py-range-list", "def f(n):\n    return [n * i for i in range(n)]\n"),
    ("py-range-list", "def f(n):\n    return [2 * i + i for i in range(n)]\n"),
    ("py-range-list", "def f(n):\n    return [i for i in range(n) if i % 0 == 0]\n"),
    ("py-neighbours", "def f(s):\n    return [i for i in range(1, len(s)) if s[i - 1] <= s[i]]\n"),
    ("py-neighbours", "def f(s):\n    return [s[i] + s[i + 1] for i in range(len(s) - 2)]\n"),
    ("py-neighbours", "def f(s):\n    for i in range(len(s) - 1):\n        s[i] = s[i + 1]\n"),
    ("py-neighbours", "def f(s):\n    return [s[i - 2] + s[i - 1] for i in range(2, len(s))]\n"),
    (
        "py-neighbours",
        "def f(s):\n    for i in range(len(s) - 1):\n        if s[i] > s[i + 1]:\n"
        "            s.pop()\n",
    ),
    (
        "py-wheel-divisors",
        "def f(n):\n    for i in range(2, n):\n        if n % i == 0:\n            return False\n",
    ),
    (
        "py-wheel-divisors",
        "def f(n):\n    for i in range(2, int(n ** 0.5) + 1):\n        if n % i == 0:\n"
        "            return i\n",
    ),
    (
        "py-wheel-divisors",
        "def f(n, m):\n    for i in range(2, int(m ** 0.5) + 1):\n        if n % i == 0:\n"
        "            return 1\n",
    ),
    *(
        (
            rule,
            "def f(n):\n    if n < 3:\n        return 0\n"
            f"    for i in range(2, {end}):\n        if n % i == 0:\n            break\n"
            "    return i\n",
        )
        for rule, end in (("py-divisor-bound", "n"), ("py-wheel-divisors", "int(n ** 0.5) + 1"))
    ),
    (
        "py-largest-divisor",
        "def f(n):\n    for i in range(n, 0, -1):\n        if n % i == 0:\n            return i\n",
    ),
    ("py-distinct-count", "def f(s):\n    return len([c for c in s if c > 3])\n"),
    ("py-distinct-count", "def f(s):\n    return len([x for c in s for x in c if x.isupper()])\n"),
    (
        "py-replace-loop",
        "def f(s, p):\n    out = ''\n    for c in s:\n        if c == p:\n            out += '-'\n"
        "        else:\n            out += c\n    return out\n",
    ),
    (
        "py-replace-loop",
        "def f(s):\n    out = ''\n    for c in s:\n        if c == 'x':\n            out += c\n"
        "        else:\n            out += c\n    return out\n",
    ),
    ("py-startswith-at", "def f(s, w, i, j):\n    return s[i:j + len(w)] == w\n"),
    ("py-startswith-at", "def f(s, w, i):\n    return s[i:i + len(s)] == w\n"),
]


@pytest.mark.parametrize(("rule", "source", "expected", "calls"), POSITIVE)
def test_fires_and_keeps_behaviour(fires, rule, source, expected, calls):
    fires(rule, source, expected, *calls)


@pytest.mark.parametrize(("rule", "source"), NEGATIVE)
def test_does_not_fire(silent, rule, source):
    silent(rule, source)
