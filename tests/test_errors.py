"""The tree of errors: exit codes, texts, and the drawing in the docstring."""

import re

import pytest

from speedwright import errors
from speedwright.errors import BudgetExhausted, ConfigError, SpeedwrightError

CODES = {0, 1, 2, 3, 4, 5, 70, 130}


def classes() -> list[type[SpeedwrightError]]:
    return [
        thing
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, SpeedwrightError)
    ]


def drawn() -> dict[str, int | None]:
    """Names of the drawing with the exit code written beside them, if there is one."""
    assert errors.__doc__
    rows = re.findall(r"^[ │├└─]*([A-Z]\w+) +(\d+)?", errors.__doc__, re.MULTILINE)
    return {name: int(code) if code else None for name, code in rows if name != "Everything"}


def test_the_drawing_names_every_error_and_no_other() -> None:
    assert set(drawn()) == {kind.__name__ for kind in classes()}


@pytest.mark.parametrize("kind", classes())
def test_exit_codes_are_those_of_the_drawing(kind: type[SpeedwrightError]) -> None:
    written = drawn()[kind.__name__]
    inherited = kind.__base__.exit_code if issubclass(kind.__base__, SpeedwrightError) else 70
    assert kind.exit_code == (written if written is not None else inherited)
    assert kind.exit_code in CODES


def test_text_is_the_message_then_the_hint() -> None:
    assert str(ConfigError("`x` is no setting", hint="try `y`")) == "`x` is no setting\n  try `y`"
    assert str(ConfigError("`x` is no setting")) == "`x` is no setting"


def test_a_budget_says_which_one() -> None:
    assert BudgetExhausted("$5.01 of $5.00 are spent", kind="usd").kind == "usd"
