"""What a guard sees (a mark, in one version of a file) and what is said of a patch (a finding)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What follows from a mark that a patch adds."""

    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A construct in one version of a file.

    Attributes:
        rule: The guard's rule, kebab-case.
        key: The construct: marks of the base with the same rule and key are set against it.
        line: Where it stands, from 1.
        sentence: What it is and why it matters, for a maintainer.
        severity: What follows if the patch adds it.
        is_softened: Only a warning where the base file has marks of this rule already.
    """

    rule: str
    key: str
    line: int
    sentence: str
    severity: Severity = Severity.REFUSE
    is_softened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A construct that a patch adds.

    Attributes:
        path: File, relative to the target.
        line: Line in the new file (in the old one where something is gone), from 1.
        rule: The guard's rule.
        sentence: What it is and why it matters, for a maintainer.
    """

    path: str
    line: int
    rule: str
    sentence: str

    @property
    def text(self) -> str:
        """Place, sentence and rule on one line."""
        return f"{self.path}:{self.line}: {self.sentence} [{self.rule}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardReport:
    """What the guards say of a patch.

    Attributes:
        refusals: Never honest in a performance patch.
        warnings: Honest in some patches; a person should look.
        broken: Python files that parsed before the patch and do not any more.
        unread: What the guards could not look into, one sentence each.
    """

    refusals: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    broken: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()
