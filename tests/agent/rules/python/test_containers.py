"""Rules on lists, sets, dicts, queues and searches in them."""

from __future__ import annotations

import pytest

POSITIVE = [
    (
        "py-membership-set",
        "def f(a, b: list):\n    out = []\n    for x in a:\n        # both\n"
        "        if x in b:  # here\n            out.append(x)\n    return out\n",
        "    b_set = set(b)\n    for x in a:",
        ("f([1, 2, 3], [3, 1])",),
    ),
    (
        "py-membership-set",
        "def f(a, b):\n    # left over\n    return [x for x in a if x not in b]\n",
        "    b_set = set(b)\n    # left over\n    return [x for x in a if x not in b_set]",
        ("f([1, 2, 3], [3, 1])",),
    ),
    (
        "py-seen-set",
        "def f(xs):\n    seen = []\n    for x in xs:\n        # new\n        if x not in seen:\n"
        "            seen.append(x)  # keep\n    return seen\n",
        "            seen.append(x)  # keep\n            seen_set.add(x)\n",
        ("f([1, 2, 1, 3])", "f([])"),
    ),
    (
        "py-seen-set",
        "def f(xs):\n    seen = [0]\n    for x in xs:\n"
        "        if x not in seen: seen.append(x)  # keep\n    return seen\n",
        "if x not in seen_set:",
        ("f([1, 2, 0, 1, 3])",),
    ),
    (
        "py-seen-set",
        "class A:\n    def __init__(self):\n        self.done = []\n\n    def go(self, xs):\n"
        "        for x in xs:\n            if x in self.done:\n                continue\n"
        "            self.done.append(x)\n        return self.done\n",
        "self.done_set.add(x)",
        ("A().go([1, 2, 1])",),
    ),
    (
        "py-constant-set",
        "WORDS = ('a', 'b', 'c', 'd')  # known\n\n\ndef f(x):\n    return x in WORDS\n",
        "_WORDS_SET = frozenset(WORDS)",
        ("f('a')", "f('z')"),
    ),
    (
        "py-constant-set",
        "def f(x):\n    # small\n    return x not in [1, 2, 3, 4]\n",
        "x not in {1, 2, 3, 4}",
        ("f(1)", "f(9)"),
    ),
    (
        "py-nested-loop-index",
        "def f(us, os):\n    out = []\n    for u in us:\n        # all\n        for o in os:\n"
        "            # same\n            if o['u'] == u['id'] and o['n']:\n"
        "                out.append((u['id'], o['n']))\n    return out\n",
        "for o in os_index.get(u['id'], ()):",
        ("f([{'id': 1}, {'id': 2}], [{'u': 2, 'n': 5}, {'u': 1, 'n': 6}, {'u': 2, 'n': 0}])",),
    ),
    (
        "py-nested-loop-index",
        "def f(xs, ys):\n    n = 0\n    for x in xs:\n        for y in ys:\n"
        "            if x == y[0]:\n                n += y[1]  # add\n    return n\n",
        "        for y in ys_index.get(x, ()):\n            n += y[1]  # add\n",
        ("f([1, 2, 2], [(2, 3), (1, 4), (2, 5)])",),
    ),
    (
        "py-filter-index",
        "def f(us, os):\n    # totals\n"
        "    return [sum(o[1] for o in os if o[0] == u) for u in us]\n",
        "sum(o[1] for o in os_index.get(u, ()))",
        ("f([1, 2, 3], [(1, 5), (2, 6), (1, 7)])",),
    ),
    (
        "py-count-index",
        "def f(xs: list):\n    out = []\n    for x in xs:\n        # twice\n"
        "        if xs.count(x) > 1:\n            out.append(x)\n    return out\n",
        "if xs_counts[x] > 1:",
        ("f([1, 2, 1])",),
    ),
    (
        "py-position-index",
        "def f(xs: list, ys):\n    # places\n    return [xs.index(y) for y in ys]\n",
        "[xs_places[y] for y in ys]",
        ("f([5, 6, 5], [6, 5])",),
    ),
    (
        "py-prefix-sums",
        "def f(xs: list):\n    # running\n"
        "    return [sum(xs[i:i + 2]) for i in range(len(xs) - 1)]\n",
        "xs_sums[i + 2] - xs_sums[i]",
        ("f([5, 6, 5, 1])",),
    ),
    (
        "py-deque",
        "def f(n):\n    queue = [n]  # start\n    out = []\n    while queue:\n"
        "        x = queue.pop(0)  # front\n        out.append(x)\n        if x > 0:\n"
        "            queue.append(x - 1)\n    return out\n",
        "queue = collections.deque([n])  # start",
        ("f(4)",),
    ),
    (
        "py-heap",
        "def f(xs):\n    heap = []\n    for x in xs:\n        heap.append(x)\n    out = []\n"
        "    # smallest first\n    while heap:\n        heap.sort()\n        x = heap.pop(0)\n"
        "        out.append(x)\n        if x > 6:\n            heap.append(x // 2)\n"
        "    return out\n",
        "x = heapq.heappop(heap)",
        ("f([3, 9, 1, 7])",),
    ),
    (
        "py-insort",
        "def f(xs):\n    out = []\n    for x in xs:\n        # keep order\n        out.append(x)\n"
        "        out.sort()\n    return out\n",
        "bisect.insort(out, x)",
        ("f([3, 9, 1, 7])",),
    ),
    (
        "py-rebuilt-container",
        "def f(xs):\n    out = []\n    for x in xs:\n        out = out + [x]  # grow\n"
        "    return out\n",
        "out.append(x)  # grow",
        ("f([3, 9])",),
    ),
    (
        "py-rebuilt-container",
        "def f(xs):\n    out = {}\n    for x in xs:\n        # set\n"
        "        out = {**out, x: x + 1}\n    return out\n",
        "out[x] = x + 1",
        ("f([3, 9])",),
    ),
    (
        "py-deepcopy",
        "import copy\n\n\ndef f(xs):\n    return copy.deepcopy(xs)  # all\n",
        "return pickle.loads(pickle.dumps(xs, -1))  # all",
        ("f([[3], {'a': (1, 2)}])",),
    ),
    (
        "py-existence-test",
        "def f(xs, y):\n    # there\n    return len([x for x in xs if x > y]) > 0\n",
        "return any(x > y for x in xs)",
        ("f([1], 0)", "f([1], 1)"),
    ),
    (
        "py-existence-test",
        "def f(xs, y):\n    return any(x == y for x in xs)  # there\n",
        "return y in xs  # there",
        ("f([1], 0)", "f([1], 1)"),
    ),
    (
        "py-counter",
        "def f(xs):\n    n = {}\n    for x in xs:\n        # count\n        if x.lower() in n:\n"
        "            n[x.lower()] += 1\n        else:\n            n[x.lower()] = 1\n"
        "    return n\n",
        "n = dict(collections.Counter(x.lower() for x in xs))",
        ("f('aBAb')",),
    ),
    (
        "py-counter",
        "from collections import Counter\n\n\ndef f(xs):\n    n = {}\n    for x in xs:\n"
        "        try:\n            n[x] += 1\n        except KeyError:  # first\n"
        "            n[x] = 1\n    return n\n",
        "n = dict(Counter(xs))",
        ("f('aba')",),
    ),
    (
        "py-dict-step",
        "def f(xs):\n    n = {}\n    for x in xs:\n        # group\n        if x[0] not in n:\n"
        "            n[x[0]] = []\n        n[x[0]].append(x)\n    return n\n",
        "n.setdefault(x[0], []).append(x)",
        ("f(['ab', 'ac', 'b'])",),
    ),
    (
        "py-dict-get",
        "def f(d, k):\n    if k in d:\n        v = d[k]  # known\n    else:\n        v = 0\n"
        "    return v\n",
        "v = d.get(k, 0)",
        ("f({1: 2}, 1)", "f({1: 2}, 2)"),
    ),
    (
        "py-dict-get",
        "def f(d, k):\n    # or nothing\n    return d[k] if k in d else None\n",
        "return d.get(k, None)",
        ("f({1: 2}, 1)", "f({1: 2}, 2)"),
    ),
    (
        "py-dict-items",
        "def f(d):\n    out = []\n    for k in d.keys():  # each\n        out.append((k, d[k]))\n"
        "    return out\n",
        "for k, value in d.items():  # each",
        ("f({1: 2, 3: 4})",),
    ),
]

NEGATIVE = [
    ("py-membership-set", "def f(a, b: dict):\n    return [x for x in a if x in b]\n"),
    ("py-membership-set", "def f(a):\n    b = set(a)\n    return [x for x in a if x in b]\n"),
    (
        "py-membership-set",
        "def f(a, b):\n    for x in a:\n        if x in b:\n            b.append(x)\n",
    ),
    ("py-membership-set", "def f(x, b):\n    return x in b\n"),
    ("py-membership-set", "def f(a, b):\n    return [x for x in a if x in b and b['k']]\n"),
    (
        "py-seen-set",
        "def f(xs):\n    seen = []\n    for x in xs:\n        if x not in seen:\n"
        "            seen.append(x)\n        seen.pop()\n",
    ),
    (
        "py-seen-set",
        "def f(xs, g):\n    seen = []\n    for x in xs:\n        if x not in seen:\n"
        "            seen.append(x)\n        g(seen)\n",
    ),
    ("py-constant-set", "def f(x):\n    return x in (1, 2)\n"),
    ("py-constant-set", "W = [1, 2, 3, 4]\nW.append(5)\n\n\ndef f(x):\n    return x in W\n"),
    (
        "py-nested-loop-index",
        "def f(us):\n    for u in us:\n        for o in u.os:\n            if o.id == u.id:\n"
        "                print(o)\n",
    ),
    (
        "py-nested-loop-index",
        "def f(us, os):\n    for u in us:\n        for o in os:\n            if o.id == u.id:\n"
        "                o.id = 3\n",
    ),
    ("py-filter-index", "def f(os, u):\n    return [o for o in os if o.id == u]\n"),
    ("py-count-index", "def f(xs, ys):\n    for x in ys:\n        xs.append(xs.count(x))\n"),
    ("py-position-index", "def f(xs, y):\n    return xs.index(y)\n"),
    ("py-prefix-sums", "def f(xs, ys):\n    return [sum(xs[-y:]) for y in ys]\n"),
    ("py-deque", "def f(q):\n    return q.pop(0)\n"),
    ("py-deque", "def f():\n    q = [1]\n    q.pop(0)\n    return q\n"),
    ("py-heap", "def f():\n    h = [1]\n    h.sort(key=abs)\n    return h.pop(0)\n"),
    ("py-insort", "def f(out, x):\n    out.append(x)\n    out.sort()\n"),
    ("py-rebuilt-container", "def f(out, x):\n    out = out + [x]\n    return out\n"),
    (
        "py-rebuilt-container",
        "def f(base, xs):\n    for x in xs:\n        out = base\n        out = out + [x]\n"
        "        print(out)\n",
    ),
    ("py-deepcopy", "def deepcopy(x):\n    return x\n\n\ndef f(x):\n    return deepcopy(x)\n"),
    ("py-existence-test", "def f(xs, y):\n    return xs.count(y) > 1\n"),
    ("py-existence-test", "def f(xs):\n    return any(x == x + 0 for x in xs)\n"),
    ("py-counter", "def f(xs, n):\n    for x in xs:\n        n[x] = n.get(x, 0) + 1\n"),
    (
        "py-dict-step",
        "def f(d, k):\n    if k() in d:\n        d[k()] += 1\n    else:\n        d[k()] = 1\n",
    ),
    ("py-dict-get", "def f(d, k, g):\n    return d[k] if k in d else g()\n"),
    ("py-dict-items", "def f(d):\n    for k in d:\n        d[k] = d[k] + 1\n"),
]


@pytest.mark.parametrize(("rule", "source", "expected", "calls"), POSITIVE)
def test_fires_and_keeps_behaviour(fires, rule, source, expected, calls):
    fires(rule, source, expected, *calls)


@pytest.mark.parametrize(("rule", "source"), NEGATIVE)
def test_does_not_fire(silent, rule, source):
    silent(rule, source)
