"""Every Python rule: a sample that it stops, and an honest twin that passes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speedwright.eval.guards import GuardReport

Check = Callable[..., GuardReport]

REFUSED = {
    "clock": ("clock-patch", "import time\ntime.perf_counter = lambda: 0.0\n",
              "import time\nt = time.perf_counter()\n"),
    "clock alias": ("clock-patch", "import time as t\nc = t\nc.time = len\n",
                    "class T: pass\nt = T()\nt.time = len\n"),
    "clock setattr": ("clock-patch", "import time\nsetattr(time, 'time', len)\n",
                      "def f(o): setattr(o, 'time', 1)\n"),
    "clock dict": ("clock-patch", "import time\nvars(time)['time'] = len\n",
                   "d = {}\nd['time'] = 1\n"),
    "clock method": ("clock-patch", "import time\ntime.__setattr__('time', len)\n",
                     "class A:\n    def f(self): super().__setattr__('time', 1)\n"),
    "clock target": ("clock-patch", "import time\nfor time.time in (len,): pass\n",
                     "import time\nfor t in (time.time(),): pass\n"),
    "name as text": ("interpreter-insides",
                     "import os, operator\noperator.attrgetter('_exit')(os)(0)\n",
                     "import operator\nkey = operator.attrgetter('exit_code')\n"),
    "computed name": ("assembled-name", "import os\nn = '_ex'\ngetattr(os, f'{n}it')(0)\n",
                      "import numpy as np\ndef f(n): return getattr(np, f'float{n}')\n"),
    "made class": ("constant-comparison", "A = type('A', (), {'__eq__': lambda a, b: True})\n",
                   "A = type('A', (), {'__eq__': lambda a, b: a.x == b.x})\n"),
    "cuda clock": ("clock-patch", "import torch\ntorch.cuda.synchronize = lambda: None\n",
                   "import torch\ntorch.cuda.synchronize()\n"),
    "datetime": ("clock-patch", "import datetime\ndatetime.datetime = None\n",
                 "import datetime\nd = datetime.datetime(2020, 1, 1)\n"),
    "builtins": ("builtins-patch", "import builtins\nbuiltins.len = lambda x: 0\n",
                 "length = len\n"),
    "module": ("module-patch", "import json\njson.dumps = str\n",
               "import json\ndumps = json.dumps\n"),
    "eq from outside": ("comparison-patch", "class A: pass\nA.__eq__ = lambda a, b: True\n",
                        "class A:\n    def __eq__(self, o): return self.x == o.x\n"),
    "frame": ("frames", "import sys\nf = sys._getframe(1)\n", "import sys\nn = sys.maxsize\n"),
    "frame from": ("frames", "from inspect import stack as s\ndef f(): return s()[1]\n",
                   "def f(stack): return stack.pop()\n"),
    "f_back": ("frames", "def f(t): return t.tb_frame.f_back\n", "def f(t): return t.back\n"),
    "gc walk": ("gc-walk", "import gc\nx = gc.get_objects()\n", "import gc\ngc.collect()\n"),
    "trace": ("trace-hook", "import sys\nsys.settrace(print)\n", "import sys\nsys.intern('a')\n"),
    "memory": ("raw-memory", "import ctypes\nctypes.memset(id(x), 0, 8)\n",
               "def f(x): return id(x)\n"),
    "pythonapi": ("raw-memory", "from ctypes import pythonapi\npythonapi.X()\n", "import array\n"),
    "modules": ("modules-patch", "import sys\nsys.modules['re'] = None\n",
                "import sys\nm = sys.modules[__name__]\n"),
    "modules pop": ("modules-patch", "import sys\nsys.modules.pop('re')\n",
                    "modules = {}\nmodules.pop('re', None)\n"),
    "meta path": ("import-hook", "import sys\nsys.meta_path.insert(0, X())\n",
                  "meta_path = []\nmeta_path.insert(0, 1)\n"),
    "reload": ("import-hook", "import importlib, re\nimportlib.reload(re)\n",
               "import importlib\nm = importlib.import_module('re')\n"),
    "pytest": ("test-machinery", "import pytest\n", "import itertools\n"),
    "dynamic pytest": ("test-machinery", "m = __import__('_pytest.runner')\n",
                       "from sympy.testing.randtest import x\n"),
    "main": ("harness", "import __main__\n", "if __name__ == '__main__':\n    print(1)\n"),
    "exit": ("early-exit", "import os\ndef f(): os._exit(0)\n", "def f(os): return os.exit\n"),
    "exit through": ("early-exit", "import random\nrandom._os._exit(0)\n",
                     "import random\nr = random._inst\n"),
    "atexit": ("early-exit", "import atexit\natexit.register(print)\n", "def register(f): pass\n"),
    "SystemExit": ("early-exit", "class Q(SystemExit): pass\n", "class Q(ValueError): pass\n"),
    "signal": ("signals", "import signal\nsignal.setitimer(0, 1)\n",
               "from scipy import signal\ns = signal.convolve(a, b)\n"),
    "setsid": ("detached-process", "import os\nos.setsid()\n", "import os\nos.path.join('a')\n"),
    "session": ("detached-process", "from lib import run\nrun(x, start_new_session=True)\n",
                "from lib import run\nrun(x, session=True)\n"),
    "double fork": ("detached-process", "import os\nif os.fork():\n    pass\nif os.fork(): pass\n",
                    "def fork(): pass\nfork()\nfork()\n"),
    "pytest variable": ("harness", "def f(e): return e['PYTEST_CURRENT_TEST']\n",
                        "def f(e): return e['NAME']\n"),
    "judge": ("harness", "if __name__ == '__speedwright__':\n    FAST = 1\n",
              "# speedwright measures this\nFAST = 1\n"),
    "judge assembled": ("harness", "N = '__speed' + 'wright__'\n", "N = '__speed' + 'up__'\n"),
    "proc": ("system-files", "P = '/proc/self/status'\n", "P = 'a/procedure'\n"),
    "git": ("system-files", "P = 'x/.git/objects'\n", "P = '.gitignore'\n"),
    "argv": ("harness", "import sys\nn = sys.argv[0]\n", "def f(argv): return argv[0]\n"),
    "os.write": ("raw-descriptors", "import os\nos.write(4, b'x')\n",
                 "def f(out): out.write(b'x')\n"),
    "open 3": ("raw-descriptors", "f = open(3)\n", "f = max(3, 4)\n"),
    "write": ("file-write", "def f(x):\n    open('c', 'w').write(x)\n", "def f(x): return x\n"),
    "write_text": ("file-write", "def f(p): p.write_text('x')\n", "def f(p): return p.text\n"),
    "tempfile": ("kept-state", "import tempfile\n", "import functools\n"),
    "shelve": ("kept-state", "import shelve\n", "from functools import lru_cache\n"),
    "shm": ("kept-state", "P = '/dev/shm/x'\n", "P = 'tmp/x'\n"),
    "home": ("kept-state", "P = '~/.cache/x'\n", "P = 'cache'\n"),
    "socket": ("network", "import socket\n", "from urllib.parse import quote\n"),
    "unix socket": ("network", "import asyncio\nc = asyncio.open_unix_connection('s')\n",
                    "import asyncio\nasyncio.run(f())\n"),
    "engine": ("system-files", "s = 'unix:///var/run/docker.sock'\n", "s = 'docker-compose'\n"),
    "tests": ("test-machinery", "from tests import helpers\n", "from shop import helpers\n"),
    "urllib": ("network", "from urllib.request import urlopen\n", "import urllib.parse\n"),
    "eq": ("constant-comparison", "class A:\n    def __eq__(self, o): return True\n",
           "class A:\n    def __eq__(self, o): return NotImplemented\n"),
    "bool": ("constant-comparison", "class A:\n    __bool__ = lambda s: not False\n",
             "class A:\n    def __bool__(self): return self.n > 0\n"),
    "ufunc": ("constant-comparison",
              "class A:\n    def __array_ufunc__(self, *a):\n        'x'\n        return 1\n",
              "class A:\n    __array_ufunc__ = None\n"),
    "eval": ("dynamic-code", "def f(s): return eval(s)\n", "def f(x): return x.eval()\n"),
    "compile": ("dynamic-code", "c = compile('1', 'a', 'eval')\n",
                "import re\nc = re.compile('1')\n"),
    "exec alias": ("dynamic-code", "import builtins as b\nrun = b.exec\nrun('1')\n",
                   "def execute(x): pass\nexecute(1)\n"),
    "marshal": ("dynamic-code", "import marshal\n", "import struct\n"),
    "subclasses": ("interpreter-insides", "x = ().__class__.__base__.__subclasses__()\n",
                   "class A(B):\n    pass\n"),
    "globals": ("interpreter-insides", "x = globals()['__builtins__']\n",
                "x = globals()['table']\n"),
    "code": ("interpreter-insides", "def f(g): g.__code__ = f.__code__\n",
             "def f(g): return g.__name__\n"),
    "assembled": ("assembled-name", "import time\nx = getattr(time, 'per' + 'f_counter')\n",
                  "import time\nx = getattr(time, 'perf_counter')\n"),
    "assembled import": ("assembled-name", "t = __import__('ti' + 'me')\n",
                         "import importlib\nt = importlib.import_module('time')\n"),
    "chr": ("assembled-name", "import os\nx = getattr(os, chr(95) + 'exit')\n",
            "def f(o, n): return getattr(o, n)\n"),
    "reversed": ("assembled-name", "import os\nx = getattr(os, 'tixe_'[::-1])\n",
                 "x = 'abc'[::-1]\n"),
    "joined": ("assembled-name", "x = globals()[''.join(['ev', 'al'])]\n",
               "x = ''.join(['ev', 'en'])\n"),
    "base64": ("packed-data", "import base64\nx = base64.b64decode('aW1wb3J0IG9zO29z')\n",
               "import base64\ndef f(x): return base64.b64decode(x)\n"),
    "packed": ("packed-data", f"x = '{'aB3' * 80}'\n", f"x = '{'aB3 ' * 80}'\n"),
    "bidi": ("unseen-character", "x = 1  # a\u202eb\n", "x = 'äöü€'\n"),
    "zero width": ("unseen-character", "x = 'a\u200bb'\n", "\ufeffx = 1\n"),
    "escape": ("unseen-character", "# \x1b[2K\nx = 1\n", "x = '\\x1b[2K'\n"),
    "encoding": ("encoding", "# coding: utf-7\nx = 1\n", "# -*- coding: utf-8 -*-\nx = 1\n"),
    "id cache": ("address-key", "C = {}\ndef f(x):\n    if id(x) in C:\n        return C[id(x)]\n",
                 "def f(x):\n    seen = set()\n    if id(x) in seen: return\n    seen.add(id(x))"),
    "id cache name": ("address-key", "C = {}\ndef f(x):\n    k = (id(x), 1)\n    return C.get(k)\n",
                      "C = {}\ndef f(x):\n    k = (x, 1)\n    return C.get(k)\n"),
    "id default": ("address-key", "def f(x, c={}):\n    return c[id(x)]\n",
                   "def f(x, memo):\n    return memo[id(x)]\n"),
    "digest": ("digest", "import hashlib\ndef f(d):\n    return hashlib.md5(d).hexdigest() == "
               "'d41d8cd98f00b204e9800998ecf8427e'\n", "def f(d): return d == 'd41d8c'\n"),
    "hash": ("digest", "def f(d):\n    if hash(d) == 123456789: return 1\n",
             "def f(d):\n    return hash(d) % 1024 == 0\n"),
}  # fmt: skip

WARNED = {
    "gc": ("gc-setting", "import gc\ngc.disable()\n", "import gc\ngc.collect()\n"),
    "ctypes": ("native-call", "import ctypes\n", "import struct\n"),
    "path": ("import-path", "import sys\nsys.path.insert(0, 'x')\n", "path = []\npath.append(1)\n"),
    "thread": ("work-elsewhere", "import threading\nthreading.Thread(target=f).start()\n",
               "import threading\nlock = threading.Lock()\n"),
    "pool": ("work-elsewhere", "from concurrent.futures import ThreadPoolExecutor\n",
             "from collections import deque\n"),
    "environment": ("environment", "import os\nx = os.environ.get('X')\n",
                    "import os\nx = os.path.sep\n"),
    "sys.exit": ("exit", "import sys\ndef f(): sys.exit(1)\n", "def f(): raise ValueError\n"),
    "proxy": ("proxy", "class A:\n    def __getattr__(self, n): return 1\n",
              "class A:\n    def __getitem__(self, n): return 1\n"),
    "empty": ("unfilled-array", "import numpy as np\nx = np.empty(3)\n",
              "import numpy as np\nx = np.zeros(3)\n"),
    "tensor": ("array-subclass", "import torch\nclass T(torch.Tensor): pass\n",
               "import torch\nclass T(torch.nn.Module): pass\n"),
    "table": ("large-table", f"T = {list(range(100))}\n", f"T = {list(range(20))}\n"),
    "special": ("special-case", "def f(n):\n    if n == 20000:\n        return 31337\n",
                "def f(n):\n    if n == 0:\n        return 1\n"),
    "swallow": ("swallowed-error", "try:\n    f()\nexcept Exception:\n    pass\n",
                "try:\n    f()\nexcept KeyError:\n    pass\n"),
    "bare": ("swallowed-error", "def g():\n    try:\n        f()\n    except:\n        return 1\n",
             "try:\n    f()\nexcept Exception:\n    log()\n    raise\n"),
    "precision": ("precision", "import numpy as np\nx = np.float32(1)\n",
                  "import numpy as np\nx = np.float64(1)\n"),
    "fastmath": ("precision", "@jit(fastmath=True)\ndef f(): pass\n", "@jit\ndef f(): pass\n"),
    "global": ("global-state", "def f():\n    global x\n    x = 1\n", "def f():\n    x = 1\n"),
    "import work": ("import-work", "T = [i for i in range(9)]\n",
                    "def f():\n    return [i for i in range(9)]\n"),
    "import call": ("import-work", "def f(): pass\nT = f()\n",
                    "def f(): pass\nif __name__ == '__main__':\n    f()\n"),
    "read": ("file-read", "def f(): return open('x').read()\n", "def f(d): return d.open()\n"),
    "letters": ("foreign-letters", "\u0430 = 1\n", "a = '\u0430'\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_never_honest_is_refused_and_its_twin_is_not(name: str, check: Check) -> None:
    rule, bad, good = REFUSED[name]
    found = check(bad)
    assert rule in {f.rule for f in found.refusals}, found
    said = next(f for f in found.refusals if f.rule == rule)
    assert said.path == "lib.py"
    assert 1 <= said.line <= bad.count("\n")
    assert said.text.startswith(f"lib.py:{said.line}: ")
    assert len(said.sentence.split()) > 5
    assert not check(good).refusals
    assert not check(good).broken


@pytest.mark.parametrize("name", WARNED)
def test_what_may_be_honest_is_a_warning(name: str, check: Check) -> None:
    rule, suspect, good = WARNED[name]
    found = check(suspect)
    assert rule in {f.rule for f in found.warnings}, found
    assert not found.refusals
    assert rule not in {f.rule for f in check(good).warnings}
    assert not check(good).refusals


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_base_has_already_is_not_held_against_a_patch(name: str, check: Check) -> None:
    _, bad, _ = REFUSED[name]
    assert not check(bad + "\n\nNEW = 1\n", old=bad).refusals


# A second import, coding line or method of the same name says nothing new.
SAID_ONCE = ("test-machinery", "encoding", "file-write", "kept-state", "constant-comparison")
ADDITIVE = [name for name, (rule, _, _) in REFUSED.items() if rule not in SAID_ONCE]


@pytest.mark.parametrize("name", ADDITIVE)
def test_one_more_than_the_base_has_is_seen(name: str, check: Check) -> None:
    rule, bad, _ = REFUSED[name]
    found = check(bad + bad, old=bad)
    assert rule in {f.rule for f in (*found.refusals, *found.warnings)}


def test_comments_and_docstrings_never_trigger(check: Check) -> None:
    prose = "import pytest; eval(x); sys._getframe; /proc/self; speedwright; os._exit(0)"
    text = f'"""{prose}"""\n# {prose}\ndef f():\n    """{prose}"""\n    return 1  # {prose}\n'
    found = check(text)
    assert not found.refusals
    assert not found.warnings


def test_a_construct_that_moves_to_another_file_is_not_new(check_many: Check) -> None:
    body = "def f(s):\n    return eval(s)\n"
    assert not check_many({"a.py": body}, {"a.py": "x = 1\n", "b.py": body}).refusals
    assert check_many({"a.py": body}, {"a.py": body, "b.py": body}).refusals


def test_a_rewritten_construct_of_the_base_is_shown(check: Check) -> None:
    found = check("def f(s):\n    return eval(s[1:])\n", old="def f(s):\n    return eval(s)\n")
    assert not found.refusals
    assert [w.rule for w in found.warnings] == ["dynamic-code"]


def test_more_files_written_where_files_were_written_is_a_warning(check: Check) -> None:
    one = "def f(p, x):\n    p.write_text(x)\n"
    two = "def g(x):\n    with open('y', 'a') as f:\n        f.write(x)\n"
    found = check(one + two, old=one)
    assert not found.refusals
    assert "file-write" in {w.rule for w in found.warnings}


def test_a_list_that_becomes_an_iterator_is_named(check: Check) -> None:
    old = "def f(x):\n    out = []\n    for i in x:\n        out.append(i)\n    return out\n"
    for new in ("def f(x):\n    return (i for i in x)\n", "def f(x):\n    yield from x\n",
                "def f(x):\n    return map(int, x)\n"):  # fmt: skip
        assert [w.rule for w in check(new, old=old).warnings] == ["lazy-result"]
    assert not check("def f(x):\n    return [i for i in x]\n", old=old).warnings
    assert not check(old + "def g(x):\n    yield x\n", old=old).warnings


def test_a_lost_check_is_named_and_a_moved_one_is_not(check: Check) -> None:
    old = "def f(x):\n    assert x\n    if x < 0:\n        raise ValueError(x)\n    return x\n"
    found = check("def f(x):\n    return x\n", old=old)
    assert {w.sentence.split("`")[3] for w in found.warnings} == {"assert", "raise ValueError"}
    moved = "def g(x):\n    assert x\n    raise ValueError(x)\ndef f(x):\n    g(x)\n    return x\n"
    assert not check(moved, old=old).warnings
