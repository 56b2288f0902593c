"""Commands as people write them in settings, turned into argument lists; no shell is involved."""

from __future__ import annotations

import shlex

SHELL_WORDS = frozenset({"|", "||", "&", "&&", ";", "<", ">", ">>", "2>", "2>&1"})


def argv(value: object) -> tuple[str, ...]:
    """The argument list of a command given as one string or as a list of strings.

    Raises:
        ValueError: It is neither, it is empty, or it needs a shell.
    """
    if isinstance(value, str):
        return _split(value)
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise ValueError("it is neither a string nor a list of strings")
    if not value or not value[0]:
        raise ValueError("the command is empty")
    return tuple(value)


def argv_or_nothing(value: object) -> tuple[str, ...]:
    """The argument list of a command; an empty text or list means that there is no command.

    Raises:
        ValueError: It is no command.
    """
    return () if value in ("", [], ()) else argv(value)


def several_argv(value: object) -> tuple[tuple[str, ...], ...]:
    """Argument lists of several commands; one string is one command.

    Raises:
        ValueError: One of them is no command.
    """
    if isinstance(value, str):
        return (_split(value),)
    if not isinstance(value, list | tuple):
        raise ValueError("it is no list of commands")
    return tuple(argv(command) for command in value)


def _split(text: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise ValueError(f"its quotes do not match ({error})") from error
    if not words:
        raise ValueError("the command is empty")
    shell = next((word for word in words if word in SHELL_WORDS), None)
    if shell is not None:
        raise ValueError(f"no shell reads it, so `{shell}` means nothing; say `bash -c '…'`")
    name, equals, _ = words[0].partition("=")
    if equals and name.isidentifier():
        raise ValueError(f"no shell reads it, so `{name}=` sets nothing; say `env {name}=… …`")
    return words
