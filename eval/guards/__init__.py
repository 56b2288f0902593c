"""Static guards: what the lines that a patch adds may never do, one file a family of exploits."""

from speedwright.eval.guards.check import check_guards
from speedwright.eval.guards.finding import Finding, GuardReport
from speedwright.eval.guards.texts import FolderTexts, Texts

__all__ = ["Finding", "FolderTexts", "GuardReport", "Texts", "check_guards"]
