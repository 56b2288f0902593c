"""Starts the supervisor from its folder alone.

The box shows this folder without the rest of the package, and where the package is there it must
not be imported (it needs a newer Python, and time). Empty stand-ins for the parents let the
absolute imports below find what lies beside this file.
"""

import sys
from types import ModuleType


def stand_in(name: str, *folders: str) -> None:
    """Pretend that a package has been imported."""
    module = ModuleType(name)
    module.__path__ = list(folders)
    sys.modules[name] = module


stand_in("speedwright")
stand_in("speedwright.sandbox")
stand_in("speedwright.sandbox.supervisor", sys.path[0])

from speedwright.sandbox.supervisor.serve import main  # noqa: E402 (needs the stand-ins)

main()
