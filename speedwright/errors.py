"""Everything speedwright raises on purpose, with the exit code of the command line.

SpeedwrightError                  70  internal unless a subclass says otherwise
├── GateFailed                     1  a gate the user asked for failed
├── UsageError                     2  wrong usage or configuration
│   ├── UnknownName                   no such sandbox, model, strategy, …
│   ├── ConfigError                   a settings file or variable is wrong
│   ├── NotARepository                the target is no git repository
│   ├── NoWorkload                    nothing to time was found
│   └── PatchUnreadable               the patch file is missing, binary or no unified diff
├── EnvironmentMissing             3  Docker, GPU, key, extra or tool missing
│   ├── SandboxUnavailable            the asked-for sandbox cannot run here
│   ├── ImageMissing                  the asked-for image is not here
│   ├── ToolMissing                   a program such as g++ or valgrind is not here
│   ├── ExtraMissing                  an optional Python package is not installed
│   ├── DataMissing                   a suite's data are not here
│   └── KeyMissing                    no key, or the provider refused it
├── BudgetExhausted                4  money, tokens, attempts or time used up before an answer
├── TargetBroken                   5  the unpatched target fails its own tests or workload
├── SandboxError                  70  ours: the sandbox failed (retried, never a candidate's fault)
├── ProfilerError                 70  a profiler could not produce a profile
└── ModelError                     3  a model service could not answer
    ├── ModelRefused                  the model declined
    ├── ContextOverflow               the request is too long for the model
    └── CassetteMiss                  a replayed run asked something that was never recorded
"""

from __future__ import annotations


class SpeedwrightError(Exception):
    """Base of all deliberate errors.

    Args:
        message: What failed, with the value in backticks.
        hint: What to do next; empty if there is nothing to add.
    """

    exit_code = 70

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """The message with its hint."""
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class GateFailed(SpeedwrightError):
    """A gate the user asked for failed."""

    exit_code = 1


class UsageError(SpeedwrightError):
    """Wrong usage or configuration."""

    exit_code = 2


class UnknownName(UsageError):
    """No such sandbox, model, strategy or other registered thing."""


class ConfigError(UsageError):
    """A settings file or environment variable is wrong."""


class NotARepository(UsageError):
    """The target is no git repository."""


class NoWorkload(UsageError):
    """Nothing to time was found."""


class PatchUnreadable(UsageError):
    """The patch file is missing, binary, empty or no unified diff."""


class EnvironmentMissing(SpeedwrightError):
    """Something outside the target is missing here."""

    exit_code = 3


class SandboxUnavailable(EnvironmentMissing):
    """The asked-for sandbox cannot run here."""


class ImageMissing(EnvironmentMissing):
    """The asked-for container image is not here."""


class ToolMissing(EnvironmentMissing):
    """A program that is needed is not installed."""


class ExtraMissing(EnvironmentMissing):
    """An optional Python package is not installed."""


class DataMissing(EnvironmentMissing):
    """A suite's data are not here; the hint says what to download, and to where."""


class KeyMissing(EnvironmentMissing):
    """No key is set, or the provider refused it."""


class BudgetExhausted(SpeedwrightError):
    """Money, tokens, attempts or time were used up before an answer.

    Args:
        message: What ran out, with spent and allowed.
        kind: `usd`, `tokens`, `attempts` or `wall`.
        hint: What to do next.
    """

    exit_code = 4

    def __init__(self, message: str, *, kind: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kind = kind


class TargetBroken(SpeedwrightError):
    """The unpatched target fails its own tests or workload."""

    exit_code = 5


class SandboxError(SpeedwrightError):
    """The sandbox itself failed; retried, never counted against a candidate."""


class ProfilerError(SpeedwrightError):
    """A profiler could not produce a profile."""


class ModelError(SpeedwrightError):
    """A model service could not answer."""

    exit_code = 3


class ModelRefused(ModelError):
    """The model declined to answer."""


class ContextOverflow(ModelError):
    """The request is too long for the model."""


class CassetteMiss(ModelError):
    """A replayed run asked something that was never recorded."""
