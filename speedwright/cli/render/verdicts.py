"""How the words of the judge look, and how numbers are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STYLES: Mapping[str, str] = {
    "faster": "bold green",
    "slower": "red",
    "equivalent": "dim",
    "inconclusive": "yellow",
    "incorrect": "bold red",
    "rejected": "bold red",
    "build_failed": "red",
    "timed_out": "red",
    "crashed": "red",
    "unstable": "yellow",
    "infra_error": "magenta",
}


def gain(document: Mapping[str, Any]) -> str:
    """The speedup with its interval, e.g. `2.31x (2.24-2.38)`; `-` where none was measured."""
    if document.get("speedup") is None:
        return "-"
    interval = ""
    if document.get("ci_low") is not None and document.get("ci_high") is not None:
        interval = f" ({factor(document['ci_low'])}-{factor(document['ci_high'])})"
    return f"{factor(document['speedup'])}x{interval}"


def factor(value: float) -> str:
    """A factor with three figures or so: `1.013`, `2.31`, `12.3`, `480`."""
    if value < 1.1:
        return f"{value:.3f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def seconds(value: float | None) -> str:
    """A time in the unit that reads best: `1.25 s`, `13.1 ms`, `8.0 us`; `-` for none."""
    if value is None:
        return "-"
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1e3:.1f} ms" if value >= 1e-3 else f"{value * 1e6:.1f} us"
