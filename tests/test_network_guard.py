"""The tests' own promise: nothing outside this machine is reached."""

from __future__ import annotations

import os
import socket

import pytest


def test_other_machines_cannot_be_reached():
    with socket.socket() as sock, pytest.raises(RuntimeError, match="must not connect"):
        sock.connect(("192.0.2.1", 80))
    with socket.socket() as sock, pytest.raises(RuntimeError, match="must not connect"):
        sock.connect_ex(("example.com", 80))


def test_this_machine_can():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            assert client.getpeername() == server.getsockname()


def test_there_are_no_keys():
    assert not {"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"} & set(os.environ)
