"""A box without a network is told apart from one that has one."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from speedwright.sandbox.networks import is_on_a_network


def test_our_own_network_is_one() -> None:
    assert is_on_a_network(os.getpid())


def test_namespace_with_a_loopback_alone_is_none() -> None:
    if shutil.which("unshare") is None:
        pytest.skip("no unshare")
    made = subprocess.Popen(
        ("unshare", "--user", "--map-root-user", "--net", "sh", "-c", "echo in; read -r _"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with made:
        assert made.stdout is not None
        if made.stdout.readline() != b"in\n":
            pytest.skip("no namespaces for this user")
        assert not is_on_a_network(made.pid)


def test_one_that_has_ended_is_on_none() -> None:
    ended = subprocess.Popen(("true",))
    ended.wait()
    assert not is_on_a_network(ended.pid)
