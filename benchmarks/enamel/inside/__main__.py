"""Starts one of the programs from this folder alone: python -s -S -B FOLDER make|time|count.

Stand-ins for the parent packages serve the absolute imports below and are gone before foreign code
runs; the folder is then no longer on the search path either.
"""

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
else:
    from speedwright.benchmarks.enamel.inside.runner import main

for name in [n for n in sys.modules if n == "speedwright" or n.startswith("speedwright.")]:
    del sys.modules[name]
del sys.path[0]

main()
