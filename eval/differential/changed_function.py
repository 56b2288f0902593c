"""A function whose behaviour a patch may have changed."""

from __future__ import annotations

from dataclasses import dataclass

from speedwright.eval.differential.syntax import is_private


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFunction:
    """A function whose behaviour a patch may have changed.

    Attributes:
        file: Path in the target.
        name: Qualified name in its module.
        is_caller: Unchanged itself; calls something private that changed.
        is_gone: The candidate has no function of that name.
        is_contract_free: Private, and its callers or its parameters changed with it: what it hands
            out is between them.
        has_public_caller: Private, and a public function of the target names it, in whatever file.
    """

    file: str
    name: str
    is_caller: bool = False
    is_gone: bool = False
    is_contract_free: bool = False
    has_public_caller: bool = False

    @property
    def is_private(self) -> bool:
        """Not meant to be called from outside its module."""
        return is_private(self.name)

    @property
    def shown(self) -> str:
        """For people."""
        return f"{self.file}:{self.name}"
