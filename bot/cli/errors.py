"""The command line's own error."""

from __future__ import annotations


class CommandError(Exception):
    """A command cannot do what was asked. The message says why and what to do."""
