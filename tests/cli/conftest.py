"""The installed console script, as a user runs it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def console() -> Iterator[ModuleType]:
    """The helpers of tests/cli/console.py."""
    name = "speedwright_test_console"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("console.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[name]
