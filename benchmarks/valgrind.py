"""Whether instructions can be counted here."""

from __future__ import annotations

import shutil

from speedwright.errors import ToolMissing


def check_valgrind(option: str) -> None:
    """Complain if there is no valgrind.

    Args:
        option: What asked for it, and can be left out.

    Raises:
        ToolMissing: There is none.
    """
    if shutil.which("valgrind") is None:
        raise ToolMissing(
            "`valgrind` is not installed",
            hint=f"`apt install valgrind`, or leave {option} out",
        )
