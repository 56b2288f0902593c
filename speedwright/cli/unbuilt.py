"""Commands of the contract whose work is not built yet say so instead of doing nothing."""

from __future__ import annotations

from typing import NoReturn

from speedwright.errors import UsageError


def refuse(command: str) -> NoReturn:
    """Say that a command is not built yet.

    Raises:
        UsageError: Always.
    """
    raise UsageError(
        f"`{command}` is not built yet", hint="see CHANGELOG.md for what this version does"
    )
