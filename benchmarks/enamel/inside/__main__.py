"""Starts one of the programs here alone: python -s -S -B __main__.py make|time|count|confine.

Stand-ins for the parent packages serve the absolute imports below and are gone before foreign code
runs; the folder is then no longer on the search path either.
"""

import os
import sys
from types import ModuleType

HERE = "speedwright.benchmarks.enamel.inside"

for name in ("speedwright", "speedwright.benchmarks", "speedwright.benchmarks.enamel", HERE):
    module = ModuleType(name)
    module.__path__ = [sys.path[0]] if name == HERE else []
    sys.modules[name] = module

if sys.argv[1] == "make":
    from speedwright.benchmarks.enamel.inside.maker import main
elif sys.argv[1] == "count":
    from speedwright.benchmarks.enamel.inside.count import main
elif sys.argv[1] == "confine":
    from speedwright.benchmarks.enamel.inside.confine import main
else:
    from speedwright.benchmarks.enamel.inside.runner import main

for name in [n for n in sys.modules if n == "speedwright" or n.startswith("speedwright.")]:
    del sys.modules[name]
del sys.path[0]

main()
os._exit(0)  # the interpreter would tidy up for as long as it took to start
