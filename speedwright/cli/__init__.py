"""The command line: one thin file a command, which calls one function of the library."""

from speedwright.cli.shell import main

__all__ = ["main"]
