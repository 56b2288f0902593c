"""One question before the first call that costs money, if somebody is there to answer it."""

from __future__ import annotations

import ipaddress
import os
import sys
from urllib.parse import urlsplit

import typer


def ask_before_paying(model: str, budget_usd: float | None, *, is_asked: bool) -> None:
    """Ask on a terminal whether a service may be used; scripts and CI are never asked.

    Args:
        model: Model spec.
        budget_usd: What the calls may cost together.
        is_asked: False if the user answered already (`--yes`) or does not watch.

    Raises:
        KeyMissing: There is no key for it, which is said before anything is asked.
        typer.Exit: The answer was not yes.
    """
    if not is_asked or not _is_watched() or not _is_paid(model):
        return
    limit = "without a limit" if budget_usd is None else f"for at most ${budget_usd:.2f}"
    sys.stderr.write(f"use {model} {limit} (--budget-usd)? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        sys.stderr.write("nothing was done; `--model rules` is free\n")
        raise typer.Exit(2)


def _is_watched() -> bool:
    in_ci = os.environ.get("CI", "") not in ("", "0", "false")
    return sys.stdin.isatty() and sys.stderr.isatty() and not in_ci


def _is_paid(model: str) -> bool:
    """Whether it is a service on another machine."""
    from speedwright.agent.models.endpoint import ANTHROPIC, OPENAI, endpoint
    from speedwright.agent.models.spec import parse_spec

    spec = parse_spec(model)
    provider = {"openai": OPENAI, "anthropic": ANTHROPIC}.get(spec.provider)
    if provider is None:
        return False
    return not _is_here(urlsplit(endpoint(provider, spec.url, os.environ).base_url).hostname or "")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
