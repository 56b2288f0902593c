"""Options of the `bench` commands into the requests of the library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from speedwright.errors import UsageError

if TYPE_CHECKING:
    from speedwright.eval.batch.options import SuiteOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteGiven:
    """What the command line said of the suite; `None` where it said nothing."""

    data: Path | None = None
    samples_from: Path | None = None
    timer: str | None = None
    seed: int | None = None
    sandbox: str | None = None
    image: str | None = None
    special: Sequence[str] = ()


def suite_options(given: SuiteGiven) -> SuiteOptions:
    """Checked, with defaults.

    Raises:
        UsageError: A path that is not there, or a malformed `--set`.
    """
    from speedwright.eval.batch.options import SuiteOptions

    for option, path in (("--data", given.data), ("--from", given.samples_from)):
        if path is not None and not path.exists():
            raise UsageError(f"`{option}`: `{path}` does not exist")
    return SuiteOptions(
        data=given.data,
        samples_from=given.samples_from,
        timer=given.timer,
        seed=given.seed,
        sandbox=given.sandbox or "auto",
        image=given.image or "auto",
        special=_pairs(given.special),
    )


def _pairs(words: Sequence[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not (name and sign and value):
            raise UsageError(
                f"`--set` is `{word}`, which is no NAME=VALUE", hint="for example --set prompt=cot"
            )
        if name in found:
            raise UsageError(f"`--set` says `{name}` twice")
        found[name] = value
    return found


def names(text: str | None) -> tuple[str, ...]:
    """Names in a comma-separated list; none where nothing was said."""
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def numbers(text: str | None, option: str) -> tuple[int, ...]:
    """Whole numbers above 0 in a comma-separated list, smallest first.

    Raises:
        UsageError: One of them is none.
    """
    found = set()
    for word in names(text):
        if not (word.isascii() and word.isdigit() and int(word) > 0):
            raise UsageError(
                f"`{option}` is `{text}`: `{word}` is no whole number above 0",
                hint=f"for example {option} 1,10",
            )
        found.add(int(word))
    return tuple(sorted(found))
