"""Every Python rule over real source text: this interpreter's own library."""

from __future__ import annotations

import random
import sysconfig
import time
from pathlib import Path

import pytest

from speedwright.agent.rules.python import RULES
from speedwright.agent.rules.python.view import ModuleView, parses
from speedwright.agent.situation import HotFile

_SECONDS_PER_FILE = 60.0  # a runaway rule takes for ever, a busy machine only long


def _sample(count: int) -> list[Path]:
    """Library files of a readable size, the same ones every time."""
    library = Path(sysconfig.get_path("stdlib"))
    files = [p for p in sorted(library.glob("*.py")) + sorted(library.glob("[a-e]*/*.py"))]
    small = [p for p in files if p.stat().st_size < 25_000 and "site-packages" not in p.parts]
    return random.Random(7).sample(small, min(count, len(small)))


def _check(path: Path) -> int:
    """Rewrites proposed for one file with every line hot."""
    source = path.read_text(encoding="utf-8", errors="replace")
    file = HotFile(path=path.name, source=source)
    started_s = time.monotonic()
    found = 0
    for rule in RULES:
        for rewrite in rule.rewrites(file):
            found += 1
            assert parses(rewrite.source), (path, rule.id)
            assert rewrite.source != source, (path, rule.id)
            assert 1 <= rewrite.line <= source.count("\n") + 1, (path, rule.id)
            assert "\n" not in rewrite.summary, (path, rule.id)
    assert time.monotonic() - started_s < _SECONDS_PER_FILE, path
    return found


def test_no_rule_stumbles_over_some_of_the_library():
    assert sum(map(_check, _sample(12))) > 0


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_no_rule_stumbles_over_the_library():
    assert sum(map(_check, _sample(150))) > 100


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\ufeffx = 1\n",
        "x = 1",
        "for x in y:\r\n    z.append(x)\r\n",
        "async def f(xs):\n    async for x in xs:\n        out.append(await x)\n",
        "match x:\n    case [a, *b]:\n        pass\n",
        "def f[T](x: T) -> T:\n    return x\n",
        "class A: x = [y for y in range(3) if y in (1, 2)]; z = 3\n",
        "if a: b = 1; c = 2\nelif d: e = 3\nelse: f = sorted(x)[0]\n",
        "lambda: (yield)\n",
        "x = '\\d'\n",
        "while xs: xs.pop(0)\n",
        "def f(): return [sorted(x)[0] for x in y]\n",
    ],
)
def test_odd_text_is_no_trouble(source):
    file = HotFile(path="odd.py", source=source)
    for rule in RULES:
        for rewrite in rule.rewrites(file):
            assert parses(rewrite.source), rule.id


def test_line_endings_stay_as_they_are():
    source = "def f(xs):\r\n    out = []\r\n    for x in xs:\r\n        out.append(x)\r\n"
    "    return out\r\n"
    rule = next(rule for rule in RULES if rule.id == "py-comprehension")
    (rewrite,) = rule.rewrites(HotFile(path="crlf.py", source=source))
    assert rewrite.source.count("\r\n") == rewrite.source.count("\n")


def test_a_view_knows_its_lines_and_names():
    view = ModuleView.of(HotFile(path="a.py", source="a = 1\nb.a = a\n", line_share={2: 0.5}))
    assert view is not None
    assert [view.line(n) for n in view.occurrences("a")] == [1, 2]
    assert [view.share(s) for s in view.tree.module.body] == [0.0, 0.5]
    assert view.fresh("a") == "a_2"
