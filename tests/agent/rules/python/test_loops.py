"""Rules on loops: folding, indexing, hoisting, strings, numbers, caches."""

from __future__ import annotations

import pytest

_NP = "import numpy as np\n\n\n"

POSITIVE = [
    (
        "py-comprehension",
        "def f(xs):\n    out: list[int] = []\n    for x in xs:\n        # big\n        if x > 1:\n"
        "            out.append(x * 2)  # twice\n    return out\n",
        "out: list[int] = [x * 2 for x in xs if x > 1]",
        ("f([1, 2, 3])",),
    ),
    (
        "py-comprehension",
        "def f(xs):\n    out = {}\n    # all\n    for k, v in xs:\n        out[k] = v\n"
        "    return out\n",
        "out = {k: v for k, v in xs}",
        ("f([(1, 2), (3, 4)])",),
    ),
    (
        "py-sum-builtin",
        "def f(xs):\n    n = 0\n    for x in xs:\n        n += x  # add\n    return n\n",
        "n = sum(xs)",
        ("f([1, 2])", "f([])"),
    ),
    (
        "py-sum-builtin",
        "def f(xs, low, high):\n    n = 0.5\n    # part\n    for i in range(low, high + 1):\n"
        "        n += xs[i]\n    return n\n",
        "n = sum(xs[low:high + 1], n)",
        ("f([1, 2, 4, 8], 1, 2)", "f([1], 2, 1)"),
    ),
    (
        "py-sum-builtin",
        "def f(xs):\n    n = 0.0\n    for x in xs:\n        n = n + x  # add\n    return n\n",
        "n = sum(xs, 0.0)",
        ("f([1, 2])", "f([])"),
    ),
    (
        "py-min-max-builtin",
        "def f(xs):\n    best = xs[0]\n    for x in xs[1:]:\n        if x > best:  # larger\n"
        "            best = x\n    return best\n",
        "best = max(xs)",
        ("f([1, 3, 2])",),
    ),
    (
        "py-equality-scan",
        "def f(xs, y):\n    # look\n    for x in xs:\n        if x == y:\n            return True\n"
        "    return False\n",
        "return y in xs",
        ("f([1, 3, 2], 3)", "f([1], 3)"),
    ),
    (
        "py-flag-any",
        "def f(xs):\n    ok = True\n    for x in xs:\n        if not x > 0:  # bad\n"
        "            ok = False\n    return ok\n",
        "ok = all(x > 0 for x in xs)",
        ("f([1, 3, 2])", "f([1, 0])"),
    ),
    (
        "py-range-len",
        "def f(xs, ys):\n    out = []\n    for i in range(len(xs)):  # both\n"
        "        out.append(xs[i] + ys[i])\n    return out\n",
        "in zip(xs, ys):  # both",
        ("f([1, 3, 2], [4, 5, 6])",),
    ),
    (
        "py-range-len",
        "def f(rows):\n    out = []\n    # all\n    for i in range(len(rows)):\n"
        "        out.append((i, rows[i]))\n    return out\n",
        "for i, row in enumerate(rows):",
        ("f([1, 3, 2])",),
    ),
    (
        "py-while-range",
        "def f(xs):\n    out = []\n    i = 0\n    while i < len(xs):\n        # one\n"
        "        out.append(xs[i])\n        i += 1\n    return out\n",
        "for i in range(len(xs)):\n        # one\n        out.append(xs[i])\n    return",
        ("f([1, 3, 2])",),
    ),
    (
        "py-hoist-call",
        "def f(xs, ys):\n    out = []\n    for y in ys:\n        # rank\n"
        "        out.append(y in sorted(xs))\n    return out\n",
        "    xs_sorted = sorted(xs)\n    for y in ys:",
        ("f([1, 3, 2], [3, 4])",),
    ),
    (
        "py-hoist-call",
        "def scale(n):\n    return n * 2 + len(str(n))\n\n\ndef f(xs, n):\n    out = []\n"
        "    for x in xs:\n        out.append(x + scale(n))  # scaled\n    return out\n",
        "    n_scale = scale(n)\n    for x in xs:",
        ("f([1, 3, 2], 10)",),
    ),
    (
        "py-hoist-call",
        "class G:\n    def cells(self):\n        return [3, 1, 2]\n\n\n"
        "def f(g, ys):\n    out = []\n"
        "    for y in ys:\n        out.append(y - min(g.cells()))  # low\n    return out\n",
        "    for y in ys:\n        out.append(y - g_min)  # low",
        ("f(G(), [3, 4])",),
    ),
    (
        "py-hoist-call",
        "import math\n\n\ndef f(xs):\n    out = []\n    for x in xs:\n        # from the mean\n"
        "        out.append(math.pow(x - math.fsum(xs) / len(xs), 2))\n    return out\n",
        "math.pow(x - xs_fsum / len(xs), 2)",
        ("f([3.0, 4.0])",),
    ),
    (
        "py-repeated-call",
        "def f(line):\n    # two\n    return line.split(',')[0] + line.split(',')[1]\n",
        "line_split = line.split(',')\n",
        ("f('a,b')",),
    ),
    (
        "py-hoist-attribute",
        "import math\n\n\ndef f(xs):\n    out = []\n    # all\n    for x in xs:\n"
        "        out.append(math.sqrt(x) + math.sqrt(x + 1))\n    return out\n",
        "math_sqrt = math.sqrt\n",
        ("f([1, 3, 2])",),
    ),
    (
        "py-local-accumulator",
        "class A:\n    total = 0\n\n    def go(self, xs):\n        # add\n        for x in xs:\n"
        "            self.total += x\n        return self.total\n",
        "            total_2 += x\n        self.total = total_2\n",
        ("A().go([1, 2])",),
    ),
    (
        "py-hoist-row",
        "def f(a, n):\n    total = 0\n    for i in range(1, n):\n        # cells\n"
        "        for j in range(n):\n            a[i][j] += a[i - 1][j]  # above\n"
        "            total += a[i][j]\n    return total\n",
        "        a_row = a[i]\n        a_row_2 = a[i - 1]\n        # cells\n",
        ("f([[1, 2], [3, 4]], 2)",),
    ),
    (
        "py-string-join",
        "def f(xs):\n    out = '>'\n    for x in xs:\n        out += x  # one\n        out += '.'\n"
        "    return out\n",
        'out += "".join(out_parts)',
        ("f('abc')", "f('')"),
    ),
    (
        "py-string-join",
        "def f(xs):\n    out = ''\n    # backwards\n    for x in xs:\n"
        "        out = x + out\n    return out\n",
        'out = "".join(reversed(out_parts)) + out',
        ("f('abc')", "f('')"),
    ),
    (
        "py-square",
        "def f(x):\n    return 1 + x ** 2  # power\n",
        "1 + (x * x)  # power",
        ("f(3)",),
    ),
    (
        "py-hypot",
        "import math\n\n\ndef f(x, y):\n    return math.sqrt((x - 1) ** 2 + y**2)  # far\n",
        "math.hypot(x - 1, y)  # far",
        ("f(4, 4)",),
    ),
    (
        "py-divisor-bound",
        "def f(n):\n    if n < 2:\n        return False\n    for d in range(2, n):  # all\n"
        "        if n % d == 0:\n            return False\n    return True\n",
        "range(2, math.isqrt(n) + 1):  # all",
        ("[f(n) for n in range(50)]",),
    ),
    (
        "py-divisor-bound",
        "def f(n):\n    total = 0\n    for d in range(1, n + 1):\n        if n % d == 0:\n"
        "            total += d  # add\n    return total\n",
        "total += d if d * d == n else d + n // d  # add",
        ("[f(n) for n in range(1, 50)]",),
    ),
    (
        "py-row-product",
        "def f(a, b, n):\n    c = [[0] * n for _ in range(n)]\n    for i in range(n):\n"
        "        for j in range(n):\n            # inner\n            for k in range(n):\n"
        "                c[i][j] += a[i][k] * b[k][j]\n    return c\n",
        "c[i][j] += sum(map(operator.mul, a[i][:n], b_columns[j][:n]))",
        ("f([[1, 2], [3, 4]], [[5, 6], [7, 8]], 2)",),
    ),
    (
        "py-row-product",
        "def f(a, b):\n    total = 0\n    for k in range(len(a)):  # dot\n"
        "        total += a[k] * b[k]\n    return total\n",
        "sum(map(operator.mul, a, b[:len(a)]))",
        ("f([1, 2], [3, 4, 5])",),
    ),
    (
        "py-numpy-loop",
        _NP + "def f(n):\n    a = np.arange(n * n, dtype=float).reshape(n, n)\n"
        "    b = np.zeros((n, n))\n    for i in range(1, n - 1):\n"
        "        for j in range(1, n - 1):\n"
        "            # neighbours\n            s = a[i - 1, j] + a[i + 1, j] + a[i][j - 1]\n"
        "            b[i, j] = (s + a[i, j + 1]) / 4\n    return b.tolist()\n",
        "b[1:n - 1, 1:n - 1] = (s + a[1:n - 1, 2:n]) / 4",
        ("f(5)",),
    ),
    (
        "py-numpy-loop",
        _NP + "def f(n):\n    a = np.arange(n)\n    total = 0\n    for i in range(n):  # sum\n"
        "        total += a[i] * 2\n    return int(total)\n",
        "total += np.sum(a[:n] * 2)",
        ("f(5)",),
    ),
    (
        "py-numpy-reduce",
        _NP + "def f(n):\n    a = np.arange(n)\n    return int(sum(a))  # all\n",
        "int(a.sum())  # all",
        ("f(5)",),
    ),
    (
        "py-cache-recursion",
        "# slow\ndef fib(n):\n    if n < 2:\n        return n\n"
        "    return fib(n - 1) + fib(n - 2)\n",
        "# slow\n@functools.lru_cache(maxsize=None)\ndef fib(n):",
        ("fib(12)",),
    ),
    (
        "py-cache-pure",
        "def score(word: str) -> int:\n    total = 0\n    for c in word.lower():  # each\n"
        "        total += ord(c)\n    return total\n"
        "\n\ndef best(words):\n    return max(score(w) for w in words)\n",
        "@functools.lru_cache(maxsize=4096)\n",
        ("score('Ab')",),
    ),
    (
        "py-strptime-iso",
        "from datetime import datetime\n\n\ndef f(s):\n"
        "    return datetime.strptime(s, '%Y-%m-%d')  # d\n",
        "datetime.fromisoformat(s)  # d",
        ("f('2024-02-03')",),
    ),
    (
        "py-strptime-cache",
        "import datetime as dt\n\n\ndef f(s):\n    # log time\n"
        "    return dt.datetime.strptime(s, '%d/%b/%Y')\n",
        "_strptime = functools.lru_cache(maxsize=4096)(dt.datetime.strptime)",
        ("f('03/Feb/2024')",),
    ),
    (
        "py-merged-test",
        "def f(s):\n    return s.startswith('a') or s.startswith('b')  # ab\n",
        "s.startswith(('a', 'b'))  # ab",
        ("f('abc')", "f('cba')"),
    ),
    (
        "py-logging-guard",
        "import logging\n\nlogger = logging.getLogger('x')\n\n\ndef f(xs):\n    for x in xs:\n"
        "        logger.debug(f'got {x}')  # trace\n    return len(xs)\n",
        "if logger.isEnabledFor(logging.DEBUG):",
        ("f('abc')",),
    ),
]

NEGATIVE = [
    (
        "py-comprehension",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(len(out))\n",
    ),
    (
        "py-comprehension",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    return out, x\n",
    ),
    (
        "py-comprehension",
        "def f(xs):\n    out = []\n    for x in xs:\n        out.append((yield x))\n",
    ),
    ("py-comprehension", "class A:\n    out = []\n    for x in (1, 2):\n        out.append(x)\n"),
    ("py-sum-builtin", "def f(xs, n):\n    for x in xs:\n        n += x\n    return n\n"),
    (
        "py-min-max-builtin",
        "def f(xs, b):\n    for x in xs:\n        if x > b:\n            b = x\n",
    ),
    (
        "py-equality-scan",
        "def f(xs):\n    for x in xs:\n        if x == x + 0:\n            return True\n"
        "    return False\n",
    ),
    (
        "py-flag-any",
        "def f(xs):\n    ok = False\n    for x in xs:\n        if x:\n            ok = True\n"
        "    return ok, x\n",
    ),
    (
        "py-range-len",
        "def f(xs):\n    for i in range(len(xs)):\n        xs[i] = xs[i] + 1\n    return xs\n",
    ),
    ("py-range-len", "def f(xs):\n    for i in range(len(xs)):\n        print(i)\n"),
    (
        "py-while-range",
        "def f(xs):\n    i = 0\n    while i < len(xs):\n        xs.pop()\n        i += 1\n"
        "    return i\n",
    ),
    (
        "py-while-range",
        "def f(n):\n    i = 0\n    while i < n:\n        if i:\n            continue\n"
        "        i += 1\n",
    ),
    (
        "py-hoist-call",
        "def f(xs, ys):\n    for y in ys:\n        xs.append(y)\n        print(sorted(xs))\n",
    ),
    ("py-hoist-call", "def f(q, ys):\n    for y in ys:\n        print(max(q.pop()))\n"),
    ("py-hoist-call", "def f(g, x, ys):\n    for y in ys:\n        print(g(x))\n"),
    ("py-repeated-call", "def f(g):\n    return g.read()[0] + g.read()[1]\n"),
    (
        "py-repeated-call",
        "def f(s):\n    a = s.lower()\n    s = a + 'B'\n    return a + s.lower()\n",
    ),
    (
        "py-hoist-attribute",
        "def f(a, xs):\n    for x in xs:\n        a.b = x\n        print(a.b, a.b)\n",
    ),
    (
        "py-local-accumulator",
        "class A:\n    def go(self, xs):\n        for x in xs:\n            self.total += x\n"
        "            self.show()\n",
    ),
    ("py-local-accumulator", "def f(c, xs):\n    for i in xs:\n        c[i] += 1\n"),
    ("py-string-join", "def f(xs):\n    n = 0\n    for x in xs:\n        n += x\n    return n\n"),
    (
        "py-string-join",
        "def f(xs):\n    out = ''\n    for x in xs:\n        out += x\n        print(out)\n",
    ),
    (
        "py-hoist-row",
        "def f(a, i, n):\n    for j in range(n):\n        a[i] = [j]\n        print(a[i][0])\n",
    ),
    ("py-hoist-row", "def f(a, n):\n    for i in range(n):\n        print(a[i][0])\n"),
    ("py-square", "def f(x):\n    return x.y() ** 2 + 3 ** 3\n"),
    ("py-hypot", "import math\n\n\ndef f(x, y):\n    return math.sqrt(x ** 2 - y ** 2)\n"),
    (
        "py-divisor-bound",
        "def f(n):\n    for d in range(2, n):\n        if n % d == 0:\n            return d\n",
    ),
    ("py-row-product", "def f(a, b, t):\n    for k in range(3):\n        t += a[k] * b[k + 1]\n"),
    (
        "py-numpy-loop",
        _NP + "def f(n):\n    a = np.zeros(n)\n    for i in range(1, n):\n"
        "        a[i] = a[i - 1] + 1\n",
    ),
    ("py-numpy-loop", "def f(a, b, n):\n    for i in range(n):\n        a[i] = b[i] + 1\n"),
    ("py-numpy-reduce", _NP + "def f(a):\n    return sum(a)\n"),
    (
        "py-cache-recursion",
        "def fib(n):\n    print(n)\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n",
    ),
    (
        "py-cache-recursion",
        "def paths(n):\n    if n < 2:\n        return [n]\n"
        "    return paths(n - 1) + paths(n - 2)\n",
    ),
    (
        "py-cache-recursion",
        "def find(n, low, high):\n    if low > high:\n        return -1\n"
        "    middle = (low + high) // 2\n    if middle > n:\n"
        "        return find(n, low, middle - 1)\n"
        "    return middle if middle == n else find(n, middle + 1, high)\n",
    ),
    (
        "py-cache-recursion",
        "def size(node):\n    return 0 if node is None else size(node.left) + size(node.right)\n",
    ),
    ("py-cache-pure", "def f(s: str) -> int:\n    return sum(len(x) for x in s.split())\n"),
    ("py-cache-pure", "def f(xs: list) -> int:\n    return sum(len(x) for x in xs)\n"),
    ("py-cache-pure", "N = 0\n\n\ndef f(s: str):\n    global N\n    for c in s:\n        N += 1\n"),
    ("py-strptime-iso", "def f(datetime, s):\n    return datetime.strptime(s, '%Y-%m-%d')\n"),
    ("py-strptime-cache", "import time\n\n\ndef f(s):\n    return time.strptime(s, '%d')\n"),
    ("py-merged-test", "def f(s, t):\n    return s.startswith('a') or t.startswith('b')\n"),
    ("py-logging-guard", "def f(logger, x):\n    logger.debug('got %s', x)\n"),
]


@pytest.mark.parametrize(("rule", "source", "expected", "calls"), POSITIVE)
def test_fires_and_keeps_behaviour(fires, rule, source, expected, calls):
    fires(rule, source, expected, *calls)


@pytest.mark.parametrize(("rule", "source"), NEGATIVE)
def test_does_not_fire(silent, rule, source):
    silent(rule, source)
