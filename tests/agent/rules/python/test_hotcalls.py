"""Rules on code that is hot because its function is called often."""

from __future__ import annotations

import pytest

from speedwright.agent.rules.catalogue import propose
from speedwright.agent.rules.python.required import required_characters
from speedwright.agent.situation import HotFile, Situation

POSITIVE = [
    (
        "py-any-loop",
        "def f(xs):\n    # some\n    if any(x > 2 for x in xs):  # big\n        return 'yes'\n"
        "    return 'no'\n",
        "    for x in xs:\n        if x > 2:\n",
        ("f([1, 3])", "f([1])", "f([])"),
    ),
    (
        "py-any-loop",
        "def f(xs):\n    return all(x or y for x, y in xs)\n",
        "        if not (x or y):\n            return False\n    return True",
        ("f([(1, 0)])", "f([(0, 0), (1, 1)])", "f([])"),
    ),
    (
        "py-any-loop",
        "def f(xs, n):\n    out = []\n    if n and not all(x for x in xs):\n        out.append(n)\n"
        "    return out\n",
        "                out.append(n)\n                break",
        ("f([1, 0, 0], 3)", "f([1], 3)", "f([0], 0)"),
    ),
    (
        "py-any-loop",
        "def f(xs):\n    out = []\n    if not any(x for x in xs):\n        out.append(1)\n"
        "    return out\n",
        "    else:\n        out.append(1)",
        ("f([1, 0, 0])", "f([0])", "f([])"),
    ),
    (
        "py-list-over-generator",
        "def f(xs):\n    # joined\n    return ', '.join(str(x) for x in xs if x)  # with commas\n",
        "', '.join([str(x) for x in xs if x])  # with commas",
        ("f([1, 0, 2])",),
    ),
    (
        "py-list-over-generator",
        "def f(xs):\n    return set(x + y for x in xs for y in xs)\n",
        "return {x + y for x in xs for y in xs}",
        ("f([1, 0, 2])",),
    ),
    (
        "py-list-over-generator",
        "def f(xs):\n    return max((len(x) for x in xs), default=0)\n",
        "max([len(x) for x in xs], default=0)",
        ("f(['a', 'bc'])", "f([])"),
    ),
    (
        "py-effect-comprehension",
        "class N:\n    pass\n\n\ndef f():\n    ns = [N(), N()]\n"
        "    [setattr(n, 'up', 3) for n in ns]  # all\n    return [n.up for n in ns]\n",
        "    for n in ns:\n        n.up = 3\n",
        ("f()",),
    ),
    (
        "py-effect-comprehension",
        "from collections import deque\nfrom itertools import islice\n\n\ndef f(xs, n):\n"
        "    it = iter(xs)\n    deque(islice(it, n), maxlen=0)\n    return list(it)\n",
        "    for _item in islice(it, n):\n        pass\n",
        ("f([1, 2, 3], 2)", "f([1, 2, 3], 0)", "f([1, 2, 3], None)"),
    ),
    (
        "py-typing-cast",
        "from typing import cast\n\n\ndef f(x):\n    return cast(int, x or 2) + 1\n",
        "return (x or 2) + 1",
        ("f(0)", "f(5)"),
    ),
    (
        "py-fixed-attribute",
        "def f(x):\n    return getattr(x, 'real') + 1\n",
        "return x.real + 1",
        ("f(3)",),
    ),
    (
        "py-fixed-attribute",
        "class N:\n    pass\n\n\ndef f(x):\n    n = N()\n    setattr(n, 'a', x)\n    return n.a\n",
        "    n.a = x\n",
        ("f(3)",),
    ),
    (
        "py-missing-attribute",
        "def f(x):\n    # bytes too\n    try:\n        x = x.decode()\n"
        "    except (UnicodeDecodeError, AttributeError):\n        pass  # text\n    return x\n",
        '    if hasattr(x, "decode"):\n        try:\n            x = x.decode()\n',
        ("f('a')", "f(b'a')", "f(b'\\xff')"),
    ),
    (
        "py-missing-attribute",
        "def f(x):\n    try:\n        return list(x.items())\n    except AttributeError:\n"
        "        return list(x)\n",
        "    else:\n        return list(x)\n",
        ("f({1: 2})", "f([1])"),
    ),
    (
        "py-constant-table",
        "def f(a, b):\n    # ranks\n    ranks = {\n        type(None): 0,  # least\n"
        "        int: 1,\n    }\n    back = {0: 'no', 1: int}\n"
        "    return back[max(ranks.get(a, 1), ranks.get(b, 1))]\n",
        "# ranks\n_RANKS = {\n    type(None): 0,  # least\n    int: 1,\n}\n",
        ("f(int, type(None))", "f(type(None), type(None))"),
        2,
    ),
    (
        "py-constant-table",
        "def f(a):\n    return {'a': 1, 'b': -2}.get(a, a)\n",
        "return _TABLE.get(a, a)",
        ("f('a')", "f('c')"),
    ),
    (
        "py-regex-guard",
        "import re\n\nESC = '\\x1b'\nCODES = re.compile(rf'{ESC}\\[[0-9]+m', re.X)\n\n\ndef f(s):\n"
        "    return CODES.sub('', s)  # plain\n",
        "CODES.sub('', s) if \"\\x1b\" in s else s  # plain",
        ("f('a\\x1b[31mb')", "f('ab')"),
    ),
    (
        "py-regex-guard",
        "import re\n\nTAG = re.compile('<[a-z]+>', re.IGNORECASE)\n\n\ndef f(s):\n"
        "    return TAG.findall(s) + [TAG.search(s) is None]\n",
        'TAG.findall(s) if "<" in s else []',
        ("f('a <b>')", "f('ab')"),
        2,
    ),
    (
        "py-regex-constant",
        "import re\n\nP = re.compile('a+')\n\n\ndef f(s):\n    return re.sub(P, '-', s, count=1)\n",
        "return P.sub('-', s, count=1)",
        ("f('xaay a')",),
    ),
    (
        "py-regex-cache",
        "import re\n\n\ndef f(p, s):\n    return re.match(p + '$', s) is None, re.findall(p, s)\n",
        "_compile(p + '$').match(s) is None, _compile(p).findall(s)",
        ("f('a', 'a')", "f('b', 'a')"),
    ),
    (
        "py-abstract-test",
        "from collections.abc import Mapping\n\n\ndef f(x):\n"
        "    return isinstance(x, Mapping)  # a map\n",
        "isinstance(x, (dict, Mapping))  # a map",
        ("f({})", "f([])"),
    ),
    (
        "py-abstract-test",
        "import collections.abc\nimport numbers\n\n\ndef f(x):\n"
        "    return isinstance(x, (bytes, numbers.Number)) or isinstance(x, "
        "collections.abc.Callable)\n",
        "(int, float, bytes, numbers.Number)",
        ("f(1)", "f('a')", "f(len)"),
        2,
    ),
    (
        "py-format-string",
        "def f(a, b):\n    return '{}: {x:>4} {{'.format(a, x=b)  # both\n",
        "return f'{a}: {b:>4} {{'  # both",
        ("f(1, 'b')",),
    ),
    (
        "py-format-string",
        "def f(a, b):\n    return '%s: %r {100%%}' % (a, b + 1)\n",
        "return f'{a!s}: {b + 1!r} {{100%}}'",
        ("f('a', 2)",),
    ),
    (
        "py-inline-call",
        "def g(x):\n    '''Half.'''\n    return x // 2 if x else x.real\n\n\ndef f(xs):\n"
        "    return [g(x) * 2 for x in xs]  # twice\n",
        "[(x // 2 if x else x.real) * 2 for x in xs]  # twice",
        ("f([3, 0])",),
    ),
    (
        "py-inline-call",
        "def g(x):\n    return len(x) + 1\n\n\ndef f(s):\n    return g(s.split())\n",
        "return len(s.split()) + 1",
        ("f('a b')",),
    ),
    (
        "py-small-changes",
        "import re\n\nP = re.compile('a+')\n\n\ndef f(s):\n    # all\n"
        "    table = {'a': 1, 'b': 2}\n"
        "    return ''.join(c * 2 for c in s) + str(table[s[0]]) + re.sub(P, 'a', s)  # text\n",
        "''.join([c * 2 for c in s]) + str(_TABLE[s[0]]) + P.sub('a', s)",
        ("f('aab')",),
        3,
    ),
]

NEGATIVE = [
    ("py-any-loop", "def f(xs, x):\n    if any(x for x in xs):\n        return x\n"),
    (
        "py-any-loop",
        "def f(xs):\n    if any(x for x in xs):\n        return 1\n    else:\n        x = 2\n",
    ),
    (
        "py-any-loop",
        "def f(ys):\n    for xs in ys:\n        if any(x for x in xs):\n            continue\n"
        "        g(xs)\n",
    ),
    ("py-any-loop", "def f(xs):\n    ok = any(x for x in xs)\n    return ok\n"),
    ("py-any-loop", "def f(xs):\n    return any(lambda: x for x in xs)\n"),
    ("py-list-over-generator", "def f(xs):\n    return any(x for x in xs)\n"),
    (
        "py-list-over-generator",
        "def max(x):\n    return x\n\n\ndef f(xs):\n    return max(x for x in xs)\n",
    ),
    ("py-effect-comprehension", "def f(xs, x):\n    [g(x) for x in xs]\n    return x\n"),
    ("py-effect-comprehension", "from collections import deque\n\nd = deque((), maxlen=3)\n"),
    ("py-typing-cast", "def cast(a, b):\n    return a\n\n\ndef f(x):\n    return cast(int, x)\n"),
    ("py-fixed-attribute", "def f(x, n):\n    return getattr(x, 'a', 1), getattr(x, n)\n"),
    ("py-fixed-attribute", "def f(x):\n    return getattr(x, '__a'), getattr(x, 'class')\n"),
    (
        "py-missing-attribute",
        "def f(x):\n    try:\n        g().a\n    except AttributeError:\n        pass\n",
    ),
    (
        "py-missing-attribute",
        "def f(x):\n    try:\n        x.a()\n    except AttributeError as e:\n        print(e)\n",
    ),
    (
        "py-missing-attribute",
        "def f(x):\n    try:\n        x.a()\n    except ValueError:\n        pass\n",
    ),
    ("py-constant-table", "def f(a):\n    t = {'a': 1, 'b': 2}\n    t[a] = 3\n    return len(t)\n"),
    ("py-constant-table", "def f(a):\n    t = {'a': 1, 'b': 2}\n    return t\n"),
    ("py-constant-table", "def f(a):\n    t = {'a': 1, 'b': a}\n    return t[a]\n"),
    ("py-constant-table", "def f(a):\n    t = {'a': [], 'b': []}\n    return t[a]\n"),
    ("py-constant-table", "def f(a):\n    t = ['a', 'b']\n    t.append(a)\n    return len(t)\n"),
    ("py-constant-table", "def f(a, int):\n    t = {'a': int, 'b': 1}\n    return t[a]\n"),
    (
        "py-regex-guard",
        "import re\n\nP = re.compile('a|<')\n\n\ndef f(s):\n    return P.sub('', s)\n",
    ),
    (
        "py-regex-guard",
        "import re\n\nP = re.compile('k', re.I)\n\n\ndef f(s):\n    return P.sub('', s)\n",
    ),
    (
        "py-regex-guard",
        "import re\n\nP = re.compile('<')\n\n\ndef f(s):\n    return P.sub('', s())\n",
    ),
    (
        "py-regex-guard",
        "import re\n\nP = re.compile('<')\n\n\ndef f(s):\n    if '<' in s:\n"
        "        return P.sub('', s)\n",
    ),
    ("py-regex-constant", "import re\n\nP = g(re)\n\n\ndef f(s):\n    return re.match(P, s)\n"),
    (
        "py-regex-cache",
        "import re\n\nP = re.compile('a')\n\n\ndef f(s):\n    return re.match(P, s)\n",
    ),
    (
        "py-abstract-test",
        "class Mapping:\n    pass\n\n\ndef f(x):\n    return isinstance(x, Mapping)\n",
    ),
    ("py-format-string", "def f(a, b):\n    return '{1} {0}'.format(a(), b()), '%d %s' % (a, b)\n"),
    (
        "py-format-string",
        "def f(a, b):\n    return '%s' % a, '{a[0]}'.format(a=a), '{}'.format(*b)\n",
    ),
    ("py-format-string", "def f(a):\n    return '{}'.format(a['k']), '{:{}}'.format(a, 3)\n"),
    ("py-inline-call", "def g(x, y=1):\n    return x\n\n\ndef f(x):\n    return g(x)\n"),
    ("py-inline-call", "def g(x):\n    return x + x\n\n\ndef f(x):\n    return g(x())\n"),
    ("py-inline-call", "def g(x):\n    return x + len(K)\n\n\ndef f(x, K):\n    return g(x)\n"),
    ("py-inline-call", "@wrap\ndef g(x):\n    return x + 1\n\n\ndef f(x):\n    return g(x)\n"),
    ("py-inline-call", "def g(x):\n    return x and g(x.up)\n"),
    (
        "py-inline-call",
        "def g(x):\n    return x and h(x.up)\n\n\ndef h(x):\n    y = x\n    return g(y)\n\n\n"
        "def f(x):\n    return g(x)\n",
    ),
    ("py-list-over-generator", "def f(xs):\n    xs.extend(x for x in xs if x)\n"),
    ("py-small-changes", "def f(xs):\n    return ''.join(x for x in xs)\n"),
]


@pytest.mark.parametrize("case", POSITIVE, ids=lambda case: case[0])
def test_fires_and_keeps_behaviour(fires, case):
    rule, source, expected, calls, *rest = case
    fires(rule, source, expected, *calls, left=rest[0] if rest else 1)


@pytest.mark.parametrize(("rule", "source"), NEGATIVE)
def test_does_not_fire(silent, rule, source):
    silent(rule, source)


@pytest.mark.parametrize(
    ("pattern", "flags", "wanted"),
    [
        ("<[^>]*>", 0, "<>"),
        ("a|ab", 0, "a"),
        ("(?:x+y*){1,}(z)?", 0, "x"),
        ("(?i)a<", 0, "<"),
        ("(?i:a)<", 0, "<"),
        ("a #comment\n b", 64, "ab"),
        ("(?=q)a", 0, "a"),
        ("(?(1)b)", 0, ""),
        ("(", 0, ""),
        ("", 0, ""),
    ],
)
def test_only_what_every_match_needs_is_required(pattern, flags, wanted):
    assert required_characters(pattern, flags) == frozenset(wanted)


def test_small_changes_come_first_and_singles_stay_as_a_way_back():
    source = "def f(xs):\n    a = max(x for x in xs)\n    b = min(x for x in xs)\n    return a, b\n"
    situation = Situation(files=(HotFile(path="a.py", source=source),))
    found = list(propose(situation))
    assert found[0].rule_id == "py-small-changes"
    assert "2 small changes" in found[0].summary
    assert {r.rule_id for r in found[1:]} >= {"py-list-over-generator"}


def test_lines_of_a_hot_function_that_no_sample_hit_take_part():
    source = (
        "def f(xs):\n    a = max(x for x in xs)\n    b = min(x for x in xs)\n    return a, b\n\n\n"
        "def g(xs):\n    return max(x for x in xs), min(x for x in xs), sum(x for x in xs)\n"
    )
    file = HotFile(path="a.py", source=source, line_share={2: 0.2})
    found = next(propose(Situation(files=(file,))))
    assert "max([x for x in xs])\n    b = min([x for x in xs])" in found.source
    assert "return max(x for x in xs)" in found.source
